"""Floor 6: the order of axes, and of the elements along them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from wengert.ops.movement.shaping import sizes_of
from wengert.protocol.shapes import Shape, normalize_axis
from wengert.protocol.warned import warn_user
from wengert.rules import movement as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel, view_kernel

_permute = view_kernel(rules.permute_dims, "PermuteBackward0", x="self", axes="dims")
_transpose = view_kernel(rules.permute_dims, "TransposeBackward0", x="self")
_t = view_kernel(rules.permute_dims, "TBackward0", x="self")
_flip = kernel(rules.flip, "FlipBackward0", x="self", axis="dims")
_rot90 = kernel(rules.rot90, "Rot90Backward0", axis="dims")
_roll = kernel(rules.roll, "RollBackward0", x="self", shift="shifts", axis="dims")


@lru_cache(maxsize=4096)
def _ordered(ndim: int, dims: tuple[int, ...]) -> Shape:
    if len(dims) != ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            "ordering of "
            f"dimensions i.e. input.dim() = {ndim} is not equal to len(dims) = {len(dims)}"
        )
    axes = tuple(normalize_axis(d, ndim) for d in dims)
    if len(set(axes)) != ndim:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return axes


@lru_cache(maxsize=4096)
def _swapped(ndim: int, dim0: int, dim1: int) -> Shape:
    first, second = normalize_axis(dim0, ndim), normalize_axis(dim1, ndim)
    order = list(range(ndim))
    if ndim:
        order[first], order[second] = second, first
    return tuple(order)


def permute(input: Tensor, dims: Sequence[int]) -> Tensor:
    """`input` with its axes in the order `dims`, a view.

    Shapes: axis d of the result is axis dims[d] of `input`. Dtype: that of `input`.
    Derivative: g -> permute(g, the inverse order).
    Errors: RuntimeError if `dims` is no order of all axes; IndexError if there is no such axis.
    Source: torch.permute.

    >>> permute(tensor([[1, 2], [3, 4]]), (1, 0))
    tensor([[1, 3],
            [2, 4]])
    """
    axes = _ordered(len(input.shape), tuple(dims))
    return _permute(input, axes)


def permute_method(self: Tensor, *axes: Any, dims: Any = None) -> Tensor:
    """`permute(self, dims)`; the axes may be given one by one."""
    if dims is not None or not axes or (len(axes) == 1 and axes[0].__class__ is not int):
        axes = sizes_of("permute", "dims", axes, dims)
    return _permute(self, _ordered(len(self.shape), axes))


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """`input` with two axes swapped, a view.

    Derivative: g -> transpose(g, dim0, dim1). Errors: IndexError if there is no such axis. Source: torch.transpose.

    >>> transpose(tensor([[1, 2, 3]]), 0, 1).shape
    (3, 1)
    """
    axes = _swapped(len(input.shape), dim0, dim1)
    return _transpose(input, axes)


swapaxes = transpose


def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; a vector or a 0-d tensor as it is. A view.

    Derivative: g -> t(g). Errors: RuntimeError for more than two axes. Source: torch.t.

    >>> t(tensor([[1, 2, 3]])).shape
    (3, 1)
    """
    ndim = len(input.shape)
    if ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {ndim}D")
    axes = (1, 0) if ndim == 2 else (0,) * ndim
    return _t(input, axes)


def reversed_axes(self: Tensor) -> Tensor:
    """Self with its axes in reverse order, a view."""
    ndim = len(self.shape)
    if ndim not in (0, 1, 2):
        warn_user(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
            "throw an "
            "error in a future release. Consider `x.mT` to transpose batches of matrices or "
            "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.",
            UserWarning,
        )
    axes = tuple(range(ndim - 1, -1, -1))
    return _permute(self, axes)


def matrix_transpose(self: Tensor) -> Tensor:
    """Self with its last two axes swapped, a view."""
    if not self.shape:
        warn_user(
            "Tensor.mT is deprecated on 0-D tensors. This function is the identity in these cases.",
            UserWarning,
        )
        return self
    if len(self.shape) < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {len(self.shape)}-D tensor."
        )
    return transpose(self, -2, -1)


