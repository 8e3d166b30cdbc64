"""Floor 2: moving elements without changing them: shapes, axes, order."""

from __future__ import annotations

from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape, inverse_permutation
from wengert.rule.kinds import elementwise, linear, sum_to


@elementwise
def copy(xp: Namespace, x: Array) -> Array:
    return xp.copy(x)


copy.partials(x=lambda xp: 1)
copy.fresh = False


@linear
def astype(xp: Namespace, x: Array, *, dtype: Any) -> Array:
    return xp.astype(x, dtype)


@astype.transpose
def astype_transpose(xp: Namespace, g: Array) -> Array:
    return g  # the tape converts a cotangent to its input's dtype


@linear
def reshape(xp: Namespace, x: Array, *, shape: Shape) -> Array:
    return xp.reshape(x, shape)


@reshape.transpose
def reshape_transpose(xp: Namespace, g: Array, x_shape: Shape) -> Array:
    return xp.reshape(g, x_shape)


@linear
def permute_dims(xp: Namespace, x: Array, *, axes: Shape) -> Array:
    return xp.permute_dims(x, axes)


@permute_dims.transpose
def permute_dims_transpose(xp: Namespace, g: Array, axes: Shape) -> Array:
    return xp.permute_dims(g, inverse_permutation(axes))


@linear
def broadcast_to(xp: Namespace, x: Array, *, shape: Shape) -> Array:
    return xp.broadcast_to(x, shape)


@broadcast_to.transpose
def broadcast_to_transpose(xp: Namespace, g: Array, x_shape: Shape) -> Array:
    return sum_to(xp, g, x_shape)


@linear
def concat(xp: Namespace, *arrays: Array, axis: int) -> Array:
    return xp.concat(arrays, axis=axis)


@concat.transpose
def concat_transpose(xp: Namespace, g: Array, arrays_shape: list[Shape], axis: int) -> list[Array]:
    parts: list[Array] = []
    start = 0
    for shape in arrays_shape:
        stop = start + shape[axis]
        parts.append(xp.getitem(g, (slice(None),) * axis + (slice(start, stop),)))
        start = stop
    return parts


@linear
def stack(xp: Namespace, *arrays: Array, axis: int) -> Array:
    return xp.stack(arrays, axis=axis)


@stack.transpose
def stack_transpose(xp: Namespace, g: Array, arrays_shape: list[Shape], axis: int) -> list[Array]:
    return [xp.getitem(g, (slice(None),) * axis + (position,)) for position in range(len(arrays_shape))]


@linear
def flip(xp: Namespace, x: Array, *, axis: Shape) -> Array:
    return xp.flip(x, axis=axis)


@flip.transpose
def flip_transpose(xp: Namespace, g: Array, axis: Shape) -> Array:
    return xp.flip(g, axis=axis)


@linear
def roll(xp: Namespace, x: Array, *, shift: Shape, axis: Shape) -> Array:
    return xp.roll(x, shift, axis=axis)


@roll.transpose
def roll_transpose(xp: Namespace, g: Array, shift: Shape, axis: Shape) -> Array:
    return xp.roll(g, tuple(-n for n in shift), axis=axis)


reshape.fresh = permute_dims.fresh = broadcast_to.fresh = concat.fresh = stack.fresh = False
