"""Floor 2: standardizing over axes: layer, group and batch normalization."""

from __future__ import annotations

from functools import partial

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import general, sum_to
from wengert.rule.primitive import Primitive

# --- x seen in the shape `view`, less its mean and over its deviation along `axis`, times weight, plus bias


@partial(Primitive, outputs=("values", "mean", "rstd"))
def standardized(
    xp: Namespace,
    x: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    view: Shape = (),
    affine: Shape = (),
    axis: Shape = (),
    eps: float = 0.0,
) -> tuple[Array, Array, Array]:
    """`affine` is the shape of weight and bias in that view."""
    values, mean, rstd = xp.standardize(_in_shape(xp, x, view), axis=axis, eps=eps)
    if weight is not None:
        values = xp.multiply(values, _in_shape(xp, weight, affine))
    if bias is not None:
        values = xp.add_into(values, _in_shape(xp, bias, affine))
    return _in_shape(xp, values, x.shape), mean, rstd


@standardized.vjp("x")
def standardized_vjp_x(
    xp: Namespace,
    g_values: Array | None,
    g_mean: Array | None,
    g_rstd: Array | None,
    x: Array,
    weight: Array | None,
    mean: Array,
    rstd: Array,
    view: Shape,
    affine: Shape,
    axis: Shape,
) -> Array:
    seen, terms = _in_shape(xp, x, view), list[Array]()
    if g_values is not None:
        g = _in_shape(xp, g_values, view)
        g = g if weight is None else xp.multiply(g, _in_shape(xp, weight, affine))
        terms.append(xp.standardize_pullback(g, seen, mean, rstd, axis=axis))
    if g_mean is not None:
        terms.append(xp.broadcast_to(g_mean / _count(view, axis), view))
    if g_rstd is not None:
        terms.append((mean - seen) * (g_rstd * rstd * rstd * rstd / _count(view, axis)))
    total = terms[0]
    for term in terms[1:]:
        total = xp.add(total, term)
    return _in_shape(xp, total, x.shape)


@standardized.vjp("weight")
def standardized_vjp_weight(
    xp: Namespace,
    g_values: Array | None,
    g_mean: Array | None,
    g_rstd: Array | None,
    x: Array,
    weight_shape: Shape,
    mean: Array,
    rstd: Array,
    view: Shape,
    affine: Shape,
) -> Array | None:
    if g_values is None:
        return None
    g = _in_shape(xp, g_values, view) * ((_in_shape(xp, x, view) - mean) * rstd)
    return _in_shape(xp, sum_to(xp, g, affine), weight_shape)


@standardized.vjp("bias")
def standardized_vjp_bias(
    xp: Namespace,
    g_values: Array | None,
    g_mean: Array | None,
    g_rstd: Array | None,
    bias_shape: Shape,
    view: Shape,
    affine: Shape,
) -> Array | None:
    return None if g_values is None else _in_shape(xp, sum_to(xp, _in_shape(xp, g_values, view), affine), bias_shape)


@standardized.jvp
def standardized_jvp(
    xp: Namespace,
    t_x: Array | None,
    t_weight: Array | None,
    t_bias: Array | None,
    x: Array,
    weight: Array | None,
    mean: Array,
    rstd: Array,
    view: Shape,
    affine: Shape,
    axis: Shape,
) -> tuple[Array, Array, Array]:
    seen = _in_shape(xp, x, view)
    values, t_mean, t_rstd = xp.zeros_like(seen), xp.zeros_like(mean), xp.zeros_like(rstd)
    if t_x is not None:
        t, count = _in_shape(xp, t_x, view), _count(view, axis)
        t_mean = xp.sum(t, axis=axis, keepdims=True) / count
        t_rstd = xp.sum(t * (mean - seen), axis=axis, keepdims=True) * (rstd * rstd * rstd / count)
        values = xp.standardize_pullback(t, seen, mean, rstd, axis=axis)
        values = values if weight is None else values * _in_shape(xp, weight, affine)
    if t_weight is not None:
        values = values + (seen - mean) * rstd * _in_shape(xp, t_weight, affine)
    if t_bias is not None:
        values = values + _in_shape(xp, t_bias, affine)
    return _in_shape(xp, values, x.shape), t_mean, t_rstd


standardized.fresh = False


@general
def restandardized(
    xp: Namespace,
    x: Array,
    mean: Array,
    rstd: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    *,
    affine: Shape = (),
) -> Array:
    """x less a mean and times a reciprocal deviation that are given, in the shape `affine` as weight and bias are."""
    values = xp.multiply(xp.subtract(x, _in_shape(xp, mean, affine)), _in_shape(xp, rstd, affine))
    values = values if weight is None else xp.multiply(values, _in_shape(xp, weight, affine))
    return values if bias is None else xp.add(values, _in_shape(xp, bias, affine))


