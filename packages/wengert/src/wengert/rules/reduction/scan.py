"""Floor 2: scans along one axis."""

from __future__ import annotations

from math import inf

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general, linear


@linear
def cumsum(xp: Namespace, x: Array, *, axis: int) -> Array:
    return xp.cumulative_sum(x, axis=axis) if x.shape else xp.copy(x)


@cumsum.transpose
def cumsum_transpose(xp: Namespace, g: Array, axis: int) -> Array:
    if not g.shape:
        return g
    return xp.flip(xp.cumulative_sum(xp.flip(g, axis=(axis,)), axis=axis), axis=(axis,))


cumsum.fresh = False


@general
def cumprod(xp: Namespace, x: Array, *, axis: int) -> Array:
    return xp.cumulative_prod(x, axis=axis) if x.shape else xp.copy(x)


@cumprod.vjp("x")
def cumprod_vjp(xp: Namespace, g: Array, x: Array, out: Array, axis: int) -> Array:
    """x[j] enters through s[j] = g[j] + x[j+1] s[j+1], times the product before it: zeros need no case."""
    if not x.shape or x.shape[axis] == 0:
        return xp.copy(g)
    factors = xp.conj(_shifted(xp, x, axis, 1, xp.zeros_like(x)))
    sums = _flipped(xp, recurrence(xp, _flipped(xp, factors, axis), _flipped(xp, g, axis), axis), axis)
    return xp.multiply(sums, xp.conj(_shifted(xp, out, axis, -1, xp.ones_like(x))))


@cumprod.jvp
def cumprod_jvp(xp: Namespace, t: Array, x: Array, out: Array, axis: int) -> Array:
    if not x.shape or x.shape[axis] == 0:
        return t
    return recurrence(xp, x, xp.multiply(t, _shifted(xp, out, axis, -1, xp.ones_like(x))), axis)


@general
def logcumsumexp(xp: Namespace, x: Array, *, axis: int) -> Array:
    """By doubling, as `recurrence`: each step joins two sums by their logarithms."""
    if not x.shape:
        return xp.copy(x)
    width, n, total = 1, x.shape[axis], x
    while width < n:
        total = _added(xp, total, _shifted(xp, total, axis, -width, xp.full_like(x, -inf)))
        width *= 2
    return total


def _added(xp: Namespace, x: Array, y: Array) -> Array:
    """log(exp(x) + exp(y)) of real or complex numbers, -inf of two that are -inf."""
    first = xp.greater_equal(xp.real(x), xp.real(y))
    greater, smaller = xp.where(first, x, y), xp.where(first, y, x)
    is_alike = xp.equal(greater, smaller)
    apart = xp.where(is_alike, xp.zeros_like(x), xp.subtract(smaller, xp.where(is_alike, xp.zeros_like(x), greater)))
    return xp.where(xp.logical_or(xp.isnan(x), xp.isnan(y)), x + y, xp.add(greater, xp.log1p(xp.exp(apart))))


@logcumsumexp.vjp("x")
def logcumsumexp_vjp(xp: Namespace, g: Array, x: Array, out: Array, axis: int) -> Array:
    """Each g[i] comes back to x[j], j <= i, times exp(x[j] - out[i]): running sums from the end, in which no factor is
    above 1."""
    if not x.shape or x.shape[axis] == 0:
        return g
    shrinking = xp.conj(_ratio(xp, out, _shifted(xp, out, axis, 1, out)))
    sums = _flipped(xp, recurrence(xp, _flipped(xp, shrinking, axis), _flipped(xp, g, axis), axis), axis)
    return xp.multiply(sums, xp.conj(_ratio(xp, x, out)))


@logcumsumexp.jvp
def logcumsumexp_jvp(xp: Namespace, t: Array, x: Array, out: Array, axis: int) -> Array:
    if not x.shape or x.shape[axis] == 0:
        return t
    shrinking = _ratio(xp, _shifted(xp, out, axis, -1, xp.full_like(out, -inf)), out)
    return recurrence(xp, shrinking, xp.multiply(t, _ratio(xp, x, out)), axis)


def _ratio(xp: Namespace, x: Array, y: Array) -> Array:
    """exp(x - y), 1 where they are equal, infinite or not."""
    is_alike = xp.equal(x, y)
    zero = xp.zeros_like(x)
    return xp.exp(xp.where(is_alike, zero, xp.subtract(x, xp.where(is_alike, zero, y))))


def recurrence(xp: Namespace, factors: Array, terms: Array, axis: int) -> Array:
    """s[i] = terms[i] + factors[i] s[i-1], by doubling: after the step of width w each looks back over 2 w elements."""
    width, n = 1, terms.shape[axis]
    while width < n:
        zeros = xp.zeros_like(terms)
        terms = xp.add(terms, xp.multiply(factors, _shifted(xp, terms, axis, -width, zeros)))
        factors = xp.multiply(factors, _shifted(xp, factors, axis, -width, zeros))
        width *= 2
    return terms


def _shifted(xp: Namespace, x: Array, axis: int, by: int, filling: Array) -> Array:
    """`x` read `by` places further on, with `filling` where that is outside."""
    lead, n = (slice(None),) * axis, x.shape[axis]
    if by > 0:
        inside, outside = xp.getitem(x, (*lead, slice(by, n))), xp.getitem(filling, (*lead, slice(0, by)))
        return xp.concat([inside, outside], axis=axis)
    inside, outside = xp.getitem(x, (*lead, slice(0, n + by))), xp.getitem(filling, (*lead, slice(0, -by)))
    return xp.concat([outside, inside], axis=axis)


def _flipped(xp: Namespace, x: Array, axis: int) -> Array:
    return xp.flip(x, axis=(axis,))
