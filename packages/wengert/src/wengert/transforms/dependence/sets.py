"""Floor 6: sets of whole numbers, each known by a number of its own, so that arrays can hold them."""

from __future__ import annotations

from collections.abc import Iterable


class IndexSets:
    """Sets that were met so far. Equal sets have the same number; 0 is the empty one.

    >>> sets = IndexSets()
    >>> one, two = sets.number(frozenset({1})), sets.number(frozenset({2}))
    >>> sorted(sets.members[sets.joined(one, two)])
    [1, 2]
    """

    __slots__ = ("_joins", "_numbers", "members")

    def __init__(self) -> None:
        self.members: list[frozenset[int]] = [frozenset()]
        self._numbers: dict[frozenset[int], int] = {frozenset(): 0}
        self._joins: dict[tuple[int, int], int] = {}

    def number(self, members: frozenset[int]) -> int:
        """The number of a set."""
        found = self._numbers.setdefault(members, len(self.members))
        if found == len(self.members):
            self.members.append(members)
        return found

    def joined(self, one: int, other: int) -> int:
        """The number of the union of two sets, given by their numbers."""
        if one == other or not other:
            return one
        if not one:
            return other
        pair = (one, other) if one < other else (other, one)
        found = self._joins.get(pair)
        if found is None:
            found = self._joins[pair] = self.number(self.members[one] | self.members[other])
        return found

    def all_of(self, numbers: Iterable[int]) -> int:
        """The number of the union of all these sets."""
        different = set(numbers)
        if len(different) == 1:
            return different.pop()
        return self.number(frozenset[int]().union(*[self.members[number] for number in different]))