def movedim(input: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """`input` with the axes `source` moved to `destination`, the others in their order; a view.

    Derivative: g -> the axes moved back.
    Errors: RuntimeError if the lists differ in length or repeat an axis; IndexError if there is no such axis.
    Source: torch.movedim.

    >>> movedim(tensor([[[1, 2]]]), 2, 0).shape
    (2, 1, 1)
    """
    ndim = len(input.shape)
    given = [(s,) if isinstance(s, int) else tuple(s) for s in (source, destination)]
    if len(given[0]) != len(given[1]):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(given[0])} dims) should contain the same "
            "number of dims "
            f"as destination ({list(given[1])} dims)"
        )
    chosen = [tuple(normalize_axis(d, ndim) for d in dims) for dims in given]
    for name, dims, axes in zip(("source", "destination"), given, chosen, strict=True):
        if len(set(axes)) != len(axes):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(dims)})")
    order = [d for d in range(ndim) if d not in chosen[0]]
    for place, axis in sorted(zip(chosen[1], chosen[0], strict=True)) if ndim else ():
        order.insert(place, axis)
    return permute(input, order)


def flip(input: Tensor, dims: int | Sequence[int]) -> Tensor:
    """A copy of `input` with the elements along the axes `dims` in reverse order.

    Derivative: g -> flip(g, dims).
    Errors: IndexError if there is no such axis; RuntimeError if one is named twice. Source: torch.flip.

    >>> flip(tensor([1, 2, 3]), (0,))
    tensor([3, 2, 1])
    """
    ndim = len(input.shape)
    axes = tuple(normalize_axis(d, ndim) for d in ((dims,) if isinstance(dims, int) else dims))
    if len(set(axes)) != len(axes):
        raise RuntimeError(
            f"dim {next(a for a in axes if axes.count(a) > 1)} appears multiple times in the list of dims"
        )
    return _flip(input, axes if ndim else ())


def flip_method(self: Tensor, *axes: Any, dims: Any = None) -> Tensor:
    """`flip(self, dims)`; the axes may be given one by one."""
    return flip(self, sizes_of("flip", "dims", axes, dims))


def fliplr(input: Tensor) -> Tensor:
    """A copy of `input` with the second axis in reverse order. Derivative: g -> fliplr(g). Source: torch.fliplr.

    >>> fliplr(tensor([[1, 2], [3, 4]]))
    tensor([[2, 1],
            [4, 3]])
    """
    if len(input.shape) < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


def flipud(input: Tensor) -> Tensor:
    """A copy of `input` with the first axis in reverse order. Derivative: g -> flipud(g). Source: torch.flipud.

    >>> flipud(tensor([1, 2]))
    tensor([2, 1])
    """
    if not input.shape:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """`input` turned by `k` quarters in the plane of two axes, from the first of `dims` towards the second.

    Shapes: the two sizes are exchanged where `k` is odd. Dtype: kept. Derivative: g -> g turned back.
    Errors: RuntimeError unless `dims` names two different axes. Source: torch.rot90.

    >>> rot90(tensor([[1, 2], [3, 4]]))
    tensor([[2, 4],
            [1, 3]])
    """
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    ndim = len(input.shape)
    if ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == ndim:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    first, second = normalize_axis(dims[0], ndim), normalize_axis(dims[1], ndim)
    return _rot90(input, k % 4, (first, second))


def roll(input: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Tensor:
    """A copy of `input` with the elements moved by `shifts` along `dims`.

    Those that leave come back at the other end. Without `dims` the elements are moved in memory order.
    Derivative: g -> roll(g, -shifts, dims).
    Errors: RuntimeError if the two differ in length; IndexError if there is no such axis. Source: torch.roll.

    >>> roll(tensor([1, 2, 3]), 1)
    tensor([3, 1, 2])
    """
    by = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    if not by:
        raise RuntimeError("`shifts` required")
    along = () if dims is None else (dims,) if isinstance(dims, int) else tuple(dims)
    if len(by) != len(along) and not (len(by) == 1 and not along):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(by)}, dims:{len(along)}")
    ndim = len(input.shape)
    if along and not ndim:
        raise IndexError(f"Dimension specified as {along[0]} but tensor has no dimensions")
    axes = tuple(normalize_axis(d, ndim) for d in along)
    return _roll(input, by, axes if ndim else ())
