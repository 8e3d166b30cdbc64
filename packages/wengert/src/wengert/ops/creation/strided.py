"""Floor 6: empty tensors whose elements lie in memory as one wishes, where the library has strides."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from wengert.ops.creation.filled import empty, new_empty
from wengert.ops.movement.strides import row_major
from wengert.tensor.base import make


def empty_strided(size: Sequence[int], stride: Sequence[int], **options: Any) -> Any:
    """A tensor with whatever values, whose neighbours lie `stride` elements apart along each axis.

    Shapes: `size`. Dtype, device and more by keyword, as in `empty`.
    Errors: RuntimeError for a negative size or stride, or unequally many. Source: torch.empty_strided.

    >>> empty_strided((2, 3), (1, 2)).stride()
    (1, 2)
    """
    length = _length("empty_strided", size, stride)
    return _laid_out(empty(length, **options), size, stride)


def new_empty_strided(self: Any, size: Sequence[int], stride: Sequence[int], **options: Any) -> Any:
    """`empty_strided` of self's dtype and device unless others are given."""
    length = _length("new_empty_strided", size, stride)
    return _laid_out(new_empty(self, length, **options), size, stride)


def empty_permuted(size: Sequence[int], physical_layout: Sequence[int], **options: Any) -> Any:
    """A tensor with whatever values whose axes lie in memory in the order `physical_layout`, the innermost last.

    Errors: RuntimeError unless `physical_layout` names each axis once. Source: torch.empty_permuted.

    >>> empty_permuted((2, 3), (1, 0)).stride()
    (1, 2)
    """
    order = [index(axis) for axis in physical_layout]
    if len(order) != len(size):
        raise RuntimeError(
            f"Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(size)} is not equal to len(physical_layout) = {len(order)}"
        )
    for axis in order:
        if not 0 <= axis < len(order):
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(order) - 1}, but got {axis} at index "
                f"{order.index(axis)}).  NB: negative dims not currently supported; file an issue if you want it."
            )
        if order.count(axis) > 1:
            raise RuntimeError("Duplicate dim not allowed")
    steps = row_major(tuple([size[axis] for axis in order]))
    return empty_strided(size, [steps[order.index(axis)] for axis in range(len(order))], **options)


def _length(name: str, size: Sequence[int], stride: Sequence[int]) -> int:
    """How many elements the memory of such a tensor has."""
    sizes, steps = [index(n) for n in size], [index(step) for step in stride]
    if len(sizes) != len(steps):
        raise RuntimeError(f"mismatch in length of strides and shape: {name} got strides {steps} for the shape {sizes}")
    if any(n < 0 for n in sizes):
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {sizes}")
    if any(step < 0 for step in steps):
        raise RuntimeError(f"{name}: Negative strides are not supported at the moment, got strides: {steps}")
    return 0 if 0 in sizes else 1 + sum((n - 1) * step for n, step in zip(sizes, steps, strict=True))


def _laid_out(memory: Any, size: Sequence[int], stride: Sequence[int]) -> Any:
    space, array = memory.space, memory.array
    made = space.xp.strided(array, size=tuple(size), stride=tuple(stride), offset=0)
    return make(space, made, memory.node)
