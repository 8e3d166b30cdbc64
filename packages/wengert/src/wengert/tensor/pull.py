"""Floor 5: the nodes of the fast path, whose pull is written out from the declared rules.

The text of a pull does what `OperationNode.pull_with` does with the rules, for one operation: a partial that hands a
kept value on becomes one multiplication, positions are bound, nothing is looked up by name. It is written as `step`,
and when the first comes by as `trace` on Tensors for a pass that records. A node with hooks runs the rules as declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from wengert.graph.node import CAREFUL, OperationNode
from wengert.graph.saved import FREED, check_version, checked_output, raise_freed
from wengert.rule.kinds import sum_to
from wengert.rule.pending import Pending
from wengert.rule.primitive import Primitive
from wengert.tensor.fusing import KERNEL, Way, pull_text, size_tests
from wengert.tensor.general import Operation, node_class
from wengert.tensor.written import code_of


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
            slots += ["saved_out", "cell_out", "version_out"]
        elif kept not in primitive.statics:
            slots.append(kept)
    slots += [f"static_{name}" for name in primitive.statics]
    result = node_class(operation, OperationNode, tuple(slots), layout=count if plain else 3)
    result.backs = operation.backs()
    result.step = _written_pull(operation, result, "step")
    result.trace = _written_when_needed(operation, result)
    return result


def _written_when_needed(operation: Operation, cls: type[OperationNode]) -> Callable[..., Any]:
    """The pull of a pass that records, written out when the first such comes by."""

    def first(self: OperationNode, *arguments: Any) -> Any:
        written = cls.trace = _written_pull(operation, cls, "trace")
        return written(self, *arguments)

    return first


def _written_pull(operation: Operation, cls: type[OperationNode], kind: str) -> Callable[..., Any]:
    environment: dict[str, Any] = {
        "CAREFUL": CAREFUL, "FREED": FREED, "check_version": check_version, "checked_output": checked_output,
        "raise_freed": raise_freed, "summed": summed, "Pending": Pending,
        "__builtins__": __builtins__, "__name__": __name__,
    }  # fmt: skip
    name = f"{operation.primitive.name}_{kind}"
    source = _pull_source(operation, cls, environment, name, kind)
    return FunctionType(code_of(source, name, environment), environment, name)


def _pull_source(
    operation: Operation, cls: type[OperationNode], environment: dict[str, Any], title: str, kind: str
) -> str:
    """The text of `step` or `trace`: for each edge unpack and check what its rule asks, then one expression;
    free; return.

    On raw arrays, or on Tensors for a pass that records; the two differ in how kept values are unpacked and in `xp`.
    """
    primitive, kept_by, recording = operation.primitive, cls.kept_by, kind == "trace"
    namespace = "tools.namespace(self.space)" if recording else "self.space.xp"
    lines = [
        f"def {title}(self, g, keep, tools{'' if recording else ', producer'}):",
        "    if self.extra is not None: return CAREFUL",
    ]
    put = lines.append
    plain = cls.layout < 3
    edge = [f"e{i}" if plain else f"edge_{name}" for i, name in enumerate(primitive.inputs)]
    moving = [n for n in primitive.inputs if n not in primitive.constants]
    joint = primitive.joint_rule
    texts = {n: "" if joint else _gradient_text(operation, n, environment, None) for n in moving}
    for name, back in cls.backs.items() if recording else ():
        environment[f"back_{name}"] = back
        texts[name] = f"back_{name}(g, {', '.join(primitive.asks(name))})"
    if not recording and not joint:
        itself = {n for n in moving if texts[n] == "g"}
        texts = {n: _gradient_text(operation, n, environment, _way(primitive, n, itself, edge)) for n in moving}
        cls.takes_pending = plain and all("(later(" in text or text == "g" for text in texts.values())
        cls.hands_on = cls.takes_pending and "g" in texts.values()
    lines += [f"    {line}" for line in size_tests(texts.values())]
    if cls.takes_pending and not recording and len(edge) > 1 and set(texts.values()) != {"g"}:
        put("        if is_long and self.e0 is not None and self.e1 is not None and g.__class__ is Pending:")
        put("            g = g.for_two()")
    for position, name in enumerate(edge if plain else ()):
        put(f"    {name} = self.e{position}")
    if not plain:
        put(f"    {', '.join(edge)}, = self.edges")
    kernels = sorted({kernel for text in texts.values() for kernel in KERNEL.findall(text)})
    texts = {name: KERNEL.sub(r"\1", text) for name, text in texts.items()}
    if joint or len(kernels) > 1 or any(re.search(r"(?<![.\w])xp\b", text) for text in texts.values()):
        put(f"    xp = {namespace}")
        namespace = "xp"
    for kernel in kernels:
        put(f"    {kernel} = {namespace}.{kernel}")
    for kept, users in kept_by.items():
        if joint or len(users) > 1:
            lines += [f"    {line}" for line in _unpack(kept, primitive, recording)]
    if joint:
        environment["joint"] = joint.function
        asked = "".join(f"{each} is not None, " for each in edge)
        results = "".join(f"g{position}, " for position in range(len(edge)))
        put(f"    {results}= joint(xp, g, ({asked}), {', '.join(joint.asks)})")
    for position, name in enumerate(() if joint else primitive.inputs):
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
    values = [
        "None" if n in primitive.constants else "g" if texts[n] == "g" else f"g{i}"
        for i, n in enumerate(primitive.inputs)
    ]
    tensors = [f"self.saved_{kept} = " for kept in kept_by if kept in primitive.inputs]
    free = "".join(tensors) + "FREED" if tensors else ""
    if "out" in kept_by:
        free = f"self.saved_out = None; {free}"
    if free:
        put(f"    if not keep: {free}")
    if primitive.elementwise and len(values) > 1:
        whose = "tools.namespace(self.space)" if recording else "self.space.xp"
        whole = f"summed(self, {whose}, {', '.join(values)})"
        put(f"    if self.shapes is not None: {'g0, g1 =' if plain else 'return'} {whole}")
        if plain:
            lines[-1] += "; return g0, e0, g1, e1"
    if plain:
        put(f"    return {values[0]}, e0, {f'{values[1]}, e1' if len(values) > 1 else 'None, None'}")
    else:
        put(f"    return [{', '.join(values)}]")
    return "\n".join([*lines, ""])


def _unpack(kept: str, primitive: Primitive, recording: bool) -> list[str]:
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


def summed(node: Any, xp: Any, *gradients: Any) -> list[Any]:
    """The cotangents of operands that were broadcast, added up to each operand's shape."""
    return [
        None if g is None or edge is None else sum_to(xp, g, shape)
        for g, edge, shape in zip(gradients, node.edge_nodes(), node.shapes, strict=True)
    ]


