"""Floor 5: the fast path of an operation, written from its declaration at the first call.

As dataclasses write `__init__`, this module writes two functions for an operation: `record`, for operands that are Tensors
of one space of real numbers, and the `pull` of its nodes. They do what `record.py` and the declared rules do, with all that
is known beforehand left out: a partial that hands a kept value on becomes one multiplication, positions are bound, nothing
is looked up by name. Whatever does not fit goes the general way. The text is put into `linecache`, so a traceback shows it,
under the rule's name. A test compares both ways for every operation.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Sequence
from types import CodeType, FunctionType
from typing import Any, NamedTuple, cast
from weakref import ref

from wengert.graph.modes import is_grad_enabled
from wengert.graph.node import OperationNode, next_number
from wengert.graph.saved import FREED, check_version, checked_output, raise_freed
from wengert.protocol.backend import Space
from wengert.protocol.shapes import broadcast_shapes
from wengert.rule.kinds import Elementwise, Predicate, sum_to
from wengert.rule.primitive import Rule
from wengert.rule.signature import Parameters, parameters_of
from wengert.tensor.base import concrete_classes, new_accumulator, tensor_class
from wengert.tensor.record import Operation, node_class, number, record

_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip


_KERNEL = r"\(kernel := xp\.(\w+)\)"


class Probe:
    """Stands for a value while a rule is read: what is done to it is written down as an expression."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __call__(self, *args: Any, **keywords: Any) -> Probe:
        if self.text in ("xp.conj", "xp.real"):  # what is written out serves real numbers only
            return args[0]
        words = [_text(arg) for arg in args] + [f"{key}={_text(value)}" for key, value in keywords.items()]
        kernel = f"(kernel := {self.text})" if self.text.startswith("xp.") else self.text  # faster than a method call
        return Probe(f"{kernel}({', '.join(words)})")

    def __getattr__(self, name: str) -> Probe:
        if name.startswith("__"):
            raise AttributeError(name)
        return Probe(f"{self.text}.{name}")

    def __neg__(self) -> Probe:
        return Probe(f"(-{self.text})")

    def __bool__(self) -> bool:
        raise TypeError("a rule that asks for a truth value is called, not written out")

    def __iter__(self) -> Any:
        raise TypeError("a rule that iterates is called, not written out")

    def __eq__(self, other: object) -> bool:
        raise TypeError("a rule that compares for equality is called, not written out")

    __hash__ = None  # type: ignore[assignment]


def _binary(symbol: str, reflected: bool) -> Callable[[Probe, Any], Probe]:
    def operator(self: Probe, other: Any) -> Probe:
        left, right = (other, self) if reflected else (self, other)
        return Probe(f"({_text(left)} {symbol} {_text(right)})")

    return operator


for _name, _symbol in _OPERATORS.items():
    setattr(Probe, f"__{_name}__", _binary(_symbol, reflected=False))
    setattr(Probe, f"__r{_name}__", _binary(_symbol, reflected=True))


def _text(value: Any) -> str:
    if isinstance(value, Probe):
        return value.text
    if isinstance(value, (bool, int, float, str)) or value is None:
        return repr(value)
    if isinstance(value, tuple):
        return f"({''.join(_text(item) + ', ' for item in value)})"  # pyright: ignore[reportUnknownVariableType]
    raise TypeError(f"{type(value).__name__} cannot be written out")


def written_out(function: Callable[..., Any], *arguments: str) -> Any:
    """What `function` returns for probes: an expression's text, a plain number, or None where it must be called."""
    try:
        result = function(*[Probe(argument) for argument in arguments])
        return result if isinstance(result, (int, float)) else _text(result)
    except Exception:  # whatever the rule does with a probe that it would not do with an array
        return None


def specializable(operation: Operation) -> bool:
    """Whether the fast path can serve `operation` at all."""
    primitive = operation.primitive
    special = primitive.variadic or primitive.outputs or "dtype" in primitive.statics or not primitive.keeps_dtype
    asks = {ask for name in primitive.inputs for ask in primitive.asks(name)}
    return not special and not any(ask.endswith("_dtype") for ask in asks)


