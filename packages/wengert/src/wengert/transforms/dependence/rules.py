"""Floor 6: what the result of an operation depends on: what follows from its declaration.

elementwise            on the operands at the same place; an operand whose slope is 0 everywhere counts for nothing
moving                 the operation itself, run on labels
adding                 on what was there, and on all that is added there
over axes (`axis`)     on what lies along these axes
over matrices          on the matrices in the last axes (`core`)
products               on a row of the one and a column of the other
anything else          on everything

Reading the sets of a constant operand costs nothing: it has none. Constants count as dense, whatever their values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import wengert.rules.batched as _cores
from wengert.ops.xp import namespace_of
from wengert.protocol.shapes import Shape, normalize_axes
from wengert.rule.kinds import Elementwise
from wengert.rule.primitive import Primitive
from wengert.rules import convolution, indexing, linalg, loss, movement, reduction
from wengert.rules.indexing.along import key_along
from wengert.rules.indexing.keys import filled
from wengert.tensor.general import Operation
from wengert.tensor.record import record
from wengert.transforms.dependence.labels import Labels

_CORES = _cores  # importing it hangs on which axes matrices are in


class Step:
    """One operation that ran: its operands, their labels (None: a constant), and its results."""

    __slots__ = ("labels", "operands", "operation", "outs", "primitive", "statics", "tangents")

    def __init__(
        self,
        labels: Labels,
        operation: Operation,
        operands: Sequence[Any],
        tangents: Sequence[Any],
        statics: dict[str, Any],
        outs: Sequence[Any],
    ) -> None:
        self.labels, self.operation, self.primitive = labels, operation, operation.primitive
        self.operands, self.tangents, self.outs = operands, tangents, outs
        defaults = self.primitive.defaults
        self.statics = {name: defaults[name] for name in self.primitive.statics if name in defaults} | statics

    @property
    def given(self) -> list[Any]:
        """The labels of the operands that have one."""
        return [t for t in self.tangents if t is not None]

    @property
    def xp(self) -> Any:
        """The namespace that labels are moved by."""
        return namespace_of(self.outs[0].space.backend)

    def positions(self, shape: Shape) -> Any:
        """The places 0, 1, ... in memory order of an array of `shape`."""
        return self.labels.made(range(prod(shape)), shape, self.outs[0].space)


Rule = Callable[[Step], Sequence[Any]]

_MOVING = frozenset({
    movement.reshape, movement.permute_dims, movement.broadcast_to, movement.tile, movement.concat, movement.stack,
    movement.split, movement.unbind, movement.flip, movement.rot90, movement.roll, movement.tril, movement.triu,
    movement.diagonal, movement.diag_embed, movement.windows, indexing.getitem, indexing.index, indexing.put,
    indexing.take, indexing.embedding, indexing.gather, indexing.scatter, indexing.take_flat, indexing.diagonal_put,
    reduction.picked, convolution.pad, convolution.pad_from_within,
})  # fmt: skip


def rule_of(primitive: Primitive) -> Rule:
    """How the results of `primitive` depend on its operands."""
    own = _OWN.get(primitive)
    if own is not None:
        return own
    if primitive in _MOVING:
        return _moving
    if primitive.elementwise or "reduction" in primitive.statics:
        return _elementwise
    if "axis" in primitive.statics and len(primitive.inputs) == 1 and not primitive.variadic:
        return _over_axes
    return _everything if primitive.core is None else _over_matrices


def _everything(step: Step) -> Sequence[Any]:
    number = step.labels.all_of(step.tangents)
    return [step.labels.filled(out, number) for out in step.outs]


def _unchanged(step: Step) -> Sequence[Any]:
    return step.given


def _elementwise(step: Step) -> Sequence[Any]:
    if step.statics.get("reduction", "none") != "none":
        return _everything(step)
    moving = [t for name, t in zip(step.primitive.inputs, step.tangents, strict=True) if not _is_flat(step, name, t)]
    return [step.labels.joined(moving, step.outs[0].shape) if moving else None]


def _by_class(step: Step) -> Sequence[Any]:
    """A loss of each row of numbers for classes, which lie along the second axis, or along the only one."""
    label = step.tangents[0]
    if step.statics["reduction"] != "none" or label is None:
        return _everything(step)
    over = step.labels.along(label, (min(len(label.shape) - 1, 1),))
    return [step.labels.reshaped(over, step.outs[0].shape)]


def _is_flat(step: Step, name: str, label: Any) -> bool:
    """Whether an operand is a constant, or the slope by it is 0 everywhere."""
    primitive = step.primitive
    if label is None:
        return True
    slope = primitive.partial.get(name) if isinstance(primitive, Elementwise) and not primitive.forward_rule else None
    return slope is not None and not slope.asks and slope.function(step.xp) == 0


def _moving(step: Step) -> Sequence[Any]:
    """Constants become empty labels, indices stay."""
    primitive = step.primitive
    names = primitive.inputs * len(step.operands) if primitive.variadic else primitive.inputs
    arrays = [
        operand if operand is None or name in primitive.constants else step.labels.of(operand, label)
        for name, operand, label in zip(names, step.operands, step.tangents, strict=True)
    ]
    statics = step.statics | ({"value": 0} if primitive is convolution.pad else {})
    moved = record(step.operation, arrays, statics)
    return moved if primitive.outputs else [moved]


# --- sums of elements -------------------------------------------------------------------------------------------------


def _over_axes(step: Step) -> Sequence[Any]:
    label, axis = step.tangents[0], step.statics["axis"]
    rank = len(label.shape)
    axes = tuple(range(rank)) if axis is None else normalize_axes(axis, rank) if rank else ()
    over = step.labels.along(label, axes)
    short = tuple([n for d, n in enumerate(label.shape) if d not in axes])
    found: list[Any] = []
    for out in step.outs:
        if out.shape == short:
            found.append(step.labels.reshaped(over, short))
        elif _fits(over.shape, out.shape):
            found.append(step.labels.stretched(over, out.shape))
        else:
            return _everything(step)
    return found


def _running(step: Step) -> Sequence[Any]:
    label = step.tangents[0]
    return [step.labels.running(label, step.statics["axis"] % len(label.shape)) if label.shape else label]


def _over_matrices(step: Step) -> Sequence[Any]:
    terms: list[Any] = []
    for own, label in zip(step.primitive.core or (), step.tangents, strict=True):
        if label is not None:
            lead = len(label.shape) - own
            over = step.labels.along(label, range(lead, len(label.shape)))
            terms.append(step.labels.reshaped(over, over.shape[:lead]))
    rank = max(len(term.shape) for term in terms)
    found: list[Any] = []
    for out in step.outs:
        batch: Shape = out.shape[:rank]
        if len(batch) < rank or not all(_fits(term.shape, batch) for term in terms):
            return _everything(step)
        whole = step.labels.joined(terms, batch)
        whole = step.labels.reshaped(whole, (*batch, *(1,) * (len(out.shape) - rank)))
        found.append(step.labels.stretched(whole, out.shape))
    return found


# --- what is added at places ------------------------------------------------------------------------------------------


def _accumulate(step: Step) -> Sequence[Any]:
    x, value, *indices = step.operands
    key = filled(step.statics["pattern"], *indices)
    return _added(step, step.tangents[0], value, step.tangents[1], step.xp.getitem(step.positions(x.shape), key))


def _scatter_add_along(step: Step) -> Sequence[Any]:
    x, indices, source = step.operands
    places = step.xp.getitem(step.positions(x.shape), key_along(step.xp, indices, step.statics["axis"]))
    return _added(step, step.tangents[0], source, step.tangents[2], places)


def _put_flat(step: Step) -> Sequence[Any]:
    if not step.statics["accumulate"]:
        return _moving(step)
    _, source, indices = step.operands
    return _added(step, step.tangents[0], source, step.tangents[1], indices)


def _overlap_add(step: Step) -> Sequence[Any]:
    (x,), statics, out = step.operands, step.statics, step.outs[0]
    used = (x.shape[statics["axis"]] - 1) * statics["step"] + x.shape[-1]
    part = step.xp.getitem(step.positions(out.shape), movement.along(slice(0, used), statics["axis"]))
    places = step.xp.windows(part, axis=statics["axis"], size=x.shape[-1], step=statics["step"])
    return _added(step, None, x, step.tangents[0], places)


def _added(step: Step, base: Any, source: Any, label: Any, places: Any) -> Sequence[Any]:
    base = step.labels.of(step.outs[0], base)
    if label is None:
        return [base]
    return [step.labels.added(base, step.labels.stretched(label, places.shape), places)]


# --- products ---------------------------------------------------------------------------------------------------------


def _matmul(step: Step) -> Sequence[Any]:
    return [step.labels.joined(_product(step, *step.operands, *step.tangents), step.outs[0].shape)]


def _add_product(step: Step) -> Sequence[Any]:
    (_, y, z), (label, *others) = step.operands, step.tangents
    terms = [] if label is None else [label]
    return [step.labels.joined(terms + _product(step, y, z, *others), step.outs[0].shape)]


def _linear(step: Step) -> Sequence[Any]:
    x, weight, bias = step.tangents
    terms = [] if x is None else [step.labels.along(x, (len(x.shape) - 1,))]
    if weight is not None:
        over = step.labels.along(weight, (len(weight.shape) - 1,))
        terms.append(step.labels.reshaped(over, over.shape[:-1]))
    return [step.labels.joined(terms if bias is None else [*terms, bias], step.outs[0].shape)]


def _product(step: Step, x: Any, y: Any, x_label: Any, y_label: Any) -> list[Any]:
    """What a matrix product depends on: rows of x and columns of y, which broadcast to its shape."""
    terms: list[Any] = []
    if x_label is not None:
        rows = step.labels.along(x_label, (len(x.shape) - 1,))
        terms.append(step.labels.reshaped(rows, rows.shape[:-1]) if len(y.shape) == 1 else rows)
    if y_label is not None:
        axis = max(len(y.shape) - 2, 0)
        columns = step.labels.along(y_label, (axis,))
        gone = len(x.shape) == 1 or len(y.shape) == 1
        terms.append(step.labels.reshaped(columns, (*y.shape[:axis], *y.shape[axis + 1 :])) if gone else columns)
    return terms


_OWN: dict[Primitive, Rule] = {
    movement.astype: _unchanged, movement.overlap_add: _overlap_add,
    indexing.accumulate: _accumulate, indexing.scatter_add_along: _scatter_add_along, indexing.put_flat: _put_flat,
    reduction.cumsum: _running, reduction.cumprod: _running, reduction.logcumsumexp: _running,
    loss.cross_entropy: _by_class, loss.nll_loss: _by_class,
    linalg.matmul: _matmul, linalg.add_product: _add_product, linalg.linear: _linear,
}  # fmt: skip


def _fits(shape: Shape, wanted: Shape) -> bool:
    """Whether `shape` broadcasts to `wanted`."""
    short = len(wanted) - len(shape)
    return short >= 0 and all(n in (1, m) for n, m in zip(shape, wanted[short:], strict=True))
