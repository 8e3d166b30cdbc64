"""Floor 6: a tensor with values put at places along an axis, in memory order or on a diagonal; reduced where several
meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.arithmetic.operands import checked
from wengert.ops.indexing.along import count_of, flat_positions
from wengert.ops.indexing.keys import checked_index
from wengert.ops.indexing.scattering import check_rows, scattered
from wengert.ops.movement.strides import as_strided, layout_of, places_of
from wengert.protocol.dtypes import int64
from wengert.protocol.shapes import normalize_axis
from wengert.rules import indexing as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.operation import in_dtype, kernel

_SAVED = {"x": "self", "indices": "index", "axis": "dim", "how": "reduce"}
_scatter_reduce = kernel(rules.reduce_at, "ScatterReduceBackward0", source="src", **_SAVED)
_index_reduce = kernel(rules.reduce_at, "IndexReduceBackward0", **_SAVED)
_put = kernel(rules.put_flat, "PutBackward0", x="self", indices="index")
_as_strided_scatter = kernel(rules.put_flat, "AsStridedScatterBackward0", x="self")
_diagonal_scatter = kernel(
    rules.diagonal_put, "DiagonalScatterBackward0", x="self", source="src", axis1="dim1", axis2="dim2"
)
_copy = kernel(movement.copy, "ScatterReduceBackward0")


def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy of `input` with the elements of `src` reduced where `index` points along `dim`: by "sum", "prod", "mean",
    "amax" or "amin", together with what was there unless `include_self` is False.

    Shapes: `index` no longer than `src`, nor than `input` but along `dim`. Dtype: that of both.
    Derivative: each element gets its share of g; equal largest ones share alike; none for `index`.
    Errors: RuntimeError if an index is out of bounds or shapes or dtypes do not fit. Source: torch.scatter_reduce.

    >>> scatter_reduce(tensor([1., 2.]), 0, tensor([0, 0]), tensor([5., 3.]), "amax")
    tensor([5., 2.])
    """
    if reduce not in ("sum", "prod", "mean", "amax", "amin"):
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    places, source, axis = scattered("scatter_reduce", input, dim, index, checked("scatter_reduce", "src", src))
    if places is None:
        return _copy(input)
    return _scatter_reduce(input, source, places, axis, False, reduce, include_self, not input.space.dtype.is_inexact)


def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy of `input` with the rows of `source` reduced into the rows `index` along `dim`: by "prod", "mean", "amax"
    or "amin", together with what was there unless `include_self` is False.

    Shapes: `source` as `input`, but with len(index) rows along `dim`. Dtype: that of both.
    Derivative: each element gets its share of g; equal largest ones share alike; none for `index`.
    Errors: IndexError if an index is out of range; RuntimeError if shapes or dtypes do not fit.
    Source: torch.index_reduce.

    >>> index_reduce(tensor([1., 2.]), 0, tensor([0, 0]), tensor([5., 3.]), "mean")
    tensor([3., 2.])
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    axis, rows = check_rows("index_reduce", input, dim, index, source)
    places = checked_index(
        rows, input.shape[axis] if input.shape else 1, axis, IndexError, False, "index out of range in self"
    )
    return _index_reduce(input, source, places, axis, True, reduce, include_self, not input.space.dtype.is_inexact)


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of `input` with the elements of `source` at positions in memory order, or added there.

    Shapes: `index` and `source` have equally many elements. Dtype: that of both; `index` is int64.
    Derivative: g -> g with zeros written there (all of g if `accumulate`), take(g, index); none for `index`.
    Errors: IndexError for a position out of range or unequal numbers; RuntimeError for dtypes. Source: torch.put.

    >>> put(tensor([[1., 2.], [3., 4.]]), tensor([0, -1]), tensor([5., 6.]))
    tensor([[5., 2.],
            [3., 6.]])
    """
    places, dtype = checked("put_", "index", index), input.space.dtype
    if places.space.dtype is not int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {spoken(places.space.dtype)}")
    if checked("put_", "source", source).space.dtype is not dtype:
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = {spoken(dtype)} and "
            f"source.dtype = {spoken(source.space.dtype)}"
        )
    total, count, given = count_of(input), count_of(index), count_of(source)
    if count != given:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{given}, index.numel() = {count}"
        )
    if count and not total:
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    return _put(input, source, flat_positions(index, total), bool(accumulate))


def as_strided_scatter(
    input: Tensor, src: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """A copy of `input` with `src` where `as_strided(input, size, stride, storage_offset)` would lie.

    Shapes: `src` is of `size`. Dtype: that of both. Derivative: g -> g with zeros there, as_strided(g, ...).
    Errors: RuntimeError if `src` has another shape, and those of `as_strided`. Source: torch.as_strided_scatter.

    >>> as_strided_scatter(tensor([1., 2., 3., 4.]), tensor([0., 0.]), (2,), (2,))
    tensor([0., 2., 0., 4.])
    """
    checked("as_strided_scatter", "src", src)
    whole: Any = checked("as_strided_scatter", "input", input)
    own, region = layout_of(input), as_strided(whole.detach(), size, stride, storage_offset)
    if src.shape != region.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(region.shape)}"
        )
    begin = own.offset if storage_offset is None else storage_offset
    positions = {place: position for position, place in enumerate(places_of(input.shape, own.stride, own.offset))}
    places = places_of(region.shape, stride, begin)
    inside = [at for at, place in enumerate(places) if place in positions]
    values: Any = src
    values = values.reshape(len(places))
    if len(inside) < len(places):  # the memory has elements that `input` has not
        values = values[inside]
    index = input.space.plain.index
    found = [positions[places[at]] for at in inside]
    put_at = make(index, index.xp.asarray(found, dtype=index.native, device=index.native_device))
    return _in_dtype_of(input, _as_strided_scatter, values, put_at, accumulate=False)


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy of `input` with `src` on a diagonal.

    Derivative: g -> g with zeros there, diagonal(g).
    Errors: RuntimeError if `src` has another shape than the diagonal. Source: torch.diagonal_scatter.

    >>> diagonal_scatter(tensor([[1, 2], [3, 4]]), tensor([0, 0]))
    tensor([[0, 2],
            [3, 0]])
    """
    axis1, axis2 = normalize_axis(dim1, len(input.shape)), normalize_axis(dim2, len(input.shape))
    if axis1 == axis2:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rows, columns = input.shape[axis1], input.shape[axis2]
    count = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    wanted = (*[n for d, n in enumerate(input.shape) if d not in (axis1, axis2)], count)
    if src.shape != wanted:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(wanted)}"
        )
    return _in_dtype_of(input, _diagonal_scatter, src, offset=offset, axis1=axis1, axis2=axis2)


def _in_dtype_of(input: Tensor, record: Callable[..., Any], src: Any, *places: Any, **statics: Any) -> Any:
    """What `record` gives with `src` converted to the dtype of `input`, in one node."""
    if src.space.dtype is input.space.dtype or src.space.dtype.is_complex:
        return record(input, src, *places, **statics)
    return in_dtype(input.space.dtype, record, input, src, *places, **statics)
