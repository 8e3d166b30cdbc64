"""Reductions, scans, sorting and products of matrices. Half precision is summed in single, as torch does."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet
from wengert_numpy.kernels.quiet import IGNORING, state

Axes = int | tuple[int, ...] | None
_FLOAT16, _FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)
_add, _multiply = np.add.reduce, np.multiply.reduce
_maximum, _minimum = np.maximum.reduce, np.minimum.reduce
_or, _and = np.logical_or.reduce, np.logical_and.reduce


_SHORT = 1 << 12
_ONES = {np.dtype(kind): np.ones(_SHORT, kind) for kind in ("f4", "f8")}
_LEADING: dict[Axes, int] = {0: 1, (0,): 1, (0, 1): 2, (0, 1, 2): 3}
_NARROW = 32  # the longest rows that are summed by a product, which adds from left to right


def sum(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The sum over `axis`; over leading axes and along short rows a product with ones, often ten times faster."""
    dtype = x.dtype
    if axis is not None and dtype in _ONES and x.size and x.flags.c_contiguous:
        shape: tuple[int, ...] = x.shape
        ndim = len(shape)
        lead = _LEADING.get(axis, ndim)
        if lead < ndim:
            rows = x if ndim == 2 else x.reshape(math.prod(shape[:lead]), -1)
            count = len(rows)
            product = _short_product(count, dtype) if count <= _SHORT else np.ones(count, dtype).dot
            total, kept = product(rows) if state() is IGNORING else quiet.call(product, rows), shape[lead:]
            return total.reshape((1,) * lead + kept) if keepdims else total if len(kept) == 1 else total.reshape(kept)
        if ndim > 1 and shape[-1] <= _NARROW and (axis == (ndim - 1,) or axis == ndim - 1):
            return quiet.call(x.dot, _ONES[dtype][: shape[-1]]).reshape(shape[:-1] + (1,) * keepdims)
    if dtype is _FLOAT16:
        return quiet.call(np.asarray(_add(x, axis, _FLOAT32, None, keepdims)).astype, _FLOAT16)
    return quiet.call(_add, x, axis, None, None, keepdims)


@lru_cache(maxsize=256)
def _short_product(count: int, dtype: Any) -> Callable[[Any], Any]:
    """What multiplies a row of as many ones by a matrix."""
    return _ONES[dtype][:count].dot


def prod(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The product over `axis`."""
    if x.dtype is _FLOAT16:
        return quiet.call(np.asarray(_multiply(x, axis, _FLOAT32, None, keepdims)).astype, _FLOAT16)
    return quiet.call(_multiply, x, axis, None, None, keepdims)


def max(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The largest over `axis`; NaN wins."""
    return _maximum(x, axis, None, None, keepdims)


def min(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The smallest over `axis`; NaN wins."""
    return _minimum(x, axis, None, None, keepdims)


def any(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """Whether some element over `axis` is not 0."""
    return _or(x, axis, None, None, keepdims)


def all(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """Whether no element over `axis` is 0."""
    return _and(x, axis, None, None, keepdims)


def argmax(x: Any, /, *, axis: int, keepdims: bool = False) -> Any:
    """The first position of the largest element along `axis`."""
    return x.argmax(axis, keepdims=keepdims)


def argmin(x: Any, /, *, axis: int, keepdims: bool = False) -> Any:
    """The first position of the smallest element along `axis`."""
    return x.argmin(axis, keepdims=keepdims)


def cumulative_sum(x: Any, /, *, axis: int) -> Any:
    """Running sums along `axis`."""
    if x.dtype is _FLOAT16:
        return quiet.call(np.add.accumulate(x, axis, _FLOAT32).astype, _FLOAT16)
    return quiet.call(np.add.accumulate, x, axis)


def cumulative_prod(x: Any, /, *, axis: int) -> Any:
    """Running products along `axis`."""
    if x.dtype is _FLOAT16:
        return quiet.call(np.multiply.accumulate(x, axis, _FLOAT32).astype, _FLOAT16)
    return quiet.call(np.multiply.accumulate, x, axis)


def sort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """The elements along `axis` in order, NaN as the largest."""
    ordered = np.sort(x, axis, "stable" if stable else None)
    return np.flip(ordered, axis) if descending else ordered


def argsort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """The positions that `sort` takes the elements from."""
    kind = "stable" if stable else None
    if not descending:
        return x.argsort(axis, kind)
    return x.shape[axis] - 1 - np.flip(np.flip(x, axis).argsort(axis, kind), axis)


def searchsorted(sorted_values: Any, values: Any, /, *, side: str = "left") -> Any:
    """Where in the sorted 1-d array each value belongs."""
    return sorted_values.searchsorted(values, side)


def matmul(x: Any, y: Any, /) -> Any:
    """The matrix product; `dot` where it means the same, as it starts in a third of the time."""
    if y.ndim == 2:
        if x.ndim == 2:
            if y.size >= 32768 and x.shape[0] <= 64 and y.flags.f_contiguous:
                # Few rows: OpenBLAS is up to twice as fast from this side.
                return np.ascontiguousarray(quiet.call(y.T.dot, x.T).T)
            return x.dot(y) if state() is IGNORING else quiet.call(x.dot, y)
        if x.ndim > 2 and x.flags.c_contiguous and x.size:  # one large product instead of a batch of small ones
            return quiet.call(x.reshape(-1, x.shape[-1]).dot, y).reshape(*x.shape[:-1], y.shape[1])
    return quiet.call(np.matmul, x, y)


def gemm(x: Any, y: Any, /, *, transpose_x: bool = False, transpose_y: bool = False) -> Any:
    """The product of two matrices, each as it is or transposed; of batches of them too."""
    return matmul(x.mT if transpose_x else x, y.mT if transpose_y else y)


kernels: dict[str, Any] = {
    "all": all,
    "any": any,
    "argmax": argmax,
    "argmin": argmin,
    "argsort": argsort,
    "cumulative_prod": cumulative_prod,
    "cumulative_sum": cumulative_sum,
    "gemm": gemm,
    "matmul": matmul,
    "max": max,
    "min": min,
    "prod": prod,
    "searchsorted": searchsorted,
    "sort": sort,
    "sum": sum,
}
