"""Floor 6: positions as tensors of their own. They carry no gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from wengert.ops.arithmetic.operands import checked
from wengert.ops.creation import full, tensor
from wengert.ops.elements import for_each_element
from wengert.ops.indexing.reading import nonzero
from wengert.ops.movement import cat
from wengert.protocol.dtypes import DType, int64
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.level import is_inside


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: DType = int64, device: Any = None, backend: str | None = None
) -> Tensor:
    """The positions on and below the diagonal `offset` of a matrix, row by row.

    Shapes: (2, how many). Dtype: int64 or `dtype`. Errors: RuntimeError for a negative size; NotImplementedError unless
    the dtype is one of integers. Source: torch.tril_indices.

    >>> tril_indices(2, 2)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    return _triangle(
        "tril_indices", row, col, lambda i: range(min(col, max(0, i + offset + 1))), dtype, device, backend
    )


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: DType = int64, device: Any = None, backend: str | None = None
) -> Tensor:
    """The positions on and above the diagonal `offset` of a matrix, row by row.

    Shapes: (2, how many). Dtype: int64 or `dtype`. Errors: RuntimeError for a negative size; NotImplementedError unless
    the dtype is one of integers. Source: torch.triu_indices.

    >>> triu_indices(2, 2)
    tensor([[0, 0, 1],
            [0, 1, 1]])
    """
    return _triangle("triu_indices", row, col, lambda i: range(max(0, i + offset), col), dtype, device, backend)


def _triangle(
    name: str, row: int, col: int, columns: Callable[[int], range], dtype: DType, device: Any, backend: str | None
) -> Any:
    for word, size in (("row", row), ("col", col)):
        if size < 0:
            raise RuntimeError(f"{word} must be non-negative, got{size}")
    if dtype.is_inexact or dtype.category == 0:
        raise NotImplementedError(f"\"{name}\" not implemented for '{dtype.spoken}'")
    both = [[i for i in range(row) for _ in columns(i)], [j for i in range(row) for j in columns(i)]]
    return tensor(both, dtype=dtype, device=device, backend=backend)


def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Any, ...]:
    """Flat positions in an array of `shape` as one tensor of positions for each of its axes.

    Shapes: that of `indices`, for each axis. Dtype: int64. Derivative: none.
    Errors: TypeError unless `indices` is of an integer dtype; ValueError for a negative size.
    Source: torch.unravel_index.

    >>> unravel_index(tensor([5, 1]), (2, 3))
    (tensor([1, 0]), tensor([2, 1]))
    """
    dtype = checked("unravel_index", "indices", indices).space.dtype
    if dtype.is_inexact or dtype.category == 0:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {dtype!r}")
    sizes = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    if any(n < 0 for n in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {sizes}")
    flat: Any = indices
    return tuple(flat.div(prod(sizes[d + 1 :]), rounding_mode="floor") % n for d, n in enumerate(sizes))


def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The first `size` positions of elements that are not 0, one in each row; `fill_value` where there are less.

    Shapes: (size, number of axes). Dtype: int64. Derivative: none. Errors: RuntimeError for a negative `size`.
    Source: torch.nonzero_static.

    >>> nonzero_static(tensor([0, 5, 7]), size=3)
    tensor([[ 1],
            [ 2],
            [-1]])
    """
    if is_inside(input):
        return for_each_element(nonzero_static, input, size=size, fill_value=fill_value)
    if size < 0:
        raise RuntimeError(f"nonzero_static: 'size' must be an non-negative integer; got {size}")
    found: Any = nonzero(input)
    if found.shape[0] >= size:
        return found[:size]
    space = input.space
    rest = full(
        (size - found.shape[0], found.shape[1]),
        fill_value,
        dtype=int64,
        device=space.device,
        backend=space.backend.name,
    )
    return cat([found, rest], 0)


__all__ = ["nonzero_static", "tril_indices", "triu_indices", "unravel_index"]
