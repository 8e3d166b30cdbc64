"""Floor 2: sums, differences, products, quotients and what is made of them."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL, COMPLEX
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import refusing, refusing_bool_difference, refusing_bool_negation, refusing_mixed

Number = bool | int | float | complex


@elementwise
def add(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.add(x, y)


add.partials(x=lambda xp: 1, y=lambda xp: 1)
add.fresh = False


@elementwise
def add_scaled(xp: Namespace, x: Array, y: Array, *, alpha: Number) -> Array:
    return xp.add(x, y * alpha)


add_scaled.partials(x=lambda xp: 1, y=lambda xp, alpha: alpha)
add_scaled.fresh = False


@elementwise
def subtract(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.subtract(x, y)


subtract.partials(x=lambda xp: 1, y=lambda xp: -1)
subtract.refusal = refusing_bool_difference
subtract.fresh = False


@elementwise
def reverse_subtract(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.subtract(y, x)


reverse_subtract.partials(x=lambda xp: -1, y=lambda xp: 1)
reverse_subtract.refusal = refusing_bool_difference
reverse_subtract.fresh = False


@elementwise
def negative(xp: Namespace, x: Array) -> Array:
    return xp.negative(x)


negative.partials(x=lambda xp: -1)
negative.refusal = refusing_bool_negation


@elementwise
def multiply(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.multiply(x, y)


multiply.partials(x=lambda xp, y: y, y=lambda xp, x: x)


@elementwise(floating=True)
def divide(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.divide(x, y)


divide.partials(x=lambda xp, y: xp.reciprocal(y), y=lambda xp, x, y: xp.negative(xp.divide(xp.divide(x, y), y)))


@divide.vjp("x")
def divide_vjp_x(xp: Namespace, g: Array, y: Array) -> Array:
    return xp.divide(g, xp.conj(y))


@elementwise(floating=True)
def reciprocal(xp: Namespace, x: Array) -> Array:
    return xp.reciprocal(x)


reciprocal.partials(x=lambda xp, out: -(out * out))


@elementwise(floating=True)
def lerp(xp: Namespace, x: Array, y: Array, *, weight: float) -> Array:
    nearer_start = abs(weight) < 0.5
    return xp.add(x, (y - x) * weight) if nearer_start else xp.subtract(y, (y - x) * (1 - weight))


lerp.partials(x=lambda xp, weight: 1 - weight, y=lambda xp, weight: weight)
lerp.refusal = refusing_mixed(("self", "end"))


@elementwise(floating=True)
def lerp_between(xp: Namespace, x: Array, y: Array, weight: Array) -> Array:
    span = xp.subtract(y, x)
    from_start, from_end = xp.add(x, xp.multiply(weight, span)), xp.subtract(y, xp.multiply(span, 1 - weight))
    return xp.where(xp.abs(weight) < 0.5, from_start, from_end)


lerp_between.partials(x=lambda xp, weight: 1 - weight, y=lambda xp, weight: weight, weight=lambda xp, x, y: y - x)
lerp_between.refusal = refusing_mixed(("self", "end", "weight"))


@elementwise
def addcmul(xp: Namespace, x: Array, y: Array, z: Array, *, value: Number) -> Array:
    return xp.add(x, xp.multiply(y, z) * value)


addcmul.partials(x=lambda xp: 1, y=lambda xp, z, value: z * value, z=lambda xp, y, value: y * value)
addcmul.fresh = False


@elementwise(floating=True)
def addcdiv(xp: Namespace, x: Array, y: Array, z: Array, *, value: Number) -> Array:
    return xp.add(x, xp.divide(y, z) * value)


addcdiv.partials(
    x=lambda xp: 1,
    y=lambda xp, z, value: xp.reciprocal(z) * value,
    z=lambda xp, y, z, value: xp.divide(xp.divide(y, z), z) * -value,
)
addcdiv.fresh = False


@elementwise
def remainder(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.remainder(x, y)


remainder.partials(x=lambda xp: 1, y=lambda xp, x, y: xp.negative(xp.floor(xp.divide(x, y))))
remainder.refusal = refusing("remainder_cpu", BOOL, COMPLEX)
remainder.fresh = False


@elementwise
def fmod(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.fmod(x, y)


fmod.partials(x=lambda xp: 1, y=lambda xp, x, y: xp.negative(xp.trunc(xp.divide(x, y))))
fmod.refusal = refusing("fmod_cpu", BOOL, COMPLEX)
fmod.fresh = False


@elementwise
def floor_divide(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.floor_divide(x, y)


floor_divide.refusal = refusing("div_floor_cpu", BOOL, COMPLEX)  # no derivative, as in torch


@elementwise
def divide_floor(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.floor_divide(x, y)


divide_floor.partials(x=lambda xp: 0, y=lambda xp: 0)
divide_floor.refusal = refusing("div_floor_cpu", BOOL, COMPLEX)


@elementwise(floating=True)
def divide_trunc(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.trunc(xp.divide(x, y))


divide_trunc.partials(x=lambda xp: 0, y=lambda xp: 0)
divide_trunc.refusal = refusing("div_trunc_cpu", COMPLEX)


@elementwise
def divide_whole(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.floor_divide(xp.subtract(x, xp.fmod(x, y)), y)  # the quotient of integers, towards zero


divide_whole.refusal = refusing("div_trunc_cpu", BOOL, COMPLEX)


@elementwise
def replaced(xp: Namespace, x: Array, y: Array) -> Array:
    """What is left of x after y, which broadcasts to it, was written over it."""
    return y if y.shape == x.shape else xp.broadcast_to(y, x.shape)


replaced.partials(x=lambda xp: 0, y=lambda xp: 1)
replaced.fresh = False


@elementwise
def overwritten(xp: Namespace, x: Array, y: Array) -> Array:
    """What is left of x after numbers, which no gradient goes to, were written over it."""
    return y if y.shape == x.shape else xp.broadcast_to(y, x.shape)


overwritten.partials(x=lambda xp: 0)
overwritten.without_gradient("y")
