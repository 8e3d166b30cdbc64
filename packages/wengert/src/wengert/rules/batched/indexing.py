"""Floor 2: reading and writing a batch by keys and along axes.

Where the index arrays are the same for all, the new axis is one more slice. Where each element has its own, the number
of the element is one more index array.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from math import prod
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.shapes import Shape
from wengert.rule.batching import lined_up, stretched
from wengert.rules import indexing
from wengert.rules.indexing.keys import ARRAY, Index, Pattern

Again = Callable[..., Any]
_NAMES = ("first", "second", "third", "fourth")
_WHOLE = slice(None)


@indexing.getitem.batch
def getitem_batch(again: Again, x: Array, key: Pattern) -> Array:
    return again(x, key=(_WHOLE, *key))


@indexing.index.batch
def index_batch(
    xp: Any, again: Again, batch_size: int, shared: Container[str],
    x: Array, first: Array, second: Index, third: Index, fourth: Index, pattern: Pattern,
) -> Any:  # fmt: skip
    arrays = [array for array in (first, second, third, fourth) if array is not None]
    own = [name not in shared for name in _NAMES[: len(arrays)]]
    start, rank, together = _layout(xp, pattern, arrays, own)
    if not any(own):
        out = again(x, *arrays, pattern=(_WHOLE, *pattern))
        return out if together else xp.permute_dims(out, (rank, *range(rank), *range(rank + 1, len(out.shape))))
    if len(arrays) == 4:
        return NotImplemented
    x = stretched(xp, x, batch_size) if "x" in shared else x
    out = again(x, *_numbered(xp, arrays, own, batch_size, rank), pattern=(ARRAY, *pattern))
    if not together or start == 0:
        return out
    order = (0, *range(1 + rank, 1 + rank + start), *range(1, 1 + rank), *range(1 + rank + start, len(out.shape)))
    return xp.permute_dims(out, order)


def _layout(xp: Any, pattern: Pattern, arrays: Sequence[Array], own: Sequence[bool]) -> tuple[int, int, bool]:
    """Where the axes of the index arrays come in the result, how many they are, and whether the arrays stand
    together."""
    for array, its_own in zip(arrays, own, strict=True):
        if its_own and array.dtype == xp.bool:
            raise RuntimeError(
                "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow: a mask "
                "that differs along the batch selects a different number of elements for each. We don't support vmap "
                "over operations with an output of dynamic shape; use where instead."
            )
    places = [axis for axis, entry in enumerate(pattern) if entry is ARRAY]
    together = places == list(range(places[0], places[0] + len(places)))
    ranks = [1 if array.dtype == xp.bool else len(array.shape) - its for array, its in zip(arrays, own, strict=True)]
    return (places[0] if together else 0), max(ranks), together


def _numbers(xp: Any, beside: Any, batch_size: int, rank: int) -> Array:
    """The numbers of the elements of a batch, on the device of the tensor `beside`, with `rank` axes behind."""
    numbers = xp.arange(batch_size, dtype=xp.int64, device=str(beside.device))
    return xp.reshape(numbers, (batch_size, *(1,) * rank))


def _numbered(xp: Any, arrays: Sequence[Array], own: Sequence[bool], batch_size: int, rank: int) -> list[Array]:
    """The index arrays behind the numbers of the elements."""
    return [
        _numbers(xp, arrays[0], batch_size, rank),
        *(lined_up(xp, a, rank) if its else a for a, its in zip(arrays, own, strict=True)),
    ]


def _written(
    xp: Any, again: Again, batch_size: int, shared: Container[str],
    x: Array, value: Array, first: Index, second: Index, third: Index, fourth: Index, pattern: Pattern,
) -> Any:  # fmt: skip
    arrays = [array for array in (first, second, third, fourth) if array is not None]
    x = stretched(xp, x, batch_size) if "x" in shared else x
    if not arrays:
        region = len(x.shape) - 1 + sum((entry is None) - (entry.__class__ is int) for entry in pattern)
        value = value if "value" in shared else lined_up(xp, value, region)
        return again(x, value, pattern=(_WHOLE, *pattern))
    own = [name not in shared for name in _NAMES[: len(arrays)]]
    if len(arrays) == 4:
        return NotImplemented
    start, rank, together = _layout(xp, pattern, arrays, own)
    taken = sum(len(array.shape) if array.dtype == xp.bool else 1 for array in arrays)
    region = len(x.shape) - 1 - taken + rank
    value = stretched(xp, value, batch_size) if "value" in shared else value
    value = lined_up(xp, value, region)
    if together and start:
        order = (0, *range(1 + start, 1 + start + rank), *range(1, 1 + start), *range(1 + start + rank, 1 + region))
        value = xp.permute_dims(value, order)
    return again(x, value, *_numbered(xp, arrays, own, batch_size, rank), pattern=(ARRAY, *pattern))


indexing.put.batch(_written)
indexing.accumulate.batch(_written)


@indexing.take.batch
def take_batch(
    xp: Any, again: Again, batch_size: int, shared: Container[str], x: Array, indices: Array, axis: int
) -> Array:
    if "indices" in shared:
        return again(x, indices, axis=axis + 1)
    count = indices.shape[1]
    if "x" in shared:
        out = again(x, xp.reshape(indices, (batch_size * count,)), axis=axis)
        out = xp.reshape(out, (*x.shape[:axis], batch_size, count, *x.shape[axis + 1 :]))
        return xp.permute_dims(out, (axis, *range(axis), *range(axis + 1, len(out.shape))))
    lines = xp.reshape(indices, tuple(count if d == axis + 1 else 1 if d else batch_size for d in range(len(x.shape))))
    return xp.gather(x, xp.broadcast_to(lines, (*x.shape[: axis + 1], count, *x.shape[axis + 2 :])), axis=axis + 1)


@indexing.embedding.batch
def embedding_batch(
    xp: Any, again: Again, batch_size: int, shared: Container[str], weight: Array, indices: Array,
    padding: int | None, is_scaled: bool,
) -> Any:  # fmt: skip
    if "weight" in shared and not is_scaled:
        return again(weight, indices, padding=padding, is_scaled=False)
    weight = stretched(xp, weight, batch_size) if "weight" in shared else weight
    indices = stretched(xp, indices, batch_size) if "indices" in shared else indices
    rows = weight.shape[1]
    numbers = _numbers(xp, indices, batch_size, len(indices.shape) - 1)
    whole = xp.reshape(weight, (batch_size * rows, *weight.shape[2:]))
    found = again(whole, xp.add(indices, numbers * rows), padding=None, is_scaled=is_scaled)
    if padding is None:
        return found
    outside = xp.equal(indices, xp.full_like(indices, padding))
    return xp.where(xp.reshape(outside, (*indices.shape, 1)), xp.sampled(found, found), found)  # no gradient outside


@indexing.take_flat.batch
def take_flat_batch(xp: Any, x: Array, indices: Array) -> Array:
    size, shape = x.shape[0], indices.shape
    found = xp.gather(xp.reshape(x, (size, prod(x.shape[1:]))), xp.reshape(indices, (size, prod(shape[1:]))), axis=1)
    return xp.reshape(found, shape)


@indexing.gather.batch
def gather_batch(xp: Any, again: Again, x: Array, indices: Array, axis: int) -> Array:
    shape: Shape = indices.shape
    out = again(lined_up(xp, x, 1), lined_up(xp, indices, 1), axis=axis + 1)
    return out if out.shape == shape else xp.reshape(out, shape)


@indexing.put_flat.batch
def put_flat_batch(xp: Any, batch_size: int, x: Array, source: Array, indices: Array, accumulate: bool) -> Array:
    count = prod(indices.shape[1:])
    rows, places = xp.reshape(x, (batch_size, prod(x.shape[1:]))), xp.reshape(indices, (batch_size, count))
    key = (*_numbered(xp, [places], [True], batch_size, 1),)
    values = xp.reshape(source, (batch_size, count))
    return xp.reshape(xp.scatter_add(rows, key, values) if accumulate else xp.setitem(rows, key, values), x.shape)


def _reduced(
    xp: Any,
    again: Again,
    batch_size: int,
    x: Array,
    source: Array,
    indices: Array,
    axis: int,
    rows: bool,
    **statics: Any,
) -> Array:
    shape = x.shape
    if len(shape) == 1:
        x, source, indices = (xp.reshape(array, (batch_size, prod(array.shape[1:]))) for array in (x, source, indices))
    if rows:
        lines = tuple(n if d in (0, axis + 1) else 1 for d, n in enumerate(source.shape))
        indices = xp.broadcast_to(xp.reshape(indices, lines), source.shape)
    return xp.reshape(again(x, source, indices, axis=axis + 1, rows=False, **statics), shape)


@indexing.reduce_at.batch
def reduce_at_batch(
    xp: Any, again: Again, batch_size: int, x: Array, source: Array, indices: Array, axis: int, rows: bool, how: str,
    include_self: bool, is_whole: bool,
) -> Array:  # fmt: skip
    statics = {"how": how, "include_self": include_self, "is_whole": is_whole}
    return _reduced(xp, again, batch_size, x, source, indices, axis, rows, **statics)


@indexing.combine_at.batch
def combine_at_batch(
    xp: Any, again: Again, batch_size: int, x: Array, source: Array, indices: Array, axis: int, rows: bool, how: str
) -> Array:
    return _reduced(xp, again, batch_size, x, source, indices, axis, rows, how=how)


@indexing.searchsorted.batch
def searchsorted_batch(
    xp: Any, again: Again, batch_size: int, shared: Container[str], x: Array, y: Array, side: str
) -> Array:
    """Counted, where the sorted vectors differ."""
    if "x" in shared:
        return again(x, y, side=side)
    y = stretched(xp, y, batch_size) if "y" in shared else y
    wanted, line = xp.reshape(y, (batch_size, prod(y.shape[1:]), 1)), xp.reshape(x, (batch_size, 1, x.shape[1]))
    before = xp.less(line, wanted) if side == "left" else xp.less_equal(line, wanted)
    return xp.reshape(xp.sum(xp.astype(before, xp.int64), axis=(2,)), y.shape)
