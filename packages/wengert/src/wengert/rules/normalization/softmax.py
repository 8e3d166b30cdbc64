"""Floor 2: softmax and its logarithm."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general


@general
def softmax(xp: Namespace, x: Array, *, axis: int) -> Array:
    return xp.softmax(x, axis=axis)


@softmax.vjp("x")
def softmax_vjp(xp: Namespace, g: Array, out: Array, axis: int) -> Array:
    return xp.softmax_pullback(g, out, axis=axis)


@softmax.jvp
def softmax_jvp(xp: Namespace, t: Array, out: Array, axis: int) -> Array:
    return xp.softmax_pullback(t, out, axis=axis)  # the Jacobian is symmetric


@general
def softmax_of_one(xp: Namespace, x: Array) -> Array:
    """The softmax of a 0-d array: 1."""
    return xp.reshape(xp.softmax(xp.reshape(x, (1,)), axis=0), ())


@softmax_of_one.vjp("x")
def softmax_of_one_vjp(xp: Namespace, g: Array, out: Array) -> Array:
    return xp.reshape(xp.softmax_pullback(xp.reshape(g, (1,)), xp.reshape(out, (1,)), axis=0), ())


softmax_of_one.jvp(lambda xp, t, out: softmax_of_one_vjp(xp, t, out))


@general
def log_softmax_of_one(xp: Namespace, x: Array) -> Array:
    return xp.reshape(xp.log_softmax(xp.reshape(x, (1,)), axis=0), ())


@log_softmax_of_one.vjp("x")
def log_softmax_of_one_vjp(xp: Namespace, g: Array, out: Array) -> Array:
    return xp.reshape(xp.log_softmax_pullback(xp.reshape(g, (1,)), xp.reshape(out, (1,)), axis=0), ())


log_softmax_of_one.jvp(lambda xp, t, out: log_softmax_of_one_vjp(xp, t, out))


@general
def softmax_pullback(xp: Namespace, x: Array, y: Array, *, axis: int) -> Array:
    return xp.softmax_pullback(x, y, axis=axis)


@softmax_pullback.vjp("x")
def softmax_pullback_vjp_x(xp: Namespace, g: Array, y: Array, axis: int) -> Array:
    return xp.softmax_pullback(g, y, axis=axis)


@softmax_pullback.vjp("y")
def softmax_pullback_vjp_y(xp: Namespace, g: Array, x: Array, y: Array, axis: int) -> Array:
    return _softmax_pullback_slope(xp, g, x, y, axis)


@softmax_pullback.jvp
def softmax_pullback_jvp(xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array, axis: int) -> Array:
    terms = [] if t_x is None else [xp.softmax_pullback(t_x, y, axis=axis)]
    if t_y is not None:
        level = xp.sum(x * y, axis=axis, keepdims=True)
        terms.append(t_y * (x - level) - y * xp.sum(x * t_y, axis=axis, keepdims=True))
    return terms[0] if len(terms) == 1 else xp.add(terms[0], terms[1])


def _softmax_pullback_slope(xp: Namespace, g: Array, x: Array, y: Array, axis: int) -> Array:
    level = xp.sum(x * y, axis=axis, keepdims=True)
    return g * (x - level) - x * xp.sum(g * y, axis=axis, keepdims=True)


@general
def log_softmax(xp: Namespace, x: Array, *, axis: int) -> Array:
    return xp.log_softmax(x, axis=axis)


@log_softmax.vjp("x")
def log_softmax_vjp(xp: Namespace, g: Array, out: Array, axis: int) -> Array:
    return xp.log_softmax_pullback(g, out, axis=axis)


@log_softmax.jvp
def log_softmax_jvp(xp: Namespace, t: Array, out: Array, axis: int) -> Array:
    return t - xp.sum(xp.exp(out) * t, axis=axis, keepdims=True)


@general
def log_softmax_pullback(xp: Namespace, x: Array, y: Array, *, axis: int) -> Array:
    return xp.log_softmax_pullback(x, y, axis=axis)


@log_softmax_pullback.vjp("x")
def log_softmax_pullback_vjp_x(xp: Namespace, g: Array, y: Array, axis: int) -> Array:
    return g - xp.sum(g * xp.exp(y), axis=axis, keepdims=True)


@log_softmax_pullback.vjp("y")
def log_softmax_pullback_vjp_y(xp: Namespace, g: Array, x: Array, y: Array, axis: int) -> Array:
    return -(g * xp.exp(y)) * xp.sum(x, axis=axis, keepdims=True)


@log_softmax_pullback.jvp
def log_softmax_pullback_jvp(
    xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array, axis: int
) -> Array:
    terms = [] if t_x is None else [xp.log_softmax_pullback(t_x, y, axis=axis)]
    if t_y is not None:
        terms.append(-(t_y * xp.exp(y)) * xp.sum(x, axis=axis, keepdims=True))
    return terms[0] if len(terms) == 1 else xp.add(terms[0], terms[1])
