"""Floor 2: the parts of numbers (fraction, mantissa), powers of 2, divisors, and angles in degrees."""

from __future__ import annotations

import math
from functools import partial

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.primitive import Primitive
from wengert.rule.refusals import refusing_all_whole, refusing_complex, refusing_operands

_LN_2 = math.log(2)


@elementwise(floating=True)
def frac(xp: Namespace, x: Array) -> Array:
    """What `trunc` takes away."""
    return xp.subtract(x, xp.trunc(x))


@elementwise(floating=True)
def ldexp(xp: Namespace, x: Array, y: Array) -> Array:
    """x times 2 to the power y."""
    return xp.multiply(x, _power_of_two(xp, y))


def _power_of_two(xp: Namespace, y: Array) -> Array:
    return xp.pow(xp.full_like(y, 2), y)


@elementwise(floating=True)
def logaddexp2(xp: Namespace, x: Array, y: Array) -> Array:
    """The logarithm to base 2 of the sum of two powers of 2."""
    return xp.logaddexp(x * _LN_2, y * _LN_2) / _LN_2


@elementwise
def heaviside(xp: Namespace, x: Array, y: Array) -> Array:
    """0 below 0, 1 above, y at 0."""
    zero = xp.zeros_like(x)
    step = xp.where(xp.less(zero, x), xp.ones_like(x), xp.where(xp.isnan(x), x, zero))
    return xp.where(xp.equal(x, zero), y, step)


@elementwise
def gcd(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.gcd(x, y)


@elementwise
def lcm(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.lcm(x, y)


@elementwise(floating=True)
def deg2rad(xp: Namespace, x: Array) -> Array:
    return x * (math.pi / 180)


@elementwise(floating=True)
def rad2deg(xp: Namespace, x: Array) -> Array:
    return x * (180 / math.pi)


frac.partials(x=lambda xp: 1)
frac.fresh = False
ldexp.partials(x=lambda xp, y: _power_of_two(xp, y), y=lambda xp, out: out * _LN_2)
logaddexp2.partials(
    x=lambda xp, x, y: xp.expit(xp.subtract(x, y) * _LN_2), y=lambda xp, x, y: xp.expit(xp.subtract(y, x) * _LN_2)
)
deg2rad.partials(x=lambda xp: math.pi / 180)
rad2deg.partials(x=lambda xp: 180 / math.pi)

frac.refusal = refusing_operands("frac_cpu", BOOL, INTEGER, COMPLEX)
logaddexp2.refusal = refusing_all_whole("logaddexp2_cpu", COMPLEX)
deg2rad.refusal = refusing_complex("deg2rad is not supported for complex tensors.", RuntimeError)
rad2deg.refusal = refusing_complex("rad2deg is not supported for complex tensors.", RuntimeError)


@partial(Primitive, floating=True, outputs=("mantissa", "exponent"))
def frexp(xp: Namespace, x: Array) -> tuple[Array, Array]:
    return xp.frexp(x)


@frexp.vjp("x")
def frexp_vjp(
    xp: Namespace, g_mantissa: Array | None, g_exponent: Array | None, mantissa: Array, exponent: Array
) -> Array | None:
    return None if g_mantissa is None else _halved(xp, g_mantissa, mantissa, exponent)


@frexp.jvp
def frexp_jvp(xp: Namespace, t: Array, mantissa: Array, exponent: Array) -> tuple[Array, None]:
    return _halved(xp, t, mantissa, exponent), None


def _halved(xp: Namespace, value: Array, mantissa: Array, exponent: Array) -> Array:
    """value / 2^exponent."""
    power = xp.pow(xp.full_like(mantissa, 2), xp.astype(exponent, mantissa.dtype))
    return xp.divide(value, power)
