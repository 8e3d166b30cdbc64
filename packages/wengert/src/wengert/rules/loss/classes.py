"""Floor 2: losses of classes: x (n, classes, ...) and target (n, ...), or x (classes,) and a 0-d target."""

from __future__ import annotations

from math import nan

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape, inverse_permutation
from wengert.rule.kinds import general, linear
from wengert.rules.loss.reducing import count_of


@general
def cross_entropy(
    xp: Namespace,
    x: Array,
    target: Array,
    weight: Array | None = None,
    *,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Array:
    """`ignore_index` None says that no class is ignored."""
    factor, chosen = _factors(xp, x, target, weight, ignore_index)
    losses = xp.class_loss(rows_of(xp, x), chosen)
    if factor is not None:
        losses = xp.masked(losses * factor, xp.not_equal(factor, 0))
    return _class_reduced(xp, losses, factor, target.shape, reduction)


@cross_entropy.vjp("x")
def cross_entropy_vjp(
    xp: Namespace,
    g: Array,
    x: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int | None,
    reduction: str,
) -> Array:
    factor, chosen = _factors(xp, x, target, weight, ignore_index)
    share = _class_share(xp, g, factor, chosen.shape, reduction)
    return as_classes(xp, xp.class_loss_pullback(share, rows_of(xp, x), chosen), x.shape)


@cross_entropy.jvp
def cross_entropy_jvp(
    xp: Namespace,
    t: Array,
    x: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int | None,
    reduction: str,
) -> Array:
    factor, chosen = _factors(xp, x, target, weight, ignore_index)
    rows = rows_of(xp, x)
    share = xp.ones_like(xp.sum(rows, axis=1)) if factor is None else factor
    moved = xp.sum(xp.class_loss_pullback(share, rows, chosen) * rows_of(xp, t), axis=1)
    return _class_reduced(xp, moved, factor, target.shape, reduction)


cross_entropy.without_gradient("target", "weight")


@linear
def nll_loss(
    xp: Namespace,
    x: Array,
    target: Array,
    weight: Array | None = None,
    *,
    ignore_index: int | None = None,
    reduction: str = "mean",
) -> Array:
    factor, chosen = _factors(xp, x, target, weight, ignore_index)
    rows = rows_of(xp, x)
    losses = -xp.reshape(xp.take_along_axis(rows, xp.reshape(chosen, (*chosen.shape, 1)), axis=1), chosen.shape)
    if factor is not None:
        losses = xp.masked(losses * factor, xp.not_equal(factor, 0))
    return _class_reduced(xp, losses, factor, target.shape, reduction)


@nll_loss.transpose
def nll_loss_transpose(
    xp: Namespace, g: Array, x: Array, target: Array, weight: Array | None, ignore_index: int | None, reduction: str
) -> Array:
    factor, chosen = _factors(xp, x, target, weight, ignore_index)
    share = _class_share(xp, g, factor, chosen.shape, reduction)
    numbers = xp.cumulative_sum(xp.ones_like(chosen), axis=0) - 1
    placed = xp.scatter_add(xp.zeros_like(rows_of(xp, x)), (numbers, chosen), -share)
    return as_classes(xp, placed, x.shape)


nll_loss.without_gradient("target", "weight")


@general
def class_loss_pullback(xp: Namespace, y: Array, x: Array, target: Array) -> Array:
    return xp.class_loss_pullback(y, x, target)


@class_loss_pullback.vjp("y")
def class_loss_pullback_vjp_y(xp: Namespace, g: Array, x: Array, target: Array) -> Array:
    at_target = xp.take_along_axis(g, xp.reshape(target, (*target.shape, 1)), axis=1)
    return xp.sum(g * xp.softmax(x, axis=1), axis=1) - xp.reshape(at_target, target.shape)


@class_loss_pullback.vjp("x")
def class_loss_pullback_vjp_x(xp: Namespace, g: Array, y: Array, x: Array) -> Array:
    return xp.softmax_pullback(g * xp.reshape(y, (*y.shape, 1)), xp.softmax(x, axis=1), axis=1)


@class_loss_pullback.jvp
def class_loss_pullback_jvp(
    xp: Namespace, t_y: Array | None, t_x: Array | None, y: Array, x: Array, target: Array
) -> Array:
    terms = [] if t_y is None else [xp.class_loss_pullback(t_y, x, target)]
    if t_x is not None:
        terms.append(xp.softmax_pullback(t_x, xp.softmax(x, axis=1), axis=1) * xp.reshape(y, (*y.shape, 1)))
    return terms[0] if len(terms) == 1 else xp.add(terms[0], terms[1])


class_loss_pullback.without_gradient("target")


def rows_of(xp: Namespace, x: Array) -> Array:
    """x with a row of classes for each place: (places, classes)."""
    shape = x.shape
    if len(shape) == 2:
        return x
    if len(shape) > 2:
        x = xp.permute_dims(x, (0, *range(2, len(shape)), 1))
    classes = shape[min(1, len(shape) - 1)]
    return xp.reshape(x, (count_of(shape) // classes if classes else 0, classes))


def as_classes(xp: Namespace, rows: Array, shape: Shape) -> Array:
    """The inverse of `rows_of` for an array of `shape`."""
    if len(shape) <= 2:
        return rows if len(shape) == 2 else xp.reshape(rows, shape)
    order = (0, *range(2, len(shape)), 1)
    return xp.permute_dims(xp.reshape(rows, tuple(shape[d] for d in order)), inverse_permutation(order))


def _factors(
    xp: Namespace, x: Array, target: Array, weight: Array | None, ignore_index: int | None
) -> tuple[Array | None, Array]:
    """The factor of each place, None where all are 1, and the classes, with class 0 in place of the ignored."""
    if len(target.shape) != 1:
        target = xp.reshape(target, (count_of(target.shape),))
    if ignore_index is None:
        return None if weight is None else xp.take(weight, target, axis=0), target
    valid = xp.not_equal(target, ignore_index)
    target = xp.masked(target, valid)
    if weight is None:
        return xp.astype(valid, x.dtype), target
    factor = xp.take(weight, target, axis=0)
    return xp.masked(factor, valid), target


def _class_reduced(xp: Namespace, losses: Array, factor: Array | None, shape: Shape, reduction: str) -> Array:
    if reduction == "none":
        return xp.reshape(losses, shape)
    total = xp.sum(losses, axis=None)
    if reduction == "sum":
        return total
    return total / (count_of(shape) or nan) if factor is None else xp.divide(total, xp.sum(factor, axis=None))


def _class_share(xp: Namespace, g: Array, factor: Array | None, shape: Shape, reduction: str) -> Array:
    """The cotangent of the loss of each place."""
    if reduction == "none":
        g = xp.reshape(g, shape)
    elif reduction == "mean":
        g = g / (count_of(shape) or nan) if factor is None else xp.divide(g, xp.sum(factor, axis=None))
    return xp.broadcast_to(g, shape) if factor is None else xp.multiply(factor, g)
