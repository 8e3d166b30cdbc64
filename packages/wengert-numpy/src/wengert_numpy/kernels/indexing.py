"""Reading and writing at keys, where repeats add up in `add_at` and `scatter_add`."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

Key = tuple[Any, ...]
_ndarray = np.ndarray
_BLOCK = 1 << 16  # positions worked out at a time


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
    elif len(arrays) == len(key) and x.flags.c_contiguous and all(entry.dtype.kind != "b" for entry in arrays):
        _add_rows(x, np.broadcast_arrays(*arrays), value)
    else:
        np.add.at(x, key, value)
    return x


def _add_rows(x: Any, arrays: Any, value: Any) -> None:
    """`add_at` for integer arrays on the leading axes: by positions in flat memory, four times faster than by keys."""
    count, rest = len(arrays), x.shape[len(arrays) :]
    width = prod(rest)
    value = np.broadcast_to(value, arrays[0].shape + rest).reshape(-1, width)
    rows = np.zeros(len(value), np.intp)
    for size, index in zip(x.shape[:count], arrays, strict=True):
        flat = index.reshape(-1)
        if flat.size and not -size <= flat.min() <= flat.max() < size:
            raise IndexError(f"index out of range for an axis of size {size}: {flat.min()} to {flat.max()}")
        rows = rows * size + np.where(flat < 0, flat + size, flat)
    memory, within = x.reshape(-1), np.arange(width)
    step = max(1, _BLOCK // max(1, width))
    for start in range(0, len(rows), step):
        positions = rows[start : start + step, None] * width + within
        np.add.at(memory, positions.reshape(-1), value[start : start + step].reshape(-1))


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


kernels: dict[str, Any] = {
    "add_at": add_at,
    "combine_at": combine_at,
    "getitem": getitem,
    "nonzero": np.nonzero,
    "scatter_add": scatter_add,
    "setitem": setitem,
    "take": take,
    "take_along_axis": np.take_along_axis,
}