class Declared(NamedTuple):
    """What a record function is to look like from outside."""

    name: str
    parameters: Parameters
    doc: str | None
    annotations: dict[str, Any]
    module: str
    function: Any = None  # the one that was decorated: shows the signature before the first call


def recorder(operation: Operation, declared: Declared, on_stranger: Any = None) -> Callable[..., Any]:
    """The record function of `operation` that looks like `declared`, specialised when it is first called.

    The inputs come first among the parameters, then the statics. The function that is returned stays the same object for
    good (methods and operators hold it); at the first call its code is exchanged for the specialised one. `on_stranger`,
    if given, is returned for an operand of an unknown class: what an operator needs to let the other side try.
    """
    names = declared.parameters.names
    inputs, statics = names[: len(operation.primitive.inputs)], names[len(operation.primitive.inputs) :]
    environment: dict[str, Any] = {"__name__": declared.module, "__builtins__": __builtins__}
    if on_stranger is not None:
        environment["general"] = _operator_record(operation, on_stranger)
    else:
        environment["general"] = _general_record(operation)
    function = FunctionType(_first_call.__code__, environment, declared.name)
    environment["itself"] = function

    def specialize() -> None:
        source = _record_source(operation, _heading(declared), inputs, statics)
        environment.update(_ingredients(operation))
        function.__code__ = _code(source, declared.name)

    environment["specialize"] = specialize
    function.__doc__, function.__annotations__, function.__module__ = declared.doc, declared.annotations, declared.module
    defaults = declared.parameters.defaults
    function.__defaults__ = tuple(defaults[name] for name in declared.parameters.positional if name in defaults)
    function.__kwdefaults__ = {name: defaults[name] for name in declared.parameters.keyword_only if name in defaults}
    if declared.function is not None:
        cast(Any, function).__wrapped__ = declared.function
    return function


def _first_call(*args: Any, **keywords: Any) -> Any:
    """What a record function does until it is specialised; the names are those of its own environment."""
    specialize()  # noqa: F821  # pyright: ignore[reportUndefinedVariable]  # found in the function's environment
    return itself(*args, **keywords)  # noqa: F821  # pyright: ignore[reportUndefinedVariable]  # likewise


def _heading(declared: Declared) -> str:
    positional, keyword_only = declared.parameters.positional, declared.parameters.keyword_only
    names = [*positional, *(["*", *keyword_only] if keyword_only else [])]
    return f"def {declared.name}({', '.join(names)}):"


def _general_record(operation: Operation) -> Callable[..., Any]:
    def general(args: Sequence[Any], **statics: Any) -> Any:
        return record(operation, args, statics)

    return general


def _operator_record(operation: Operation, on_stranger: Any) -> Callable[..., Any]:
    def general(args: Sequence[Any], **statics: Any) -> Any:
        classes = concrete_classes()
        if any(type(arg) not in classes and not isinstance(arg, (bool, int, float, complex)) for arg in args):
            return on_stranger
        return record(operation, args, statics)

    return general


def _code(source: str, name: str) -> CodeType:
    filename = f"<wengert {name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    module = compile(source, filename, "exec")
    return next(constant for constant in module.co_consts if isinstance(constant, CodeType))


def _compiled(source: str, name: str, environment: dict[str, Any]) -> FunctionType:
    return FunctionType(_code(source, name), environment, name)


def _ingredients(operation: Operation) -> dict[str, Any]:
    """The names that a written record function uses."""
    return {
        "broadcast_shapes": broadcast_shapes, "classes": concrete_classes(), "forward": operation.primitive.forward,
        "grad_enabled": is_grad_enabled, "new_accumulator": new_accumulator, "next_number": next_number,
        "NodeClass": fast_class(operation), "number": number, "ref": ref, "Tensor": tensor_class(),
    }  # fmt: skip


