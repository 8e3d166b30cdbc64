"""Reading and writing at keys, where repeats add up in `add_at` and `scatter_add`."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

Key = tuple[Any, ...]
_ndarray = np.ndarray
_BLOCK = 1 << 16  # positions worked out at a time
_FEW = 1024  # elements up to which keys are as good as positions
_MANY = 4096  # elements from which positions pay where they are read
_WIDE = 256  # elements of a row from which it is added by itself


def getitem(x: Any, key: Key, /) -> Any:
    """`x[key]`; a view for basic keys, of one element too."""
    part = x[key]
    if type(part) is _ndarray:
        return part
    return np.asarray(part) if any(isinstance(entry, _ndarray) for entry in key) else x[(*key, ...)]


def setitem(x: Any, key: Key, value: Any, /) -> Any:
    """Write `value` at `key`."""
    x[key] = value
    return x


def scatter_add(x: Any, key: Key, value: Any, /) -> Any:
    """A copy of `x` with `value` added at `key`, once for each time that a position is named."""
    return add_at(np.array(x, order="C"), key, value)


def add_at(x: Any, key: Key, value: Any, /) -> Any:
    """`x`, into which `value` has been added at `key`, once for each time that a position is named."""
    if not x.size:
        return x
    arrays = [entry for entry in key if isinstance(entry, _ndarray)]
    if all(entry.dtype.kind == "b" for entry in arrays):
        if len(arrays) > 1:
            np.add.at(x, key, value)
        else:  # no position twice
            x[key] += value
    elif len(arrays) < len(key) or not x.flags.c_contiguous or any(entry.dtype.kind == "b" for entry in arrays):
        np.add.at(x, key, value)
    elif np.size(value) < _FEW:
        for size, index in zip(x.shape, arrays, strict=False):
            _within(size, index)  # before anything is written
        np.add.at(x, key, value)
    else:
        _add_rows(x, np.broadcast_arrays(*arrays), value)
    return x


def _add_rows(x: Any, arrays: Any, value: Any) -> None:
    """`add_at` for integer arrays on the leading axes: by positions in flat memory, many times faster than by keys, or
    row by row where rows are long."""
    count, rest = len(arrays), x.shape[len(arrays) :]
    width = prod(rest)
    value = np.broadcast_to(value, arrays[0].shape + rest).reshape(-1, width)
    rows: Any = 0
    for size, index in zip(x.shape[:count], arrays, strict=True):
        rows = rows * size + _within(size, index).reshape(-1)
    if width == 1:
        np.add.at(x.reshape(-1), rows, value.reshape(-1))
    elif width >= _WIDE:
        memory = x.reshape(-1, width)
        for row, part in zip(rows.tolist(), value, strict=True):
            memory[row] += part
    else:
        memory, columns = x.reshape(-1), np.arange(width)
        step = max(1, _BLOCK // max(1, width))
        for start in range(0, len(rows), step):
            positions = rows[start : start + step, None] * width + columns
            np.add.at(memory, positions.reshape(-1), value[start : start + step].reshape(-1))


def _within(size: int, index: Any) -> Any:
    """The positions `index` on an axis, counted from its beginning; IndexError for one that lies outside."""
    if not index.size:
        return index
    least = index.min()
    if not -size <= least or not index.max() < size:
        raise IndexError(f"index out of range for an axis of size {size}: {least} to {index.max()}")
    return np.where(index < 0, index + size, index) if least < 0 else index


_COMBINING: dict[str, np.ufunc] = {"prod": np.multiply, "amax": np.maximum, "amin": np.minimum}


def combine_at(x: Any, source: Any, indices: Any, /, *, axis: int, rows: bool, how: str) -> Any:
    """A copy of `x`, combined with `source` where `indices` points along the axis."""
    out = np.array(x, order="C")
    grid = np.ogrid[tuple(slice(n) for n in indices.shape)]
    key = (*grid[:axis], indices, *grid[axis + 1 :]) if not rows else (slice(None),) * axis + (indices,)
    _COMBINING[how].at(out, key, source)
    return out


def take(x: Any, indices: Any, /, *, axis: int) -> Any:
    """The slices of `axis` that `indices` names."""
    return x.take(indices, axis)


def take_along_axis(x: Any, indices: Any, /, *, axis: int = -1) -> Any:
    """The elements of `x` at `indices` along the axis; by positions in flat memory where there are many."""
    shape, at = x.shape, axis % x.ndim
    apart = (*shape[:at], indices.shape[at], *shape[at + 1 :])
    if indices.size < _MANY or indices.shape != apart or not x.flags.c_contiguous:
        return np.take_along_axis(x, indices, axis)
    before, after = prod(shape[:at]), prod(shape[at + 1 :])
    positions = _within(shape[at], indices).reshape(before, -1, after)
    if before > 1:
        positions = positions + np.arange(0, before * shape[at], shape[at]).reshape(-1, 1, 1)
    if after > 1:
        positions = positions * after + np.arange(after)
    return x.reshape(-1).take(positions.reshape(-1)).reshape(apart)


kernels: dict[str, Any] = {
    "add_at": add_at,
    "combine_at": combine_at,
    "getitem": getitem,
    "nonzero": np.nonzero,
    "scatter_add": scatter_add,
    "setitem": setitem,
    "take": take,
    "take_along_axis": take_along_axis,
}
