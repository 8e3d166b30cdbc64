"""Floor 6: views by strides, and the bytes of a tensor read as another dtype."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index
from typing import Any

from wengert.ops.arguments import spoken
from wengert.protocol.dtypes import DType
from wengert.protocol.extensions import Layout
from wengert.protocol.shapes import Shape
from wengert.rules import strides as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import history_of, make
from wengert.tensor.operation import kernel, view_kernel
from wengert.tensor.rebasing import FROM_MEMORY
from wengert.tensor.view import as_alias

_as_strided = view_kernel(rules.as_strided, "AsStridedBackward0", x="self", offset="storage_offset")
_as_strided_copy = kernel(rules.as_strided, "AsStridedBackward0", x="self", offset="storage_offset")
FROM_MEMORY.add(_as_strided)


def row_major(shape: Shape) -> Shape:
    """The strides, counted in elements, of a dense array whose last axis is the innermost."""
    result: list[int] = []
    step = 1
    for n in reversed(shape):
        result.append(step)
        step *= max(n, 1)
    return tuple(reversed(result))


def places_of(shape: Shape, stride: Sequence[int], offset: int) -> list[int]:
    """Where in memory the elements of a tensor lie, counted in elements, in the order of their indices."""
    found = [offset]
    for n, step in zip(shape, stride, strict=True):
        found = [start + i * step for start in found for i in range(n)]
    return found


def layout_of(tensor: Tensor) -> Layout:
    """Where a tensor lies in its memory; densely at its beginning, at address 0, where the library does not tell."""
    found = tensor.space.xp.layout(tensor.array)
    return Layout(row_major(tensor.shape), 0, 0, prod(tensor.shape)) if found is None else found


def tells_layout(tensor: Tensor) -> bool:
    """Whether the library tells where arrays lie; one that does not copies where it reads by strides."""
    return tensor.space.xp.layout(tensor.array) is not None


def as_strided(input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None) -> Tensor:
    """A view of the memory that `input` lies in: element (i, j, ...) is at `storage_offset` + i s + j t + ...

    All are counted in elements. Without an offset it begins where `input` does. A copy where the library does not tell
    how its arrays lie.

    Derivative: g -> g added up at the places in memory, of which `input` has some.
    Errors: RuntimeError for a negative stride, and for what lies outside the memory. Source: torch.as_strided.

    >>> as_strided(tensor([1, 2, 3, 4]), (2, 2), (1, 1))
    tensor([[1, 2],
            [2, 3]])
    """
    history_of(input)  # a view whose history cannot go on is refused first, as in torch
    own = layout_of(input)
    sizes, steps = tuple([index(n) for n in size]), tuple([index(n) for n in stride])
    offset = own.offset if storage_offset is None else index(storage_offset)
    if len(sizes) != len(steps):
        raise RuntimeError(f"mismatch in length of strides and shape: strides {list(steps)}, shape {list(sizes)}")
    if any(step < 0 for step in steps):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(steps)}")
    if any(n < 0 for n in sizes):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(sizes)} and strides={list(steps)}")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    width = input.space.dtype.itemsize
    needed = offset + 1 + sum((n - 1) * step for n, step in zip(sizes, steps, strict=True)) if 0 not in sizes else 0
    if needed > own.length:
        raise RuntimeError(
            f"setStorage: sizes {list(sizes)}, strides {list(steps)}, storage offset {offset}, and itemsize {width} "
            f"requiring a storage size of {needed * width} are out of bounds for storage of size {own.length * width}"
        )
    if not tells_layout(input):
        return _as_strided_copy(input, sizes, steps, offset, own.stride, own.offset, own.length)
    out: Any = _as_strided(input, sizes, steps, offset, own.stride, own.offset, own.length)
    found = getattr(out, "_view", None)
    if found is not None and found[0] is not input and found[0].space is input.space:
        base = layout_of(found[0])  # made again, it is a view of all the memory of the base
        chain = (None, _as_strided, (sizes, steps, offset, base.stride, base.offset, base.length))
        out._view = (found[0], chain, found[2])
    return out


def reinterpreted(self: Tensor, dtype: DType) -> Any:
    """The bytes of self read as `dtype`: it shares memory, and no gradient goes through it."""
    space = self.space.of(dtype)
    here, there = self.space.dtype.itemsize, dtype.itemsize
    if here != there:
        _check_sizes(self, dtype, here, there)
    array = self.space.xp.reinterpret(self.array, space.native)
    return as_alias(make(space, array), self)


def _check_sizes(self: Tensor, dtype: DType, here: int, there: int) -> None:
    ending = f"to view {spoken(self.space.dtype)} as {spoken(dtype)} (different element sizes)"
    if not self.shape:
        raise RuntimeError(f"self.dim() cannot be 0 {ending}")
    own = layout_of(self)
    if own.stride[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {ending}, but got {own.stride[-1]}")
    if here > there:
        return
    times = there // here
    if self.shape[-1] % times:
        raise RuntimeError(f"self.size(-1) must be divisible by {times} {ending}, but got {self.shape[-1]}")
    if own.offset % times:
        raise RuntimeError(f"self.storage_offset() must be divisible by {times} {ending}, but got {own.offset}")
    for axis, step in enumerate(own.stride[:-1]):
        if step % times:
            raise RuntimeError(f"self.stride({axis}) must be divisible by {times} {ending}, but got {step}")
