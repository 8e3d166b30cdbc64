"""Floor 2: values that meet at one place along an axis, reduced to one: their sum, product, mean, largest or smallest.

What a place receives is linear in what meets there, near any point: out = sum of weight * value. The weights give both
directions of differentiation.
"""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general
from wengert.rules.indexing.along import key_along
from wengert.rules.indexing.keys import Pattern


def _key(xp: Namespace, indices: Array, axis: int, rows: bool) -> Pattern:
    """Where the values go: `rows` of an axis that a vector names, or elements that an array of their shape names."""
    return ((slice(None),) * axis + (indices,)) if rows else key_along(xp, indices, axis)


def _with_axis(xp: Namespace, array: Array) -> Array:
    """A 0-d array as a vector of one element."""
    return array if array.shape else xp.reshape(array, (1,))


@general
def combine_at(xp: Namespace, x: Array, source: Array, indices: Array, *, axis: int, rows: bool, how: str) -> Array:
    """`x` times `source` ("prod"), or the larger ("amax") or smaller ("amin") of the two, where `indices` says."""
    return xp.combine_at(x, source, indices, axis=axis, rows=rows, how=how)


@general
def reduce_at(
    xp: Namespace, x: Array, source: Array, indices: Array, *, axis: int, rows: bool, how: str, include_self: bool,
    is_whole: bool,
) -> Array:  # fmt: skip
    """Each place that `indices` names reduced with all of `source` that goes there, and with what was there if
    `include_self`."""
    shape = x.shape
    x, source, indices = _with_axis(xp, x), _with_axis(xp, source), _with_axis(xp, indices)
    key = _key(xp, indices, axis, rows)
    if not include_self:
        neutral = source if how in ("amax", "amin") else 1 if how == "prod" else 0
        x = xp.setitem(xp.copy(x), key, neutral)
    if how in ("sum", "mean"):
        result = xp.scatter_add(x, key, source)
        if how == "mean":
            count = _count(xp, x, source, key, include_self)
            result = xp.floor_divide(result, count) if is_whole else xp.divide(result, count)
    else:
        result = xp.combine_at(x, source, indices, axis=axis, rows=rows, how=how)
    return xp.reshape(result, shape)


def _count(xp: Namespace, x: Array, source: Array, key: Pattern, include_self: bool) -> Array:
    """How many values meet at each place, one at least."""
    count = xp.scatter_add(xp.ones_like(x), key, xp.ones_like(source))
    return count if include_self else xp.maximum(count - 1, xp.ones_like(x))


def _weights(
    xp: Namespace, x: Array, source: Array, out: Array, indices: Array, axis: int, rows: bool, how: str,
    include_self: bool,
) -> tuple[Array, Array]:  # fmt: skip
    """How much of each element of `x` and of `source` its place receives."""
    key = _key(xp, indices, axis, rows)
    if how == "prod":
        mine, theirs = _products(xp, x if include_self else xp.ones_like(x), source, out, indices, axis, rows)
    elif how == "mean":
        mine = 1 / _count(xp, x, source, key, include_self)
        theirs = xp.getitem(mine, key)
    elif how == "sum":
        mine, theirs = xp.ones_like(x), xp.ones_like(source)
    else:  # equal ones share alike
        chosen, winners = xp.equal(x, out), xp.equal(source, xp.getitem(out, key))
        mine, theirs = xp.astype(chosen, x.dtype), xp.astype(winners, x.dtype)
        share = 1 / xp.scatter_add(mine, key, theirs)
        mine, theirs = mine * share, theirs * xp.getitem(share, key)
    return (mine if include_self else xp.setitem(xp.ones_like(x), key, 0)), theirs


