"""Floor 2: reductions over axes. Sub-gradients: ties share an extreme evenly, as torch measures.

`axis` is a tuple of axes counted from the front, or None for all of them.
"""

from __future__ import annotations

from math import inf
from math import prod as product

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape, reduced_shape
from wengert.rule.kinds import general, linear, position


def restored(xp: Namespace, reduced: Array, shape: Shape, axis: Shape | None, keepdims: bool) -> Array:
    """What a reduction over `axis` left of an array of `shape`, fit to broadcast against that array."""
    if keepdims or axis is None:
        return reduced
    return xp.reshape(reduced, reduced_shape(shape, axis, True))


def reduced_count(shape: Shape, axis: Shape | None) -> int:
    """How many elements one element of the result comes from."""
    return product(shape) if axis is None else product([shape[d] for d in axis])


def divided(xp: Namespace, x: Array, count: float) -> Array:
    """`x / count`; over nothing 0 becomes nan and all else infinite, without asking x."""
    if count > 0:
        return x / count
    return xp.where(xp.equal(x, xp.zeros_like(x)), xp.full_like(x, float("nan")), xp.full_like(x, inf))


# --- sums and means -----------------------------------------------------------------------------------------------------


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


# --- products -------------------------------------------------------------------------------------------------------------


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


# --- extremes -------------------------------------------------------------------------------------------------------------


