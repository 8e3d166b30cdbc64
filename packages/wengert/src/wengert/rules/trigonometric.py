"""Floor 2: trigonometric and hyperbolic functions and their inverses; angles in radians."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise


@elementwise(floating=True)
def sin(xp: Namespace, x: Array) -> Array:
    return xp.sin(x)


sin.partials(x=lambda xp, x: xp.cos(x))


@elementwise(floating=True)
def cos(xp: Namespace, x: Array) -> Array:
    return xp.cos(x)


cos.partials(x=lambda xp, x: xp.negative(xp.sin(x)))


@elementwise(floating=True)
def tan(xp: Namespace, x: Array) -> Array:
    return xp.tan(x)


tan.partials(x=lambda xp, out: out * out + 1)


@elementwise(floating=True)
def asin(xp: Namespace, x: Array) -> Array:
    return xp.asin(x)


asin.partials(x=lambda xp, x: xp.reciprocal(xp.sqrt(1 - x * x)))


@elementwise(floating=True)
def acos(xp: Namespace, x: Array) -> Array:
    return xp.acos(x)


acos.partials(x=lambda xp, x: xp.negative(xp.reciprocal(xp.sqrt(1 - x * x))))


@elementwise(floating=True)
def atan(xp: Namespace, x: Array) -> Array:
    return xp.atan(x)


atan.partials(x=lambda xp, x: xp.reciprocal(x * x + 1))


@elementwise(floating=True)
def sinh(xp: Namespace, x: Array) -> Array:
    return xp.sinh(x)


sinh.partials(x=lambda xp, x: xp.cosh(x))


@elementwise(floating=True)
def cosh(xp: Namespace, x: Array) -> Array:
    return xp.cosh(x)


cosh.partials(x=lambda xp, x: xp.sinh(x))


@elementwise(floating=True)
def tanh(xp: Namespace, x: Array) -> Array:
    return xp.tanh(x)


tanh.partials(x=lambda xp, out: 1 - out * out).second(lambda xp, out: out * -2)


@elementwise(floating=True)
def asinh(xp: Namespace, x: Array) -> Array:
    return xp.asinh(x)


asinh.partials(x=lambda xp, x: xp.reciprocal(xp.sqrt(x * x + 1)))


@elementwise(floating=True)
def acosh(xp: Namespace, x: Array) -> Array:
    return xp.acosh(x)


acosh.partials(x=lambda xp, x: xp.reciprocal(xp.sqrt(x * x - 1)))


@elementwise
def acosh_complex(xp: Namespace, x: Array) -> Array:
    return xp.acosh(x)


acosh_complex.partials(x=lambda xp, x: xp.reciprocal(xp.multiply(xp.sqrt(x - 1), xp.sqrt(x + 1))))  # the branch cuts


@elementwise(floating=True)
def atanh(xp: Namespace, x: Array) -> Array:
    return xp.atanh(x)


atanh.partials(x=lambda xp, x: xp.reciprocal(1 - x * x))
