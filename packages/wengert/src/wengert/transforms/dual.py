"""Floor 6: forward mode. A dual tensor carries a tangent; an operation on duals runs its forward on the primals and
pushes the tangents through the declared rules. Both go through Tensors, so that what happens can be recorded for
reverse mode. Levels nest: the primal and the tangent of an inner level may be duals of an outer one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from wengert.ops.xp import namespace_of
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.rule.kinds import Predicate
from wengert.tensor.base import TensorBase, edge_of, history_of, make
from wengert.tensor.general import GeneralNode, Operation
from wengert.tensor.level import Level, LevelSpace, depth_of, root_of
from wengert.tensor.operands import NUMBERS, number
from wengert.tensor.record import record_as
from wengert.tensor.view import sharing, view_of


class DualLevel(Level):
    """One region of forward mode; tangents live until it ends."""

    __slots__ = ()

    def space(self, below: Space) -> DualSpace:
        """The space of dual tensors over `below` at this level."""
        found = self.spaces.get(below)
        if found is None:
            found = self.spaces[below] = DualSpace(below, self)
        return found

    def push(
        self,
        operation: Operation,
        primals: Sequence[Any],
        tangents: Sequence[Any],
        statics: dict[str, Any],
        outs: Sequence[Any],
        dtype: DType | None,
    ) -> Any:
        """The tangent of the result of `operation`, or of each of its results; `dtype` is what its inputs were
        converted to, if it was asked to."""
        return _push(operation, primals, tangents, statics, outs, dtype)

    def push_unknown(self, rule: Callable[[], Any], tangents: Sequence[Any], outs: Sequence[Any]) -> Any:
        """The tangents of the results of a function that is not declared, which has a `rule` of its own; None stands
        in `outs` for a result that has none."""
        return rule()

    def zero(self, tensor: TensorBase) -> Any:
        """The tangent of a tensor that does not move."""
        return namespace_of(tensor.space.backend).zeros_like(tensor)


#: The level of `forward_ad` that has been entered, None outside of one.
current_level: ContextVar[DualLevel | None] = ContextVar("wengert_dual_level", default=None)


class Nested:
    """What the slot for the tangent holds where the primal is a dual of an outer level: the tangent, and that slot of
    the primal."""

    __slots__ = ("of_primal", "tangent")

    def __init__(self, tangent: Any, of_primal: Any) -> None:
        self.tangent, self.of_primal = tangent, of_primal


class DualSpace(LevelSpace):
    """Where dual tensors live: like the space below, but operations are interpreted.

    A dual tensor has the array and the place on the tape of its primal, and a tangent of the space below."""

    __slots__ = ()

    level: DualLevel

    def __init__(self, below: Space, level: DualLevel) -> None:
        super().__init__(below, level)
        self.xp, self.native, self.native_device = below.xp, below.native, below.native_device
        self.boolean, self.index, self.is_readable = below.boolean, below.index, below.is_readable
        self.plain = below.plain

    def of(self, dtype: Any) -> Space:
        return self.plain.of(dtype)

    def interpret(
        self,
        operation: Operation,
        args: Sequence[Any],
        statics: dict[str, Any],
        compute: DType | None = None,
        originals: Sequence[Any] | None = None,
    ) -> Any:
        """Run `operation` on the primals and push the tangents through; `originals` are what a node keeps."""
        level, originals = self.level, args if originals is None else originals
        primals = [primal_at(level, arg) if isinstance(arg, TensorBase) else arg for arg in args]
        tangents = [tangent_at(level, arg) if isinstance(arg, TensorBase) else None for arg in args]
        result = record_as(operation, primals, statics, compute, originals)
        if isinstance(operation.primitive, Predicate) or all(t is None for t in tangents):
            return result
        several = bool(operation.primitive.outputs)
        outs = result if several else (result,)
        with self.xp.errstate():
            pushed = level.push(operation, primals, tangents, statics, outs, compute)
        duals = [
            make_dual(level, out, t) if t is not None and out.space.dtype.is_inexact else out
            for out, t in zip(outs, pushed if several else (pushed,), strict=True)
        ]
        _keep_tangents(result, operation, duals)
        return tuple(duals) if several else duals[0]

    def write(self, target: TensorBase, result: TensorBase) -> None:
        raise AssertionError("memory is written by the space below all tangents")

    def viewed(self, out: TensorBase, source: TensorBase, record: Callable[..., Any], statics: tuple[Any, ...]) -> None:
        """Tell the space below all tangents that `out` is a view of `source`."""
        plain: Any = self.plain
        if plain.__class__ is not Space:
            plain.viewed(without_tangents(out), without_tangents(source), record, statics)

    def written(self, tensor: TensorBase, result: TensorBase) -> None:
        """After the dual `result` was written into `tensor`: all on that memory are duals now."""
        view = view_of(tensor)
        base: Any = tensor if view is None else view.base
        wholes: dict[DualLevel, Any] = _tangents(base)
        for level, tangent in _tangents(result).items():
            if view is None:
                wholes[level] = tangent
            else:
                whole = wholes.get(level)
                whole = level.zero(base) if whole is None else whole.clone()
                view.replay(whole).copy_(tangent)
                wholes[level] = whole
        if not wholes:
            return
        _carry(base, wholes)
        for other in sharing(base):
            theirs = view_of(other)
            if theirs is not None and theirs.base is base:
                _carry(other, {level: theirs.replay(whole) for level, whole in wholes.items()})


def _tangents(tensor: TensorBase) -> dict[DualLevel, Any]:
    """The tangents of `tensor`, innermost first, by the levels that have not ended."""
    found: dict[DualLevel, Any] = {}
    space: Space = tensor.space
    slot: Any = getattr(tensor, "_tangent", None)
    while isinstance(space, DualSpace):
        nested = isinstance(slot, Nested)
        if space.level.alive:
            found[space.level] = slot.tangent if nested else slot
        space, slot = space.below, slot.of_primal if nested else None
    return found


def become_dual(space: DualSpace, tensor: TensorBase, tangent: Any) -> None:
    """Let `tensor` carry `tangent` at the level of `space`, in place."""
    _carry(tensor, {**_tangents(tensor), space.level: tangent})


def tangent_of(tensor: TensorBase) -> Any:
    """The tangent at the innermost level that has not ended; None if there is none."""
    return next(iter(_tangents(tensor).values()), None)


def _carry(tensor: TensorBase, tangents: dict[DualLevel, Any]) -> None:
    space, slot = tensor.space.plain, None
    for level in sorted(tangents, key=lambda level: level.depth):
        slot = Nested(tangents[level], slot) if isinstance(space, DualSpace) else tangents[level]
        space = level.space(space)
    tensor.space, tensor._tangent = space, slot  # pyright: ignore[reportPrivateUsage]  # the slot for forward mode


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
    operation: Operation,
    primals: Sequence[Any],
    tangents: Sequence[Any],
    statics: dict[str, Any],
    outs: Sequence[Any],
    dtype: DType | None,
) -> Any:
    """The tangent of the result, or of each."""
    primitive = operation.primitive
    out = outs[0]
    xp = namespace_of(out.space.backend)
    compute = _compute_space(primals, primitive, root_of(out.space))

    def converted(name: str, value: Any) -> Any:
        if value is None or name in primitive.constants:
            return value
        if isinstance(value, NUMBERS):
            return number(compute, value)
        wanted = compute.dtype if primitive.elementwise else dtype
        return value if wanted is None or value.space.dtype is wanted else xp.astype(value, wanted)

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


def make_dual(level: DualLevel, primal: TensorBase, tangent: TensorBase) -> Any:
    """A tensor on the memory of `primal` with `tangent` beside it."""
    space: Any = primal.space
    if depth_of(space) > level.depth:  # a batch inside of the level: its elements are duals
        inner = space.level
        whole = make_dual(level, inner.whole(primal), inner.whole(tangent))
        return inner.tensor(whole, True, primal.node)
    dual = make(level.space(space), primal.array, edge_of(primal))
    dual._tangent = Nested(tangent, getattr(primal, "_tangent", None)) if isinstance(space, DualSpace) else tangent
    dual.version = primal.version
    return dual


def primal_at(level: DualLevel | None, tensor: TensorBase) -> Any:
    """The tensor without its tangent at `level`."""
    space: Any = tensor.space
    if not isinstance(space, DualSpace):
        if level is not None and depth_of(space) > level.depth and space.level.has_axis(tensor):
            whole = space.level.whole(tensor)
            primal = primal_at(level, whole)
            return tensor if primal is whole else space.level.tensor(primal, True, tensor.node)
        return tensor
    if space.level is not level and space.level.alive:
        return tensor
    primal = make(space.below, tensor.array, history_of(tensor))
    primal.version = tensor.version
    slot: Any = getattr(tensor, "_tangent", None)
    if isinstance(slot, Nested):
        primal._tangent = slot.of_primal
    return primal


def tangent_at(level: DualLevel | None, tensor: TensorBase) -> Any:
    """The tangent of a tensor at a level that has not ended; None if there is none."""
    space: Any = tensor.space
    if level is None or not level.alive:
        return None
    if not isinstance(space, DualSpace):
        if depth_of(space) > level.depth and space.level.has_axis(tensor):
            tangent = tangent_at(level, space.level.whole(tensor))
            return None if tangent is None else space.level.tensor(tangent, True)
        return None
    if space.level is not level:
        return None
    slot: Any = getattr(tensor, "_tangent", None)
    return slot.tangent if isinstance(slot, Nested) else slot


def without_tangents(tensor: TensorBase) -> Any:
    """The tensor without any tangent."""
    if tensor.space is tensor.space.plain:
        return tensor
    primal = make(tensor.space.plain, tensor.array, history_of(tensor))
    primal.version = tensor.version
    return primal
