"""Floor 2: selecting elements and writing them back by keys.

A `pattern` is a key in which `ARRAY` stands where an index array goes; the arrays are inputs that carry no gradient,
four at most. Indices arrive checked and not negative.
"""

from __future__ import annotations

from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import linear, sum_to
from wengert.rule.placed import Placed

#: The place of an index array in a pattern.
ARRAY = "array"
Pattern = tuple[Any, ...]
Index = Array | None


def filled(pattern: Pattern, *arrays: Index) -> tuple[Any, ...]:
    """The key that `pattern` means for these arrays."""
    following = iter(arrays)
    return tuple([next(following) if entry is ARRAY else entry for entry in pattern])


@linear
def getitem(xp: Namespace, x: Array, *, key: Pattern) -> Array:
    return xp.getitem(x, key)


@getitem.transpose
def getitem_transpose(xp: Namespace, g: Array, x_shape: Shape, key: Pattern) -> Any:
    return Placed(key, g, x_shape)


@linear
def index(
    xp: Namespace,
    x: Array,
    first: Array,
    second: Index = None,
    third: Index = None,
    fourth: Index = None,
    *,
    pattern: Pattern = (ARRAY,),
) -> Array:
    return xp.getitem(x, filled(pattern, first, second, third, fourth))


index.without_gradient("first", "second", "third", "fourth")


@index.transpose
def index_transpose(
    xp: Namespace, g: Array, x_shape: Shape, first: Array, second: Index, third: Index, fourth: Index, pattern: Pattern
) -> Any:
    return Placed(filled(pattern, first, second, third, fourth), g, x_shape)


@linear
def put(
    xp: Namespace, x: Array, value: Array, first: Index = None, second: Index = None, third: Index = None,
    fourth: Index = None, *, pattern: Pattern = (ARRAY,),
) -> Array:  # fmt: skip
    """x with `value` in place of what was at the key; where a position is named twice, one of the two stays."""
    return xp.setitem(xp.copy(x), filled(pattern, first, second, third, fourth), value)


put.without_gradient("first", "second", "third", "fourth")


@put.vjp("x")
def put_vjp_x(
    xp: Namespace, g: Array, first: Index, second: Index, third: Index, fourth: Index, pattern: Pattern
) -> Array:
    return xp.setitem(xp.copy(g), filled(pattern, first, second, third, fourth), 0)


@put.vjp("value")
def put_vjp_value(
    xp: Namespace,
    g: Array,
    value_shape: Shape,
    first: Index,
    second: Index,
    third: Index,
    fourth: Index,
    pattern: Pattern,
) -> Array:
    return sum_to(xp, xp.getitem(g, filled(pattern, first, second, third, fourth)), value_shape)


@linear
def accumulate(
    xp: Namespace, x: Array, value: Array, first: Index = None, second: Index = None, third: Index = None,
    fourth: Index = None, *, pattern: Pattern = (ARRAY,),
) -> Array:  # fmt: skip
    """x with `value` added at the key, once for each time that a position is named."""
    return xp.scatter_add(x, filled(pattern, first, second, third, fourth), value)


accumulate.without_gradient("first", "second", "third", "fourth")


@accumulate.vjp("x")
def accumulate_vjp_x(xp: Namespace, g: Array) -> Array:
    return g


accumulate.vjp("value")(put_vjp_value)


getitem.fresh = index.fresh = accumulate.fresh = False
getitem.places = index.places = True
