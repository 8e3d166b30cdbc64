"""Floor 2: shapes and axes of a batch: the new axis stays the first."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.shapes import Shape, infer_shape
from wengert.rule.batching import lined_up
from wengert.rules import movement

Again = Callable[..., Any]

movement.tril.core = movement.triu.core = (2,)


@movement.astype.batch
def astype_batch(again: Again, x: Array, dtype: Any) -> Array:
    return again(x, dtype=dtype)


@movement.reshape.batch
def reshape_batch(again: Again, batch_size: int, x: Array, shape: Shape) -> Array:
    return again(x, shape=(batch_size, *(infer_shape(shape, prod(x.shape[1:])) if -1 in shape else shape)))


@movement.permute_dims.batch
def permute_dims_batch(again: Again, x: Array, axes: Shape) -> Array:
    return again(x, axes=(0, *(d + 1 for d in axes)))


@movement.broadcast_to.batch
def broadcast_to_batch(xp: Any, again: Again, batch_size: int, x: Array, shape: Shape) -> Array:
    return again(lined_up(xp, x, len(shape)), shape=(batch_size, *shape))


@movement.tile.batch
def tile_batch(xp: Any, again: Again, x: Array, repeats: Shape) -> Array:
    return again(lined_up(xp, x, len(repeats)), repeats=(1, *repeats))


@movement.roll.batch
def roll_batch(xp: Any, again: Again, x: Array, shift: Shape, axis: Shape) -> Array:
    if axis:
        return again(x, shift=shift, axis=tuple(d + 1 for d in axis))
    rows = xp.reshape(x, (x.shape[0], prod(x.shape[1:])))
    return xp.reshape(again(rows, shift=shift, axis=(1,)), x.shape)
