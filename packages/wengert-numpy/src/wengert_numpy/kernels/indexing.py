"""Reading and writing at keys, where repeats add up in `scatter_add`."""

from __future__ import annotations

from typing import Any

import numpy as np

Key = tuple[Any, ...]


def getitem(x: Any, key: Key, /) -> Any:
    """`x[key]`; a view for basic keys, of one element too."""
    part = x[key]
    return part if isinstance(part, np.ndarray) or Ellipsis in [k for k in key if not isinstance(k, np.ndarray)] else x[(*key, ...)]


def setitem(x: Any, key: Key, value: Any, /) -> Any:
    """Write `value` at `key`."""
    x[key] = value
    return x


def scatter_add(x: Any, key: Key, value: Any, /) -> Any:
    """A copy of `x` with `value` added at `key`, once for each time that a position is named."""
    out = np.array(x, order="C")
    arrays = [k for k in key if isinstance(k, np.ndarray) and k.dtype.kind != "b"]
    if not arrays:
        out[key] += value
    elif len(key) == 1 and out.ndim > 1:
        _add_rows(out, arrays[0].reshape(-1), np.broadcast_to(value, arrays[0].shape + out.shape[1:]))
    else:
        np.add.at(out, key, value)
    return out


def _add_rows(out: Any, rows: Any, value: Any) -> None:
    np.add.at(out, (rows,), value.reshape(-1, *out.shape[1:]))


def take(x: Any, indices: Any, /, *, axis: int) -> Any:
    """The slices of `axis` that `indices` names."""
    return x.take(indices, axis)


kernels: dict[str, Any] = {
    "getitem": getitem,
    "nonzero": np.nonzero,
    "scatter_add": scatter_add,
    "setitem": setitem,
    "take": take,
    "take_along_axis": np.take_along_axis,
}
