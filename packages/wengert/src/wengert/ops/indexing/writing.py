"""Floor 6: a tensor with other elements at a key, out of place and recorded; the raw write beneath `x[key] = value`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, cast

from wengert.ops.arguments import spoken
from wengert.ops.arithmetic.basic import filled_by_tensor, replaced
from wengert.ops.arithmetic.operands import checked
from wengert.ops.comparison import where
from wengert.ops.indexing.keys import Key, normalized_key
from wengert.ops.indexing.reading import MOST, Joined, by_key, viewed
from wengert.ops.movement.stretching import expanded_shape
from wengert.protocol.dtypes import bool_
from wengert.protocol.shapes import Shape, broadcast_all, normalize_axis
from wengert.rules import indexing as rules
from wengert.rules import movement
from wengert.rules.indexing import ARRAY
from wengert.rules.movement import along
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import is_inside
from wengert.tensor.operands import NUMBERS, number
from wengert.tensor.operation import in_dtype, kernel

_put = kernel(rules.put, "IndexPutBackward0", x="self", value="values")
_copy_slices = kernel(rules.put, "CopySlices", x="self", value="values")
_accumulate = kernel(rules.accumulate, "IndexPutBackward0", x="self", value="values")
_select_scatter = kernel(rules.put, "SelectScatterBackward0", x="self", value="src")
_slice_scatter = kernel(rules.put, "SliceScatterBackward0", x="self", value="src")
_masked_scatter = kernel(rules.put, "MaskedScatterBackward0", x="self", value="source", first="mask")
_reshape = kernel(movement.reshape, "ViewBackward0", x="self")
_expand = kernel(movement.broadcast_to, "ExpandBackward0", x="self")


def with_item(input: Any, key: Any, value: Any) -> Any:
    """A copy of `input` with `value` at `key`, differentiable in both."""
    return _written(_put, input, normalized_key(input, key), value)


def assigned(input: Any, explicit: Key, value: Any) -> Any:
    """What `input[key] = value` leaves of `input`, recorded as torch names it."""
    basic = explicit.basic
    if explicit.pattern is None and explicit.kind == "Alias":
        value = fitting(value, explicit, input.shape)
        return (replaced if value.shape or not input.shape else filled_by_tensor)(input, value)
    return _written(_put if basic is None else _copy_slices, input, explicit, value)


def put_in_place(input: Any, key: Key, value: Any) -> Any:
    """What writing `value` at the arrays of `key` leaves of `input`, the view at the basic part of `key`."""
    return _written(_put, input, Key(None, "", key.pattern, key.arrays), value)


def stretched(value: Any, shape: Shape) -> Any:
    """`value` broadcast to `shape`."""
    return value if value.shape == shape else _expand(value, shape)


def with_added_item(input: Any, key: Any, value: Any) -> Any:
    """A copy of `input` with `value` added at `key`, once for each time that a position is named."""
    return _written(_accumulate, input, normalized_key(input, key), value)


def write_item(tensor: Any, explicit: Key, value: Any) -> None:
    """Write `value` at a key into the array of `tensor` (or give it a new array, where arrays cannot be written)."""
    space = tensor.space
    xp, claims = space.xp, space.backend.capabilities
    array = tensor.array
    value = fitting(value, explicit, _written_shape(tensor, explicit) if value.shape else None).array
    if explicit.basic is None:
        tensor.array = xp.setitem(array, explicit.raw(), value)
    elif explicit.pattern is None:
        tensor.array = xp.setitem(array, explicit.basic, value)
    else:
        part = xp.getitem(array, explicit.basic)
        written = xp.setitem(part if claims.views and claims.mutable else xp.copy(part), explicit.raw(), value)
        if not (claims.views and claims.mutable):
            tensor.array = xp.setitem(array, explicit.basic, written)


def _written(record: Callable[..., Any], input: Any, key: Key, value: Any) -> Any:
    if not isinstance(value, Tensor):
        value = number(input.space, value)
    value = fitting(value, key, _written_shape(input, key) if value.shape else None)
    if key.pattern is None:
        assert key.basic is not None
        return record(input, value, pattern=key.basic)
    if key.basic is None:
        return put_arrays(record, input, value, key.pattern, key.arrays)
    inner = viewed(input, key.basic, key.kind)
    outer = _copy_slices if record is _copy_slices else _put
    return outer(
        input,
        put_arrays(_put if record is _copy_slices else record, inner, value, key.pattern, key.arrays),
        pattern=key.basic,
    )


def put_arrays(
    record: Callable[..., Any], input: Any, value: Any, pattern: tuple[Any, ...], arrays: tuple[Any, ...]
) -> Any:
    """`input` with `value` at the arrays of a pattern, which `record` puts there, as in `by_arrays`."""
    if len(arrays) <= MOST:
        return record(input, value, *arrays, pattern=pattern)
    joined = Joined(input, pattern, arrays)
    value = joined.taken(stretched(value, joined.read_shape))
    return joined.back(record(joined.rows(input), value, joined.position, pattern=(ARRAY,)))


def _written_shape(input: Any, key: Key) -> Shape | None:
    """The shape that a value at `key` broadcasts to; None where it depends on a mask that may not be read."""
    space = input.space
    shape = input.shape
    if key.basic is not None:
        shape = tuple(space.xp.getitem(space.xp.broadcast_to(_nothing(space), shape), key.basic).shape)
    if key.pattern is None:
        return shape
    places: list[int] = []
    indexed: list[Shape] = []
    axis = 0
    following = iter(key.arrays)
    for entry in key.pattern:
        count = 1
        if entry is ARRAY:
            array: Any = next(following)
            if array.space.dtype is bool_:
                if not array.space.is_readable:
                    return None
                count = len(array.shape)
                indexed.append(tuple(array.space.xp.nonzero(array.array)[0].shape))
            else:
                indexed.append(array.shape)
            places += range(axis, axis + count)
        axis += count
    common = broadcast_all(indexed)
    rest = [n for axis, n in enumerate(shape) if axis not in places]
    first = places[0] if places == list(range(places[0], places[0] + len(places))) else 0
    return (*rest[:first], *common, *rest[first:])


def _nothing(space: Any) -> Any:
    return number(space.boolean, False).array


def fitting(value: Any, key: Key, shape: Shape | None) -> Any:
    """`value` without leading axes of size 1 that `shape` has not; RuntimeError if it does not broadcast to it."""
    if shape is None or value.shape == shape:
        return value
    given = value.shape
    while len(given) > len(shape) and given[0] == 1:
        given = given[1:]
    if len(given) > len(shape) or any(n not in (1, m) for n, m in zip(given[::-1], shape[::-1], strict=False)):
        if key.pattern is None:
            expanded_shape(given, shape)  # raises
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(value.shape)} cannot be broadcast to indexing result of "
            f"shape {list(shape)}"
        )
    return value if given == value.shape else _reshape(value, given)


def index_put(input: Tensor, indices: Sequence[Tensor], values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy of `input` with `values` at the positions that the tensors `indices` name, or added there.

    Shapes: `values` broadcasts to `input[indices]`. Dtype: that of both.
    Derivative: g -> g with zeros written there (all of g if `accumulate`), g[indices]; none for the indices.
    Errors: IndexError for a position out of bounds; RuntimeError if shapes or dtypes do not fit.
    Source: torch.index_put.

    >>> index_put(tensor([1., 2., 3.]), (tensor([0, 2]),), tensor(5.))
    tensor([5., 2., 5.])
    """
    if not isinstance(indices, (tuple, list)):
        raise TypeError(
            f"index_put(): argument 'indices' (position 1) must be tuple of Tensors, not {type(indices).__name__}"
        )
    checked("index_put", "values", values)
    if values.space.dtype is not input.space.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{spoken(input.space.dtype)} for the destination and {spoken(values.space.dtype)} for the source."
        )
    if len(indices) > len(input.shape):
        raise IndexError(f"too many indices for tensor of dimension {len(input.shape)} (got {len(indices)})")
    for position, entry in enumerate(cast("Sequence[Any]", indices)):
        if not isinstance(entry, Tensor):
            raise TypeError(f"expected Tensor as element {position} in argument 0, but got {type(entry).__name__}")
    return _written(_accumulate if accumulate else _put, input, normalized_key(input, tuple(indices)), values)


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy of `input` with the elements of `source`, in order, where `mask` is true.

    Derivative: g -> g where the mask is false; the elements of g where it is true.
    Errors: RuntimeError if `source` has too few elements or another dtype. Source: torch.masked_scatter.

    >>> masked_scatter(tensor([0., 0.]), tensor([False, True]), tensor([5.]))
    tensor([0., 5.])
    """
    if mask.space.dtype is not bool_:
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {spoken(mask.space.dtype)}"
        )
    if source.space.dtype is not input.space.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got "
            f"{spoken(input.space.dtype)} and {spoken(source.space.dtype)}"
        )
    shape, xp = broadcast_all([input.shape, mask.shape]), input.space.xp
    whole = input if input.shape == shape else _expand(input, shape)
    if is_inside(input, mask, source):
        return _of_running_count(whole, mask if mask.shape == shape else _expand(mask, shape), source)
    array = mask.array if mask.shape == shape else xp.broadcast_to(mask.array, shape)
    flat = _reshape(source, (-1,))
    counted = xp.sum(xp.astype(xp.reshape(array, (-1,)), input.space.index.native), axis=(0,))
    count = int(xp.tolist(counted))
    if count > flat.shape[0]:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    used = by_key(flat, normalized_key(flat, slice(0, count)))
    if not shape:
        return _reshape(
            _masked_scatter(_reshape(whole, (1,)), used, make(mask.space, xp.reshape(array, (1,))), pattern=(ARRAY,)),
            (),
        )
    return _masked_scatter(whole, used, make(mask.space, array), pattern=(ARRAY,))


def _of_running_count(input: Any, mask: Any, source: Any) -> Any:
    """`masked_scatter` for an element of a batch, whose mask cannot be read: all elements that might be used, picked by
    how many came before."""
    if not prod(source.shape):
        return input.clone()
    places = (mask.reshape(-1).cumsum(0) - 1).clamp(0, prod(source.shape) - 1)
    return where(mask, source.reshape(-1)[places].reshape(input.shape), input)


def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy of `input` with `src` at one position of an axis.

    Derivative: g -> g with zeros there, g[..., index, ...].
    Errors: RuntimeError if `src` has another shape than the place.
    Source: torch.select_scatter.

    >>> select_scatter(tensor([[1, 2], [3, 4]]), tensor([5, 6]), 0, 1)
    tensor([[1, 2],
            [5, 6]])
    """
    axis = normalize_axis(dim, len(input.shape))
    return _exact(_select_scatter, input, src, normalized_key(input, along(index, axis)))


def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    """A copy of `input` with `src` at a slice of an axis.

    Derivative: g -> g with zeros there, the slice of g. Errors: RuntimeError if `src` has another shape than the slice.
    Source: torch.slice_scatter.

    >>> slice_scatter(tensor([1, 2, 3]), tensor([5, 6]), 0, 1)
    tensor([1, 5, 6])
    """
    axis = normalize_axis(dim, len(input.shape))
    return _exact(_slice_scatter, input, src, normalized_key(input, along(slice(start, end, step), axis)))


def _exact(record: Callable[..., Any], input: Any, src: Any, key: Key) -> Any:
    shape = _written_shape(input, key)
    assert shape is not None
    if src.shape != shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(shape)}"
        )
    if src.space.dtype is not input.space.dtype and not src.space.dtype.is_complex:
        return in_dtype(input.space.dtype, record, input, src, None, None, None, None, pattern=key.basic)
    return record(input, src, pattern=key.basic)


__all__ = [
    "NUMBERS",
    "assigned",
    "fitting",
    "index_put",
    "masked_scatter",
    "put_in_place",
    "select_scatter",
    "slice_scatter",
    "stretched",
    "with_added_item",
    "with_item",
    "write_item",
]
