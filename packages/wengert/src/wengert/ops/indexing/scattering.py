"""Floor 6: writing and adding at positions along one axis."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.arithmetic import mul
from wengert.ops.arithmetic.operands import checked
from wengert.ops.comparison import where
from wengert.ops.indexing.along import as_vector, check_along, require_integers
from wengert.ops.indexing.keys import checked_index
from wengert.ops.indexing.reading import viewed
from wengert.protocol.backend import Space
from wengert.protocol.shapes import normalize_axis
from wengert.rules import indexing as rules
from wengert.rules import movement
from wengert.rules.indexing import ARRAY
from wengert.rules.movement import along
from wengert.rules.reduction import sum as sum_
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import inner_space, root_of
from wengert.tensor.operands import number
from wengert.tensor.operation import kernel

_index_add = kernel(rules.accumulate, "IndexAddBackward0", x="self", value="source", first="index")
_index_copy = kernel(rules.put, "IndexCopyBackward0", x="self", value="source", first="index")
_index_fill = kernel(rules.put, "IndexFillBackward0", x="self", first="index")
_index_fill_tensor = kernel(rules.put, "IndexFillBackward1", x="self", first="index")
_scatter = kernel(rules.scatter, "ScatterBackward0", x="self", indices="index", source="src", axis="dim")
_scatter_value = kernel(rules.scatter, "ScatterBackward1", x="self", indices="index", axis="dim")
_scatter_add = kernel(
    rules.scatter_add_along, "ScatterAddBackward0", x="self", indices="index", source="src", axis="dim"
)
_scalar_written = kernel(rules.put, "ScatterBackward0", x="self", value="src")
_scalar_filled = kernel(rules.put, "ScatterBackward1", x="self")
_scalar_added = kernel(rules.accumulate, "ScatterAddBackward0", x="self", value="src")
_broadcast = kernel(movement.broadcast_to, "ExpandBackward0", x="self")
_reshape = kernel(movement.reshape, "ViewBackward0", x="self")
_total = kernel(sum_, "SumBackward0")
_copies = {
    name: kernel(movement.copy, f"{name}0") for name in ("ScatterBackward", "ScatterAddBackward", "IndexFillBackward")
}
_copy_for_value = kernel(movement.copy, "ScatterBackward1")


#: The pattern of all there is: how positions in a 0-d tensor are written.
ALL = (Ellipsis,)


def _scalar(source: Any) -> Any:
    """The last of the elements that go to the one place of a 0-d tensor, as a 0-d tensor."""
    if source.shape and source.shape[0] > 1:
        source = viewed(source, (slice(source.shape[0] - 1, source.shape[0]),), "Slice")
    return source if not source.shape else _reshape(source, ())


def _scalar_sum(source: Any) -> Any:
    """The sum of the elements that are added at the one place of a 0-d tensor."""
    return source if not source.shape else _total(source, None, False)


def _vector(name: str, index: Any) -> Any:
    checked(f"{name}_", "index", index)
    if len(index.shape) > 1:
        raise IndexError(
            f"{name}_(): Index is supposed to be a vector, but got dim: {len(index.shape)} with type: "
            f"{spoken(index.space.dtype)} and size: {list(index.shape)}"
        )
    return as_vector(index)


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
    """A copy of `input` with `alpha` times the rows of `source` added at rows of an axis, repeats adding up.

    Shapes: `source` as `input`, but with len(index) rows along `dim`. Dtype: that of both.
    Derivative: g -> g, alpha index_select(g, dim, index); none for `index`.
    Errors: RuntimeError if an index is out of bounds or shapes or dtypes do not fit. Source: torch.index_add.

    >>> index_add(tensor([1., 2.]), 0, tensor([0, 0]), tensor([10., 20.]))
    tensor([31.,  2.])
    """
    axis, index = check_rows("index_add", input, dim, index, source)
    places = checked_index(index, input.shape[axis] if input.shape else 1, axis, RuntimeError, allow_negative=False)
    scaled = source if alpha == 1 else mul(source, alpha)
    if not input.shape:
        return _index_add(input, _scalar_sum(scaled), pattern=ALL)
    return _index_add(input, scaled, places, pattern=along_array(axis))


def check_rows(name: str, input: Any, dim: int, index: Any, source: Any) -> tuple[int, Any]:
    """The axis and the vector of indices, once `source` has been found to have a row of `input` for each of them."""
    axis = normalize_axis(dim, len(input.shape))
    checked(name, "source", source)
    index = _vector(name, index)
    require_integers(index, f"{name}_(): Expected dtype int32/int64 for index but got: {spoken(index.space.dtype)}")
    if input.space.dtype is not source.space.dtype:
        raise RuntimeError(
            f"{name}_(): self ({spoken(input.space.dtype)}) and source ({spoken(source.space.dtype)}) must have "
            "the same scalar type"
        )
    count = source.shape[axis] if axis < len(source.shape) else 1
    if count != index.shape[0]:
        raise RuntimeError(
            f"{name}_(): Number of indices ({index.shape[0]}) should be equal to source.size(dim): ({count}), for "
            f"dim: {axis}"
        )
    if input.shape and (len(input.shape) != len(source.shape) or _others(input, axis) != _others(source, axis)):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got "
            f"self.shape = {list(input.shape)} source.shape = {list(source.shape)}"
        )
    return axis, index


def _others(tensor: Tensor, axis: int) -> tuple[int, ...]:
    """The sizes of the other axes."""
    return tensor.shape[:axis] + tensor.shape[axis + 1 :]


def along_array(axis: int) -> tuple[Any, ...]:
    """The pattern of one index array for `axis`."""
    return (slice(None),) * axis + (ARRAY,)


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy of `input` with the rows of `source` in place of the rows `index` along `dim`.

    Derivative: g -> g with zeros in those rows, index_select(g, dim, index); none for `index`.
    Errors: IndexError if an index is out of bounds; RuntimeError if shapes do not fit. Source: torch.index_copy.

    >>> index_copy(tensor([1., 2.]), 0, tensor([1]), tensor([5.]))
    tensor([1., 5.])
    """
    axis = normalize_axis(dim, len(input.shape))
    index = _vector("index_copy", index)
    require_integers(index, "index_copy_(): Expected a long tensor for index, but got " + spoken(index.space.dtype))
    if input.space.dtype is not source.space.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{spoken(input.space.dtype)} and (source) {spoken(source.space.dtype)}"
        )
    shapes = [_others(input, axis), _others(source, axis)]
    if shapes[0] != shapes[1]:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{' '.join(map(str, shapes[0]))} at dimension {axis} and source slice shape: "
            f"{' '.join(map(str, shapes[1]))} at "
            "dimension 0."
        )
    count = source.shape[axis] if source.shape else 1
    if count != index.shape[0]:
        raise IndexError(
            f"index_copy_(): Number of indices ({index.shape[0]}) should be equal to source.size(dim) ({count})"
        )
    n = input.shape[axis] if input.shape else 1
    places = checked_index(index, n, axis, IndexError, False, prefix="index_copy_(): ")
    if not input.shape:
        if not index.shape[0]:
            return _index_copy(input, input, pattern=ALL)
        return _index_copy(input, _scalar(source), pattern=ALL)
    return _index_copy(input, source, places, pattern=along_array(axis))


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy of `input` with `value`, a number or a 0-d tensor, in the rows `index` along `dim`.

    Derivative: g -> g with zeros in those rows, the sum of g over them; none for `index`.
    Errors: IndexError if an index is out of bounds. Source: torch.index_fill.

    >>> index_fill(tensor([1., 2.]), 0, tensor([0]), 5.)
    tensor([5., 2.])
    """
    axis = normalize_axis(dim, len(input.shape))
    index = _vector("index_fill", index)
    require_integers(index, "index_fill_(): Expected dtype int64 for index.", IndexError)
    record: Any = _index_fill
    if isinstance(value, Tensor):
        if value.shape:
            raise RuntimeError(
                f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {len(value.shape)} "
                "dimension(s)."
            )
        given: Any = value
        record, filler = _index_fill_tensor, given.to(input.space.dtype)
    else:
        filler = number(input.space, value)
    places = checked_index(index, input.shape[axis] if input.shape else 1, axis, IndexError)
    if not input.shape and places.shape[0]:
        return record(input, filler, pattern=ALL)
    if not input.shape:
        return _copies["IndexFillBackward"](input)
    if isinstance(value, Tensor) and inner_space(input.space, places.space, filler.space).__class__ is not Space:
        return _filled_where(input, axis, places, filler)
    if filler.node is not None:  # as a mask: a row named twice is filled once
        space, xp = input.space.boolean, input.space.xp
        none = xp.zeros((input.shape[axis],), dtype=space.native, device=space.native_device)
        places = make(space, xp.setitem(none, (places.array,), True))
    return record(input, filler, places, pattern=along_array(axis))


def _filled_where(input: Any, axis: int, places: Any, filler: Any) -> Any:
    """`index_fill` by a choice, for operands in transforms: there a mask cannot be written."""
    n, root = input.shape[axis], root_of(places.space)
    lines = make(root, root.xp.arange(0, n, 1, dtype=root.native, device=root.native_device))
    named = (places.reshape(-1, 1) == lines).any(0)
    return where(named.reshape(n, *(1,) * (len(input.shape) - axis - 1)), filler, input)


def scattered(name: str, input: Any, dim: int, index: Any, src: Any) -> tuple[Any, Any, int]:
    """The checked index (None where there is nothing to write), `src` cut to its shape, and the axis."""
    require_integers(index, "scatter(): Expected dtype int32/int64 for index")
    axis = normalize_axis(dim, len(input.shape))
    if src is not None and src.space.dtype is not input.space.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if 0 in index.shape:
        return None, src, axis
    check_along(name, input, axis, index, "self")
    if src is not None:
        if len(src.shape or (1,)) != len(index.shape or (1,)):
            raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
        if any(m > n for n, m in zip(src.shape, index.shape, strict=False)):
            raise RuntimeError(
                f"Expected index {list(index.shape)} to be no larger than self {list(input.shape)} apart from "
                f"dimension {axis} and to be no larger size than src {list(src.shape)}"
            )
        if src.shape and index.shape and src.shape != index.shape:
            src = viewed(src, tuple(slice(0, n) for n in index.shape), "Slice")
    places = checked_index(index, input.shape[axis] if input.shape else 1, axis, RuntimeError, allow_negative=False)
    if input.shape and not index.shape:
        places, src = as_vector(places), None if src is None else src if src.shape else _reshape(src, (1,))
    return places, src, axis


def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> Tensor:
    """A copy of `input` with the elements of `src`, or one number, where `index` points along `dim`.

    With `reduce` "add" or "multiply" they are added to what is there, or multiplied with it.
    Shapes: `index` no longer than `src`, nor than `input` but along `dim`. Dtype: that of both.
    Derivative: g -> g with zeros written there, gather(g, dim, index); none for `index`.
    Errors: RuntimeError if an index is out of bounds or shapes or dtypes do not fit. Source: torch.scatter.

    >>> scatter(tensor([0., 0., 0.]), 0, tensor([2, 0]), tensor([1., 2.]))
    tensor([2., 0., 1.])
    """
    given = src if value is None else value
    if given is None:
        raise TypeError('scatter() missing 1 required positional arguments: "src"')
    if reduce not in (None, "add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    is_tensor = isinstance(given, Tensor)
    places, source, axis = scattered("scatter", input, dim, index, given if is_tensor else None)
    if places is None:
        return (_copies["ScatterBackward"] if is_tensor else _copy_for_value)(input)
    source = source if is_tensor else number(input.space, given)
    if reduce == "multiply":
        return _multiplied(input, axis, places, source)
    if not input.shape:
        record = _scalar_added if reduce else _scalar_written if is_tensor else _scalar_filled
        return record(input, _scalar_sum(source) if reduce else _scalar(source), pattern=ALL)
    return (_scatter_add if reduce else _scatter if is_tensor else _scatter_value)(input, places, source, axis)


def _multiplied(input: Any, axis: int, places: Any, source: Any) -> Any:
    """One position of the index after the other, since `scatter` writes none of them twice."""
    if not input.shape:
        return mul(input, _scalar(source))
    ones = number(input.space, 1)
    whole = _broadcast(ones, input.shape)
    for position in range(places.shape[axis]):
        key = along(slice(position, position + 1), axis)
        line = make(places.space, places.space.xp.getitem(places.array, key))
        factor = viewed(source, key, "Slice") if source.shape else source
        input = mul(input, _scatter(whole, line, factor, axis))
    return input


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy of `input` with the elements of `src` added where `index` points along `dim`, repeats adding up.

    Shapes: `index` no longer than `src`, nor than `input` but along `dim`. Dtype: that of both.
    Derivative: g -> g, gather(g, dim, index); none for `index`.
    Errors: RuntimeError if an index is out of bounds or shapes or dtypes do not fit. Source: torch.scatter_add.

    >>> scatter_add(tensor([0., 0.]), 0, tensor([0, 0]), tensor([1., 2.]))
    tensor([3., 0.])
    """
    places, source, axis = scattered("scatter_add", input, dim, index, checked("scatter_add", "src", src))
    if places is None:
        return _copies["ScatterAddBackward"](input)
    if not input.shape:
        return _scalar_added(input, _scalar_sum(source), pattern=ALL)
    return _scatter_add(input, places, source, axis)
