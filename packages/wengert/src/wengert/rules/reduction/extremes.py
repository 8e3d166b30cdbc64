"""Floor 2: the largest and the smallest, and where they stand. Ties share an extreme evenly, as torch measures."""

from __future__ import annotations

from math import prod as product

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape, reduced_shape
from wengert.rule.kinds import general, linear, position
from wengert.rules.reduction.axes import restored


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
    """One divided among the elements that equal the extreme; nan everywhere if that is nan, as in torch."""
    return _divided(xp, xp.equal(x, restored(xp, out, x.shape, axis, keepdims)), x, axis)


def _divided(xp: Namespace, chosen: Array, x: Array, axis: Shape | None) -> Array:
    mask = xp.where(chosen, xp.ones_like(x), xp.zeros_like(x))
    return xp.divide(mask, xp.sum(mask, axis=axis, keepdims=True))


@general
def amin(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return xp.min(x, axis=axis, keepdims=keepdims)


amin.vjp("x")(amax_vjp)
amin.jvp(amax_jvp)


@general
def largest(xp: Namespace, x: Array) -> Array:
    """The largest of all; a nan shares the gradient with the other nans."""
    return xp.max(x, axis=None, keepdims=False)


@largest.vjp("x")
def largest_vjp(xp: Namespace, g: Array, x: Array, out: Array) -> Array:
    chosen = xp.logical_or(xp.equal(x, out), xp.logical_and(xp.isnan(x), xp.isnan(out)))
    return xp.multiply(_divided(xp, chosen, x, None), g)


@largest.jvp
def largest_jvp(xp: Namespace, t: Array, x: Array, out: Array) -> Array:
    return xp.sum(tie_share(xp, x, out, None, False) * t, axis=None, keepdims=False)


@general
def smallest(xp: Namespace, x: Array) -> Array:
    return xp.min(x, axis=None, keepdims=False)


smallest.vjp("x")(largest_vjp)
smallest.jvp(largest_jvp)


@position
def argmax(xp: Namespace, x: Array, *, axis: int | None = None, keepdims: bool = False) -> Array:
    if axis is None:
        return _at_one_end(xp, xp.argmax(_flat(xp, x), axis=0), x.shape, keepdims)
    return xp.argmax(x, axis=axis, keepdims=keepdims)


@position
def argmin(xp: Namespace, x: Array, *, axis: int | None = None, keepdims: bool = False) -> Array:
    if axis is None:
        return _at_one_end(xp, xp.argmin(_flat(xp, x), axis=0), x.shape, keepdims)
    return xp.argmin(x, axis=axis, keepdims=keepdims)


def _flat(xp: Namespace, x: Array) -> Array:
    return xp.reshape(x, (product(x.shape),))


def _at_one_end(xp: Namespace, index: Array, shape: Shape, keepdims: bool) -> Array:
    return xp.reshape(xp.asarray(index), (1,) * len(shape)) if keepdims else index


@linear
def picked(xp: Namespace, x: Array, index: Array, *, axis: int, keepdims: bool) -> Array:
    """The element of each row along `axis` that `index`, with the axis kept, points at: the index takes it all."""
    if not x.shape:
        return xp.copy(x)
    found = xp.take_along_axis(x, index, axis=axis)
    return found if keepdims else xp.reshape(found, reduced_shape(x.shape, (axis,), False))


picked.without_gradient("index")


@picked.transpose
def picked_transpose(xp: Namespace, g: Array, index: Array, x_shape: Shape, axis: int, keepdims: bool) -> Array:
    if not x_shape:
        return g
    whole = xp.broadcast_to(restored(xp, g, x_shape, (axis,), keepdims), x_shape)
    if 0 in x_shape:
        return whole
    one = xp.ones_like(xp.getitem(index, (slice(0, 1),) * len(x_shape)))
    ones = xp.broadcast_to(one, tuple(n if d == axis else 1 for d, n in enumerate(x_shape)))
    positions = xp.cumulative_sum(ones, axis=axis) - 1
    return xp.where(xp.equal(positions, index), whole, xp.zeros_like(whole))


picked.fresh = False
