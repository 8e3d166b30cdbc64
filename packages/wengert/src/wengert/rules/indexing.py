"""Floor 2: selecting elements and writing them back, by keys and along an axis.

A `pattern` is a key in which `ARRAY` stands where an index array goes; the arrays are inputs that carry no gradient,
four at most. Indices arrive checked and not negative.
"""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import linear, position, sum_to
from wengert.rule.placed import Placed
from wengert.rules.movement import zeros

#: The place of an index array in a pattern.
ARRAY = "array"
Pattern = tuple[Any, ...]
Index = Array | None


def filled(pattern: Pattern, *arrays: Index) -> tuple[Any, ...]:
    """The key that `pattern` means for these arrays."""
    following = iter(arrays)
    return tuple([next(following) if entry is ARRAY else entry for entry in pattern])


@linear
def getitem(xp: Namespace, x: Array, *, key: Pattern) -> Array:
    return xp.getitem(x, key)


@getitem.transpose
def getitem_transpose(xp: Namespace, g: Array, x_shape: Shape, key: Pattern) -> Any:
    return Placed(key, g, x_shape)


@linear
def index(
    xp: Namespace,
    x: Array,
    first: Array,
    second: Index = None,
    third: Index = None,
    fourth: Index = None,
    *,
    pattern: Pattern = (ARRAY,),
) -> Array:
    return xp.getitem(x, filled(pattern, first, second, third, fourth))


index.without_gradient("first", "second", "third", "fourth")


@index.transpose
def index_transpose(
    xp: Namespace, g: Array, x_shape: Shape, first: Array, second: Index, third: Index, fourth: Index, pattern: Pattern
) -> Any:
    return Placed(filled(pattern, first, second, third, fourth), g, x_shape)


@linear
def put(
    xp: Namespace, x: Array, value: Array, first: Index = None, second: Index = None, third: Index = None,
    fourth: Index = None, *, pattern: Pattern = (ARRAY,),
) -> Array:  # fmt: skip
    """x with `value` in place of what was at the key; where a position is named twice, one of the two stays."""
    return xp.setitem(xp.copy(x), filled(pattern, first, second, third, fourth), value)


put.without_gradient("first", "second", "third", "fourth")


@put.vjp("x")
def put_vjp_x(
    xp: Namespace, g: Array, first: Index, second: Index, third: Index, fourth: Index, pattern: Pattern
) -> Array:
    return xp.setitem(xp.copy(g), filled(pattern, first, second, third, fourth), 0)


@put.vjp("value")
def put_vjp_value(
    xp: Namespace,
    g: Array,
    value_shape: Shape,
    first: Index,
    second: Index,
    third: Index,
    fourth: Index,
    pattern: Pattern,
) -> Array:
    return sum_to(xp, xp.getitem(g, filled(pattern, first, second, third, fourth)), value_shape)


@linear
def accumulate(
    xp: Namespace, x: Array, value: Array, first: Index = None, second: Index = None, third: Index = None,
    fourth: Index = None, *, pattern: Pattern = (ARRAY,),
) -> Array:  # fmt: skip
    """x with `value` added at the key, once for each time that a position is named."""
    return xp.scatter_add(x, filled(pattern, first, second, third, fourth), value)


accumulate.without_gradient("first", "second", "third", "fourth")


@accumulate.vjp("x")
def accumulate_vjp_x(xp: Namespace, g: Array) -> Array:
    return g


accumulate.vjp("value")(put_vjp_value)


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


# --- along an axis ----------------------------------------------------------------------------------------------------


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
def argsort(xp: Namespace, x: Array, *, axis: int, descending: bool, stable: bool) -> Array:
    return xp.argsort(x, axis=axis, descending=descending, stable=stable)


@position
def searchsorted(xp: Namespace, x: Array, y: Array, *, side: str) -> Array:
    """How many of the sorted vector `x` come before each of `y`."""
    return xp.searchsorted(x, y, side=side)


getitem.fresh = index.fresh = accumulate.fresh = take.fresh = embedding.fresh = gather.fresh = False
scatter_add_along.fresh = False
getitem.places = index.places = take.places = embedding.places = gather.places = True
