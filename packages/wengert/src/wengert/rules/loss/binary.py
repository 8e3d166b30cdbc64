"""Floor 2: cross-entropy of two classes, from probabilities and from their logits."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general
from wengert.rules.loss.reducing import moved, reduced, spread


@general
def binary_cross_entropy(
    xp: Namespace, x: Array, y: Array, weight: Array | None = None, *, reduction: str = "mean"
) -> Array:
    losses = -(y * _clamped_log(xp, x) + (1 - y) * _clamped_log(xp, 1 - x))
    return reduced(xp, _weighted(xp, losses, weight), reduction)


@binary_cross_entropy.vjp("x")
def binary_cross_entropy_vjp_x(
    xp: Namespace, g: Array, x: Array, y: Array, weight: Array | None, reduction: str
) -> Array:
    return _weighted(xp, _probability_slope(xp, x, y), weight) * spread(g, x.shape, reduction)


@binary_cross_entropy.vjp("y")
def binary_cross_entropy_vjp_y(xp: Namespace, g: Array, x: Array, weight: Array | None, reduction: str) -> Array:
    slope = _clamped_log(xp, 1 - x) - _clamped_log(xp, x)
    return _weighted(xp, slope, weight) * spread(g, x.shape, reduction)


@binary_cross_entropy.jvp
def binary_cross_entropy_jvp(
    xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array, weight: Array | None, reduction: str
) -> Array:
    terms = [] if t_x is None else [_weighted(xp, t_x * _probability_slope(xp, x, y), weight)]
    if t_y is not None:
        terms.append(_weighted(xp, t_y * (_clamped_log(xp, 1 - x) - _clamped_log(xp, x)), weight))
    return moved(xp, terms, reduction)


binary_cross_entropy.without_gradient("weight")


def _weighted(xp: Namespace, losses: Array, weight: Array | None) -> Array:
    return losses if weight is None else xp.multiply(losses, weight)


def _clamped_log(xp: Namespace, x: Array) -> Array:
    """log(x), nowhere less than -100, so that a certain wrong guess costs a finite amount."""
    return xp.maximum(xp.log(x), xp.full_like(x, -100.0))


def _probability_slope(xp: Namespace, x: Array, y: Array) -> Array:
    return (x - y) / xp.maximum((1 - x) * x, xp.full_like(x, 1e-12))


@general
def binary_cross_entropy_with_logits(
    xp: Namespace,
    x: Array,
    y: Array,
    weight: Array | None = None,
    pos_weight: Array | None = None,
    *,
    reduction: str = "mean",
) -> Array:
    hinge = _softplus(xp, -x)  # -log of the probability of a one
    losses = (1 - y) * x + (hinge if pos_weight is None else hinge * _ones_weight(y, pos_weight))
    return reduced(xp, _weighted(xp, losses, weight), reduction)


@binary_cross_entropy_with_logits.vjp("x")
def binary_cross_entropy_with_logits_vjp_x(
    xp: Namespace, g: Array, x: Array, y: Array, weight: Array | None, pos_weight: Array | None, reduction: str
) -> Array:
    return _weighted(xp, _logit_slope(xp, x, y, pos_weight), weight) * spread(g, x.shape, reduction)


@binary_cross_entropy_with_logits.vjp("y")
def binary_cross_entropy_with_logits_vjp_y(
    xp: Namespace, g: Array, x: Array, weight: Array | None, pos_weight: Array | None, reduction: str
) -> Array:
    return _weighted(xp, _answer_slope(xp, x, pos_weight), weight) * spread(g, x.shape, reduction)


@binary_cross_entropy_with_logits.jvp
def binary_cross_entropy_with_logits_jvp(
    xp: Namespace,
    t_x: Array | None,
    t_y: Array | None,
    x: Array,
    y: Array,
    weight: Array | None,
    pos_weight: Array | None,
    reduction: str,
) -> Array:
    terms = [] if t_x is None else [_weighted(xp, t_x * _logit_slope(xp, x, y, pos_weight), weight)]
    if t_y is not None:
        terms.append(_weighted(xp, t_y * _answer_slope(xp, x, pos_weight), weight))
    return moved(xp, terms, reduction)


binary_cross_entropy_with_logits.without_gradient("weight", "pos_weight")


def _softplus(xp: Namespace, x: Array) -> Array:
    return xp.log1p(xp.exp(-xp.abs(x))) + xp.maximum(x, xp.zeros_like(x))


def _ones_weight(y: Array, pos_weight: Array) -> Array:
    return (pos_weight - 1) * y + 1


def _logit_slope(xp: Namespace, x: Array, y: Array, pos_weight: Array | None) -> Array:
    if pos_weight is None:
        return xp.expit(x) - y
    ones = pos_weight * y
    return (ones + 1 - y) * xp.expit(x) - ones


def _answer_slope(xp: Namespace, x: Array, pos_weight: Array | None) -> Array:
    return -x if pos_weight is None else _softplus(xp, -x) * (pos_weight - 1) - x
