"""Floor 2: arithmetic. Sources of the sub-gradients at ties and zeros: torch's, measured."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise


@elementwise
def add(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.add(x, y)


add.partials(x=lambda xp: 1, y=lambda xp: 1)
add.fresh = False


@elementwise
def subtract(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.subtract(x, y)


subtract.partials(x=lambda xp: 1, y=lambda xp: -1)
subtract.fresh = False


@elementwise
def reverse_subtract(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.subtract(y, x)


reverse_subtract.partials(x=lambda xp: -1, y=lambda xp: 1)
reverse_subtract.fresh = False


@elementwise
def negative(xp: Namespace, x: Array) -> Array:
    return xp.negative(x)


negative.partials(x=lambda xp: -1)


@elementwise
def multiply(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.multiply(x, y)


multiply.partials(x=lambda xp, y: y, y=lambda xp, x: x)


@elementwise(floating=True)
def divide(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.divide(x, y)


divide.partials(x=lambda xp, y: xp.reciprocal(y), y=lambda xp, x, y: -(x / y) / y)


@elementwise(floating=True)
def reciprocal(xp: Namespace, x: Array) -> Array:
    return xp.reciprocal(x)


reciprocal.partials(x=lambda xp, out: -(out * out))


@elementwise
def power(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.pow(x, y)


@power.vjp("x")
def power_vjp_x(xp: Namespace, g: Array, x: Array, y: Array) -> Array:
    return xp.multiply(g, xp.conj(_power_slope(xp, x, y)))


@power.vjp("y")
def power_vjp_y(xp: Namespace, g: Array, x: Array, y: Array, out: Array) -> Array:
    return xp.multiply(g, xp.conj(_exponent_slope(xp, x, y, out)))


@power.jvp
def power_jvp(xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array, out: Array) -> Array:
    terms = [] if t_x is None else [t_x * _power_slope(xp, x, y)]
    if t_y is not None:
        terms.append(t_y * _exponent_slope(xp, x, y, out))
    return terms[0] if len(terms) == 1 else xp.add(terms[0], terms[1])


def _power_slope(xp: Namespace, x: Array, y: Array) -> Array:
    """y x^(y-1), and 0 where y is 0 whatever x is."""
    zero = xp.equal(y, xp.zeros_like(y))
    return xp.where(zero, xp.zeros_like(x), y * xp.pow(x, xp.where(zero, xp.ones_like(y), y - 1)))


def _exponent_slope(xp: Namespace, x: Array, y: Array, out: Array) -> Array:
    """out log x, and 0 where x is 0 and the exponent is not negative."""
    zero = xp.logical_and(xp.equal(x, xp.zeros_like(x)), xp.greater_equal(xp.real(y), xp.zeros_like(xp.real(y))))
    return xp.where(zero, xp.zeros_like(out), out * xp.log(xp.where(zero, xp.ones_like(x), x)))


@elementwise
def square(xp: Namespace, x: Array) -> Array:
    return xp.multiply(x, x)


square.partials(x=lambda xp, x: x * 2)
