"""Floor 6: the standard's statistical, searching, sorting, set and utility functions, over Tensors.

Places, counts and truth values carry no gradient. Values do: sorted ones, unique ones and picked ones come from where
they stood.
"""

from __future__ import annotations

from math import prod as _product
from typing import Any, NamedTuple

from wengert.ops import indexing, reduction
from wengert.ops.comparison import where as _where
from wengert.ops.conversion.moving import to
from wengert.ops.indexing.searching import distinct
from wengert.ops.movement import cat, reshape, unsqueeze
from wengert.ops.xp.elementwise import promoted, written_freely
from wengert.protocol.dtypes import INTEGER, DType, int64, uint64
from wengert.protocol.shapes import Shape, normalize_axes, normalize_axis

Axis = int | Shape | None


# --- statistical ------------------------------------------------------------------------------------------------------


def sum(x: Any, /, *, axis: Axis = None, dtype: DType | None = None, keepdims: bool = False) -> Any:
    """The sum over `axis`; of integers the widest unless `dtype` says otherwise."""
    return reduction.sum(*_over(x, axis, keepdims), dtype=dtype or _total_dtype(x))


def prod(x: Any, /, *, axis: Axis = None, dtype: DType | None = None, keepdims: bool = False) -> Any:
    """The product over `axis`; of integers the widest unless `dtype` says otherwise."""
    rows, shape = _as_rows(*_over(x, axis, keepdims))
    return reshape(reduction.prod(rows, -1, dtype=dtype or _total_dtype(x)), shape)


