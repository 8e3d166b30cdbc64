"""Floor 6: forward mode. A dual tensor carries a tangent; an operation on duals runs its forward on the primals and
pushes the tangents through the declared rules. Both go through Tensors, so that what happens can be recorded for
reverse mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ops.xp import namespace_of
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.rule.kinds import Predicate
from wengert.tensor.base import TensorBase, edge_of, history_of, make
from wengert.tensor.general import GeneralNode, Operation
from wengert.tensor.operands import NUMBERS, number
from wengert.tensor.record import record_plain
from wengert.tensor.view import sharing, view_of


class Level:
    """One region of forward mode; tangents live until it ends."""

    __slots__ = ("alive", "spaces")

    def __init__(self) -> None:
        self.alive = True
        self.spaces: dict[Space, DualSpace] = {}

    def space(self, plain: Space) -> DualSpace:
        """The space of dual tensors over `plain` at this level."""
        found = self.spaces.get(plain)
        if found is None:
            found = self.spaces[plain] = DualSpace(plain, self)
        return found


class DualSpace(Space):
    """Where dual tensors live: like the plain space, but operations are interpreted."""

    __slots__ = ("level",)

    level: Level

    def __init__(self, plain: Space, level: Level) -> None:
        super().__init__(plain.backend, plain.device, plain.dtype)
        self.boolean, self.index = plain.boolean, plain.index
        self.plain, self.level = plain, level
        self.is_plain = self.is_plain_floating = False

    def of(self, dtype: Any) -> Space:
        return self.plain.of(dtype)

    def interpret(
        self, operation: Operation, args: Sequence[Any], statics: dict[str, Any], compute: DType | None = None
    ) -> Any:
        """Run `operation` on the primals and push the tangents through."""
        primals = [primal_of(arg) if isinstance(arg, TensorBase) else arg for arg in args]
        tangents = [tangent_of(arg) if isinstance(arg, TensorBase) else None for arg in args]
        result = record_plain(operation, args, statics, compute)
        if isinstance(operation.primitive, Predicate) or all(t is None for t in tangents):
            return result
        several = bool(operation.primitive.outputs)
        outs = result if several else (result,)
        with self.xp.errstate():
            pushed = _push(operation, primals, tangents, statics, outs)
        duals = [
            make_dual(self.level, out, t) if t is not None and out.space.dtype.is_inexact else out
            for out, t in zip(outs, pushed if several else (pushed,), strict=True)
        ]
        _keep_tangents(result, operation, duals)
        return tuple(duals) if several else duals[0]

    def written(self, tensor: TensorBase, result: TensorBase) -> None:
        """After the dual `result` was written into `tensor`: all on that memory are duals now."""
        tangent, view = tangent_of(result), view_of(tensor)
        if tangent is None:
            return
        base: Any = tensor if view is None else view.base
        if view is not None:
            whole = tangent_of(base)
            whole = namespace_of(self.backend).zeros_like(base) if whole is None else whole.clone()
            view.replay(whole).copy_(tangent)
            tangent = whole
        become_dual(self, base, tangent)
        for other in sharing(base):
            theirs = view_of(other)
            if theirs is not None and theirs.base is base:
                become_dual(self, other, theirs.replay(tangent))


def become_dual(space: DualSpace, tensor: TensorBase, tangent: Any) -> None:
    """Let a plain tensor carry `tangent`, in place."""
    tensor.space, tensor._tangent = space, tangent  # pyright: ignore[reportPrivateUsage]  # the slot for forward mode


def _keep_tangents(result: Any, operation: Operation, duals: Sequence[Any]) -> None:
    """Let the node keep its outputs as duals, so that a pass that records pushes their tangents on."""
    first = result[0] if operation.primitive.outputs else result
    node = None if first.node is None else first.node.destination()[0]
    if not isinstance(node, GeneralNode) or not node.kept_outputs:
        return
    for name, kept in node.kept_outputs.items():
        dual = duals[operation.primitive.outputs.index(name)] if operation.primitive.outputs else duals[0]
        kept.space, kept.tangent = dual.space, getattr(dual, "_tangent", None)


def _push(
    operation: Operation, primals: Sequence[Any], tangents: Sequence[Any], statics: dict[str, Any], outs: Sequence[Any]
) -> Any:
    """The tangent of the result, or of each."""
    primitive = operation.primitive
    out = outs[0]
    xp = namespace_of(out.space.backend)
    compute = _compute_space(primals, primitive, out.space)

    def converted(name: str, value: Any) -> Any:
        if value is None or name in primitive.constants:
            return value
        if isinstance(value, NUMBERS):
            return number(compute, value)
        if primitive.elementwise and value.space.dtype is not compute.dtype:
            return xp.astype(value, compute.dtype)
        return value

    def kept(name: str) -> Any:
        if name in statics:
            return statics[name]
        if name == "out":
            return out
        if name in primitive.outputs:
            return outs[primitive.outputs.index(name)]
        if primitive.variadic and name == primitive.inputs[0]:
            return primals
        if name in primitive.inputs:
            return converted(name, primals[primitive.inputs.index(name)])
        stem, _, what = name.rpartition("_")
        if primitive.variadic:
            return [p.shape if what == "shape" else p.space.dtype for p in primals]
        arrived = primals[primitive.inputs.index(stem)]
        return None if arrived is None else arrived.shape if what == "shape" else arrived.space.dtype

    names = primitive.inputs * len(primals) if primitive.variadic else primitive.inputs
    moving = [converted(name, t) for name, t in zip(names, tangents, strict=True)]
    if primitive.variadic and primitive.kind == "linear":
        moving = [xp.zeros_like(p) if t is None else t for p, t in zip(primals, moving, strict=True)]
    t = primitive.pushforward(xp, moving, kept)
    if primitive.outputs:
        return t
    if t is not None and t.shape != out.shape:
        t = xp.broadcast_to(t, out.shape)
    if t is not None and t.space.dtype is not out.space.dtype:
        t = xp.astype(xp.real(t) if not out.space.dtype.is_complex else t, out.space.dtype)
    return t


def _compute_space(primals: Sequence[Any], primitive: Any, out: Space) -> Space:
    """The space that the rules of an elementwise operation work in: complex where an operand is."""
    for name, primal in zip(primitive.inputs, primals, strict=False):
        if isinstance(primal, TensorBase) and name not in primitive.constants and primal.space.dtype.is_complex:
            return out.of(out.dtype.to_complex())
    if out.dtype.is_complex and not any(isinstance(primal, complex) for primal in primals):
        return out.of(out.dtype.to_real())  # a complex number made of real ones
    return out


def make_dual(level: Level, primal: TensorBase, tangent: TensorBase) -> Any:
    """A tensor on the memory of `primal` with `tangent` beside it."""
    dual = make(level.space(primal.space), primal.array, edge_of(primal))
    dual._tangent = tangent
    dual.version = primal.version
    return dual


def primal_of(tensor: TensorBase) -> Any:
    """The tensor without its tangent."""
    if tensor.space is tensor.space.plain:
        return tensor
    primal = make(tensor.space.plain, tensor.array, history_of(tensor))
    primal.version = tensor.version
    return primal


def tangent_of(tensor: TensorBase) -> Any:
    """The tangent of a tensor at a level that has not ended; None if there is none."""
    space = tensor.space
    if not isinstance(space, DualSpace) or not space.level.alive:
        return None
    return getattr(tensor, "_tangent", None)
