"""Floor 6: diagonals, triangles, windows."""

from __future__ import annotations

from typing import Any

from wengert.ops.movement.shaping import reshape
from wengert.ops.movement.splitting import narrow
from wengert.protocol.shapes import normalize_axis
from wengert.rules import movement as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel, view_kernel

_tril = kernel(rules.tril, "TrilBackward0", x="self", k="diagonal")
_triu = kernel(rules.triu, "TriuBackward0", x="self", k="diagonal")
_diagonal = view_kernel(rules.diagonal, "DiagonalBackward0", x="self", axis1="dim1", axis2="dim2")
_diagonal_copy = kernel(rules.diagonal, "DiagonalBackward0_copy", x="self", axis1="dim1", axis2="dim2")
_diag_embed = kernel(rules.diag_embed, "DiagEmbedBackward0", x="self", axis1="dim1", axis2="dim2")
_unfold = view_kernel(rules.windows, "UnfoldBackward0", x="self", axis="dimension")
_unfold_scalar = view_kernel(rules.reshape, "UnfoldBackward0", x="self")


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of the last two axes, zeros elsewhere; `diagonal` moves its edge to the right.

    Derivative: g -> tril(g, diagonal). Errors: RuntimeError for less than two axes. Source: torch.tril.

    >>> tril(tensor([[1, 2], [3, 4]]))
    tensor([[1, 0],
            [3, 4]])
    """
    if len(input.shape) < 2:
        raise RuntimeError("tril: input tensor must have at least 2 dimensions")
    return _tril(input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of the last two axes, zeros elsewhere; `diagonal` moves its edge to the right.

    Derivative: g -> triu(g, diagonal). Errors: RuntimeError for less than two axes. Source: torch.triu.

    >>> triu(tensor([[1, 2], [3, 4]]))
    tensor([[1, 2],
            [0, 4]])
    """
    if len(input.shape) < 2:
        raise RuntimeError("triu: input tensor must have at least 2 dimensions")
    return _triu(input, diagonal)


def _two_axes(ndim: int, dim1: int, dim2: int) -> tuple[int, int]:
    first, second = normalize_axis(dim1, ndim), normalize_axis(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return first, second


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two axes as the last axis, a view; `offset` moves it to the right (up `dim2`).

    Derivative: g -> g on that diagonal of zeros.
    Errors: RuntimeError if the axes are one; IndexError if there is no such axis. Source: torch.diagonal.

    >>> diagonal(tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    first, second = _two_axes(len(input.shape), dim1, dim2)
    return _diagonal(input, offset, first, second)


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Square matrices in the axes `dim1` and `dim2` that have the last axis of `input` on a diagonal, zeros elsewhere.

    Derivative: g -> diagonal(g, offset, dim1, dim2).
    Errors: RuntimeError if the axes are one. Source: torch.diag_embed.

    >>> diag_embed(tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    first, second = _two_axes(len(input.shape) + 1, dim1, dim2)
    if first > second:
        first, second, offset = second, first, -offset
    return _diag_embed(input, offset, first, second)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """A copy of a diagonal of a matrix, or the matrix with a vector on that diagonal.

    Errors: RuntimeError for another number of axes. Source: torch.diag.

    >>> diag(tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    if len(input.shape) == 1:
        return diag_embed(input, diagonal)
    if len(input.shape) != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {len(input.shape)}D")
    return _own(_diagonal_copy(input, diagonal, 0, 1), input)


def _own(out: Any, input: Tensor) -> Any:
    """`out` on memory of its own."""
    if input.space.xp.shares_memory(out.array, input.array):
        out.array = input.space.xp.copy(out.array)
    return out


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """The matrix with the elements of `input` on a diagonal. Source: torch.diagflat.

    >>> diagflat(tensor([[1], [2]]))
    tensor([[1, 0],
            [0, 2]])
    """
    return diag_embed(reshape(input, (-1,)), offset)


def unfold(self: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of `size` neighbours, starting at every `step`-th position of an axis, as the last axis; a view.

    Derivative: g -> the windows added back to their places.
    Errors: RuntimeError if the axis is shorter than a window or the step is not positive.
    """
    for name, value in (("dimension", dimension), ("size", size), ("step", step)):
        if isinstance(value, (bool, float, str)):
            raise TypeError(f"unfold(): argument {name!r} must be int, not {type(value).__name__}")
    axis = normalize_axis(dimension, len(self.shape))
    n = self.shape[axis] if self.shape else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > n:
        raise RuntimeError(f"maximum size for tensor at dimension {axis} is {n} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not self.shape:
        return _unfold_scalar(self, (1,)) if size else narrow(reshape(self, (1,)), 0, 0, 0)
    return _unfold(self, axis, size, step)
