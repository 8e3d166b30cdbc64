"""Floor 2: comparisons, tests, logic, and the choices that they steer."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL, COMPLEX
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise, predicate
from wengert.rule.refusals import refusing


@predicate
def equal(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.equal(x, y)


@predicate
def not_equal(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.not_equal(x, y)


@predicate
def less(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.less(x, y)


@predicate
def less_equal(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.less_equal(x, y)


@predicate
def greater(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.greater(x, y)


@predicate
def greater_equal(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.greater_equal(x, y)


less.refusal, less_equal.refusal = refusing("lt_cpu", COMPLEX), refusing("le_cpu", COMPLEX)
greater.refusal, greater_equal.refusal = refusing("gt_cpu", COMPLEX), refusing("ge_cpu", COMPLEX)


@predicate
def isnan(xp: Namespace, x: Array) -> Array:
    return xp.isnan(x)


@predicate
def signbit(xp: Namespace, x: Array) -> Array:
    return xp.signbit(x)


@predicate
def isinf(xp: Namespace, x: Array) -> Array:
    return xp.isinf(x)


@predicate
def isfinite(xp: Namespace, x: Array) -> Array:
    return xp.isfinite(x)


@predicate
def isclose(xp: Namespace, x: Array, y: Array, *, rtol: float, atol: float) -> Array:
    with xp.errstate():  # of two infinities
        near = xp.less_equal(xp.abs(xp.subtract(x, y)), xp.abs(y * rtol) + atol)
    return xp.logical_or(xp.equal(x, y), xp.logical_and(xp.isfinite(y), near))


@predicate
def logical_and(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.logical_and(x, y)


@predicate
def logical_or(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.logical_or(x, y)


@predicate
def logical_xor(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.logical_xor(x, y)


@predicate
def logical_not(xp: Namespace, x: Array) -> Array:
    return xp.logical_not(x)


# --- bits of integers and booleans ------------------------------------------------------------------------------------


@elementwise
def bitwise_and(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.bitwise_and(x, y)


@elementwise
def bitwise_or(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.bitwise_or(x, y)


@elementwise
def bitwise_xor(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.bitwise_xor(x, y)


@elementwise
def bitwise_invert(xp: Namespace, x: Array) -> Array:
    return xp.bitwise_invert(x)


@elementwise
def bitwise_left_shift(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.bitwise_left_shift(x, y)


@elementwise
def bitwise_right_shift(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.bitwise_right_shift(x, y)


bitwise_left_shift.refusal, bitwise_right_shift.refusal = refusing("lshift_cpu", BOOL), refusing("rshift_cpu", BOOL)


# --- choices ----------------------------------------------------------------------------------------------------------


@elementwise
def masked(xp: Namespace, x: Array, mask: Array) -> Array:
    return xp.masked(x, mask)


masked.without_gradient("mask")
masked.vjp("x")(lambda xp, g, mask: xp.masked(g, mask))
masked.jvp(lambda xp, t, mask: xp.masked(t, mask))


@elementwise
def where(xp: Namespace, condition: Array, x: Array, y: Array) -> Array:
    return xp.where(condition, x, y)


where.without_gradient("condition")
where.vjp("x")(lambda xp, g, condition: xp.masked(g, condition))
where.vjp("y")(lambda xp, g, condition: xp.masked(g, xp.logical_not(condition)))


@where.jvp
def where_jvp(xp: Namespace, t_x: Array | None, t_y: Array | None, condition: Array) -> Array | None:
    if t_x is None:
        return None if t_y is None else xp.masked(t_y, xp.logical_not(condition))
    return xp.masked(t_x, condition) if t_y is None else xp.where(condition, t_x, t_y)


@elementwise
def masked_fill(xp: Namespace, x: Array, mask: Array, value: Array) -> Array:
    return xp.where(mask, value, x)


masked_fill.without_gradient("mask")
masked_fill.vjp("x")(lambda xp, g, mask: xp.masked(g, xp.logical_not(mask)))
masked_fill.vjp("value")(lambda xp, g, mask: xp.masked(g, mask))


@masked_fill.jvp
def masked_fill_jvp(xp: Namespace, t_x: Array | None, t_value: Array | None, mask: Array) -> Array | None:
    if t_x is None:
        return None if t_value is None else xp.masked(t_value, mask)
    return xp.masked(t_x, xp.logical_not(mask)) if t_value is None else xp.where(mask, t_value, t_x)
