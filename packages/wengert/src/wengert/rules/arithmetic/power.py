"""Floor 2: powers, roots, absolute values and signs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import refusing, refusing_complex

Number = bool | int | float | complex


@elementwise
def power(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.pow(x, y)


@power.vjp("x")
def power_vjp_x(xp: Namespace, g: Array, x: Array, y: Array) -> Array:
    return xp.multiply(g, xp.conj(_base_slope(xp, x, y)))


@power.vjp("y")
def power_vjp_y(xp: Namespace, g: Array, x: Array, y: Array, out: Array) -> Array:
    return xp.multiply(g, xp.conj(_exponent_slope(xp, x, y, out)))


@power.jvp
def power_jvp(xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array, out: Array) -> Array:
    terms = [] if t_x is None else [xp.multiply(t_x, _base_slope(xp, x, y))]
    if t_y is not None:
        terms.append(xp.multiply(t_y, _exponent_slope(xp, x, y, out)))
    return terms[0] if len(terms) == 1 else xp.add(terms[0], terms[1])


power.refusal = refusing("pow", BOOL)


def _base_slope(xp: Namespace, x: Array, y: Array) -> Array:
    """y x^(y-1), and 0 where y is 0 whatever x is."""
    zero = xp.equal(y, xp.zeros_like(y))
    return xp.where(zero, xp.zeros_like(x), xp.multiply(y, xp.pow(x, xp.where(zero, xp.ones_like(y), y - 1))))


def _exponent_slope(xp: Namespace, x: Array, y: Array, out: Array) -> Array:
    """out log x, and 0 where x is 0 and the exponent is not negative."""
    zero = xp.logical_and(xp.equal(x, xp.zeros_like(x)), xp.real(y) >= 0)
    return xp.where(zero, xp.zeros_like(out), xp.multiply(out, xp.log(xp.where(zero, xp.ones_like(x), x))))


@elementwise
def power_of(xp: Namespace, x: Array, *, exponent: Number) -> Array:
    way = _POWERS.get(exponent)
    return way(xp, x) if way is not None else xp.pow(x, exponent)


def _power_of_slope(xp: Namespace, x: Array, exponent: Number) -> Array:
    if _is_zero(exponent):
        return xp.zeros_like(x)
    way = _POWERS.get(exponent - 1)
    return (way(xp, x) if way is not None else xp.pow(x, exponent - 1)) * exponent


def _is_zero(exponent: Number) -> bool:
    return bool(exponent == 0)


_POWERS: dict[Number, Callable[[Namespace, Any], Any]] = {
    0: lambda xp, x: xp.ones_like(x),
    1: lambda xp, x: xp.copy(x),
    2: lambda xp, x: xp.square(x),
    3: lambda xp, x: xp.multiply(xp.square(x), x),
    4: lambda xp, x: xp.square(xp.square(x)),
    0.5: lambda xp, x: xp.sqrt(x),
    -0.5: lambda xp, x: xp.reciprocal(xp.sqrt(x)),
    -1: lambda xp, x: xp.reciprocal(x),
    -2: lambda xp, x: xp.reciprocal(xp.square(x)),
}

power_of.partials(x=_power_of_slope)


@elementwise
def power_from(xp: Namespace, x: Array, *, base: float) -> Array:
    return xp.pow(xp.full_like(x, base), x)  # for a positive base


power_from.partials(x=lambda xp, out, base: out * math.log(base))


@elementwise
def power_of_integers(xp: Namespace, x: Array, y: Array) -> Array:
    """No derivative; 1 / x^-y rounded to zero for a negative exponent."""
    down = y < 0
    size = xp.pow(x, xp.where(down, xp.zeros_like(y), y))
    odd = xp.equal(xp.remainder(y, xp.full_like(y, 2)), xp.ones_like(y))
    one = xp.ones_like(x)
    minus_one = xp.subtract(xp.zeros_like(x), one)  # the largest of unsigned numbers, which have no negative exponents
    sign = xp.where(odd, minus_one, one)
    inverse = xp.where(xp.equal(x, one), x, xp.where(xp.equal(x, minus_one), sign, xp.zeros_like(x)))
    return xp.where(down, inverse, size)


@elementwise
def square(xp: Namespace, x: Array) -> Array:
    return xp.multiply(x, x)


square.partials(x=lambda xp, x: x * 2)


@elementwise(floating=True)
def sqrt(xp: Namespace, x: Array) -> Array:
    return xp.sqrt(x)


sqrt.partials(x=lambda xp, out: xp.reciprocal(out * 2))


@sqrt.vjp("x")
def sqrt_vjp(xp: Namespace, g: Array, out: Array) -> Array:
    return xp.divide(g, xp.conj(out * 2))


@elementwise(floating=True)
def rsqrt(xp: Namespace, x: Array) -> Array:
    return xp.reciprocal(xp.sqrt(x))


rsqrt.partials(x=lambda xp, out: out * out * out * -0.5)


@elementwise
def abs(xp: Namespace, x: Array) -> Array:
    return xp.abs(x)


@abs.vjp("x")
def abs_vjp(xp: Namespace, g: Array, x: Array) -> Array:
    return xp.multiply(g, xp.sign(x))  # of a complex x: x / |x|


@abs.jvp
def abs_jvp(xp: Namespace, t: Array, x: Array) -> Array:
    return xp.real(xp.multiply(t, xp.conj(xp.sign(x))))


abs.refusal = refusing("abs_cpu", BOOL)


@elementwise
def sign(xp: Namespace, x: Array) -> Array:
    return xp.subtract(xp.astype(x > 0, x.dtype), xp.astype(x < 0, x.dtype))  # 0 for a nan


sign.partials(x=lambda xp: 0)
sign.refusal = refusing_complex(
    "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."
)


@elementwise
def direction(xp: Namespace, x: Array) -> Array:
    return xp.sign(x)  # z / |z|, 0 at 0


@direction.vjp("x")
def direction_vjp(xp: Namespace, g: Array, x: Array, out: Array) -> Array:
    """The part of g across z, over |z|: a change along z leaves the direction as it is."""
    size = xp.abs(x)
    zero = xp.equal(size, xp.zeros_like(size))
    along = xp.multiply(out, xp.real(xp.multiply(xp.conj(out), g)))
    across = xp.divide(xp.subtract(g, along), xp.where(zero, xp.ones_like(size), size))
    return xp.masked(across, xp.logical_not(zero))


@direction.jvp
def direction_jvp(xp: Namespace, t: Array, x: Array, out: Array) -> Array:
    return direction_vjp(xp, t, x, out)