@general
def amax(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return xp.max(x, axis=axis, keepdims=keepdims)


@amax.vjp("x")
def amax_vjp(xp: Namespace, g: Array, x: Array, out: Array, axis: Shape | None, keepdims: bool) -> Array:
    return xp.multiply(tie_share(xp, x, out, axis, keepdims), restored(xp, g, x.shape, axis, keepdims))


@amax.jvp
def amax_jvp(xp: Namespace, t: Array, x: Array, out: Array, axis: Shape | None, keepdims: bool) -> Array:
    return xp.sum(tie_share(xp, x, out, axis, keepdims) * t, axis=axis, keepdims=keepdims)


def tie_share(xp: Namespace, x: Array, out: Array, axis: Shape | None, keepdims: bool) -> Array:
    """One divided among the elements that equal the extreme; a nan shares with the other nans."""
    whole = restored(xp, out, x.shape, axis, keepdims)
    chosen = xp.logical_or(xp.equal(x, whole), xp.logical_and(xp.isnan(x), xp.isnan(whole)))
    mask = xp.where(chosen, xp.ones_like(x), xp.zeros_like(x))
    return mask / xp.sum(mask, axis=axis, keepdims=True)


@general
def amin(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return xp.min(x, axis=axis, keepdims=keepdims)


amin.vjp("x")(amax_vjp)
amin.jvp(amax_jvp)


@position
def argmax(xp: Namespace, x: Array, *, axis: int, keepdims: bool = False) -> Array:
    return xp.argmax(x, axis=axis, keepdims=keepdims)


@position
def argmin(xp: Namespace, x: Array, *, axis: int, keepdims: bool = False) -> Array:
    return xp.argmin(x, axis=axis, keepdims=keepdims)


@linear
def picked(xp: Namespace, x: Array, index: Array, *, axis: int, keepdims: bool) -> Array:
    """The element of each row along `axis` that `index`, with the axis kept, points at: the index takes it all."""
    found = xp.take_along_axis(x, index, axis=axis)
    return found if keepdims else xp.reshape(found, reduced_shape(x.shape, (axis,), False))


picked.without_gradient("index")


@picked.transpose
def picked_transpose(xp: Namespace, g: Array, index: Array, x_shape: Shape, axis: int, keepdims: bool) -> Array:
    whole = xp.broadcast_to(restored(xp, g, x_shape, (axis,), keepdims), x_shape)
    if 0 in x_shape:
        return whole
    one = xp.ones_like(xp.getitem(index, (slice(0, 1),) * len(x_shape)))
    ones = xp.broadcast_to(one, tuple(n if d == axis else 1 for d, n in enumerate(x_shape)))
    positions = xp.cumulative_sum(ones, axis=axis) - 1
    return xp.where(xp.equal(positions, index), whole, xp.zeros_like(whole))


# --- spread ---------------------------------------------------------------------------------------------------------------


def centred(xp: Namespace, x: Array, axis: Shape | None) -> Array:
    """`x` less its mean."""
    return xp.subtract(x, xp.sum(x, axis=axis, keepdims=True) / (reduced_count(x.shape, axis) or 1))


@general
def var(
    xp: Namespace, x: Array, *, axis: Shape | None = None, correction: float = 1, keepdims: bool = False
) -> Array:
    """In two passes: squares of what is left once the mean is gone."""
    from_mean = centred(xp, x, axis)
    squares = xp.sum(xp.real(xp.multiply(from_mean, xp.conj(from_mean))), axis=axis, keepdims=keepdims)
    return divided(xp, squares, reduced_count(x.shape, axis) - correction)


@var.vjp("x")
def var_vjp(xp: Namespace, g: Array, x: Array, axis: Shape | None, correction: float, keepdims: bool) -> Array:
    freedom = reduced_count(x.shape, axis) - correction
    slope = restored(xp, g, x.shape, axis, keepdims) * (2 / freedom if freedom > 0 else inf)
    return xp.multiply(centred(xp, x, axis), slope)


@var.jvp
def var_jvp(xp: Namespace, t: Array, x: Array, axis: Shape | None, correction: float, keepdims: bool) -> Array:
    moved = xp.real(xp.multiply(xp.conj(centred(xp, x, axis)), t)) * 2
    return divided(xp, xp.sum(moved, axis=axis, keepdims=keepdims), reduced_count(x.shape, axis) - correction)


@general
def std(
    xp: Namespace, x: Array, *, axis: Shape | None = None, correction: float = 1, keepdims: bool = False
) -> Array:
    return xp.sqrt(var.forward(xp, x, axis=axis, correction=correction, keepdims=keepdims))


@std.vjp("x")
def std_vjp(
    xp: Namespace, g: Array, x: Array, out: Array, axis: Shape | None, correction: float, keepdims: bool
) -> Array:
    return var_vjp(xp, over_twice(xp, g, out), x, axis, correction, keepdims)


@std.jvp
def std_jvp(
    xp: Namespace, t: Array, x: Array, out: Array, axis: Shape | None, correction: float, keepdims: bool
) -> Array:
    return over_twice(xp, var_jvp(xp, t, x, axis, correction, keepdims), out)


def over_twice(xp: Namespace, g: Array, root: Array) -> Array:
    """The derivative of a root, g / (2 root), and 0 where the root is 0."""
    zero = xp.equal(root, xp.zeros_like(root))
    return xp.where(zero, xp.zeros_like(g), g / (xp.where(zero, xp.ones_like(root), root) * 2))


# --- sums of exponentials and powers ------------------------------------------------------------------------------------------


@general
def logsumexp(xp: Namespace, x: Array, *, axis: Shape, keepdims: bool = False) -> Array:
    return xp.logsumexp(x, axis=axis, keepdims=keepdims)


@logsumexp.vjp("x")
def logsumexp_vjp(xp: Namespace, g: Array, x: Array, out: Array, axis: Shape, keepdims: bool) -> Array:
    weights = xp.exp(xp.subtract(x, restored(xp, out, x.shape, axis, keepdims)))
    return xp.multiply(restored(xp, g, x.shape, axis, keepdims), xp.conj(weights))


@logsumexp.jvp
def logsumexp_jvp(xp: Namespace, t: Array, x: Array, out: Array, axis: Shape, keepdims: bool) -> Array:
    weights = xp.exp(xp.subtract(x, restored(xp, out, x.shape, axis, keepdims)))
    return xp.sum(xp.multiply(weights, t), axis=axis, keepdims=keepdims)


@general
def vector_norm(
    xp: Namespace, x: Array, *, ord: float = 2, axis: Shape | None = None, keepdims: bool = False
) -> Array:
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
) -> Array:
    whole = restored(xp, g, x.shape, axis, keepdims)
    return xp.multiply(norm_slope(xp, x, restored(xp, out, x.shape, axis, keepdims), ord, axis), whole)


@vector_norm.jvp
def vector_norm_jvp(
    xp: Namespace, t: Array, x: Array, out: Array, ord: float, axis: Shape | None, keepdims: bool
) -> Array:
    slope = norm_slope(xp, x, restored(xp, out, x.shape, axis, keepdims), ord, axis)
    return xp.sum(xp.real(xp.multiply(xp.conj(slope), t)), axis=axis, keepdims=keepdims)


def norm_slope(xp: Namespace, x: Array, whole: Array, ord: float, axis: Shape | None) -> Array:
    """The derivative of a norm `whole` by each element: 0 where the norm is 0."""
    if ord == 0:
        return xp.zeros_like(x)
    if ord == 2:
        return xp.divide(x, _unless_zero(xp, whole))
    size = xp.abs(x)
    direction = xp.divide(x, _unless_zero(xp, size))
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
