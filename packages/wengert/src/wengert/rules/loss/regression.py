"""Floor 2: losses of a difference. The reduction belongs to the operation, so that a loss is one node."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general, total
from wengert.rules.loss.reducing import moved, reduced, spread


@general
def mse_loss(xp: Namespace, x: Array, y: Array, *, reduction: str) -> Array:
    return reduced(xp, xp.square(xp.subtract(x, y)), reduction)


@mse_loss.vjp("x")
def mse_loss_vjp_x(xp: Namespace, g: Array, x: Array, y: Array, reduction: str) -> Array:
    return xp.multiply(xp.subtract(x, y), spread(g, x.shape, reduction, 2))


@general
def mse_loss_pullback(xp: Namespace, cotangent: Array, x: Array, y: Array, *, reduction: str) -> Array:
    """The way back of `mse_loss` to x."""
    return mse_loss_vjp_x(xp, cotangent, x, y, reduction)


@mse_loss_pullback.vjp("cotangent")
def mse_loss_pullback_vjp_cotangent(xp: Namespace, g: Array, x: Array, y: Array, reduction: str) -> Array:
    moved = xp.multiply(g, xp.subtract(x, y))
    return spread(moved if reduction == "none" else xp.sum(moved, axis=None), x.shape, reduction, 2)


@mse_loss_pullback.vjp("x")
def mse_loss_pullback_vjp_x(xp: Namespace, g: Array, cotangent: Array, reduction: str) -> Array:
    return xp.multiply(g, spread(cotangent, g.shape, reduction, 2))


@mse_loss_pullback.vjp("y")
def mse_loss_pullback_vjp_y(xp: Namespace, g: Array, cotangent: Array, reduction: str) -> Array:
    return -mse_loss_pullback_vjp_x(xp, g, cotangent, reduction)


@mse_loss_pullback.jvp
def mse_loss_pullback_jvp(
    xp: Namespace,
    t_cotangent: Array | None,
    t_x: Array | None,
    t_y: Array | None,
    cotangent: Array,
    x: Array,
    y: Array,
    reduction: str,
) -> Array:
    terms = [] if t_cotangent is None else [mse_loss_vjp_x(xp, t_cotangent, x, y, reduction)]
    share = spread(cotangent, x.shape, reduction, 2)
    terms += ([] if t_x is None else [xp.multiply(t_x, share)]) + ([] if t_y is None else [-xp.multiply(t_y, share)])
    return total(xp, terms)


mse_loss.backs["x"] = mse_loss_pullback


@mse_loss.vjp("y")
def mse_loss_vjp_y(xp: Namespace, g: Array, x: Array, y: Array, reduction: str) -> Array:
    return xp.multiply(xp.subtract(y, x), spread(g, x.shape, reduction, 2))


@mse_loss.jvp
def mse_loss_jvp(xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array, reduction: str) -> Array:
    return moved(xp, _both(t_x, t_y, xp.subtract(x, y) * 2), reduction)


def _both(t_x: Array | None, t_y: Array | None, slope: Array) -> list[Array]:
    """The tangents of a loss of x - y with this slope."""
    return ([] if t_x is None else [t_x * slope]) + ([] if t_y is None else [-(t_y * slope)])


@general
def smooth_l1_loss(xp: Namespace, x: Array, y: Array, *, beta: float, reduction: str) -> Array:
    difference = xp.subtract(x, y)
    size = xp.abs(difference)
    return reduced(
        xp, xp.where(_below(xp, size, beta), xp.square(difference) * (0.5 / beta), size - 0.5 * beta), reduction
    )


@smooth_l1_loss.vjp("x")
def smooth_l1_loss_vjp_x(xp: Namespace, g: Array, x: Array, y: Array, beta: float, reduction: str) -> Array:
    return xp.multiply(_smooth_slope(xp, x, y, beta), spread(g, x.shape, reduction))


@smooth_l1_loss.vjp("y")
def smooth_l1_loss_vjp_y(xp: Namespace, g: Array, x: Array, y: Array, beta: float, reduction: str) -> Array:
    return xp.multiply(_smooth_slope(xp, y, x, beta), spread(g, x.shape, reduction))


@smooth_l1_loss.jvp
def smooth_l1_loss_jvp(
    xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array, beta: float, reduction: str
) -> Array:
    return moved(xp, _both(t_x, t_y, _smooth_slope(xp, x, y, beta)), reduction)


def _smooth_slope(xp: Namespace, x: Array, y: Array, beta: float) -> Array:
    difference = xp.subtract(x, y)
    return xp.where(_below(xp, xp.abs(difference), beta), difference / beta, xp.sign(difference))


def _below(xp: Namespace, x: Array, bound: float) -> Array:
    return xp.less(x, xp.full_like(x, bound))


@general
def huber_loss(xp: Namespace, x: Array, y: Array, *, delta: float, reduction: str) -> Array:
    difference = xp.subtract(x, y)
    size = xp.abs(difference)
    outside = xp.where(_below(xp, size, delta), xp.square(difference) * 0.5, (size - 0.5 * delta) * delta)
    return reduced(xp, outside, reduction)


@huber_loss.vjp("x")
def huber_loss_vjp_x(xp: Namespace, g: Array, x: Array, y: Array, delta: float, reduction: str) -> Array:
    return xp.multiply(_huber_slope(xp, x, y, delta), spread(g, x.shape, reduction))


@huber_loss.vjp("y")
def huber_loss_vjp_y(xp: Namespace, g: Array, x: Array, y: Array, delta: float, reduction: str) -> Array:
    return xp.multiply(_huber_slope(xp, y, x, delta), spread(g, x.shape, reduction))


@huber_loss.jvp
def huber_loss_jvp(
    xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array, delta: float, reduction: str
) -> Array:
    return moved(xp, _both(t_x, t_y, _huber_slope(xp, x, y, delta)), reduction)


def _huber_slope(xp: Namespace, x: Array, y: Array, delta: float) -> Array:
    difference = xp.subtract(x, y)
    return xp.where(_below(xp, xp.abs(difference), delta), difference, xp.sign(difference) * delta)
