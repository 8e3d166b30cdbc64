"""Floor 2: scans along one axis."""

from __future__ import annotations

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
