"""Floor 2: functions of probabilities: the normal distribution, entropies, odds."""

from __future__ import annotations

import math

from wengert.protocol.array import Array
from wengert.protocol.dtypes import COMPLEX
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import refusing

_ROOT_2, _ROOT_PI = math.sqrt(2), math.sqrt(math.pi)


@elementwise(floating=True)
def erfinv(xp: Namespace, x: Array) -> Array:
    return xp.erfinv(x)


erfinv.partials(x=lambda xp, out: xp.exp(out * out) * (_ROOT_PI / 2))
erfinv.refusal = refusing("erfinv_vml_cpu", COMPLEX)


@elementwise(floating=True)
def erfcx(xp: Namespace, x: Array) -> Array:
    return xp.erfcx(x)


erfcx.partials(x=lambda xp, x, out: x * out * 2 - 2 / _ROOT_PI)
erfcx.refusal = refusing("erfcx_cpu", COMPLEX)


@elementwise(floating=True)
def ndtri(xp: Namespace, x: Array) -> Array:
    return xp.ndtri(x)


ndtri.partials(x=lambda xp, out: xp.exp(out * out / 2) * math.sqrt(2 * math.pi))
ndtri.refusal = refusing("ndtri_cpu", COMPLEX)


@elementwise(floating=True)
def log_ndtr(xp: Namespace, x: Array) -> Array:
    """The logarithm of the normal distribution function; in the lower tail by the scaled erfc, which does not
    underflow."""
    minus_one = xp.full_like(x, -1)
    is_low = xp.less(x, minus_one)
    low = xp.where(is_low, x, minus_one)
    tail = xp.subtract(xp.log(xp.erfcx(low * (-1 / _ROOT_2)) / 2), low * low / 2)
    return xp.where(is_low, tail, xp.log1p(xp.erfc(x / _ROOT_2) * -0.5))


log_ndtr.partials(x=lambda xp, x: math.sqrt(2 / math.pi) / xp.erfcx(x * (-1 / _ROOT_2)))
log_ndtr.refusal = refusing("log_ndtr_cpu", COMPLEX)


@elementwise(floating=True)
def entr(xp: Namespace, x: Array) -> Array:
    """-x log(x), 0 at 0, -inf below."""
    zero, one = xp.zeros_like(x), xp.ones_like(x)
    is_inside = xp.less(zero, x)
    inside = xp.where(is_inside, x, one)
    outside = xp.where(xp.less(x, zero), xp.full_like(x, -math.inf), x)  # 0 and nan as they are
    return xp.where(is_inside, xp.negative(xp.multiply(inside, xp.log(inside))), outside)


entr.partials(x=lambda xp, x: xp.negative(xp.log(x)) - 1)
entr.refusal = refusing("entr_cpu", COMPLEX)


def _where_used(xp: Namespace, x: Array, y: Array, idle: float) -> Array:
    """y, and `idle` where x is 0 and y is not nan: there a function of y is not asked for."""
    is_idle = xp.logical_and(xp.equal(x, xp.zeros_like(x)), xp.logical_not(xp.isnan(y)))
    return xp.where(is_idle, xp.full_like(y, idle), y)


@elementwise(floating=True)
def xlogy(xp: Namespace, x: Array, y: Array) -> Array:
    """x log(y), 0 where x is 0 and y is not nan."""
    return xp.multiply(x, xp.log(_where_used(xp, x, y, 1.0)))


xlogy.partials(x=lambda xp, x, y: xp.log(_where_used(xp, x, y, 1.0)), y=lambda xp, x, y: xp.divide(x, y))
xlogy.refusal = refusing("xlogy_cpu", COMPLEX)


@elementwise(floating=True)
def xlog1py(xp: Namespace, x: Array, y: Array) -> Array:
    """x log(1 + y), 0 where x is 0 and y is not nan."""
    return xp.multiply(x, xp.log1p(_where_used(xp, x, y, 0.0)))


xlog1py.partials(x=lambda xp, x, y: xp.log1p(_where_used(xp, x, y, 0.0)), y=lambda xp, x, y: xp.divide(x, y + 1))
xlog1py.refusal = refusing("xlog1py_cpu", COMPLEX)


@elementwise(floating=True)
def logit(xp: Namespace, x: Array, *, eps: float | None) -> Array:
    """log(x / (1 - x)), x first moved into [eps, 1 - eps]."""
    if eps is not None:
        x = xp.where(xp.less(x, xp.full_like(x, eps)), xp.full_like(x, eps), x)
        x = xp.where(xp.greater(x, xp.full_like(x, 1 - eps)), xp.full_like(x, 1 - eps), x)
    return xp.log(xp.divide(x, 1 - x))


logit.partials(x=lambda xp, x, eps: _logit_slope(xp, x, eps))
logit.refusal = refusing("logit_cpu", COMPLEX)


def _logit_slope(xp: Namespace, x: Array, eps: float | None) -> Array:
    low = xp.full_like(x, 0.0 if eps is None else eps)
    is_inside = xp.logical_and(xp.less_equal(low, x), xp.less_equal(x, 1 - low))
    inside = xp.where(is_inside, x, xp.full_like(x, 0.5))
    outside = xp.full_like(x, math.nan if eps is None else 0.0)
    return xp.where(is_inside, 1 / xp.multiply(inside, 1 - inside), outside)


@elementwise(floating=True)
def sinc(xp: Namespace, x: Array) -> Array:
    """sin(pi x) / (pi x), 1 at 0."""
    is_zero = xp.equal(x, xp.zeros_like(x))
    turned = xp.where(is_zero, xp.ones_like(x), x) * math.pi
    return xp.where(is_zero, xp.ones_like(x), xp.divide(xp.sin(turned), turned))


sinc.partials(x=lambda xp, x: _sinc_slope(xp, x))


def _sinc_slope(xp: Namespace, x: Array) -> Array:
    is_zero = xp.equal(x, xp.zeros_like(x))
    safe = xp.where(is_zero, xp.ones_like(x), x)
    turned = safe * math.pi
    slope = xp.divide(xp.subtract(xp.multiply(turned, xp.cos(turned)), xp.sin(turned)), turned * safe)
    return xp.where(is_zero, xp.zeros_like(x), slope)