def mean(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean over `axis`."""
    return reduction.mean(*_over(x, axis, keepdims))


def max(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest over `axis`; nan wins. Equal ones share the gradient."""
    return written_freely(reduction.amax(*_over(x, axis, keepdims)))


def min(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest over `axis`; nan wins. Equal ones share the gradient."""
    return written_freely(reduction.amin(*_over(x, axis, keepdims)))


def std(x: Any, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    """The standard deviation over `axis`."""
    x, dim, keepdim = _over(x, axis, keepdims)
    return written_freely(reduction.std(x, dim, keepdim=keepdim, correction=correction))


def var(x: Any, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False) -> Any:
    """The variance over `axis`."""
    x, dim, keepdim = _over(x, axis, keepdims)
    return reduction.var(x, dim, keepdim=keepdim, correction=correction)


def cumulative_sum(
    x: Any, /, *, axis: int | None = None, dtype: DType | None = None, include_initial: bool = False
) -> Any:
    """The running sums along `axis`, from 0 where `include_initial` asks for it."""
    return _scanned("cumulative_sum", reduction.cumsum, 0, x, axis, dtype, include_initial)


def cumulative_prod(
    x: Any, /, *, axis: int | None = None, dtype: DType | None = None, include_initial: bool = False
) -> Any:
    """The running products along `axis`, from 1 where `include_initial` asks for it."""
    return _scanned("cumulative_prod", reduction.cumprod, 1, x, axis, dtype, include_initial)


def _scanned(
    name: str, function: Any, initial: int, x: Any, axis: int | None, dtype: DType | None, include_initial: bool
) -> Any:
    if axis is None:
        if len(x.shape) != 1:
            raise ValueError(f"{name}: got axis=None for shape {x.shape}; name an axis unless there is just one.")
        axis = 0
    result = written_freely(function(x, axis, dtype=dtype or _total_dtype(x)))
    if not include_initial:
        return result
    axis = normalize_axis(axis, len(x.shape))
    first = result.new_full((*x.shape[:axis], 1, *x.shape[axis + 1 :]), initial)
    return cat((first, result), axis)


def _total_dtype(x: Any) -> DType | None:
    """The dtype of a total: the widest integer of its kind, else torch's choice.."""
    dtype, present = x.space.dtype, x.space.backend.dtypes
    return uint64 if dtype.category == INTEGER and not dtype.is_signed and uint64 in present else None


def _over(x: Any, axis: Axis, keepdims: bool) -> tuple[Any, Any, bool]:
    """The arguments of torch's reduction. No axes mean none here and all in torch: then a new one of length 1 is it."""
    return (unsqueeze(x, -1), -1, False) if axis == () else (x, axis, keepdims)


def _as_rows(x: Any, axis: Axis, keepdims: bool) -> tuple[Any, Shape]:
    """`x` with the axes to reduce joined as the last, and the shape of the result."""
    ndim = len(x.shape)
    axes = tuple(range(ndim)) if axis is None else normalize_axes(axis, ndim)
    kept = [d for d in range(ndim) if d not in axes]
    moved = x.permute((*kept, *axes)) if ndim else x
    rows = reshape(moved, (*(x.shape[d] for d in kept), _product(x.shape[d] for d in axes)))
    return rows, tuple(1 if d in axes else n for d, n in enumerate(x.shape) if keepdims or d not in axes)


# --- utility ----------------------------------------------------------------------------------------------------------


def all(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether no element over `axis` is 0; no derivative."""
    return _tested(reduction.all, x, axis, keepdims)


def any(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether some element over `axis` is not 0; no derivative."""
    return _tested(reduction.any, x, axis, keepdims)


def _tested(function: Any, x: Any, axis: Axis, keepdims: bool) -> Any:
    return function(x != 0, axis, keepdims)


def diff(x: Any, /, *, axis: int = -1, n: int = 1, prepend: Any = None, append: Any = None) -> Any:
    """The differences of neighbours along `axis`, `n` times over."""
    return reduction.diff(x, n, axis, prepend, append)


# --- searching --------------------------------------------------------------------------------------------------------


def argmax(x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the largest stands; no derivative."""
    return reduction.argmax(x, axis, keepdims)


def argmin(x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """Where the smallest stands; no derivative."""
    return reduction.argmin(x, axis, keepdims)


def count_nonzero(x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """How many elements over `axis` are not 0; no derivative."""
    return sum(to(x != 0, int64), axis=axis, keepdims=keepdims)


def nonzero(x: Any, /) -> tuple[Any, ...]:
    """Where elements are not 0, a vector for each axis; no derivative."""
    if not x.shape:
        raise ValueError("nonzero: got a 0-d array; expected one with axes.")
    return indexing.nonzero(x, as_tuple=True)


def searchsorted(x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None) -> Any:
    """Where each of `x2` would stand in the sorted `x1`; no derivative."""
    if sorter is not None:
        x1, sorter = take(x1, sorter), None
    return indexing.searchsorted(*promoted(x1, x2), side=side)


def where(condition: Any, x1: Any, x2: Any, /) -> Any:
    """`x1` where `condition` is true, else `x2`."""
    return _where(condition, *promoted(x1, x2))


def isin(x1: Any, x2: Any, /, *, invert: bool = False) -> Any:
    """Whether each of `x1` is one of `x2`; no derivative."""
    return indexing.isin(x1, x2, invert=invert)


# --- sorting ----------------------------------------------------------------------------------------------------------


def sort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """The elements along `axis` in order."""
    return indexing.sort(x, axis, descending, stable).values


def argsort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """Where the elements along `axis` stand, in order of their size; no derivative."""
    return indexing.argsort(x, axis, descending, stable)


# --- sets -------------------------------------------------------------------------------------------------------------


class UniqueAll(NamedTuple):
    """What `unique_all` returns."""

    values: Any
    indices: Any
    inverse_indices: Any
    counts: Any


class UniqueCounts(NamedTuple):
    """What `unique_counts` returns."""

    values: Any
    counts: Any


class UniqueInverse(NamedTuple):
    """What `unique_inverse` returns."""

    values: Any
    inverse_indices: Any


def unique_all(x: Any, /) -> UniqueAll:
    """The different elements, where each stands first, which one each element is, and how often there is one."""
    first, inverse, counts = distinct(x)
    return UniqueAll(indexing.take(x, first), first, inverse, counts)


def unique_counts(x: Any, /) -> UniqueCounts:
    """The different elements and how often there is one."""
    found = unique_all(x)
    return UniqueCounts(found.values, found.counts)


def unique_inverse(x: Any, /) -> UniqueInverse:
    """The different elements and which one each element is."""
    found = unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


def unique_values(x: Any, /) -> Any:
    """The different elements; the gradient of one goes to where it stands first."""
    return unique_all(x).values


# --- indexing ---------------------------------------------------------------------------------------------------------


def take(x: Any, indices: Any, /, *, axis: int | None = None) -> Any:
    """The slices along `axis` that `indices` names, from the end where it is negative."""
    if axis is None:
        if len(x.shape) != 1:
            raise ValueError(f"take: got axis=None for shape {x.shape}; name an axis unless there is just one.")
        axis = 0
    axis = normalize_axis(axis, len(x.shape))
    picked = indexing.index_select(x, axis, reshape(_from_start(indices, x.shape[axis]), (-1,)))
    return reshape(picked, (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]))


def take_along_axis(x: Any, indices: Any, /, *, axis: int = -1) -> Any:
    """The elements that `indices` names along `axis`, the other axes broadcast."""
    axis = normalize_axis(axis, len(x.shape))
    return indexing.take_along_dim(x, _from_start(indices, x.shape[axis]), axis)


def _from_start(indices: Any, n: int) -> Any:
    """Positions counted from the start, as int64."""
    whole = to(indices, int64)
    return _where(whole < 0, whole + n, whole)


FUNCTIONS = {
    function.__name__: function
    for function in (
        all, any, argmax, argmin, argsort, count_nonzero, cumulative_prod, cumulative_sum, diff, isin, max, mean, min,
        nonzero, prod, searchsorted, sort, std, sum, take, take_along_axis, unique_all, unique_counts, unique_inverse,
        unique_values, var, where,
    )
}  # fmt: skip
