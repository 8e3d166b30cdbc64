"""Floor 2: what all reductions share. `axis` is a tuple of axes counted from the front, or None for all of them."""

from __future__ import annotations

from math import prod as product

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape, reduced_shape


def restored(xp: Namespace, reduced: Array, shape: Shape, axis: Shape | None, keepdims: bool) -> Array:
    """What a reduction over `axis` left of an array of `shape`, fit to broadcast against that array."""
    if keepdims or not axis or max(axis) < len(axis):  # the first axes come back by themselves
        return reduced
    return xp.reshape(reduced, reduced_shape(shape, axis, True))


def reduced_count(shape: Shape, axis: Shape | None) -> int:
    """How many elements one element of the result comes from."""
    return product(shape) if axis is None else product([shape[d] for d in axis])


def divided(xp: Namespace, x: Array, count: float) -> Array:
    """`x / count`; over nothing 0 becomes nan and all else infinite."""
    return x / count if count else xp.divide(x, xp.zeros_like(x))
