"""Floor 2: medians, and the running largest and smallest with their places."""

from __future__ import annotations

from math import prod as product

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general, position
from wengert.rules.reduction.extremes import largest_jvp, largest_vjp


@general
def median(xp: Namespace, x: Array, *, skip_nan: bool) -> Array:
    """The middle one of all elements in order, the lower of two; nan if there is one that is not skipped."""
    row = xp.sort(xp.reshape(x, (product(x.shape),)), axis=0, descending=False, stable=True)
    count = xp.sum(xp.logical_not(xp.isnan(row)), axis=None)
    missing = row.shape[0] - count
    middle = xp.floor_divide(count - 1, 2 * xp.ones_like(count))
    last = xp.full_like(count, row.shape[0] - 1)
    zero = xp.zeros_like(count)
    place = xp.where(xp.less(middle, zero), zero, middle)  # all are nan
    if not skip_nan:
        place = xp.where(xp.equal(missing, zero), place, last)
    return xp.reshape(xp.take(row, xp.reshape(place, (1,)), axis=0), ())


median.vjp("x")(lambda xp, g, x, out: largest_vjp(xp, g, x, out))
median.jvp(lambda xp, t, x, out: largest_jvp(xp, t, x, out))


@position
def median_place(xp: Namespace, x: Array, *, axis: int, skip_nan: bool) -> Array:
    """Where the median of each row stands, with the axis kept; a nan that is not skipped is it."""
    n = x.shape[axis]
    order = xp.argsort(x, axis=axis, descending=False, stable=True)  # nan comes last
    count = xp.sum(xp.logical_not(xp.isnan(x)), axis=(axis,), keepdims=True)
    zero = xp.zeros_like(count)
    middle = xp.floor_divide(count - 1, 2 * xp.ones_like(count))
    place = xp.where(xp.less(middle, zero), zero, middle)
    if not skip_nan:
        place = xp.where(xp.equal(count, xp.full_like(count, n)), place, count)
    return xp.take_along_axis(order, place, axis=axis)


@position
def mode_place(xp: Namespace, x: Array, *, axis: int) -> Array:
    """Where the last of the most frequent elements of each row stands, with the axis kept; the smallest of several."""
    n = x.shape[axis]
    order = xp.argsort(x, axis=axis, descending=False, stable=True)
    row = xp.take_along_axis(x, order, axis=axis)
    steps = xp.cumulative_sum(xp.ones_like(order), axis=axis) - 1
    lead = (slice(None),) * axis
    same = xp.equal(xp.getitem(row, (*lead, slice(1, n))), xp.getitem(row, (*lead, slice(0, n - 1))))
    later = xp.getitem(steps, (*lead, slice(1, n)))
    first = xp.getitem(steps, (*lead, slice(0, 1)))
    starts = xp.concat([first, xp.where(same, xp.zeros_like(later), later)], axis=axis)
    starts = xp.take_along_axis(starts, _running(xp, starts, axis, True), axis=axis)
    place = xp.argmax(xp.subtract(steps, starts), axis=axis, keepdims=True)
    return xp.take_along_axis(order, place, axis=axis)


@position
def running_largest(xp: Namespace, x: Array, *, axis: int) -> Array:
    """For each element where the largest up to it stands, the last of several; nan wins."""
    return _running(xp, x, axis, True)


@position
def running_smallest(xp: Namespace, x: Array, *, axis: int) -> Array:
    return _running(xp, x, axis, False)


def _running(xp: Namespace, x: Array, axis: int, largest: bool) -> Array:
    """By doubling: after the step of width w each place has looked at the 2 w elements up to it."""
    n, lead = x.shape[axis], (slice(None),) * axis
    places = xp.cumulative_sum(xp.ones_like(xp.argsort(x, axis=axis, descending=False, stable=True)), axis=axis) - 1
    best, width = x, 1
    while width < n:
        whole = (*lead, slice(width, n))
        back = (*lead, slice(0, n - width))
        earlier, later = xp.getitem(best, back), xp.getitem(best, whole)
        wins = xp.greater_equal(later, earlier) if largest else xp.less_equal(later, earlier)
        stays = xp.logical_or(xp.isnan(later), xp.logical_and(xp.logical_not(xp.isnan(earlier)), wins))
        head = (*lead, slice(0, width))
        best = xp.concat([xp.getitem(best, head), xp.where(stays, later, earlier)], axis=axis)
        moved = xp.where(stays, xp.getitem(places, whole), xp.getitem(places, back))
        places = xp.concat([xp.getitem(places, head), moved], axis=axis)
        width *= 2
    return places
