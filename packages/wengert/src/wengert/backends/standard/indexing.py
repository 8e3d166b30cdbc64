"""Floor 3: reading and writing by keys with integer and boolean arrays, from `take`, `argsort` and `where`.

An array is seen as rows: the axes that the key's arrays index come first and are joined into one, all others are the
columns. Reading takes rows. Writing puts the old rows and the new ones behind each other, sorts them by position and
keeps the last of each position, or the sum of all: no step depends on a value, so that lazy arrays can be written too.
Only reading by a boolean array needs `nonzero`, because there the shape of the result depends on values.

Integers and slices are applied before arrays, as in torch: in `x[0, :, i]` the axis of `i` stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

from wengert.backends.standard.facts import Kernels, constant, counting, integers, is_bool
from wengert.backends.standard.keys import basic_shape, is_basic, is_basic_entry, spans, whole_key
from wengert.protocol import dtypes as ours
from wengert.protocol.shapes import Shape, broadcast_all, inverse_permutation
from wengert.rules.indexing.along import key_along

Basic = Callable[[Any, Any], Any]
Combine = Callable[[Any, Any], Any]


def getitem(xp: Kernels, basic_getitem: Basic, x: Any, key: Any, /) -> Any:
    """`x[key]` for any key; `basic_getitem` is the kernel for keys without arrays."""
    if is_basic(key):
        return basic_getitem(x, key)
    basic, arrays = _split(xp, key, x.shape)
    if not _takes_all(basic, x.shape):
        x = basic_getitem(x, basic)
    axes, indices = _integer_arrays(xp, arrays)
    plan = _plan(x.shape, axes, broadcast_all([index.shape for index in indices]))
    positions = _positions(xp, indices, tuple(x.shape[axis] for axis in axes), plan.index_shape)
    picked = xp.take(_to_rows(xp, x, plan), positions, axis=0)
    return _from_picked(xp, picked, plan)


def setitem(xp: Kernels, x: Any, key: Any, value: Any, /) -> Any:
    if not isinstance(value, xp.facts.array_type):
        value = constant(xp, x, value)
    if not xp.facts.mutable:
        return _written(xp, x, key, value)
    if is_basic(key):
        _write_basic(x, key, value, xp)
    elif xp.facts.advanced_keys:
        x[key] = value
    else:
        x[...] = _written(xp, x, key, value)
    return x


def scatter_add(xp: Kernels, x: Any, key: Any, value: Any, /) -> Any:
    if not isinstance(value, xp.facts.array_type):
        value = constant(xp, x, value)
    return _written(xp, x, key, value, xp.add)


_COMBINING = {"prod": "multiply", "amax": "maximum", "amin": "minimum"}


def combine_at(xp: Kernels, x: Any, source: Any, indices: Any, /, *, axis: int, rows: bool, how: str) -> Any:
    key = (slice(None),) * axis + (indices,) if rows else key_along(xp, indices, axis)
    return _written(xp, x, key, source, getattr(xp, _COMBINING[how]))


def add_at(xp: Kernels, x: Any, key: Any, value: Any, /) -> Any:
    if is_basic(key):
        return xp.setitem(x, key, xp.add(xp.getitem(x, key), value))
    added = xp.scatter_add(x, key, value)
    if not xp.facts.mutable:
        return added
    x[...] = added
    return x


def add_into(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.add(x, y)


# --- keys with arrays -------------------------------------------------------------------------------------------------


class _Plan(NamedTuple):
    """How an array of `shape` is turned into rows, and where the index axes go in what is read."""

    shape: Shape
    axes: Shape  # indexed, in order
    others: Shape
    index_shape: Shape
    place: int  # the axis of the result at which the index axes stand

    @property
    def rest(self) -> Shape:
        return tuple(self.shape[axis] for axis in self.others)

    @property
    def result_shape(self) -> Shape:
        return (*self.rest[: self.place], *self.index_shape, *self.rest[self.place :])


def _plan(shape: Shape, axes: Shape, index_shape: Shape) -> _Plan:
    others = tuple(axis for axis in range(len(shape)) if axis not in axes)
    adjacent = axes == tuple(range(axes[0], axes[0] + len(axes)))
    return _Plan(shape, axes, others, index_shape, axes[0] if adjacent else 0)


def _split(xp: Kernels, key: Any, shape: Shape) -> tuple[tuple[Any, ...], list[tuple[int, Any]]]:
    """The basic part of a key, with a full slice for each axis that an array indexes; the arrays and their first axes.

    The axes are those of what the basic part leaves. A 0-d boolean array indexes a new axis of size 1.
    """
    whole = whole_key(key, shape, lambda entry: len(entry.shape) if is_bool(xp, entry) else 1)
    basic: list[Any] = []
    arrays: list[tuple[int, Any]] = []
    axis = 0  # of what the basic part leaves
    for entry in whole:
        if is_basic_entry(entry):
            basic.append(entry)
            axis += not isinstance(entry, int)
            continue
        if is_bool(xp, entry) and not entry.shape:
            entry = xp.reshape(entry, (1,))
            basic.append(None)
            count = 1
        else:
            count = len(entry.shape) if is_bool(xp, entry) else 1
            basic.extend([slice(None)] * count)
        arrays.append((axis, entry))
        axis += count
    return whole_key(tuple(basic), shape), arrays


def _takes_all(basic: tuple[Any, ...], shape: Shape) -> bool:
    return len(basic) == len(shape) and all(
        isinstance(entry, slice) and len(range(*entry.indices(n))) == n for entry, n in zip(basic, shape, strict=True)
    )


def _integer_arrays(xp: Kernels, arrays: list[tuple[int, Any]]) -> tuple[Shape, list[Any]]:
    axes: list[int] = []
    indices: list[Any] = []
    for axis, array in arrays:
        found = xp.nonzero(array) if is_bool(xp, array) else (xp.astype(array, xp.facts.dtypes[ours.int64]),)
        axes.extend(range(axis, axis + len(found)))
        indices.extend(found)
    return tuple(axes), indices


def _positions(xp: Kernels, indices: list[Any], sizes: Shape, index_shape: Shape) -> Any:
    """The rows that the index arrays point at, as one axis."""
    rows = indices[0]
    for index, n in zip(indices[1:], sizes[1:], strict=True):
        rows = rows * n + index
    return xp.reshape(xp.broadcast_to(rows, index_shape), (prod(index_shape),))


def _to_rows(xp: Kernels, x: Any, plan: _Plan) -> Any:
    rows = prod(plan.shape[axis] for axis in plan.axes)
    return xp.reshape(xp.permute_dims(x, plan.axes + plan.others), (rows, prod(plan.rest)))


def _from_rows(xp: Kernels, rows: Any, plan: _Plan) -> Any:
    order = plan.axes + plan.others
    moved = xp.reshape(rows, tuple(plan.shape[axis] for axis in order))
    return xp.permute_dims(moved, inverse_permutation(order))


def _from_picked(xp: Kernels, picked: Any, plan: _Plan) -> Any:
    result = xp.reshape(picked, plan.index_shape + plan.rest)
    k, n = len(plan.index_shape), len(plan.index_shape) + len(plan.rest)
    order = (*range(k, k + plan.place), *range(k), *range(k + plan.place, n))
    return xp.permute_dims(result, order)


def _value_rows(xp: Kernels, value: Any, plan: _Plan) -> Any:
    value = xp.broadcast_to(_without_leading_ones(xp, value, len(plan.result_shape)), plan.result_shape)
    k, n, place = len(plan.index_shape), len(plan.result_shape), plan.place
    order = (*range(place, place + k), *range(place), *range(place + k, n))
    return xp.reshape(xp.permute_dims(value, order), (prod(plan.index_shape), prod(plan.rest)))


def _without_leading_ones(xp: Kernels, value: Any, ndim: int) -> Any:
    extra = len(value.shape) - ndim
    return xp.reshape(value, value.shape[extra:]) if extra > 0 and value.shape[:extra] == (1,) * extra else value


# --- writing ----------------------------------------------------------------------------------------------------------


def _written(xp: Kernels, x: Any, key: Any, value: Any, combine: Combine | None = None) -> Any:
    """x with `value` in place of what is at `key`, or combined with it; x itself stays."""
    if is_basic(key):
        return _placed(xp, x, key, value if combine is None else combine(xp.getitem(x, key), value))
    basic, arrays = _split(xp, key, x.shape)
    inner = x if _takes_all(basic, x.shape) else xp.getitem(x, basic)
    if len(arrays) == 1 and is_bool(xp, arrays[0][1]):
        inner = _masked(xp, inner, *arrays[0], value, combine)
    else:
        axes, indices = _integer_arrays(xp, arrays)
        plan = _plan(inner.shape, axes, broadcast_all([index.shape for index in indices]))
        positions = _positions(xp, indices, tuple(inner.shape[axis] for axis in axes), plan.index_shape)
        rows = _combined(xp, _to_rows(xp, inner, plan), positions, _value_rows(xp, value, plan), combine)
        inner = _from_rows(xp, rows, plan)
    return inner if _takes_all(basic, x.shape) else _placed(xp, x, basic, inner)


def _combined(xp: Kernels, rows: Any, positions: Any, values: Any, combine: Combine | None) -> Any:
    """`rows` with `values` written at `positions`, or combined with what is there; of several written at one position
    the last stays."""
    n, m = rows.shape[0], values.shape[0]
    if 0 in (n, m, rows.shape[1]):
        return xp.copy(rows)
    places = xp.concat([counting(xp, positions, n), positions], axis=0)
    order = xp.argsort(places, axis=0)
    places = xp.take(places, order, axis=0)
    data = xp.take(xp.concat([rows, values], axis=0), order, axis=0)
    if combine is not None:
        data = _combined_runs(xp, places, data, combine, longest=m + 1)
    is_not_last = xp.concat(
        [xp.equal(places[1:], places[:-1]), xp.reshape(constant(xp, places, False, ours.bool_), (1,))], axis=0
    )
    lasts = xp.argsort(xp.astype(is_not_last, xp.facts.dtypes[ours.int64]), axis=0)[:n]
    return xp.take(data, lasts, axis=0)


def _combined_runs(xp: Kernels, places: Any, data: Any, combine: Combine, longest: int) -> Any:
    """In each row its run of equal places so far combined: after the step of width w, the last 2 w of them."""
    width = 1
    while width < longest:
        same = xp.expand_dims(xp.equal(places[width:], places[:-width]), axis=1)
        later = data[width:, :]
        joined = xp.where(same, combine(later, data[:-width, :]), later)
        data = xp.concat([data[:width, :], joined], axis=0)
        width *= 2
    return data


def _masked(xp: Kernels, x: Any, axis: int, mask: Any, value: Any, combine: Combine | None) -> Any:
    """x written where the boolean `mask`, which stands for its axes from `axis` on, is true."""
    axes = tuple(range(axis, axis + len(mask.shape)))
    trailing = len(x.shape) - axes[-1] - 1
    count = value.shape[-1 - trailing] if len(value.shape) > trailing else 1  # 1 or the number of true elements
    plan = _plan(x.shape, axes, (count,))
    rows, values = _to_rows(xp, x, plan), _value_rows(xp, value, plan)
    if 0 in (rows.shape[0], count):
        return xp.copy(x)
    flat = xp.reshape(mask, (rows.shape[0],))
    if count != 1:
        number = xp.cumulative_sum(xp.astype(flat, xp.facts.dtypes[ours.int64]), axis=0) - 1
        number = xp.where(number < 0, constant(xp, number, 0), number)
        number = xp.where(number < count, number, constant(xp, number, count - 1))
        values = xp.take(values, number, axis=0)
    new = xp.broadcast_to(values, rows.shape) if combine is None else combine(rows, values)
    return _from_rows(xp, xp.where(xp.reshape(flat, (rows.shape[0], 1)), new, rows), plan)


def _write_basic(x: Any, key: Any, value: Any, xp: Kernels) -> None:
    """`x[key] = value` with a key that any library takes: an entry for each axis and no None."""
    whole = whole_key(key, x.shape)
    value = _without_leading_ones(xp, value, len(basic_shape(whole, x.shape)))
    if None in whole:
        value = xp.broadcast_to(value, basic_shape(whole, x.shape))
        whole = tuple(entry for entry in whole if entry is not None)
        value = xp.reshape(value, basic_shape(whole, x.shape))
    x[whole] = value


def _placed(xp: Kernels, x: Any, key: Any, value: Any) -> Any:
    """A new array: x with `value` at a basic key."""
    if xp.facts.mutable:
        x = xp.copy(x)
        _write_basic(x, key, value, xp)
        return x
    whole = whole_key(key, x.shape)
    result_shape = basic_shape(whole, x.shape)
    taken = spans(whole, x.shape)
    if not all(taken):
        return x
    value = xp.broadcast_to(_without_leading_ones(xp, value, len(result_shape)), result_shape)
    value = xp.reshape(value, tuple(len(span) for span in taken))
    inside = constant(xp, x, True, ours.bool_)
    for axis, (span, n) in enumerate(zip(taken, x.shape, strict=True)):
        if len(span) == n:
            continue
        number = [span.index(i) if i in span else 0 for i in range(n)]
        value = xp.take(value, integers(xp, x, number), axis=axis)
        shape = tuple(n if d == axis else 1 for d in range(len(x.shape)))
        here = xp.asarray(
            [i in span for i in range(n)], dtype=xp.facts.dtypes[ours.bool_], device=xp.facts.device_of(x)
        )
        inside = xp.logical_and(inside, xp.reshape(here, shape))
    return xp.where(inside, value, x)
