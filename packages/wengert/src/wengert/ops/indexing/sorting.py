"""Floor 6: order along an axis. The order is a constant; the elements picked by it carry the gradient."""

from __future__ import annotations

from typing import Any

from wengert.ops import return_types
from wengert.protocol.dtypes import BOOL
from wengert.protocol.shapes import normalize_axis
from wengert.rules import indexing as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.operation import kernel

_sorted = kernel(rules.gather, "SortBackward0", x="self", axis="dim")
_stably_sorted = kernel(rules.gather, "SortBackward1", x="self", axis="dim")
_topk = kernel(rules.gather, "TopkBackward0", x="self", axis="dim")
_reshape = kernel(movement.reshape, "ViewBackward0", x="self")


def _order(input: Any, axis: int, descending: bool) -> Any:
    space = input.space
    if space.dtype.is_complex:
        raise RuntimeError("Sort does not support complex dtypes on CPU")
    return make(space.index, space.xp.argsort(input.array, axis=axis, descending=descending, stable=True))


def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool | None = None) -> Any:
    """The elements along `dim` in order, smallest first, and where they stood: a named tuple (values, indices).

    nan counts as largest. Equal elements keep their order.
    Derivative: g of the values -> g back at their places; none for the indices.
    Errors: IndexError if there is no such axis. Source: torch.sort.

    >>> sort(tensor([3., 1., 2.])).values
    tensor([1., 2., 3.])
    """
    axis = normalize_axis(dim, len(input.shape))
    x = input if input.shape else _reshape(input, (1,))
    places = _order(x, axis, descending)
    record = _sorted if stable is None else _stably_sorted
    if not input.shape:
        places = _reshape(places, ())
    return return_types.sort(record(input, places, axis), places)


def msort(input: Tensor) -> Tensor:
    """The elements along the first axis in order. Derivative: as of sort. Source: torch.msort.

    >>> msort(tensor([3., 1., 2.]))
    tensor([1., 2., 3.])
    """
    return sort(input, 0).values


def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Where the elements along `dim` stand, in order of their size.

    Dtype: int64. Derivative: none. Source: torch.argsort.

    >>> argsort(tensor([3., 1., 2.]))
    tensor([1, 2, 0])
    """
    return sort(make(input.space, input.array), dim, descending, stable).indices


def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest (or smallest) elements along `dim`, in order, and where they stood.

    The result is a named tuple (values, indices).

    Derivative: g of the values -> g back at their places; none for the indices.
    Errors: RuntimeError if there are less than `k`; IndexError if there is no such axis. Source: torch.topk.

    >>> topk(tensor([3., 1., 2.]), 2).indices
    tensor([0, 2])
    """
    axis = normalize_axis(dim, len(input.shape))
    if input.space.dtype.category == BOOL:
        raise RuntimeError("topk does not support bool dtypes on CPU")
    x = input if input.shape else _reshape(input, (1,))
    if not 0 <= k <= x.shape[axis]:
        raise RuntimeError("selected index k out of range")
    places = _order(x, axis, largest)
    first = make(places.space, places.space.xp.getitem(places.array, (slice(None),) * axis + (slice(0, k),)))
    if not input.shape and k:
        first = _reshape(first, ())
    return return_types.topk(_topk(input, first, axis), first)
