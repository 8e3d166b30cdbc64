"""Floor 2: sums, means, products, and sums of exponentials and powers."""

from __future__ import annotations

from math import inf
from math import prod as product

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import general, linear
from wengert.rules.reduction.axes import divided, reduced_count, restored
from wengert.rules.reduction.extremes import tie_share


@linear
def sum(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return xp.sum(x, axis=axis, keepdims=keepdims)


@sum.transpose
def sum_transpose(xp: Namespace, g: Array, x_shape: Shape, axis: Shape | None, keepdims: bool) -> Array:
    return xp.broadcast_to(restored(xp, g, x_shape, axis, keepdims), x_shape)


@linear
def mean(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return divided(xp, xp.sum(x, axis=axis, keepdims=keepdims), reduced_count(x.shape, axis))


@mean.transpose
def mean_transpose(xp: Namespace, g: Array, x_shape: Shape, axis: Shape | None, keepdims: bool) -> Array:
    share = g / (reduced_count(x_shape, axis) or 1)
    return xp.broadcast_to(restored(xp, share, x_shape, axis, keepdims), x_shape)


sum.fresh = mean.fresh = False


@general
def nansum(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return xp.sum(xp.where(xp.isnan(x), xp.zeros_like(x), x), axis=axis, keepdims=keepdims)


@nansum.vjp("x")
def nansum_vjp(xp: Namespace, g: Array, x: Array, axis: Shape | None, keepdims: bool) -> Array:
    whole = xp.broadcast_to(restored(xp, g, x.shape, axis, keepdims), x.shape)
    return xp.where(xp.isnan(x), xp.zeros_like(whole), whole)


@nansum.jvp
def nansum_jvp(xp: Namespace, t: Array, x: Array, axis: Shape | None, keepdims: bool) -> Array:
    return xp.sum(xp.where(xp.isnan(x), xp.zeros_like(t), t), axis=axis, keepdims=keepdims)


@general
def prod(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return xp.prod(x, axis=axis, keepdims=keepdims)


@prod.vjp("x")
def prod_vjp(xp: Namespace, g: Array, x: Array, axis: Shape | None, keepdims: bool) -> Array:
    return xp.multiply(restored(xp, g, x.shape, axis, keepdims), xp.conj(products_of_others(xp, x, axis)))


@prod.jvp
def prod_jvp(xp: Namespace, t: Array, x: Array, axis: Shape | None, keepdims: bool) -> Array:
    return xp.sum(products_of_others(xp, x, axis) * t, axis=axis, keepdims=keepdims)


def products_of_others(xp: Namespace, x: Array, axis: Shape | None) -> Array:
    """For each element the product of all the others over `axis`; right where elements are zero, to every order."""
    axes = tuple(range(len(x.shape))) if axis is None else axis
    if not axes:
        return xp.ones_like(x)
    kept = tuple(d for d in range(len(x.shape)) if d not in axes)
    order = (*axes, *kept)
    moved = xp.permute_dims(x, order)
    rows = xp.reshape(moved, (reduced_count(x.shape, axes), product([x.shape[d] for d in kept])))
    others = xp.reshape(_others(xp, rows), moved.shape)
    return xp.permute_dims(others, tuple(order.index(d) for d in range(len(order))))


def _others(xp: Namespace, rows: Array) -> Array:
    """Along the first axis, by halves: the others of an element are its partner and the others of the pair."""
    n = rows.shape[0]
    if n <= 1:
        return xp.ones_like(rows)
    half = n // 2
    first, second = xp.getitem(rows, (slice(0, half),)), xp.getitem(rows, (slice(half, 2 * half),))
    pairs = xp.multiply(first, second)
    if n % 2 == 0:
        others = _others(xp, pairs)
        return xp.concat([xp.multiply(others, second), xp.multiply(others, first)], axis=0)
    last = xp.getitem(rows, (slice(n - 1, n),))
    others = _others(xp, xp.concat([pairs, last], axis=0))
    of_pairs = xp.getitem(others, (slice(0, half),))
    of_last = xp.getitem(others, (slice(half, half + 1),))
    return xp.concat([xp.multiply(of_pairs, second), xp.multiply(of_pairs, first), of_last], axis=0)


@general
def logsumexp(xp: Namespace, x: Array, *, axis: Shape, keepdims: bool = False) -> Array:
    return xp.logsumexp(x, axis=axis, keepdims=keepdims)


@logsumexp.vjp("x")
def logsumexp_vjp(xp: Namespace, g: Array, x: Array, out: Array, axis: Shape, keepdims: bool) -> Array:
    return xp.multiply(restored(xp, g, x.shape, axis, keepdims), xp.conj(shares(xp, x, out, axis, keepdims)))


@logsumexp.jvp
def logsumexp_jvp(xp: Namespace, t: Array, x: Array, out: Array, axis: Shape, keepdims: bool) -> Array:
    return xp.sum(xp.multiply(shares(xp, x, out, axis, keepdims), t), axis=axis, keepdims=keepdims)


def shares(xp: Namespace, x: Array, out: Array, axis: Shape, keepdims: bool) -> Array:
    """The share of each element in the sum: its softmax; nan beside infinities, as in torch."""
    with xp.errstate():
        return xp.exp(xp.subtract(x, restored(xp, out, x.shape, axis, keepdims)))


@general
def vector_norm(xp: Namespace, x: Array, *, ord: float = 2, axis: Shape | None = None, keepdims: bool = False) -> Array:
    if ord == 2:
        return xp.sqrt(xp.sum(xp.real(xp.multiply(x, xp.conj(x))), axis=axis, keepdims=keepdims))
    size = xp.abs(x)
    if ord == 0:
        zeros = xp.zeros_like(size)
        return xp.sum(xp.where(xp.equal(size, zeros), zeros, xp.ones_like(size)), axis=axis, keepdims=keepdims)
    if ord == 1:
        return xp.sum(size, axis=axis, keepdims=keepdims)
    if ord in (inf, -inf):
        extreme = xp.max if ord > 0 else xp.min
        return extreme(size, axis=axis, keepdims=keepdims)
    return _root(xp, xp.sum(_raised(xp, size, ord), axis=axis, keepdims=keepdims), ord)


@vector_norm.vjp("x")
def vector_norm_vjp(
    xp: Namespace, g: Array, x: Array, out: Array, ord: float, axis: Shape | None, keepdims: bool
) -> Array | None:
    if ord == 0:
        return None  # undefined, as in torch, though floor and sign have a gradient of zeros
    whole = restored(xp, g, x.shape, axis, keepdims)
    return xp.multiply(norm_slope(xp, x, restored(xp, out, x.shape, axis, keepdims), ord, axis), whole)


@vector_norm.jvp
def vector_norm_jvp(
    xp: Namespace, t: Array, x: Array, out: Array, ord: float, axis: Shape | None, keepdims: bool
) -> Array:
    if ord == 0:
        return xp.zeros_like(out)
    slope = norm_slope(xp, x, restored(xp, out, x.shape, axis, keepdims), ord, axis)
    return xp.sum(xp.real(xp.multiply(xp.conj(slope), t)), axis=axis, keepdims=keepdims)


def norm_slope(xp: Namespace, x: Array, whole: Array, ord: float, axis: Shape | None) -> Array:
    """The derivative of a norm `whole` by each element: 0 where the norm is 0."""
    if ord == 2:
        return xp.divide(x, _unless_zero(xp, whole))
    size = xp.abs(x)
    direction = xp.sign(x)  # of a complex x: x / |x|
    if ord == 1:
        return direction
    if ord in (inf, -inf):
        return xp.multiply(direction, tie_share(xp, size, whole, axis, True))
    zero = xp.equal(size, xp.zeros_like(size))
    ratio = xp.divide(xp.where(zero, xp.ones_like(size), size), _unless_zero(xp, whole))
    return xp.multiply(direction, xp.where(zero, xp.zeros_like(size), _raised(xp, ratio, ord - 1)))


def _raised(xp: Namespace, size: Array, exponent: float) -> Array:
    return xp.pow(size, xp.full_like(size, exponent))


def _root(xp: Namespace, total: Array, ord: float) -> Array:
    return xp.sqrt(total) if 1 / ord == 0.5 else _raised(xp, total, 1 / ord)


def _unless_zero(xp: Namespace, x: Array) -> Array:
    """`x` with ones in place of zeros, for a division whose dividend is 0 there."""
    return xp.where(xp.equal(x, xp.zeros_like(x)), xp.ones_like(x), x)
