"""Floor 2: activations made of pieces, and those that bend where a plain one would have a kink."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import refusing_operands

_WHOLE = (BOOL, INTEGER, COMPLEX)
_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805


@elementwise
def threshold(xp: Namespace, x: Array, *, threshold: float, value: float) -> Array:
    return xp.where(x <= threshold, xp.full_like(x, value), x)


threshold.refusal = refusing_operands("threshold_cpu", BOOL, COMPLEX)
threshold.vjp("x")(lambda xp, g, x, threshold: xp.masked(g, xp.logical_not(x <= threshold)))
threshold.jvp(lambda xp, t, x, threshold: xp.masked(t, xp.logical_not(x <= threshold)))


def _apart(xp: Namespace, x: Array, lambd: float) -> Array:
    """Where x lies farther from 0 than lambd, or is nan."""
    return xp.logical_not(xp.logical_and(x >= -lambd, x <= lambd))


@elementwise(floating=True)
def hardshrink(xp: Namespace, x: Array, *, lambd: float) -> Array:
    return xp.masked(x, _apart(xp, x, lambd))


@elementwise(floating=True)
def softshrink(xp: Namespace, x: Array, *, lambd: float) -> Array:
    return xp.where(x > lambd, x - lambd, xp.where(x < -lambd, x + lambd, x * 0.0))


for _shrink, _checked_as in ((hardshrink, "hardshrink_cpu"), (softshrink, "softshrink_check")):
    _shrink.refusal = refusing_operands(_checked_as, *_WHOLE)
    _shrink.vjp("x")(lambda xp, g, x, lambd: xp.masked(g, _apart(xp, x, lambd)))
    _shrink.jvp(lambda xp, t, x, lambd: xp.masked(t, _apart(xp, x, lambd)))


@elementwise(floating=True)
def hardsigmoid(xp: Namespace, x: Array) -> Array:
    return xp.minimum(xp.maximum(x + 3.0, 0.0), 6.0) / 6.0


hardsigmoid.refusal = refusing_operands("hardsigmoid_cpu", *_WHOLE)
hardsigmoid.vjp("x")(lambda xp, g, x: xp.masked(g, xp.logical_and(x > -3.0, x < 3.0)) / 6.0)
hardsigmoid.jvp(lambda xp, t, x: xp.masked(t, xp.logical_and(x > -3.0, x < 3.0)) / 6.0)


@elementwise(floating=True)
def hardswish(xp: Namespace, x: Array) -> Array:
    return xp.multiply(x, xp.minimum(xp.maximum(x + 3.0, 0.0), 6.0)) / 6.0


def _hardswish_slope(xp: Namespace, x: Array) -> Array:
    """0 up to -3, a straight line, and 1 from 3 on."""
    return xp.where(x < 3.0, xp.masked(x / 3.0 + 0.5, xp.logical_not(x <= -3.0)), xp.ones_like(x))


hardswish.refusal = refusing_operands("hardswish_cpu", *_WHOLE)
hardswish.partials(x=_hardswish_slope)


@elementwise(floating=True)
def prelu(xp: Namespace, x: Array, slope: Array) -> Array:
    return xp.where(x > 0, x, xp.multiply(x, slope))


prelu.partials(
    x=lambda xp, x, slope: xp.where(x > 0, xp.ones_like(x), xp.broadcast_to(slope, x.shape)),
    slope=lambda xp, x: xp.masked(x, xp.logical_not(x > 0)),
)


@elementwise(floating=True)
def celu(xp: Namespace, x: Array, *, alpha: float) -> Array:
    return xp.add(xp.maximum(x, 0), xp.expm1(xp.minimum(x, 0) / alpha) * alpha)


celu.refusal = refusing_operands("elu_cpu", *_WHOLE)
celu.partials(x=lambda xp, x, alpha: xp.exp(xp.masked(x, x < 0) / alpha))


@elementwise(floating=True)
def selu(xp: Namespace, x: Array) -> Array:
    return xp.add(xp.maximum(x, 0), xp.expm1(xp.minimum(x, 0)) * _ALPHA) * _SCALE


def _selu_slope(xp: Namespace, x: Array) -> Array:
    rest = x <= 0
    decay = xp.exp(xp.masked(x, x < 0))  # 1 above 0
    return xp.add(xp.masked(decay, xp.logical_not(rest)), xp.masked(decay, rest) * _ALPHA) * _SCALE


selu.partials(x=_selu_slope)
selu.refusal = refusing_operands("elu_cpu", *_WHOLE)


@elementwise(floating=True)
def mish(xp: Namespace, x: Array) -> Array:
    return xp.multiply(x, xp.tanh(_softplus(xp, x)))


def _softplus(xp: Namespace, x: Array) -> Array:
    return xp.add(xp.maximum(x, 0), xp.log1p(xp.exp(-xp.abs(x))))


def _mish_slope(xp: Namespace, x: Array) -> Array:
    share = xp.tanh(_softplus(xp, x))
    return xp.add(share, xp.multiply(xp.multiply(x, xp.expit(x)), 1 - xp.multiply(share, share)))


mish.partials(x=_mish_slope)
mish.refusal = refusing_operands("mish_cpu", *_WHOLE)
