"""Floor 2: what a loss makes of the losses of all elements: "mean", "sum" or "none"."""

from __future__ import annotations

from math import nan

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape


def reduced(xp: Namespace, losses: Array, reduction: str) -> Array:
    """What `reduction` makes of the losses of all elements."""
    if reduction == "none":
        return losses
    total = xp.sum(losses, axis=None)
    return total if reduction == "sum" else total / (count_of(losses.shape) or nan)  # the mean of nothing is nan


def spread(g: Array, shape: Shape, reduction: str) -> Array:
    """The cotangent of the losses of all elements; it broadcasts to `shape`."""
    return g / (count_of(shape) or nan) if reduction == "mean" else g


def spread_twice(g: Array, shape: Shape, reduction: str) -> Array:
    """Two times `spread`, for a loss that is a square."""
    return g * (2 / (count_of(shape) or nan)) if reduction == "mean" else g * 2


def count_of(shape: Shape) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def moved(xp: Namespace, terms: list[Array], reduction: str) -> Array:
    """The tangent of a loss from those of the losses of all elements."""
    return reduced(xp, terms[0] if len(terms) == 1 else xp.add(terms[0], terms[1]), reduction)
