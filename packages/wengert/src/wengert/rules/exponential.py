"""Floor 2: exponentials, logarithms and the error function."""

from __future__ import annotations

import math

from wengert.protocol.array import Array
from wengert.protocol.dtypes import COMPLEX
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import refusing, refusing_all_whole

_LN_2, _LN_10, _TWO_OVER_SQRT_PI = math.log(2), math.log(10), 2 / math.sqrt(math.pi)


@elementwise(floating=True)
def exp(xp: Namespace, x: Array) -> Array:
    return xp.exp(x)


exp.partials(x=lambda xp, out: out)


@elementwise(floating=True)
def exp2(xp: Namespace, x: Array) -> Array:
    return xp.pow(xp.full_like(x, 2), x)


exp2.partials(x=lambda xp, out: out * _LN_2)


@elementwise(floating=True)
def expm1(xp: Namespace, x: Array) -> Array:
    return xp.expm1(x)


expm1.partials(x=lambda xp, out: out + 1)


@elementwise(floating=True)
def log(xp: Namespace, x: Array) -> Array:
    return xp.log(x)


log.partials(x=lambda xp, x: xp.reciprocal(x))
log.vjp("x")(lambda xp, g, x: xp.divide(g, xp.conj(x)))


@elementwise(floating=True)
def log1p(xp: Namespace, x: Array) -> Array:
    return xp.log1p(x)


log1p.partials(x=lambda xp, x: xp.reciprocal(x + 1))
log1p.vjp("x")(lambda xp, g, x: xp.divide(g, xp.conj(x + 1)))


@elementwise(floating=True)
def log2(xp: Namespace, x: Array) -> Array:
    return xp.log2(x)


log2.partials(x=lambda xp, x: xp.reciprocal(x * _LN_2))
log2.vjp("x")(lambda xp, g, x: xp.divide(g, xp.conj(x * _LN_2)))


@elementwise(floating=True)
def log10(xp: Namespace, x: Array) -> Array:
    return xp.log10(x)


log10.partials(x=lambda xp, x: xp.reciprocal(x * _LN_10))
log10.vjp("x")(lambda xp, g, x: xp.divide(g, xp.conj(x * _LN_10)))


@elementwise(floating=True)
def logaddexp(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.logaddexp(x, y)


logaddexp.partials(x=lambda xp, x, y: xp.expit(x - y), y=lambda xp, x, y: xp.expit(y - x))
logaddexp.refusal = refusing_all_whole("logaddexp_cpu", COMPLEX)


@elementwise
def logaddexp_complex(xp: Namespace, x: Array, y: Array) -> Array:
    """The same for complex numbers: the greater real part comes out of the logarithm."""
    first = xp.greater_equal(xp.real(x), xp.real(y))
    greater, smaller = xp.where(first, x, y), xp.where(first, y, x)
    return xp.add(greater, xp.log1p(xp.exp(xp.subtract(smaller, greater))))


logaddexp_complex.partials(
    x=lambda xp, x, y: xp.reciprocal(xp.exp(y - x) + 1), y=lambda xp, x, y: xp.reciprocal(xp.exp(x - y) + 1)
)


@elementwise(floating=True)
def expit(xp: Namespace, x: Array) -> Array:
    return xp.expit(x)


expit.partials(x=lambda xp, out: out * (1 - out)).second(lambda xp, out: 1 - out * 2)


@elementwise(floating=True)
def erf(xp: Namespace, x: Array) -> Array:
    return xp.erf(x)


erf.partials(x=lambda xp, x: xp.exp(-(x * x)) * _TWO_OVER_SQRT_PI)
erf.refusal = refusing("erf_vml_cpu", COMPLEX)


@elementwise(floating=True)
def erfc(xp: Namespace, x: Array) -> Array:
    return xp.erfc(x)


erfc.partials(x=lambda xp, x: xp.exp(-(x * x)) * -_TWO_OVER_SQRT_PI)
erfc.refusal = refusing("erfc_vml_cpu", COMPLEX)
