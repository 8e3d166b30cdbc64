"""Floor 2: reductions of a batch that take no axis."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, prod
from typing import Any

from wengert.protocol.array import Array
from wengert.rules.reduction.extremes import argmax, argmin, largest, smallest
from wengert.rules.reduction.order import median

Again = Callable[..., Any]


@largest.batch
def largest_batch(xp: Any, x: Array) -> Array:
    return xp.max(_rows(xp, x), axis=(1,), keepdims=False)


@smallest.batch
def smallest_batch(xp: Any, x: Array) -> Array:
    return xp.min(_rows(xp, x), axis=(1,), keepdims=False)


@argmax.batch
def argmax_batch(xp: Any, again: Again, x: Array, axis: int | None, keepdims: bool) -> Array:
    if axis is not None and len(x.shape) > 1:
        return again(x, axis=axis + 1, keepdims=keepdims)
    index = again(_rows(xp, x), axis=1, keepdims=False)
    return xp.reshape(index, (*index.shape, *(1,) * (len(x.shape) - 1))) if keepdims else index


argmin.batch(argmax_batch)


@median.batch
def median_batch(xp: Any, x: Array, skip_nan: bool) -> Array:
    """The largest of the elements that equal the median, so that all of them share its gradient."""
    rows = _rows(xp, x)
    values = xp.take_along_axis(rows, xp.median_place(rows, axis=1, skip_nan=skip_nan), axis=1)
    if not rows.dtype.is_floating_point:
        return xp.reshape(values, values.shape[:1])
    fixed = values.detach()
    same = xp.logical_or(xp.equal(rows, fixed), xp.logical_and(xp.isnan(rows), xp.isnan(fixed)))
    return xp.max(xp.where(same, rows, xp.full_like(rows, -inf)), axis=(1,), keepdims=False)


def _rows(xp: Any, x: Array) -> Array:
    return xp.reshape(x, (x.shape[0], prod(x.shape[1:])))
