"""Floor 1: a cotangent that is not worked out yet: an elementwise formula and the arrays that it takes.

The array between two elementwise rules is written once and read once, and for a long one that is most of the work. A
backend that runs formulas in blocks works both out in one: the node that comes next continues the formula, and the sum
of two of them is a formula too. Everything else asks for its `value`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, ClassVar, NamedTuple

_number = count(1).__next__
_MOST = 8  # arrays that one formula takes


class Pending:
    """What `formula(xp, *arrays)` will be; `spare` says that the first array may be written over for it.

    Nothing may write the arrays before its value is known. `is_cheap` says that working it out again takes less than
    writing its value and reading it.
    """

    __slots__ = ("arrays", "formula", "is_cheap", "shape", "size", "spare", "xp")
    latest: ClassVar[int] = 0  # the number of the one made last: whoever has seen it need not look for others

    def __init__(self, xp: Any, formula: Any, arrays: tuple[Any, ...], spare: bool, is_cheap: bool = False) -> None:
        self.xp, self.formula, self.arrays, self.spare, self.is_cheap = xp, formula, arrays, spare, is_cheap
        self.shape, self.size = arrays[0].shape, arrays[0].size
        Pending.latest = _number()

    def value(self) -> Any:
        """The array."""
        return self.xp.fused(self.formula, self.arrays, {}, spare=self.spare)

    def for_two(self) -> Any:
        """This, or its value, for two who both need it."""
        if not self.is_cheap:
            return self.value()
        self.spare = False
        return self

    def followed_by(self, formula: Any, arrays: Sequence[Any]) -> Pending:
        """What `formula` makes of this and the other `arrays`."""
        found, places = _joined(self.arrays, arrays)
        if len(found) > _MOST:
            return Pending(self.xp, formula, (self.value(), *arrays), True)
        return Pending(self.xp, _Chain(formula, self.formula, len(self.arrays), places), found, self.spare)

    def plus(self, other: Pending) -> Any:
        """The sum of two, worked out where they take too many arrays."""
        found, places = _joined(self.arrays, other.arrays)
        if len(found) > _MOST:
            return other.added_to(self.value(), spare=True)
        return Pending(self.xp, _Both(self.formula, len(self.arrays), other.formula, places), found, self.spare)

    def added_to(self, sofar: Any, *, spare: bool) -> Any:
        """The sum of this and an array, which with `spare` may be written over."""
        return self.xp.fused(_Sum(self.formula), (sofar, *self.arrays), {}, spare=spare)


def _joined(arrays: tuple[Any, ...], others: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """All arrays, each once, and where among them the `others` are."""
    found, places = list(arrays), list[int]()
    for other in others:
        at = next((at for at, array in enumerate(found) if array is other), len(found))
        if at == len(found):
            found.append(other)
        places.append(at)
    return tuple(found), tuple(places)


class _Chain(NamedTuple):
    """The formula `outer` of what `inner` makes of the first arrays, as many as are its `inputs`, and of those at
    `places`."""

    outer: Any
    inner: Any
    inputs: int
    places: tuple[int, ...]

    def __call__(self, xp: Any, *arrays: Any) -> Any:
        return self.outer(xp, self.inner(xp, *arrays[: self.inputs]), *[arrays[at] for at in self.places])


class _Both(NamedTuple):
    """The sum of what `one` makes of the first arrays, as many as are its `inputs`, and `other` of those at `places`."""

    one: Any
    inputs: int
    other: Any
    places: tuple[int, ...]

    def __call__(self, xp: Any, *arrays: Any) -> Any:
        return xp.add(self.one(xp, *arrays[: self.inputs]), self.other(xp, *[arrays[at] for at in self.places]))


class _Sum(NamedTuple):
    """The formula that adds another one's result to an array."""

    formula: Any

    def __call__(self, xp: Any, sofar: Any, *arrays: Any) -> Any:
        return xp.add(sofar, self.formula(xp, *arrays))


def whole(g: Any) -> Any:
    """`g`, worked out if it was not."""
    return g.value() if g.__class__ is Pending else g
