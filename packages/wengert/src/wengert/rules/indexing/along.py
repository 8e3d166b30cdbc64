"""Floor 2: selecting elements and writing them back along an axis. Indices arrive checked and not negative."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import linear, position, sum_to
from wengert.rule.placed import Placed
from wengert.rules.movement import matrices, zeros


@linear
def take(xp: Namespace, x: Array, indices: Array, *, axis: int) -> Array:
    return xp.take(x, indices, axis=axis)


take.without_gradient("indices")


@take.transpose
def take_transpose(xp: Namespace, g: Array, x_shape: Shape, indices: Array, axis: int) -> Any:
    return Placed((slice(None),) * axis + (indices,), g, x_shape)


@linear
def embedding(xp: Namespace, weight: Array, indices: Array, *, padding: int | None, is_scaled: bool) -> Array:
    """Rows of `weight`; `is_scaled` divides the gradient of a row by how often it is named."""
    rows = xp.take(weight, xp.reshape(indices, (-1,)), axis=0)
    return xp.reshape(rows, (*indices.shape, *weight.shape[1:]))


embedding.without_gradient("indices")


@embedding.transpose
def embedding_transpose(
    xp: Namespace, g: Array, weight_shape: Shape, indices: Array, padding: int | None, is_scaled: bool
) -> Any:
    if padding is not None:
        outside = xp.expand_dims(xp.equal(indices, xp.full_like(indices, padding)), axis=len(indices.shape))
        g = xp.where(outside, xp.zeros_like(g), g)
    if is_scaled:
        ones = xp.astype(xp.ones_like(indices), g.dtype)
        times = xp.getitem(xp.scatter_add(zeros(xp, ones, weight_shape[:1]), (indices,), ones), (indices,))
        g = g / xp.expand_dims(times, axis=len(indices.shape))
    return Placed((indices,), g, weight_shape)


def key_along(xp: Namespace, indices: Array, axis: int) -> tuple[Array, ...]:
    """The key that takes at each position the element that `indices` names along `axis`."""
    places: list[Array] = []
    for d in range(len(indices.shape)):
        if d == axis:
            places.append(indices)
            continue
        line = xp.getitem(
            indices, tuple(slice(None) if other == d else slice(0, 1) for other in range(len(indices.shape)))
        )
        places.append(xp.cumulative_sum(xp.ones_like(line), axis=d) - 1)
    return tuple(places)


@linear
def gather(xp: Namespace, x: Array, indices: Array, *, axis: int) -> Array:
    """The elements of `x` that `indices` names along `axis`; `indices` may be shorter than x on the other axes."""
    if 0 in indices.shape:
        return xp.reshape(xp.getitem(xp.reshape(x, (-1,)), (slice(0, 0),)), indices.shape)
    if not x.shape or not indices.shape:
        picked = xp.take(xp.reshape(x, (-1,)), xp.reshape(indices, (-1,)), axis=0)
        return xp.reshape(picked, indices.shape)
    others = [
        None if d == axis or n == m else slice(0, m)
        for d, (n, m) in enumerate(zip(x.shape, indices.shape, strict=True))
    ]
    if any(others):
        x = xp.getitem(x, tuple(entry or slice(None) for entry in others))
    return xp.take_along_axis(x, indices, axis=axis)


gather.without_gradient("indices")


@gather.transpose
def gather_transpose(xp: Namespace, g: Array, x_shape: Shape, indices: Array, axis: int) -> Any:
    if not x_shape:
        return xp.sum(g)
    if 0 in indices.shape:
        return Placed((slice(0, 0),) * len(x_shape), xp.reshape(g, (0,) * len(x_shape)), x_shape)
    if not indices.shape:
        return Placed((indices,), g, x_shape)
    return Placed(key_along(xp, indices, axis), g, x_shape)


@linear
def scatter(xp: Namespace, x: Array, indices: Array, source: Array, *, axis: int) -> Array:
    """x with `source` written where `indices`, of the same shape, points along `axis`."""
    return xp.setitem(xp.copy(x), key_along(xp, indices, axis), source)


scatter.without_gradient("indices")


@scatter.vjp("x")
def scatter_vjp_x(xp: Namespace, g: Array, indices: Array, axis: int) -> Array:
    return xp.setitem(xp.copy(g), key_along(xp, indices, axis), 0)


@scatter.vjp("source")
def scatter_vjp_source(xp: Namespace, g: Array, indices: Array, source_shape: Shape, axis: int) -> Array:
    return sum_to(xp, xp.getitem(g, key_along(xp, indices, axis)), source_shape)


@linear
def scatter_add_along(xp: Namespace, x: Array, indices: Array, source: Array, *, axis: int) -> Array:
    """x with `source` added where `indices` points along `axis`, repeats adding up."""
    return xp.scatter_add(x, key_along(xp, indices, axis), source)


scatter_add_along.without_gradient("indices")


@scatter_add_along.vjp("x")
def scatter_add_along_vjp_x(xp: Namespace, g: Array) -> Array:
    return g


scatter_add_along.vjp("source")(scatter_vjp_source)


@linear
def take_flat(xp: Namespace, x: Array, indices: Array) -> Array:
    """The elements of `x` at positions in memory order."""
    return xp.getitem(xp.reshape(x, (-1,)), (indices,))


take_flat.without_gradient("indices")


@take_flat.transpose
def take_flat_transpose(xp: Namespace, g: Array, x_shape: Shape, indices: Array) -> Array:
    return xp.reshape(xp.scatter_add(zeros(xp, g, (prod(x_shape),)), (indices,), g), x_shape)


@position
def argsort(xp: Namespace, x: Array, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    return xp.argsort(x, axis=axis, descending=descending, stable=stable)


@position
def searchsorted(xp: Namespace, x: Array, y: Array, *, side: str) -> Array:
    """How many of the sorted vector `x` come before each of `y`."""
    return xp.searchsorted(x, y, side=side)


@linear
def put_flat(xp: Namespace, x: Array, source: Array, indices: Array, *, accumulate: bool) -> Array:
    """`x` with the elements of `source` written or added at positions in memory order."""
    flat, key = xp.reshape(x, (-1,)), (xp.reshape(indices, (-1,)),)
    values = xp.reshape(source, (-1,))
    written = xp.scatter_add(flat, key, values) if accumulate else xp.setitem(xp.copy(flat), key, values)
    return xp.reshape(written, x.shape)


put_flat.without_gradient("indices")


@put_flat.vjp("x")
def put_flat_vjp_x(xp: Namespace, g: Array, indices: Array, accumulate: bool) -> Array:
    if accumulate:
        return g
    return xp.reshape(xp.setitem(xp.copy(xp.reshape(g, (-1,))), (xp.reshape(indices, (-1,)),), 0), g.shape)


@put_flat.vjp("source")
def put_flat_vjp_source(xp: Namespace, g: Array, source_shape: Shape, indices: Array) -> Array:
    return xp.reshape(xp.getitem(xp.reshape(g, (-1,)), (xp.reshape(indices, (-1,)),)), source_shape)


@linear
def diagonal_put(xp: Namespace, x: Array, source: Array, *, offset: int, axis1: int, axis2: int) -> Array:
    """`x` with `source` on a diagonal."""
    rows, columns = x.shape[axis1], x.shape[axis2]
    here = matrices(xp, xp.ones_like(source), rows, columns, offset, axis1, axis2)
    placed = matrices(xp, source, rows, columns, offset, axis1, axis2)
    return xp.where(xp.equal(here, xp.ones_like(here)), placed, x)


@diagonal_put.vjp("x")
def diagonal_put_vjp_x(xp: Namespace, g: Array, offset: int, axis1: int, axis2: int) -> Array:
    ones = xp.ones_like(xp.diagonal(g, offset=offset, axis1=axis1, axis2=axis2))
    here = matrices(xp, ones, g.shape[axis1], g.shape[axis2], offset, axis1, axis2)
    return xp.where(xp.equal(here, xp.ones_like(here)), xp.zeros_like(g), g)


@diagonal_put.vjp("source")
def diagonal_put_vjp_source(xp: Namespace, g: Array, offset: int, axis1: int, axis2: int) -> Array:
    return xp.diagonal(g, offset=offset, axis1=axis1, axis2=axis2)


take.fresh = embedding.fresh = gather.fresh = scatter_add_along.fresh = put_flat.fresh = diagonal_put.fresh = False
take.places = embedding.places = gather.places = True
