"""Floor 2: the nonlinear functions of neural networks, each with its whole derivative in one rule.

`masked` and `maximum` stand where `where` could: on long arrays they are several times faster.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, DType
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise, general
from wengert.rule.refusals import refusing_operands

_WHOLE = (BOOL, INTEGER, COMPLEX)
_GAUSS = 1 / math.sqrt(2 * math.pi)
_TANH_SCALE, _TANH_CUBE = math.sqrt(2 / math.pi), 0.044715


@elementwise
def relu(xp: Namespace, x: Array) -> Array:
    return xp.maximum(x, 0)


relu.vjp("x")(lambda xp, g, out: xp.masked(g, xp.not_equal(out, 0)))  # 0 at the kink; a nan passes
relu.jvp(lambda xp, t, out: xp.masked(t, xp.not_equal(out, 0)))


def _relu_refusal(dtypes: Sequence[DType], compute: DType) -> Exception | None:
    if compute.category == BOOL:
        return RuntimeError("Boolean inputs not supported for relu")
    return NotImplementedError("clamp is not supported for complex types") if compute.category == COMPLEX else None


relu.refusal = _relu_refusal


@elementwise(floating=True)
def leaky_relu(xp: Namespace, x: Array, *, negative_slope: float) -> Array:
    return xp.add(xp.maximum(x, 0), xp.minimum(x, 0) * negative_slope)


def _either_side(xp: Namespace, g: Array, x: Array, negative_slope: float) -> Array:
    """g where x is positive, else g times the slope."""
    positive = x > 0
    return xp.add(xp.masked(g, positive), xp.masked(g, xp.logical_not(positive)) * negative_slope)


leaky_relu.vjp("x")(lambda xp, g, x, negative_slope: _either_side(xp, g, x, negative_slope))
leaky_relu.jvp(lambda xp, t, x, negative_slope: _either_side(xp, t, x, negative_slope))
leaky_relu.refusal = refusing_operands("leaky_relu_cpu", *_WHOLE)


@elementwise(floating=True)
def elu(xp: Namespace, x: Array, *, alpha: float) -> Array:
    return xp.add(xp.maximum(x, 0), xp.expm1(xp.minimum(x, 0)) * alpha)


def _elu_slope(xp: Namespace, x: Array, alpha: float) -> Array:
    """1 above 0, else alpha exp(x)."""
    rest = x <= 0
    decay = xp.exp(xp.masked(x, x < 0))  # 1 above 0
    return xp.add(xp.masked(decay, xp.logical_not(rest)), xp.masked(decay, rest) * alpha)


elu.partials(x=lambda xp, x, alpha: _elu_slope(xp, x, alpha))
elu.refusal = refusing_operands("elu_cpu", *_WHOLE)


@elementwise(floating=True)
def hardtanh(xp: Namespace, x: Array, *, min_val: float, max_val: float) -> Array:
    return xp.minimum(xp.maximum(x, min_val), max_val)


hardtanh.vjp("x")(lambda xp, g, x, min_val, max_val: xp.masked(g, xp.logical_and(x > min_val, x < max_val)))
hardtanh.jvp(lambda xp, t, x, min_val, max_val: xp.masked(t, xp.logical_and(x > min_val, x < max_val)))
hardtanh.refusal = refusing_operands("hardtanh_cpu", *_WHOLE)


@elementwise(floating=True)
def gelu(xp: Namespace, x: Array) -> Array:
    return xp.gelu(x)


gelu.partials(x=lambda xp, x: xp.gelu_slope(x))
gelu.refusal = refusing_operands("GeluKernelImpl", *_WHOLE)


@elementwise(floating=True)
def gelu_slope(xp: Namespace, x: Array) -> Array:
    return xp.gelu_slope(x)  # the normal distribution up to x, and x times its density


gelu_slope.partials(x=lambda xp, x: (2 - x * x) * xp.exp(x * x * -0.5) * _GAUSS)


@elementwise(floating=True)
def gelu_tanh(xp: Namespace, x: Array) -> Array:
    return xp.multiply(xp.tanh(_gelu_argument(xp, x)) + 1, x * 0.5)


def _gelu_argument(xp: Namespace, x: Array) -> Array:
    return xp.multiply(xp.multiply(x, x) * (_TANH_SCALE * _TANH_CUBE) + _TANH_SCALE, x)


def _gelu_tanh_slope(xp: Namespace, x: Array) -> Array:
    tanh = xp.tanh(_gelu_argument(xp, x))
    inner = xp.multiply(x, x) * (3 * _TANH_SCALE * _TANH_CUBE) + _TANH_SCALE
    return xp.add(tanh * 0.5 + 0.5, xp.multiply(xp.multiply(1 - xp.multiply(tanh, tanh), inner), x * 0.5))


gelu_tanh.partials(x=_gelu_tanh_slope)
gelu_tanh.refusal = refusing_operands("GeluKernelImpl", *_WHOLE)


@elementwise(floating=True)
def silu(xp: Namespace, x: Array) -> Array:
    return xp.multiply(x, xp.expit(x))


def _silu_slope(xp: Namespace, x: Array) -> Array:
    share = xp.expit(x)
    return xp.multiply(share, xp.multiply(x, 1 - share) + 1)


silu.partials(x=_silu_slope)
silu.refusal = refusing_operands("silu_cpu", *_WHOLE)


@elementwise(floating=True)
def softplus(xp: Namespace, x: Array, *, beta: float, threshold: float) -> Array:
    scaled = x * beta
    return xp.where(scaled > threshold, x, xp.divide(xp.log1p(xp.exp(scaled)), xp.full_like(x, beta)))


def _softplus_slope(xp: Namespace, x: Array, beta: float, threshold: float) -> Array:
    scaled = x * beta
    return xp.where(scaled > threshold, xp.ones_like(x), xp.expit(scaled))


softplus.partials(x=_softplus_slope)
softplus.refusal = refusing_operands("softplus_cpu", *_WHOLE)


@elementwise(floating=True)
def logsigmoid(xp: Namespace, x: Array) -> Array:
    return xp.subtract(xp.minimum(x, 0), xp.log1p(xp.exp(-xp.abs(x))))


logsigmoid.partials(x=lambda xp, x: xp.expit(-x))
logsigmoid.refusal = refusing_operands("log_sigmoid_cpu", *_WHOLE)


@general
def glu(xp: Namespace, x: Array, *, axis: int) -> Array:
    value, gate = _halves(xp, x, axis)
    return xp.multiply(value, xp.expit(gate))


def _halves(xp: Namespace, x: Array, axis: int) -> tuple[Array, Array]:
    half, lead = x.shape[axis] // 2, (slice(None),) * axis
    return xp.getitem(x, (*lead, slice(0, half))), xp.getitem(x, (*lead, slice(half, 2 * half)))


@glu.vjp("x")
def glu_vjp(xp: Namespace, g: Array, x: Array, axis: int) -> Array:
    value, gate = _halves(xp, x, axis)
    share = xp.expit(gate)
    g = xp.multiply(g, share)
    return xp.concat([g, xp.multiply(xp.multiply(g, value), 1 - share)], axis=axis)


@glu.jvp
def glu_jvp(xp: Namespace, t: Array, x: Array, axis: int) -> Array:
    (value, gate), (t_value, t_gate) = _halves(xp, x, axis), _halves(xp, t, axis)
    share = xp.expit(gate)
    return xp.multiply(share, xp.add(t_value, xp.multiply(xp.multiply(value, 1 - share), t_gate)))


glu.refusal = refusing_operands("glu_cpu", *_WHOLE)