def _record_source(operation: Operation, heading: str, inputs: Sequence[str], statics: Sequence[str]) -> str:
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
            put(f"    if type({one}) is not Tensor and type({one}) not in classes:")
            put(f"        if type({other}) not in classes or not ({other}.space.is_plain_floating and type({one}) in (float, int)"
                f" or type({one}) is int and {other}.space.{claim}): {fallback}")  # fmt: skip
            put(f"        {one} = {other}.space.scalars.get({one}) or number({other}.space, {one})")
    tests = [f"type({public[name]}) not in classes" for name in primitive.inputs if name not in primitive.optional]
    tests += [f"({public[n]} is not None and type({public[n]}) not in classes)" for n in primitive.inputs if n in primitive.optional]
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
    put("    xp = space.xp")
    if elementwise:
        put(f"    shape = {first}.shape")
        if len(inputs) > 1:
            others = [public[name] for name in primitive.inputs if public[name] != first]
            put(f"    same = {' and '.join(f'(shape is {o}.shape or shape == {o}.shape)' for o in others)}")
            put("    if not same:")
            for other in others:
                put(f"        shape = broadcast_shapes(shape, {other}.shape)")
    put(f"    data = {_forward_text(operation, public, statics)}")
    put("    out = Tensor()")
    if not elementwise:
        put("    shape = tuple(data.shape)")
    put("    out.array = data if shape else xp.asarray(data)")
    put("    out.shape, out.version = shape, None")
    if isinstance(primitive, Predicate):
        put(f"    out.space, out.node = {'space.index' if primitive.result == 'index' else 'space.boolean'}, None")
        put("    return out")
        return "\n".join([*lines, ""])
    put("    out.space = space")
    _put_node(put, operation, public, statics, elementwise)
    put("    return out\n")
    return "\n".join(lines)


def _forward_text(operation: Operation, public: dict[str, str], statics: Sequence[str]) -> str:
    primitive = operation.primitive
    data = [f"None if {public[n]} is None else {public[n]}.array" if n in primitive.optional else f"{public[n]}.array" for n in primitive.inputs]
    if not primitive.optional:
        try:
            probes = {name: Probe(name) for name in statics}
            return _text(primitive.forward(Probe("xp"), *[Probe(text) for text in data], **probes))
        except Exception:  # not a single expression: call it
            pass
    return f"forward(xp, {', '.join(f'({text})' for text in data)}, {''.join(f'{s}={s}, ' for s in statics)})"


def _put_node(put: Callable[[str], None], operation: Operation, public: dict[str, str], statics: Sequence[str], elementwise: bool) -> None:
    """The part of the record function that puts a node on the tape."""
    primitive, kept_by = operation.primitive, fast_class(operation).kept_by
    edges = list(primitive.inputs)
    moving = [name for name in edges if name not in primitive.constants]
    for name in moving:
        absent = f"None if {public[name]} is None else " if name in primitive.optional else ""
        put(f"    edge_{name} = {absent}{public[name]}.node")
    put(f"    if ({' or '.join(f'edge_{name} is not None' for name in moving)}) and grad_enabled():")
    put("        node = out.node = NodeClass()")
    put("        node.space, node.extra = space, None")
    for position, name in enumerate(edges):
        if name not in moving:
            continue
        put(f"        if edge_{name} is not None:")
        put(f"            if type(edge_{name}) is ref: edge_{name} = {public[name]}.node() or new_accumulator({public[name]})")
        for kept, users in kept_by.items():
            if users == (position,):
                for line in _keep(kept, primitive, public):
                    put(f"            {line}")
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
        put(f"        node.shapes = None if same or ({fits}) else ({', '.join(f'{public[name]}.shape' for name in edges)})")
    for name in statics:
        put(f"        node.static_{name} = {name}")
    put("        node.seq = next_number()")
    put("    else:")
    put("        out.node = None")


def _keep(kept: str, primitive: Any, public: dict[str, str]) -> list[str]:
    """The statements that put one kept value on the node."""
    if kept in primitive.statics:
        return []
    if kept == "out":
        return ["node.saved_out, node.cell_out = out.array, None"]
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


