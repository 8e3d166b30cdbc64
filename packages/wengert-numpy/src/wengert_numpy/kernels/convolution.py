"""Padding, convolution and pooling over the axes after the first two, by strided views and products of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

Shape = tuple[int, ...]
_INTP = np.dtype(np.intp)


def pad(x: Any, /, *, widths: tuple[Shape, ...], value: float) -> Any:
    """`x` with `value` before and after along each axis; a negative width cuts."""
    inside: list[slice] = []
    source: list[slice] = []
    shape: list[int] = []
    for n, (low, high) in zip(x.shape, widths, strict=True):
        source.append(slice(max(-low, 0), n - max(-high, 0)))
        inside.append(slice(max(low, 0), max(low, 0) + n - max(-low, 0) - max(-high, 0)))
        shape.append(n + low + high)
    out = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)
    out[tuple(inside)] = x[tuple(source)]
    return out


def _padded(x: Any, padding: Shape) -> Any:
    return pad(x, widths=((0, 0), (0, 0), *((p, p) for p in padding)), value=0) if any(padding) else x


def _columns(x: Any, size: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int) -> tuple[Any, Shape]:
    """The window of every place: (n, groups, channels of a group times prod(size), places)."""
    x = _padded(x, padding)
    n, channels, *lengths = x.shape
    places = [
        (length - (k - 1) * d - 1) // s + 1 for length, k, d, s in zip(lengths, size, dilation, step, strict=True)
    ]
    strides = x.strides[2:]
    view = as_strided(
        x,
        (n, channels, *size, *places),
        (
            *x.strides[:2],
            *(stride * d for stride, d in zip(strides, dilation, strict=True)),
            *(stride * s for stride, s in zip(strides, step, strict=True)),
        ),
    )
    return view.reshape(n, groups, channels // groups * prod(size), prod(places)), tuple(places)


def convolve(x: Any, w: Any, /, *, step: Shape, padding: Shape, dilation: Shape, groups: int) -> Any:
    """The sum over each window of `x` times `w`."""
    columns, places = _columns(x, w.shape[2:], step, padding, dilation, groups)
    matrix = w.reshape(groups, w.shape[0] // groups, -1)
    return np.matmul(matrix, columns).reshape(len(x), w.shape[0], *places)


def convolve_input(
    g: Any, w: Any, /, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Any:
    """The transpose of `convolve` in `x`: each place gives its share back to its window."""
    n, size, places = len(g), w.shape[2:], g.shape[2:]
    matrix = w.reshape(groups, w.shape[0] // groups, -1).swapaxes(1, 2)
    columns = np.matmul(matrix, g.reshape(n, groups, w.shape[0] // groups, -1))
    columns = columns.reshape(n, shape[1], *size, *places)
    if size == (1,) * len(size) and shape[2:] == places:
        return columns.reshape(shape)
    out = np.zeros((*shape[:2], *(m + 2 * p for m, p in zip(shape[2:], padding, strict=True))), g.dtype)
    for offset, part in _slices(size, step, dilation, places):
        part = out[part]
        np.add(part, columns[(slice(None), slice(None), *offset)], part)
    if any(padding):
        out = out[(slice(None), slice(None), *(slice(p, p + m) for p, m in zip(padding, shape[2:], strict=True)))]
    return out


def convolve_weight(
    g: Any, x: Any, /, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Any:
    """The transpose of `convolve` in `w`: places of `g` against windows of `x`."""
    columns, _ = _columns(x, shape[2:], step, padding, dilation, groups)
    spread = g.reshape(len(g), groups, shape[0] // groups, -1)
    return np.add.reduce(np.matmul(spread, columns.swapaxes(2, 3)), 0).reshape(shape)


@lru_cache(maxsize=256)
def _slices(size: Shape, step: Shape, dilation: Shape, places: Shape) -> Sequence[tuple[Shape, tuple[slice, ...]]]:
    """For each offset in a window, the key of the elements that all windows have there."""
    keys: list[tuple[Shape, tuple[slice, ...]]] = []
    for offset in product(*map(range, size)):
        spans = [
            slice(k * d, k * d + (count - 1) * s + 1 if count else k * d, s)
            for k, d, s, count in zip(offset, dilation, step, places, strict=True)
        ]
        keys.append((offset, (slice(None), slice(None), *spans)))
    return tuple(keys)


# --- pooling ----------------------------------------------------------------------------------------------------------


def _reach(x: Any, extent: Shape, step: Shape, padding: Shape, output: Shape, value: float) -> Any:
    """`x` padded for exactly `output` windows."""
    sides = [
        (p, max((count - 1) * s + k - p - n, 0))
        for n, k, s, p, count in zip(x.shape[2:], extent, step, padding, output, strict=True)
    ]
    return pad(x, widths=((0, 0), (0, 0), *sides), value=value) if any(map(any, sides)) else x


def max_pool(x: Any, /, *, size: Shape, step: Shape, padding: Shape, dilation: Shape, output: Shape) -> tuple[Any, Any]:
    """The largest of each window, and its flat position among the axes after the first two; the first where several."""
    extent = tuple((k - 1) * d + 1 for k, d in zip(size, dilation, strict=True))
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    padded = _reach(x, extent, step, padding, output, lowest)
    parts = [padded[key] for _, key in _slices(size, step, dilation, output)]
    values = parts[0].copy()
    for part in parts[1:]:
        np.maximum(values, part, out=values)
    has_nan = x.dtype.kind == "f" and bool(np.isnan(values).any())
    which = np.full(values.shape, -1, np.int16)
    for number in range(len(parts) - 1, -1, -1):
        part = parts[number]
        is_here = part == values
        if has_nan:
            is_here |= np.isnan(part)
        np.copyto(which, number, where=is_here)
    positions = _few_positions if prod(output) <= _FEW else _positions
    shifts, first = positions(x.shape[2:], size, step, padding, dilation, output)
    return values, np.add(shifts[which], first)


def _positions(
    lines: Shape, size: Shape, step: Shape, padding: Shape, dilation: Shape, output: Shape
) -> tuple[Any, Any]:
    """In a flat plane of shape `lines`: how far each element of a window is from its first, 0 for one more; and where
    the first of each window is."""
    shifts = np.zeros(prod(size) + 1, _INTP)
    for number, (offset, _) in enumerate(_slices(size, step, dilation, output)):
        at = 0
        for k, d, n in zip(offset, dilation, lines, strict=True):
            at = at * n + k * d
        shifts[number] = at
    first = np.zeros((), _INTP)
    for s, p, n, count in zip(step, padding, lines, output, strict=True):
        first = first[..., None] * n + (np.arange(count) * s - p)
    return shifts, first


_FEW = 4096  # windows whose positions are remembered
_few_positions = lru_cache(maxsize=64)(_positions)


def plane_gather(x: Any, positions: Any, /) -> Any:
    """The elements of each plane at flat positions in it."""
    flat = np.ascontiguousarray(x).reshape(-1)
    return flat[_absolute(positions, prod(x.shape[2:]))]


def plane_scatter(g: Any, positions: Any, /, *, shape: Shape) -> Any:
    """Zeros of `shape` with `g` added at flat positions in each plane."""
    out = np.zeros(prod(shape), g.dtype)
    np.add.at(out, _absolute(positions, prod(shape[2:])).reshape(-1), g.reshape(-1))
    return out.reshape(shape)


def _absolute(positions: Any, width: int) -> Any:
    """Positions in the whole array rather than in a plane."""
    n, channels = positions.shape[:2]
    starts = np.arange(0, n * channels * width, width).reshape(n, channels, *(1,) * (positions.ndim - 2))
    return positions + starts


def pool_sum(x: Any, /, *, size: Shape, step: Shape, padding: Shape, output: Shape) -> Any:
    """The sum of each window, one axis after the other."""
    x = _reach(x, size, step, padding, output, 0)
    for d, (k, s, count) in enumerate(zip(size, step, output, strict=True)):
        lead = (slice(None),) * (2 + d)
        parts = [x[(*lead, slice(first, first + (count - 1) * s + 1 if count else first, s))] for first in range(k)]
        x = parts[0].copy()
        for part in parts[1:]:
            np.add(x, part, x)
    return x


def pool_spread(g: Any, /, *, shape: Shape, size: Shape, step: Shape, padding: Shape) -> Any:
    """The transpose of `pool_sum`: each window's number added to all its elements."""
    for d, (k, s, p) in enumerate(zip(size, step, padding, strict=True)):
        count, n = g.shape[2 + d], shape[2 + d]
        lead = (slice(None),) * (2 + d)
        out = np.zeros((*g.shape[: 2 + d], max(n + 2 * p, (count - 1) * s + k), *g.shape[3 + d :]), g.dtype)
        for first in range(k if count else 0):
            part = out[(*lead, slice(first, first + (count - 1) * s + 1, s))]
            np.add(part, g, part)
        g = out[(*lead, slice(p, p + n))]
    return g


kernels: dict[str, Any] = {
    "convolve": convolve,
    "convolve_input": convolve_input,
    "convolve_weight": convolve_weight,
    "max_pool": max_pool,
    "pad": pad,
    "plane_gather": plane_gather,
    "plane_scatter": plane_scatter,
    "pool_spread": pool_spread,
    "pool_sum": pool_sum,
}
