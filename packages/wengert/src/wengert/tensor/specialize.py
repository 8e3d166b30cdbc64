"""Floor 5: the fast path of an operation, written from its declaration at the first call.

As dataclasses write `__init__`, this module writes a function for an operation: `record`, for operands that are Tensors
of one space of real numbers. It does what `record.py` and the declared rules do, with all that is known beforehand left
out. Whatever does not fit goes the general way. `pull.py` does the same for the way back. A test compares both ways for
every operation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, cast
from weakref import ref

from wengert.graph.modes import InferenceCell, fresh_version, is_grad_enabled
from wengert.graph.node import next_number
from wengert.protocol.shapes import broadcast_shapes
from wengert.rule.kinds import Predicate
from wengert.rule.primitive import Primitive
from wengert.rule.signature import Parameters
from wengert.tensor.base import SEVERED, concrete_classes, new_accumulator, tensor_class
from wengert.tensor.fusing import forward_text
from wengert.tensor.general import Operation
from wengert.tensor.operands import number, raise_not_tensor
from wengert.tensor.pull import fast_class
from wengert.tensor.record import attach, record, several_recorder
from wengert.tensor.view import as_view, prune, shared_cell, unrecorded, untracked
from wengert.tensor.written import written_at_first_call

#: Whether an operand is of no class that the fast path serves.
_STRANGE = "{0}.__class__ is not Tensor and {0}.__class__ not in classes"
#: The namespace in the text of a forward.
_XP = re.compile(r"(?<![.\w])xp\b")


def specializable(operation: Operation) -> bool:
    """Whether the fast path can serve `operation` at all."""
    primitive = operation.primitive
    special = primitive.variadic or primitive.outputs or "dtype" in primitive.statics or not primitive.keeps_dtype
    asks = {ask for name in primitive.inputs for ask in primitive.asks(name)}
    return not special and not any(ask.endswith("_dtype") for ask in asks)


def _is_several(primitive: Primitive) -> bool:
    """Whether `primitive` has several results of which `record` asks nothing that their arrays do not say."""
    special = primitive.variadic or primitive.constants or primitive.refusal is not None or primitive.elementwise
    return bool(primitive.outputs) and not special and "dtype" not in primitive.statics


class Declared:
    """What a record function is to look like from outside. `function` is the one that was decorated, if there is
    one."""

    __slots__ = ("annotations", "doc", "function", "module", "name", "parameters")

    def __init__(
        self,
        name: str,
        parameters: Parameters,
        doc: str | None,
        annotations: dict[str, Any],
        module: str,
        function: Any = None,
    ) -> None:
        self.name, self.parameters, self.doc, self.annotations = name, parameters, doc, annotations
        self.module, self.function = module, function


def recorder(
    operation: Operation, declared: Declared, on_stranger: Any = None, is_view: bool = False, into: Any = None
) -> Callable[..., Any]:
    """The record function of `operation` that looks like `declared`, specialised when it is first called.

    The inputs come first among the parameters, then the statics. `on_stranger`, if given, is returned for an operand of
    an unknown class: what an operator needs to let the other side try. With `is_view` the result is tracked as a view
    of the one input. With `into` the last parameter is `out`, and a call that gives it is `into(out, arguments)`.
    """

    def source(environment: dict[str, Any]) -> str:
        names, count = declared.parameters.names, len(operation.primitive.inputs)
        heading = _heading(declared)
        if into is not None:
            names = names[:-1]
            heading += f"\n    if out is not None: return into(out, ({', '.join(names)},))"
            environment["into"] = into
        environment.update(_ingredients(operation, is_view))
        if is_view:
            environment.update(_VIEW_INGREDIENTS, general=_view_record(operation, function, names[count:]))
        elif on_stranger is None:
            environment["general"] = _general_record(operation)
        else:
            environment["general"] = _operator_record(operation, on_stranger)
        tensors_only = operation.tensors_only if on_stranger is None else (0,)
        return _record_source(operation, heading, names[:count], names[count:], is_view, tensors_only)

    function = written_at_first_call(declared.name, declared.module, source)
    function.__doc__, function.__annotations__ = declared.doc, declared.annotations
    defaults = declared.parameters.defaults
    if defaults:
        parameters = declared.parameters
        function.__defaults__ = tuple([defaults[name] for name in parameters.positional if name in defaults])
        function.__kwdefaults__ = {name: defaults[name] for name in parameters.keyword_only if name in defaults}
    if declared.function is not None:  # shows the signature before the first call
        cast(Any, function).__wrapped__ = declared.function
    return function


def _heading(declared: Declared) -> str:
    positional, keyword_only = declared.parameters.positional, declared.parameters.keyword_only
    names = [*positional, *(["*", *keyword_only] if keyword_only else [])]
    return f"def {declared.name}({', '.join(names)}):"


def _general_record(operation: Operation) -> Callable[..., Any]:
    if _is_several(operation.primitive):
        return several_recorder(operation)

    def general(args: Sequence[Any], **statics: Any) -> Any:
        return record(operation, args, statics)

    return general


def _view_record(operation: Operation, function: Any, statics: Sequence[str]) -> Callable[..., Any]:
    def general(args: Sequence[Any], **given: Any) -> Any:
        (source,) = args
        return as_view(record(operation, args, given), source, function, tuple([given[name] for name in statics]))

    return general


def _operator_record(operation: Operation, on_stranger: Any) -> Callable[..., Any]:
    def general(args: Sequence[Any], **statics: Any) -> Any:
        classes = concrete_classes()
        if type(args[0]) not in classes:  # Tensor.__add__(2, x)
            raise_not_tensor(operation.name, "self", args[0])
        if any(type(arg) not in classes and not isinstance(arg, (bool, int, float, complex)) for arg in args):
            return on_stranger
        return record(operation, args, statics)

    return general


def _attacher(operation: Operation, is_view: bool) -> Callable[..., None]:
    """What a record function calls in a mode that is more than on or off."""

    def attached(operands: Sequence[Any], statics: dict[str, Any], out: Any) -> None:
        if not is_view:
            out.version = fresh_version()
        attach(operation, operation.primitive.inputs, operands, statics, (out,), out.space)

    return attached


def _ingredients(operation: Operation, is_view: bool) -> dict[str, Any]:
    """The names that a written record function uses."""
    return {
        "broadcast_shapes": broadcast_shapes, "classes": concrete_classes(), "forward": operation.primitive.forward,
        "attach": _attacher(operation, is_view), "fresh_version": fresh_version, "grad_enabled": is_grad_enabled,
        "new_accumulator": new_accumulator, "next_number": next_number,
        "NodeClass": fast_class(operation), "number": number, "ref": ref, "Tensor": tensor_class(),
    }  # fmt: skip


#: The names that a written record function of a view uses besides.
_VIEW_INGREDIENTS: dict[str, Any] = {
    "InferenceCell": InferenceCell, "SEVERED": SEVERED, "prune": prune, "shared_cell": shared_cell,
    "unrecorded": unrecorded, "untracked": untracked,
}  # fmt: skip


def _record_source(
    operation: Operation,
    heading: str,
    inputs: Sequence[str],
    statics: Sequence[str],
    is_view: bool,
    tensors_only: Sequence[int],
) -> str:
    """The text of the record function."""
    primitive = operation.primitive
    public = dict(zip(primitive.inputs, inputs, strict=True))  # the rule's name of an input -> the parameter's
    moving = [name for name in primitive.inputs if name not in primitive.constants or isinstance(primitive, Predicate)]
    arguments = f"({', '.join(inputs)},)" + "".join(f", {name}={name}" for name in statics)
    fallback = f"return general({arguments})"
    lines = [heading]
    if not specializable(operation):
        return "\n".join([*lines, f"    {fallback}", ""])
    put = lines.append
    first = public[moving[0]]
    claim = "is_plain_floating" if primitive.floating else "is_plain"
    elementwise = primitive.elementwise or getattr(primitive, "is_elementwise", False)
    if elementwise and len(moving) == 2 and len(inputs) == 2:
        second = public[moving[1]]
        for one, other in ((second, first), (first, second)):
            put(f"    if {_STRANGE.format(one)}:")
            if inputs.index(one) in tensors_only:
                lines[-1] += f" {fallback}"
                continue
            fits = f"{other}.space.is_plain_floating and type({one}) in (float, int)"
            fits += f" or type({one}) is int and {other}.space.{claim}"
            put(f"        if type({other}) not in classes or not ({fits}): {fallback}")
            put(f"        constant = {other}.space.scalars.get({one})")
            put(f"        {one} = number({other}.space, {one}) if constant is None else constant")
    tests = [_STRANGE.format(public[name]) for name in primitive.inputs if name not in primitive.optional]
    tests += [
        f"{public[n]} is not None and {_STRANGE.format(public[n])}" for n in primitive.inputs if n in primitive.optional
    ]
    if not (elementwise and len(moving) == 2 and len(inputs) == 2):
        put(f"    if {' or '.join(tests)}: {fallback}")
    put(f"    space = {first}.space")
    same = [f"not space.{claim}"]
    for name in primitive.inputs:
        if public[name] != first:
            absent = f"{public[name]} is not None and " if name in primitive.optional else ""
            same.append(
                f"{absent}{public[name]}.space is not space"
                if name in moving
                else f"{absent}{public[name]}.space.xp is not space.xp"
            )
    put(f"    if {' or '.join(same)}: {fallback}")
    if elementwise:
        put(f"    shape = {first}.shape")
        if len(inputs) > 1:
            others = [public[name] for name in primitive.inputs if public[name] != first]
            put(f"    same = {' and '.join(f'(shape is {o}.shape or shape == {o}.shape)' for o in others)}")
            put("    if not same:")
            for other in others:
                put(f"        shape = broadcast_shapes(shape, {other}.shape)")
    text = forward_text(operation, public, statics)
    if len(_XP.findall(text)) == 1:
        text = _XP.sub("space.xp", text)
    else:
        put("    xp = space.xp")
    put(f"    data = {text}")
    put("    out = Tensor()")
    if not elementwise and not (is_view and "shape" in statics):
        put("    shape = tuple(data.shape)")
    put("    out.array = data if shape else space.xp.asarray(data)")
    put("    out.shape = shape")
    if not is_view:
        put("    out.version = None")
    if isinstance(primitive, Predicate):
        put(f"    out.space, out.node = {'space.index' if primitive.result == 'index' else 'space.boolean'}, None")
        put("    if grad_enabled().__class__ is not bool: out.version = fresh_version()")
        put("    return out")
        return "\n".join([*lines, ""])
    put("    out.space = space")
    if is_view:
        _put_tracking(put, first)
    _put_node(put, operation, public, statics, elementwise)
    if is_view:
        put("        restricted = 0 if grad_enabled() else unrecorded()")
        put(f"        if restricted and ({first} if above is None else above[0]).node is not None: out.node = SEVERED")
        arguments = "".join(f"{name}, " for name in statics)
        put(f"    if above is None: out._view = ({first}, (None, itself, ({arguments})), restricted)")
        put(f"    else: out._view = (above[0], (above[1], itself, ({arguments})), restricted or above[2])")
    put("    return out\n")
    return "\n".join(lines)


def _put_tracking(put: Callable[[str], None], source: str) -> None:
    """The part of the record function of a view that `as_view` does elsewhere."""
    put(f"    cell = out.version = {source}.version")
    put("    if cell is None or len(cell) < 4:")
    put("        if type(cell) is InferenceCell: return untracked(out)")
    put(f"        cell = out.version = shared_cell({source})")
    put("    sharing = cell[2]")
    put("    sharing.append(ref(out))")
    put("    if len(sharing) > cell[3]: prune(cell)")
    put(f"    try: above = {source}._view")
    put(f"    except AttributeError: above = {source}._view = None")
    put("    restricted = 0")


def _put_node(
    put: Callable[[str], None], operation: Operation, public: dict[str, str], statics: Sequence[str], elementwise: bool
) -> None:
    """The part of the record function that puts a node on the tape."""
    primitive, kept_by = operation.primitive, fast_class(operation).kept_by
    edges = list(primitive.inputs)
    moving = [name for name in edges if name not in primitive.constants]
    for name in moving:
        absent = f"None if {public[name]} is None else " if name in primitive.optional else ""
        put(f"    edge_{name} = {absent}{public[name]}.node")
    needing = " or ".join([f"edge_{name} is not None" for name in moving])
    put(f"    if {f'({needing})' if len(moving) > 1 else needing} and grad_enabled() is True:")
    put("        node = out.node = NodeClass()")
    put("        node.space = space")
    put("        node.extra = None")
    for position, name in enumerate(edges):
        if name not in moving:
            continue
        margin = "        "
        if len(moving) > 1:
            put(f"{margin}if edge_{name} is not None:")
            margin += "    "
        put(f"{margin}if edge_{name}.__class__ is ref: edge_{name} = edge_{name}() or new_accumulator({public[name]})")
        for kept, users in kept_by.items():
            if users == (position,):
                for line in _keep(kept, primitive, public):
                    put(f"{margin}{line}")
    for kept, users in kept_by.items():
        if len(users) > 1:
            for line in _keep(kept, primitive, public):
                put(f"        {line}")
    layout = fast_class(operation).layout
    if layout == 3:
        put(f"        node.edges = ({', '.join(f'edge_{name}' if name in moving else 'None' for name in edges)},)")
    else:
        for position, name in enumerate(edges):
            put(f"        node.e{position} = edge_{name}")
    if elementwise and len(edges) == 1:
        put("        node.shapes = None")
    elif elementwise:  # undone only for an operand that moves and was stretched
        fits = " and ".join(f"(edge_{name} is None or {public[name]}.shape == shape)" for name in moving)
        put(
            f"        node.shapes = None if same or ({fits}) else "
            f"({', '.join(f'{public[name]}.shape' for name in edges)})"
        )
    for name in statics:
        put(f"        node.static_{name} = {name}")
    put("        node.seq = next_number()")
    put("    else:")
    put("        out.node = None")
    operands = f"({', '.join(public[name] for name in edges)},)"
    given = f"{{{', '.join(f'{name!r}: {name}' for name in statics)}}}"
    put(f"        if grad_enabled().__class__ is not bool: attach({operands}, {given}, out)")


def _keep(kept: str, primitive: Primitive, public: dict[str, str]) -> list[str]:
    """The statements that put one kept value on the node."""
    if kept in primitive.statics:
        return []
    if kept == "out":
        return ["node.saved_out = out.array", "node.cell_out = None"]
    if kept not in primitive.inputs:
        name = kept.removesuffix("_shape")
        absent = f"None if {public[name]} is None else " if name in primitive.optional else ""
        return [f"node.{kept} = {absent}{public[name]}.shape"]
    tensor = public[kept]
    absent = f"{tensor} is not None and " if kept in primitive.optional else ""
    return [
        f"node.saved_{kept} = {tensor}",
        f"if {absent}{tensor}.version is not None: node.version_{kept} = {tensor}.version[0]",
    ]


__all__ = ["Declared", "recorder", "specializable"]