def fast_class(operation: Operation) -> type[OperationNode]:
    """The node class of the fast path, whose pull is written out."""
    if operation._node_class is None:  # pyright: ignore[reportPrivateUsage]  # the slot that this module fills
        operation._node_class = _make_fast_class(operation)  # pyright: ignore[reportPrivateUsage]  # likewise
    return operation._node_class  # pyright: ignore[reportPrivateUsage]  # likewise


def _make_fast_class(operation: Operation) -> type[OperationNode]:
    primitive = operation.primitive
    count = len(primitive.inputs)
    plain = count <= 2 and not primitive.constants and not primitive.places
    slots = [f"e{i}" for i in range(count)] if plain else ["edges"]
    base = node_class(operation, OperationNode)
    for kept in base.kept_by:
        if kept in primitive.inputs:
            slots += [f"saved_{kept}", f"version_{kept}"]
        elif kept == "out":
            slots += ["saved_out", "cell_out"]
        elif kept not in primitive.statics:
            slots.append(kept)
    slots += [f"static_{name}" for name in primitive.statics]
    result = node_class(operation, OperationNode, tuple(slots), layout=count if plain else 3)
    result.pull = _written_pull(operation, result, recording=False)
    result.trace = _trace_when_needed(operation, result)
    return result


def _trace_when_needed(operation: Operation, cls: type[OperationNode]) -> Callable[..., Any]:
    """The pull of a pass that records, written out when the first such pass comes by."""

    def trace(self: OperationNode, g: Any, keep: bool, tools: Any) -> Any:
        cls.trace = _written_pull(operation, cls, recording=True)
        return cls.trace(self, g, keep, tools)

    return trace


def _written_pull(operation: Operation, cls: type[OperationNode], recording: bool) -> Callable[..., Any]:
    environment: dict[str, Any] = {
        "FREED": FREED, "check_version": check_version, "checked_output": checked_output, "raise_freed": raise_freed,
        "summed": summed, "__builtins__": __builtins__, "__name__": __name__,
    }  # fmt: skip
    name = f"{operation.primitive.name}_{'trace' if recording else 'pull'}"
    return _compiled(_pull_source(operation, cls, environment, name, recording), name, environment)


def _pull_source(
    operation: Operation, cls: type[OperationNode], environment: dict[str, Any], title: str, recording: bool
) -> str:
    """The text of the pull: for each edge unpack and check what its rule asks, then one expression; free; return.

    On raw arrays, or on Tensors for a pass that records; the two differ in how kept values are unpacked and in `xp`.
    """
    primitive, kept_by = operation.primitive, cls.kept_by
    namespace = "tools.namespace(self.space)" if recording else "self.space.xp"
    lines = [f"def {title}(self, g, keep{', tools' if recording else ''}):"]
    put = lines.append
    plain = cls.layout < 3
    edge = [f"self.e{i}" if plain else f"edge_{name}" for i, name in enumerate(primitive.inputs)]
    texts = {n: _gradient_text(operation, n, environment) for n in primitive.inputs if n not in primitive.constants}
    if not plain:
        put(f"    {', '.join(edge)}, = self.edges")
    kernels = sorted({kernel for text in texts.values() for kernel in re.findall(_KERNEL, text)})
    texts = {name: re.sub(_KERNEL, r"\1", text) for name, text in texts.items()}
    if len(kernels) > 1 or any("xp" in text for text in texts.values()):
        put(f"    xp = {namespace}")
        namespace = "xp"
    for kernel in kernels:
        put(f"    {kernel} = {namespace}.{kernel}")
    for kept, users in kept_by.items():
        if len(users) > 1:
            lines += [f"    {line}" for line in _unpack(kept, primitive, recording)]
    for position, name in enumerate(primitive.inputs):
        mine = [kept for kept, users in kept_by.items() if users == (position,)]
        own = [line for kept in mine for line in _unpack(kept, primitive, recording)]
        if name in primitive.constants or texts[name] == "g":
            continue
        if len(primitive.inputs) == 1:
            lines += [f"    {line}" for line in [*own, f"g0 = {texts[name]}"]]
            continue
        put(f"    if {edge[position]} is not None:")
        lines += [f"        {line}" for line in [*own, f"g{position} = {texts[name]}"]]
        put(f"    else: g{position} = None")
    values = ["None" if n in primitive.constants else "g" if texts[n] == "g" else f"g{i}" for i, n in enumerate(primitive.inputs)]
    tensors = [f"self.saved_{kept} = " for kept in kept_by if kept in primitive.inputs]
    free = "".join(tensors) + "FREED" if tensors else ""
    if "out" in kept_by:
        free = f"self.saved_out = None; {free}"
    if free:
        put(f"    if not keep: {free}")
    if primitive.elementwise and len(values) > 1:
        whose = "tools.namespace(self.space)" if recording else "self.space.xp"
        put(f"    if self.shapes is not None: return summed(self, {whose}, {', '.join(values)})")
    layout = cls.layout
    put(f"    return [{', '.join(values)}]" if layout == 3 else f"    return {', '.join(values)}")
    return "\n".join([*lines, ""])


