"""Floor 2: a batch read by strides: its own stride comes first."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.shapes import Shape
from wengert.rules import strides

Again = Callable[..., Any]


@strides.strided.batch
def strided_batch(again: Again, batch_size: int, x: Array, size: Shape, stride: Shape, offset: int) -> Array:
    return again(x, size=(batch_size, *size), stride=(prod(x.shape[1:]), *stride), offset=offset)


@strides.strided_add.batch
def strided_add_batch(
    xp: Any, again: Again, batch_size: int, x: Array, size: Shape, stride: Shape, offset: int, length: int
) -> Array:
    out = again(x, size=(batch_size, *size), stride=(length, *stride), offset=offset, length=batch_size * length)
    return xp.reshape(out, (batch_size, length))


@strides.as_strided.batch
def as_strided_batch(
    again: Again, batch_size: int, x: Any, size: Shape, stride: Shape, offset: int, own_stride: Shape, own_offset: int,
    length: int,
) -> Array:  # fmt: skip
    """As if each element began where the first one does, so that all see the memory alike."""
    found = x.space.plain.xp.layout(x.array)
    if found is None:
        apart, own_stride, own_offset, length = prod(x.shape[1:]), (*own_stride,), 0, prod(x.shape)
    else:
        apart, length = found.stride[0], found.length
    return again(
        x, size=(batch_size, *size), stride=(apart, *stride), offset=offset, own_stride=(apart, *own_stride),
        own_offset=own_offset, length=length,
    )  # fmt: skip
