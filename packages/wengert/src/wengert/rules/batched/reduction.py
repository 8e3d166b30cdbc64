"""Floor 2: reductions of a batch that take no axis."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from wengert.protocol.array import Array
from wengert.rules.reduction.extremes import argmax, argmin, largest, smallest

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


def _rows(xp: Any, x: Array) -> Array:
    return xp.reshape(x, (x.shape[0], prod(x.shape[1:])))
