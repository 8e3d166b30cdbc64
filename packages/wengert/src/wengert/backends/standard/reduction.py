"""Floor 3: reductions, scans, sorting and the softmax family."""

from __future__ import annotations

import math
from typing import Any

from wengert.backends.standard.facts import Kernels, along, constant, counting, is_bool
from wengert.protocol import dtypes as ours
from wengert.protocol.shapes import Shape, normalize_axes, normalize_axis, reduced_shape

Axes = int | Shape | None


def min(xp: Kernels, x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    return _reversed(xp, xp.max(_reversed(xp, x), axis=axis, keepdims=keepdims))


def argmin(xp: Kernels, x: Any, /, *, axis: int, keepdims: bool = False) -> Any:
    return xp.argmax(_reversed(xp, x), axis=axis, keepdims=keepdims)


def _reversed(xp: Kernels, x: Any) -> Any:
    """x in the opposite order, and back by a second call. Integers by their bits: minus the least one overflows."""
    return xp.negative(x) if xp.facts.dtype(x).is_inexact else xp.bitwise_invert(x)


def any(xp: Kernels, x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    is_true = x if is_bool(xp, x) else xp.not_equal(x, constant(xp, x, 0))
    count = xp.sum(xp.astype(is_true, xp.facts.dtypes[ours.int64]), axis=axis, keepdims=keepdims)
    return xp.not_equal(count, constant(xp, count, 0))


def all(xp: Kernels, x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    is_false = xp.logical_not(x) if is_bool(xp, x) else xp.equal(x, constant(xp, x, 0))
    return xp.logical_not(xp.any(is_false, axis=axis, keepdims=keepdims))


def cumulative_prod(xp: Kernels, x: Any, /, *, axis: int) -> Any:
    """By doubling: after the step of width w each element is the product of the last 2 w elements up to it."""
    if not xp.facts.dtype(x).is_inexact:
        x = xp.astype(x, xp.facts.dtypes[ours.int64])
    if not x.shape:
        return x
    d, ndim = normalize_axis(axis, len(x.shape)), len(x.shape)
    n, width = x.shape[d], 1
    while width < n:
        head, later = x[along(slice(0, width), d, ndim)], x[along(slice(width, n), d, ndim)]
        x = xp.concat([head, xp.multiply(later, x[along(slice(0, n - width), d, ndim)])], axis=d)
        width *= 2
    return x


# --- order ------------------------------------------------------------------------------------------------------------


def sort(xp: Kernels, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """NaN counts as larger than every number, as in torch: it comes last, and first where descending."""
    return xp.take_along_axis(x, xp.argsort(x, axis=axis, descending=descending, stable=stable), axis=axis)


def searchsorted(xp: Kernels, sorted_values: Any, values: Any, /, *, side: str = "left") -> Any:
    """How many of the 1-d `sorted_values` are less than each of `values` ("left"), or at most as large ("right").

    A binary search by powers of two, the largest first, for all values at once.
    """
    n = sorted_values.shape[0]
    found = xp.reshape(counting(xp, values, 1), (1,) * len(values.shape))
    found = xp.broadcast_to(found, values.shape)
    if n == 0 or 0 in values.shape:
        return found
    size = math.prod(values.shape)
    step = 1 << (n.bit_length() - 1)
    while step:
        further = found + step
        is_inside = further <= n
        index = xp.where(is_inside, further - 1, constant(xp, further, 0))
        candidate = xp.reshape(xp.take(sorted_values, xp.reshape(index, (size,)), axis=0), values.shape)
        is_before = (
            _precedes(xp, candidate, values) if side == "left" else xp.logical_not(_precedes(xp, values, candidate))
        )
        found = xp.where(xp.logical_and(is_inside, is_before), further, found)
        step >>= 1
    return found


def _precedes(xp: Kernels, x: Any, y: Any) -> Any:
    """x < y, with NaN above all numbers."""
    if not xp.facts.dtype(x).is_inexact:
        return xp.less(x, y)
    return xp.logical_or(xp.less(x, y), xp.logical_and(xp.isnan(y), xp.logical_not(xp.isnan(x))))


# --- softmax ----------------------------------------------------------------------------------------------------------


def softmax(xp: Kernels, x: Any, /, *, axis: int) -> Any:
    if 0 in x.shape:
        return xp.copy(x)
    weights = xp.exp(xp.subtract(x, xp.max(x, axis=axis, keepdims=True)))
    return xp.divide(weights, xp.sum(weights, axis=axis, keepdims=True))


def log_softmax(xp: Kernels, x: Any, /, *, axis: int) -> Any:
    if 0 in x.shape:
        return xp.copy(x)
    shifted = xp.subtract(x, xp.max(x, axis=axis, keepdims=True))
    return xp.subtract(shifted, xp.log(xp.sum(xp.exp(shifted), axis=axis, keepdims=True)))


def logsumexp(xp: Kernels, x: Any, /, *, axis: int | Shape, keepdims: bool) -> Any:
    if 0 in x.shape:
        return xp.log(xp.sum(xp.exp(x), axis=axis, keepdims=keepdims))
    highest = xp.max(xp.real(x), axis=axis, keepdims=True)
    shift = xp.astype(xp.where(xp.isfinite(highest), highest, constant(xp, highest, 0)), x.dtype)
    total = xp.log(xp.sum(xp.exp(xp.subtract(x, shift)), axis=axis, keepdims=keepdims))
    gone = normalize_axes(axis, len(x.shape)) if isinstance(axis, int) or axis else ()
    return xp.add(total, xp.reshape(shift, reduced_shape(x.shape, gone, keepdims)))
