"""Floor 2: elements of a memory by strides: element (i, j, ...) of the result lies at offset + i s + j t + ..."""

from __future__ import annotations

from math import prod

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import linear


@linear
def strided(xp: Namespace, x: Array, *, size: Shape, stride: Shape, offset: int) -> Array:
    return xp.strided(x, size=size, stride=stride, offset=offset)


@strided.transpose
def strided_transpose(xp: Namespace, g: Array, x_shape: Shape, size: Shape, stride: Shape, offset: int) -> Array:
    return xp.strided_add(g, size=size, stride=stride, offset=offset, length=prod(x_shape))


@linear
def strided_add(xp: Namespace, x: Array, *, size: Shape, stride: Shape, offset: int, length: int) -> Array:
    return xp.strided_add(x, size=size, stride=stride, offset=offset, length=length)


@strided_add.transpose
def strided_add_transpose(xp: Namespace, g: Array, size: Shape, stride: Shape, offset: int) -> Array:
    return xp.strided(g, size=size, stride=stride, offset=offset)


@linear
def as_strided(
    xp: Namespace, x: Array, *, size: Shape, stride: Shape, offset: int, own_stride: Shape, own_offset: int, length: int
) -> Array:
    """A view of all the memory, of `length` elements, that x lies in with its own strides and offset."""
    return xp.strided(x, size=size, stride=stride, offset=offset)


@as_strided.transpose
def as_strided_transpose(
    xp: Namespace, g: Array, x_shape: Shape, size: Shape, stride: Shape, offset: int, own_stride: Shape,
    own_offset: int, length: int,
) -> Array:  # fmt: skip
    """What reached an element of the memory goes to the elements of x that lie there, in equal parts."""
    memory = xp.strided_add(g, size=size, stride=stride, offset=offset, length=length)
    taken = xp.strided(memory, size=x_shape, stride=own_stride, offset=own_offset)
    shared = prod([n for n, step in zip(x_shape, own_stride, strict=True) if not step])
    return taken / shared if shared > 1 else taken