def _way(primitive: Primitive, name: str, itself: set[str], edge: Sequence[str]) -> Way:
    """When g may be written over for the cotangent of an input: no cotangent is still to be worked out, be it later or
    as Pending, none is g `itself`, and who produced g gives what nobody else holds."""
    inputs = primitive.inputs
    position = inputs.index(name)
    after = set(inputs[position + 1 :]) - primitive.constants
    busy = [one for one, other in zip(edge, inputs, strict=True) if other != name and other in after | itself]
    before = [
        f"g{at}.__class__ is not Pending"
        for at, other in enumerate(inputs[:position])
        if other not in itself | primitive.constants
    ]
    others = [f"{one} is None" for one, other in zip(edge, inputs, strict=True) if other != name]
    spare = " and ".join([*[f"{one} is None" for one in busy], *before, "producer.fresh"])
    return Way(edge[position], spare, " and ".join(others) or "True")


def _gradient_text(operation: Operation, name: str, environment: dict[str, Any], way: Way | None) -> str:
    """The expression for the cotangent of one input; a call that raises where no rule gives it."""
    text = pull_text(operation.primitive, name, environment, way)
    if not text:
        environment[f"missing_{name}"] = _missing(operation, name)
    return text or f"missing_{name}()"


def _missing(operation: Operation, name: str) -> Callable[[], Any]:
    def missing() -> Any:
        raise NotImplementedError(f"derivative for {operation.name} with respect to {name!r} is not implemented")

    return missing


__all__ = ["fast_class", "summed"]