def _products(
    xp: Namespace, x: Array, source: Array, out: Array, indices: Array, axis: int, rows: bool
) -> tuple[Array, Array]:
    """For each element the product of the others that meet it: that of all with a 1 in its place if it is zero, over
    the element. Of several zeros in `source` at one place none is told from the others."""
    key = _key(xp, indices, axis, rows)
    zero_x, zero_source = xp.equal(x, xp.zeros_like(x)), xp.equal(source, xp.zeros_like(source))
    some_x, some_source = xp.where(zero_x, xp.ones_like(x), x), xp.where(zero_source, xp.ones_like(source), source)
    count = xp.scatter_add(xp.zeros_like(x), key, xp.astype(zero_source, x.dtype))
    is_only = xp.logical_and(zero_source, xp.equal(xp.getitem(count, key), xp.ones_like(source)))
    without_only = xp.where(is_only, xp.ones_like(source), source)
    mine = xp.combine_at(some_x, source, indices, axis=axis, rows=rows, how="prod") / some_x
    filled = xp.getitem(xp.combine_at(x, without_only, indices, axis=axis, rows=rows, how="prod"), key)
    return mine, xp.where(is_only, filled, xp.getitem(out, key) / some_source)


@reduce_at.vjp("x")
def reduce_at_vjp_x(
    xp: Namespace, g: Array, x: Array, source: Array, out: Array, indices: Array, axis: int, rows: bool, how: str,
    include_self: bool,
) -> Array:  # fmt: skip
    shape = x.shape
    x, source, out, indices = [_with_axis(xp, array) for array in (x, source, out, indices)]
    weights = _weights(xp, x, source, out, indices, axis, rows, how, include_self)[0]
    return xp.multiply(g, xp.reshape(xp.conj(weights), shape))


@reduce_at.vjp("source")
def reduce_at_vjp_source(
    xp: Namespace, g: Array, x: Array, source: Array, out: Array, indices: Array, axis: int, rows: bool, how: str,
    include_self: bool,
) -> Array:  # fmt: skip
    shape = source.shape
    x, source, out, indices = [_with_axis(xp, array) for array in (x, source, out, indices)]
    weights = _weights(xp, x, source, out, indices, axis, rows, how, include_self)[1]
    received = xp.getitem(_with_axis(xp, g), _key(xp, indices, axis, rows))
    return xp.reshape(xp.multiply(received, xp.conj(weights)), shape)


@reduce_at.jvp
def reduce_at_jvp(
    xp: Namespace, t_x: Array | None, t_source: Array | None, x: Array, source: Array, out: Array, indices: Array,
    axis: int, rows: bool, how: str, include_self: bool,
) -> Array:  # fmt: skip
    shape = x.shape
    x, source, out, indices = [_with_axis(xp, array) for array in (x, source, out, indices)]
    mine, theirs = _weights(xp, x, source, out, indices, axis, rows, how, include_self)
    t = xp.zeros_like(x) if t_x is None else xp.multiply(_with_axis(xp, t_x), mine)
    if t_source is not None:
        t = xp.scatter_add(t, _key(xp, indices, axis, rows), xp.multiply(_with_axis(xp, t_source), theirs))
    return xp.reshape(t, shape)


for _primitive in (reduce_at, combine_at):
    _primitive.without_gradient("indices")


@combine_at.vjp("x")
def combine_at_vjp_x(
    xp: Namespace, g: Array, x: Array, source: Array, out: Array, indices: Array, axis: int, rows: bool, how: str
) -> Array:
    return reduce_at_vjp_x(xp, g, x, source, out, indices, axis, rows, how, True)


@combine_at.vjp("source")
def combine_at_vjp_source(
    xp: Namespace, g: Array, x: Array, source: Array, out: Array, indices: Array, axis: int, rows: bool, how: str
) -> Array:
    return reduce_at_vjp_source(xp, g, x, source, out, indices, axis, rows, how, True)


@combine_at.jvp
def combine_at_jvp(
    xp: Namespace, t_x: Array | None, t_source: Array | None, x: Array, source: Array, out: Array, indices: Array,
    axis: int, rows: bool, how: str,
) -> Array:  # fmt: skip
    return reduce_at_jvp(xp, t_x, t_source, x, source, out, indices, axis, rows, how, True)