@restandardized.vjp("x")
def restandardized_vjp_x(xp: Namespace, g: Array, rstd: Array, weight: Array | None, affine: Shape) -> Array:
    g = g * _in_shape(xp, rstd, affine)
    return g if weight is None else g * _in_shape(xp, weight, affine)


@restandardized.vjp("weight")
def restandardized_vjp_weight(
    xp: Namespace, g: Array, x: Array, mean: Array, rstd: Array, weight_shape: Shape, affine: Shape
) -> Array:
    g = g * (x - _in_shape(xp, mean, affine)) * _in_shape(xp, rstd, affine)
    return _in_shape(xp, sum_to(xp, g, affine), weight_shape)


@restandardized.vjp("bias")
def restandardized_vjp_bias(xp: Namespace, g: Array, bias_shape: Shape, affine: Shape) -> Array:
    return _in_shape(xp, sum_to(xp, g, affine), bias_shape)


@restandardized.jvp
def restandardized_jvp(
    xp: Namespace,
    t_x: Array | None,
    t_weight: Array | None,
    t_bias: Array | None,
    x: Array,
    mean: Array,
    rstd: Array,
    weight: Array | None,
    affine: Shape,
) -> Array:
    values = xp.zeros_like(x)
    if t_x is not None:
        values = restandardized_vjp_x(xp, t_x, rstd, weight, affine)  # the Jacobian is diagonal
    if t_weight is not None:
        seen = (x - _in_shape(xp, mean, affine)) * _in_shape(xp, rstd, affine)
        values = values + seen * _in_shape(xp, t_weight, affine)
    return values if t_bias is None else values + _in_shape(xp, t_bias, affine)


restandardized.without_gradient("mean", "rstd")


@general
def standardize_pullback(xp: Namespace, y: Array, x: Array, mean: Array, rstd: Array, *, axis: Shape) -> Array:
    return xp.standardize_pullback(y, x, mean, rstd, axis=axis)


@standardize_pullback.vjp("y")
def standardize_pullback_vjp_y(xp: Namespace, g: Array, x: Array, mean: Array, rstd: Array, axis: Shape) -> Array:
    return xp.standardize_pullback(g, x, mean, rstd, axis=axis)


@standardize_pullback.vjp("x")
def standardize_pullback_vjp_x(
    xp: Namespace, g: Array, y: Array, x: Array, mean: Array, rstd: Array, axis: Shape
) -> Array:
    return _unit_slope(xp, g, y, x, mean, rstd, axis) * rstd


@standardize_pullback.vjp("mean")
def standardize_pullback_vjp_mean(
    xp: Namespace, g: Array, y: Array, x: Array, mean: Array, rstd: Array, axis: Shape
) -> Array:
    return -(xp.sum(_unit_slope(xp, g, y, x, mean, rstd, axis), axis=axis, keepdims=True) * rstd)


@standardize_pullback.vjp("rstd")
def standardize_pullback_vjp_rstd(
    xp: Namespace, g: Array, y: Array, x: Array, mean: Array, rstd: Array, out: Array, axis: Shape
) -> Array:
    through_unit = _unit_slope(xp, g, y, x, mean, rstd, axis) * (x - mean)
    return xp.sum(through_unit + g * out / rstd, axis=axis, keepdims=True)


@standardize_pullback.jvp
def standardize_pullback_jvp(
    xp: Namespace,
    t_y: Array | None,
    t_x: Array | None,
    t_mean: Array | None,
    t_rstd: Array | None,
    y: Array,
    x: Array,
    mean: Array,
    rstd: Array,
    out: Array,
    axis: Shape,
) -> Array:
    count = _count(x.shape, axis)
    unit = (x - mean) * rstd
    result = xp.zeros_like(x) if t_y is None else xp.standardize_pullback(t_y, x, mean, rstd, axis=axis)
    moved = xp.zeros_like(x)  # the tangent of unit
    if t_x is not None:
        moved = moved + t_x * rstd
    if t_mean is not None:
        moved = moved - t_mean * rstd
    if t_rstd is not None:
        moved, result = moved + (x - mean) * t_rstd, result + out / rstd * t_rstd
    tilt, turned = (xp.sum(y * u, axis=axis, keepdims=True) / count for u in (unit, moved))
    return result - rstd * (moved * tilt + unit * turned)


def _unit_slope(xp: Namespace, g: Array, y: Array, x: Array, mean: Array, rstd: Array, axis: Shape) -> Array:
    """The cotangent of unit = (x - mean) rstd in rstd (y - mean(y) - unit mean(y unit))."""
    count, unit = _count(x.shape, axis), (x - mean) * rstd
    tilt, other = (xp.sum(a * unit, axis=axis, keepdims=True) / count for a in (y, g))
    return -((g * tilt + y * other) * rstd)


def _in_shape(xp: Namespace, x: Array, shape: Shape) -> Array:
    return x if x.shape == shape else xp.reshape(x, shape)


def _count(shape: Shape, axis: Shape) -> int:
    count = 1
    for d in axis:
        count *= shape[d]
    return count
