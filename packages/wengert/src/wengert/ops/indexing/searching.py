"""Floor 6: finding values among others: in sorted ones, in any, and each only once.

Places and counts carry no gradient. The values that `unique` returns do: each comes from the first place it stands at.
"""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.arithmetic.operands import checked
from wengert.ops.indexing.along import index_select, take
from wengert.protocol.dtypes import BOOL, COMPLEX, bool_, int32, promote_types
from wengert.protocol.shapes import Shape, normalize_axis
from wengert.rule.refusals import refuse
from wengert.rules import indexing as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import inner_space
from wengert.tensor.operands import NUMBERS, number
from wengert.tensor.operation import kernel

_searchsorted = kernel(rules.searchsorted)
_astype = kernel(movement.astype, "ToCopyBackward0")

Number = bool | int | float


def searchsorted(
    sorted_sequence: Tensor,
    input: Tensor | Number,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where each of `input` would stand in `sorted_sequence`, before equal elements or with `right` after them.

    `side`, "left" or "right", says the same. `sorter` sorts a sequence that is not sorted.
    Shapes: (n,), any -> any; (..., n), (..., k) -> (..., k), row by row. Dtype: int64, or int32. Derivative: none.
    Errors: RuntimeError if the shapes do not fit, if `side` is neither word, or if it contradicts `right`.
    Source: torch.searchsorted.

    >>> searchsorted(tensor([1, 3, 5]), tensor([3, 4]))
    tensor([1, 2])
    """
    space = checked("searchsorted", "sorted_sequence", sorted_sequence).space
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if right and side == "left":
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    values: Any = input if isinstance(input, Tensor) else number(space, input)
    row = sorted_sequence.shape
    if not row:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if len(row) > 1 and (len(values.shape) != len(row) or values.shape[:-1] != row[:-1]):
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            f"tensor and input value tensor must match, but we got boundaries tensor {list(row)} and input value "
            f"tensor {list(values.shape)}"
        )
    sequence = sorted_sequence.array
    if sorter is not None:
        if sorter.shape != row:
            raise RuntimeError(
                "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
                f"{list(row)}and got sorter tensor {list(sorter.shape)}"
            )
        space = inner_space(space, sorter.space).of(space.dtype)
        sequence = space.xp.take_along_axis(sequence, sorter.array, axis=len(row) - 1)
    refuse("searchsorted_out_cpu", space.dtype, COMPLEX)
    refuse("searchsorted_out_cpu", values.space.dtype, COMPLEX)
    which = "right" if right or side == "right" else "left"
    found = _found_by_row(make(space, sequence), make(values.space, values.array), which)
    return _astype(found, dtype=int32) if out_int32 else found


def _found_by_row(sequence: Any, values: Any, side: str) -> Any:
    shape, n = values.shape, sequence.shape[-1]
    if len(sequence.shape) == 1:
        return _searchsorted(sequence, values, side)
    host, count = inner_space(sequence.space, values.space), prod(shape[:-1])
    xp = host.xp
    rows = xp.reshape(sequence.array, (count, n))
    wanted = xp.reshape(values.array, (count, shape[-1]))
    places = [
        _searchsorted(
            make(host.of(sequence.space.dtype), xp.getitem(rows, (row,))),
            make(host.of(values.space.dtype), xp.getitem(wanted, (row,))),
            side,
        ).array
        for row in range(count)
    ]
    space = host.index
    if not places:
        return make(space, xp.zeros(shape, dtype=space.native, device=space.native_device))
    return make(space, xp.reshape(xp.stack(places, axis=0), shape))


def bucketize(input: Tensor | Number, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """Which of the intervals between the sorted `boundaries` each of `input` lies in.

    Dtype: int64, or int32. Derivative: none. Errors: those of `searchsorted`; RuntimeError unless `boundaries` is 1-d.
    Source: torch.bucketize.

    >>> bucketize(tensor([0., 2., 9.]), tensor([1., 3.]))
    tensor([0, 1, 2])
    """
    if len(checked("bucketize", "boundaries", boundaries).shape) != 1:
        raise RuntimeError(f"bucketize(): boundaries tensor must be 1 dimension, but got dim({len(boundaries.shape)})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def isin(
    elements: Tensor | Number, test_elements: Tensor | Number, *, assume_unique: bool = False, invert: bool = False
) -> Tensor:
    """Whether each of `elements` is one of `test_elements`, or with `invert` none of them; nan never is.

    Shapes: that of `elements`. Dtype: bool. Derivative: none. Source: torch.isin.

    >>> isin(tensor([1, 2, 3]), tensor([3, 1]))
    tensor([ True, False,  True])
    """
    given = next((x for x in (elements, test_elements) if isinstance(x, Tensor)), None)
    if given is None:
        checked("isin", "elements", elements)
    x, y = [_operand(given, value) for value in (elements, test_elements)]
    for operand in (x, y):
        if operand.space.dtype.category in (BOOL, COMPLEX):
            raise RuntimeError(f"Unsupported input type encountered for isin(): {operand.space.dtype.spoken}")
    dtype = promote_types(x.space.dtype, y.space.dtype)
    space = inner_space(x.space, y.space).of(dtype)
    xp, zero = space.xp, space.of(bool_)
    values, tests = [xp.astype(t.array, space.native) if t.space.dtype is not dtype else t.array for t in (x, y)]
    tests = xp.reshape(tests, (-1,))
    if not tests.shape[0]:
        found = xp.zeros(values.shape, dtype=zero.native, device=zero.native_device)
    else:
        order = xp.argsort(tests, axis=0, descending=False, stable=True)
        ordered = make(space, xp.take(tests, order, axis=0))
        place = _searchsorted(ordered, make(space, xp.reshape(values, (-1,))), "left").array
        last = xp.full_like(place, tests.shape[0] - 1)
        nearest = xp.take(ordered.array, xp.minimum(place, last), axis=0)
        found = xp.equal(xp.reshape(nearest, values.shape), values)
    return make(zero, xp.logical_not(found) if invert else found)


def _operand(beside: Any, value: Any) -> Any:
    if isinstance(value, bool):
        raise RuntimeError("Unsupported input type encountered for isin(): Bool")
    return number(beside.space, value) if isinstance(value, NUMBERS) else checked("isin", "test_elements", value)


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements of `input`, smallest first; with `dim` the different slices along it.

    With `return_inverse` also where each element is found among them, with `return_counts` also how often.
    Shapes: any -> (k,), and the shape of `input`, and (k,); with `dim` the axis has length k, the others are vectors.
    Derivative: g -> g at the first place of each value; none for places and counts.
    Errors: IndexError if there is no such axis. Source: torch.unique, which has no derivative.

    >>> unique(tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))
    """
    first, inverse, counts = distinct(input, dim)
    values = take(input, first) if dim is None else index_select(input, dim, first)
    if not (return_inverse or return_counts):
        return values
    return (values, *([inverse] if return_inverse else []), *([counts] if return_counts else []))


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """`input`, flattened, without the elements that equal the one before; along `dim` without such slices.

    With `return_inverse` also which of these each element is, with `return_counts` how many there were of each.
    Derivative: g -> g at the first place of each run; none for places and counts.
    Errors: IndexError if there is no such axis. Source: torch.unique_consecutive.

    >>> unique_consecutive(tensor([1, 1, 2, 1]), return_counts=True)
    (tensor([1, 2, 1]), tensor([2, 1, 1]))
    """
    space = checked("unique_consecutive", "input", input).space
    rows, shape = _rows(space.xp, input.array, dim)
    places = _runs(space, rows, shape) if rows.shape[0] else distinct(input, dim)
    values = take(input, places[0]) if dim is None else index_select(input, dim, places[0])
    if not (return_inverse or return_counts):
        return values
    return (values, *([places[1]] if return_inverse else []), *([places[2]] if return_counts else []))


def _runs(space: Any, rows: Any, shape: Shape) -> tuple[Any, Any, Any]:
    """Where each run of equal rows begins, which one each row is in, and how long they are."""
    xp, index = space.xp, space.index
    begins, which, lengths = _begins(space, rows)
    first, inverse, counts = (
        make(index, xp.astype(array, index.native)) for array in (begins, xp.reshape(which, shape), lengths)
    )
    return first, inverse, counts


def _begins(space: Any, rows: Any) -> tuple[Any, Any, Any]:
    """Of one or more rows: where each run of equal ones begins, the number of each row's run, their lengths."""
    xp, index, n = space.xp, space.index, rows.shape[0]
    before, after = xp.getitem(rows, (slice(0, n - 1),)), xp.getitem(rows, (slice(1, n),))
    differs = xp.any(xp.not_equal(before, after), axis=1, keepdims=False)
    head = xp.zeros((1,), dtype=index.native, device=index.native_device)
    starts = xp.concat([xp.equal(head, head), differs], axis=0)
    (begins,) = xp.nonzero(starts)
    which = xp.subtract(xp.cumulative_sum(xp.astype(starts, index.native), axis=0), 1)
    ends = xp.concat([xp.getitem(begins, (slice(1, begins.shape[0]),)), xp.full_like(head, n)], axis=0)
    return begins, which, xp.subtract(ends, begins)


def distinct(input: Any, dim: int | None = None) -> tuple[Any, Any, Any]:
    """Where each of the different elements (slices along `dim`) stands first, which one each is, and how many."""
    space = checked("unique", "input", input).space
    xp, index = space.xp, space.index
    rows, shape = _rows(xp, input.array, dim)
    n = rows.shape[0]

    def places(array: Any) -> Any:
        return make(index, xp.astype(array, index.native))

    if not n:
        empty = xp.zeros((0,), dtype=index.native, device=index.native_device)
        return places(empty), places(xp.reshape(empty, shape)), places(empty)
    order: Any = xp.arange(0, n, 1, dtype=index.native, device=index.native_device)
    for keys in reversed(_columns(xp, rows, space.dtype.is_complex)):  # stable, so that the first column decides
        places_by_it = xp.argsort(xp.take(keys, order, axis=0), axis=0, descending=False, stable=True)
        order = xp.take(order, places_by_it, axis=0)
    ordered = xp.take(rows, order, axis=0)
    begins, which, lengths = _begins(space, ordered)
    inverse = xp.setitem(xp.zeros_like(order), (order,), which)
    return places(xp.take(order, begins, axis=0)), places(xp.reshape(inverse, shape)), places(lengths)


def _rows(xp: Any, array: Any, dim: int | None) -> tuple[Any, Shape]:
    """What is compared, as rows, and the shape in which it stood."""
    if dim is None:
        return xp.reshape(array, (prod(array.shape), 1)), array.shape
    axis = normalize_axis(dim, len(array.shape))
    order = (axis, *(d for d in range(len(array.shape)) if d != axis))
    n = array.shape[axis]
    rows = xp.reshape(xp.permute_dims(array, order), (n, prod(array.shape) // n if n else 0))
    return rows, (n,)


def _columns(xp: Any, rows: Any, is_complex: bool) -> list[Any]:
    """The columns of real numbers by which rows are put in order."""
    columns = [xp.getitem(rows, (slice(None), column)) for column in range(rows.shape[1])]
    return [part for column in columns for part in (xp.real(column), xp.imag(column))] if is_complex else columns


__all__ = ["bucketize", "isin", "searchsorted", "unique", "unique_consecutive"]