def _unpack(kept: str, primitive: Any, recording: bool) -> list[str]:
    """The statements that take one kept value off the node, refusing one that is gone or was written."""
    if kept in primitive.statics:
        return [f"{kept} = self.static_{kept}"]
    if kept == "out":
        return [
            "out = self.saved_out",
            "if out is None: raise_freed(self)",
            "if self.cell_out is not None: checked_output(self, 'out', out, self.cell_out)",
            *(["out = tools.output(out, self.space, self)"] if recording else []),
        ]
    if kept not in primitive.inputs:
        return [f"{kept} = self.{kept}"]
    checks = [f"if {kept}.version is not None: check_version(self, {kept!r}, {kept})"]
    if not recording:
        checks.append(f"{kept} = {kept}.array")
    if kept in primitive.optional:
        return [f"{kept} = self.saved_{kept}", f"if {kept} is not None:", *[f"    {line}" for line in checks]]
    return [f"{kept} = self.saved_{kept}", *checks]


def summed(node: Any, xp: Any, *gradients: Any) -> Any:
    """The cotangents of operands that were broadcast, added up to each operand's shape; in the node's layout."""
    values = [
        None if g is None or edge is None else sum_to(xp, g, shape)
        for g, edge, shape in zip(gradients, node.edge_nodes(), node.shapes, strict=True)
    ]
    return values if node.layout == 3 else tuple(values)


def _gradient_text(operation: Operation, name: str, environment: dict[str, Any]) -> str:
    """The expression for the cotangent of one input."""
    primitive = operation.primitive
    partial = primitive.pulled_by_partial(name) if isinstance(primitive, Elementwise) else None
    if partial is not None:
        text = written_out(partial.function, "xp", *partial.asks)
        if isinstance(text, (int, float)):
            if text == 0:
                return "xp.zeros_like(g)"
            return "g" if text == 1 else "(kernel := xp.negative)(g)" if text == -1 else f"g * {text!r}"
        return f"(kernel := xp.multiply)(g, {text or _call(partial, f'partial_{name}', environment)})"
    rule = primitive.rules.get(name)
    if rule is None:
        environment[f"missing_{name}"] = _missing(operation, name)
        return f"missing_{name}()"
    may_be_none = any(ask in primitive.optional for ask in rule.asks)  # "is None" of a probe would be written out wrongly
    text = None if may_be_none else written_out(rule.function, "xp", "g", *rule.asks)
    return text or _call(rule, f"vjp_{name}", environment, "g, ")


def _call(rule: Rule, name: str, environment: dict[str, Any], leading: str = "") -> str:
    environment[name] = rule.function
    return f"{name}(xp, {leading}{', '.join(rule.asks)})"


def _missing(operation: Operation, name: str) -> Callable[[], Any]:
    def missing() -> Any:
        raise NotImplementedError(f"derivative for {operation.name} with respect to {name!r} is not implemented")

    return missing


__all__ = ["Space", "recorder", "specializable"]
