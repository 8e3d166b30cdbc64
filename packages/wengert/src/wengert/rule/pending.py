"""Floor 1: a cotangent that is not worked out yet: an elementwise formula and the arrays that it takes.

The array between two elementwise rules is written once and read once, and for a long one that is most of the work. A
backend that runs formulas in blocks works both out in one: the node that comes next continues the formula, and the sum
of two of them is a formula too. Everything else asks for its `value`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, ClassVar, NamedTuple

_Part = tuple[Any, tuple[int, ...]]  # a formula, and where the arrays are that it takes
_number = count(1).__next__
_MOST = 8  # arrays that one formula takes
_LONGEST = 48  # steps of a formula
_CHEAP = 4  # steps that take less time than to write an array and read it


class Pending:
    """What `formula(xp, *arrays)` on `space` will be, in as many `steps`; `spare` says that the first array may be
    written over for it.

    Nothing may write the arrays before its value is known.
    """

    __slots__ = ("arrays", "formula", "shape", "size", "space", "spare", "steps")
    latest: ClassVar[int] = 0  # the number of the one made last: whoever has seen it need not look for others

    def __init__(self, space: Any, formula: Any, arrays: tuple[Any, ...], spare: bool, steps: int) -> None:
        self.space, self.formula, self.arrays, self.spare, self.steps = space, formula, arrays, spare, steps
        self.shape, self.size = arrays[0].shape, arrays[0].size
        Pending.latest = _number()

    def value(self) -> Any:
        """The array."""
        return self.space.xp.fused(self.formula, self.arrays, {}, spare=self.spare)

    def for_two(self) -> Any:
        """This, or its value where it takes long, for two who both need it."""
        if self.steps > _CHEAP:
            return self.value()
        self.spare = False
        return self

    def followed_by(self, formula: Any, arrays: Sequence[Any], steps: int) -> Pending:
        """What `formula` makes of this and the other `arrays`."""
        found, places = _joined(self.arrays, arrays)
        steps += self.steps
        if len(found) > _MOST or steps > _LONGEST:
            return Pending(self.space, formula, (self.value(), *arrays), True, steps - self.steps)
        made = _Made(formula, (self.part(), *[(_itself, (place,)) for place in places]))
        return Pending(self.space, made, found, self.spare, steps)

    def plus(self, other: Pending) -> Any:
        """The sum of two, worked out where it takes too much."""
        found, places = _joined(self.arrays, other.arrays)
        steps = self.steps + other.steps + 1
        if len(found) > _MOST or steps > _LONGEST:
            return other.added_to(self.value(), spare=True)
        return Pending(self.space, _Made(_sum, (self.part(), (other.formula, places))), found, self.spare, steps)

    def added_to(self, sofar: Any, *, spare: bool) -> Any:
        """The sum of this and an array, which with `spare` may be written over."""
        made = _Made(_sum, ((_itself, (0,)), self.part(1)))
        return self.space.xp.fused(made, (sofar, *self.arrays), {}, spare=spare)

    def part(self, start: int = 0) -> _Part:
        """The formula where the first of its arrays is at `start`."""
        return self.formula, tuple(range(start, start + len(self.arrays)))


def values(pendings: Sequence[Pending]) -> list[Any]:
    """The arrays of several, where those that take the same arrays are worked out together."""
    found: list[Any] = [None] * len(pendings)
    groups: list[_Group] = []
    for at, pending in enumerate(pendings):
        for group in groups:
            if group.takes(pending, at):
                break
        else:
            groups.append(_Group(pending, at))
    for group in groups:
        for at, value in zip(group.members, group.values(), strict=True):
            found[at] = value
    return found


class _Group:
    """Formulas of one shape that share arrays; `members` says which they are."""

    def __init__(self, first: Pending, at: int) -> None:
        self.first, self.arrays, self.steps, self.members = first, first.arrays, first.steps, [at]
        self.parts = [first.part()]

    def takes(self, other: Pending, at: int) -> bool:
        """Whether another one belongs here; then it is here."""
        first, steps = self.first, self.steps + other.steps
        if other.space is not first.space or other.shape != first.shape or steps > _LONGEST:
            return False
        arrays, places = _joined(self.arrays, other.arrays)
        if len(arrays) > _MOST or min(places) >= len(self.arrays):
            return False
        self.arrays, self.steps = arrays, steps
        self.parts.append((other.formula, places))
        self.members.append(at)
        return True

    def values(self) -> Sequence[Any]:
        if len(self.members) == 1:
            return [self.first.value()]
        return self.first.space.xp.fused(_Made(_all, tuple(self.parts)), self.arrays, {}, spare=self.first.spare)


def _joined(arrays: tuple[Any, ...], others: Sequence[Any]) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """All arrays, each once, and where among them the `others` are."""
    found, places = list(arrays), list[int]()
    for other in others:
        at = next((at for at, array in enumerate(found) if array is other), len(found))
        if at == len(found):
            found.append(other)
        places.append(at)
    return tuple(found), tuple(places)


class _Made(NamedTuple):
    """The formula `outer` of what its parts make of the arrays, each of those at its places."""

    outer: Any
    parts: tuple[_Part, ...]

    def __call__(self, xp: Any, *arrays: Any) -> Any:
        return self.outer(xp, *[formula(xp, *[arrays[at] for at in places]) for formula, places in self.parts])


def _itself(xp: Any, x: Any) -> Any:
    return x


def _sum(xp: Any, x: Any, y: Any) -> Any:
    return xp.add(x, y)


def _all(xp: Any, *results: Any) -> tuple[Any, ...]:
    return results


def whole(g: Any) -> Any:
    """`g`, worked out if it was not."""
    return g.value() if g.__class__ is Pending else g
