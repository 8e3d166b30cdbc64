"""Reading and writing at keys, where repeats add up in `add_at` and `scatter_add`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

Key = tuple[Any, ...]


def getitem(x: Any, key: Key, /) -> Any:
    """`x[key]`, a view for basic keys."""
    return x[key]


def setitem(x: Any, key: Key, value: Any, /) -> Any:
    """Write `value` at `key`; where `x` is stretched along an axis, the first value along it."""
    if key == (Ellipsis,) and 0 in x.stride():
        region = x
        for axis, step in enumerate(x.stride()):
            if step == 0 and x.shape[axis] > 1:
                region, value = region.narrow(axis, 0, 1), value.narrow(axis, 0, 1)
        region.copy_(value)
        return x
    x[key] = value
    return x


def scatter_add(x: Any, key: Key, value: Any, /) -> Any:
    """A copy of `x` with `value` added at `key`, once for each time that a position is named."""
    return add_at(x.clone(memory_format=torch.contiguous_format), key, value)


def add_at(x: Any, key: Key, value: Any, /) -> Any:
    """`x`, into which `value` has been added at `key`, once for each time that a position is named."""
    if not any(isinstance(entry, Tensor) for entry in key):
        x[key] += value
        return x
    part, places = _split(x, key)
    torch.ops.aten.index_put_(part, places, torch.as_tensor(value, dtype=x.dtype, device=x.device), True)
    return x


def combine_at(x: Any, source: Any, indices: Any, /, *, axis: int, rows: bool, how: str) -> Any:
    """A copy of `x`, combined with `source` where `indices` points along the axis."""
    if rows:  # index_reduce warns that it may change
        indices = indices.reshape(-1, *(1,) * (x.ndim - axis - 1)).expand(source.shape)
    return torch.scatter_reduce(x, axis, indices, source, how)


def _split(x: Any, key: Key) -> tuple[Any, list[Any]]:
    """The view of `x` by the basic entries of `key`, and for each axis of it the index tensor or None."""
    named = sum(_axes_used(entry) for entry in key)
    full: list[Any] = []
    for entry in key:
        full += [slice(None)] * (x.ndim - named) if entry is Ellipsis else [entry]
    basic: list[Any] = []
    places: list[Any] = []
    for entry in full:
        if isinstance(entry, Tensor):
            basic += [slice(None)] * _axes_used(entry)
            places.append(entry)
        else:
            basic.append(entry)
            if not isinstance(entry, int):
                places.append(None)
    return x[tuple(basic)], places


def _axes_used(entry: Any) -> int:
    if entry is None or entry is Ellipsis:
        return 0
    return entry.ndim if isinstance(entry, Tensor) and entry.dtype is torch.bool else 1


def take(x: Any, indices: Any, /, *, axis: int) -> Any:
    """The slices of `axis` that `indices` names."""
    return torch.index_select(x, axis, indices.to(torch.int64))


def take_along_axis(x: Any, indices: Any, /, *, axis: int) -> Any:
    """For each position the element of `axis` that `indices` names there."""
    return torch.take_along_dim(x, indices.to(torch.int64), axis)


def nonzero(x: Any, /) -> tuple[Any, ...]:
    """The positions of the elements that are not 0, one array for each axis."""
    return torch.nonzero(x, as_tuple=True)


kernels: dict[str, Any] = {
    "add_at": add_at,
    "combine_at": combine_at,
    "getitem": getitem,
    "nonzero": nonzero,
    "scatter_add": scatter_add,
    "setitem": setitem,
    "take": take,
    "take_along_axis": take_along_axis,
}
