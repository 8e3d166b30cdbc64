"""Floor 2: variance and standard deviation."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import general
from wengert.rules.reduction.axes import divided, reduced_count, restored


def centred(xp: Namespace, x: Array, axis: Shape | None) -> Array:
    """`x` less its mean."""
    return xp.subtract(x, xp.sum(x, axis=axis, keepdims=True) / (reduced_count(x.shape, axis) or 1))


@general
def var(xp: Namespace, x: Array, *, axis: Shape | None = None, correction: float = 1, keepdims: bool = False) -> Array:
    """In two passes: squares of what is left once the mean is gone."""
    from_mean = centred(xp, x, axis)
    squares = xp.sum(xp.real(xp.multiply(from_mean, xp.conj(from_mean))), axis=axis, keepdims=keepdims)
    return divided(xp, squares, max(0, reduced_count(x.shape, axis) - correction))


@var.vjp("x")
def var_vjp(xp: Namespace, g: Array, x: Array, axis: Shape | None, correction: float, keepdims: bool) -> Array:
    return spread_from(xp, g, x, axis, correction, keepdims)


def spread_from(xp: Namespace, g: Array, x: Array, axis: Shape | None, correction: float, keepdims: bool) -> Array:
    """The cotangent of x from that of its variance."""
    twice = xp.multiply(centred(xp, x, axis), restored(xp, g, x.shape, axis, keepdims) * 2)
    return divided(xp, twice, reduced_count(x.shape, axis) - correction)


@var.jvp
def var_jvp(xp: Namespace, t: Array, x: Array, axis: Shape | None, correction: float, keepdims: bool) -> Array:
    return spread_to(xp, t, x, axis, correction, keepdims)


def spread_to(xp: Namespace, t: Array, x: Array, axis: Shape | None, correction: float, keepdims: bool) -> Array:
    """The tangent of the variance from that of x."""
    moved = xp.real(xp.multiply(xp.conj(centred(xp, x, axis)), t)) * 2
    return divided(xp, xp.sum(moved, axis=axis, keepdims=keepdims), reduced_count(x.shape, axis) - correction)


@general
def std(xp: Namespace, x: Array, *, axis: Shape | None = None, correction: float = 1, keepdims: bool = False) -> Array:
    return xp.sqrt(var.forward(xp, x, axis=axis, correction=correction, keepdims=keepdims))


@std.vjp("x")
def std_vjp(
    xp: Namespace, g: Array, x: Array, out: Array, axis: Shape | None, correction: float, keepdims: bool
) -> Array:
    return spread_from(xp, over_twice(xp, g, out), x, axis, correction, keepdims)


@std.jvp
def std_jvp(
    xp: Namespace, t: Array, x: Array, out: Array, axis: Shape | None, correction: float, keepdims: bool
) -> Array:
    return over_twice(xp, spread_to(xp, t, x, axis, correction, keepdims), out)


def over_twice(xp: Namespace, g: Array, root: Array) -> Array:
    """The derivative of a root, g / (2 root), and 0 where the root is 0."""
    zero = xp.equal(root, xp.zeros_like(root))
    return xp.where(zero, xp.zeros_like(g), g / (xp.where(zero, xp.ones_like(root), root) * 2))
