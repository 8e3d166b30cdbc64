"""Floor 2: tests of elements, with a boolean result."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import Predicate, predicate


@predicate
def is_true(xp: Namespace, x: Array) -> Array:
    return xp.not_equal(x, xp.zeros_like(x))


@Predicate
def any(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return xp.any(x, axis=axis, keepdims=keepdims)


@Predicate
def all(xp: Namespace, x: Array, *, axis: Shape | None = None, keepdims: bool = False) -> Array:
    return xp.all(x, axis=axis, keepdims=keepdims)
