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


def spread(g: Array, shape: Shape, reduction: str, times: int = 1) -> Array:
    """The cotangent of the losses of all elements, so many times; it broadcasts to `shape`."""
    if reduction == "mean":
        return g / ((count_of(shape) or nan) / times)
    return g if times == 1 else g * times


def count_of(shape: Shape) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def moved(xp: Namespace, terms: list[Array], reduction: str) -> Array:
    """The tangent of a loss from those of the losses of all elements."""
    return reduced(xp, terms[0] if len(terms) == 1 else xp.add(terms[0], terms[1]), reduction)
