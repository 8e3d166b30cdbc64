"""Floor 1: a cotangent that is not worked out yet: an elementwise formula and the arrays that it takes.

The array between two elementwise rules is written once and read once, and for a long one that is most of the work. A
backend that runs formulas in blocks works both out in one: the node that comes next continues the formula, and a sum
that the engine owns takes it in. Everything else asks for its `value`.
"""

from __future__ import annotations

from itertools import count
from typing import Any, ClassVar, NamedTuple

_number = count(1).__next__
_MOST = 8  # arrays that one formula takes


class Pending:
    """What `formula(xp, *arrays)` will be; `spare` says that the first array may be written over for it.

    It goes to one node only, and nothing may write the arrays before its value is known.
    """

    __slots__ = ("arrays", "formula", "shape", "size", "spare", "xp")
    latest: ClassVar[int] = 0  # the number of the one made last: whoever has seen it need not look for others

    def __init__(self, xp: Any, formula: Any, arrays: tuple[Any, ...], spare: bool) -> None:
        first = arrays[0]
        if first.__class__ is Pending:
            if len(first.arrays) + len(arrays) <= _MOST:
                formula = _Chain(formula, first.formula, len(first.arrays))
                arrays, spare = (*first.arrays, *arrays[1:]), first.spare
            else:
                arrays = (first.value(), *arrays[1:])
        self.xp, self.formula, self.arrays, self.spare = xp, formula, arrays, spare
        self.shape, self.size = first.shape, first.size
        Pending.latest = _number()

    def value(self) -> Any:
        """The array."""
        return self.xp.fused(self.formula, self.arrays, {}, spare=self.spare)

    def added_to(self, sofar: Any) -> Any:
        """This added into `sofar`, an array that may be written over."""
        return self.xp.fused(_Sum(self.formula), (sofar, *self.arrays), {}, spare=True)


class _Chain(NamedTuple):
    """The formula `outer` of what `inner` makes of as many arrays as are its `inputs`."""

    outer: Any
    inner: Any
    inputs: int

    def __call__(self, xp: Any, *arrays: Any) -> Any:
        return self.outer(xp, self.inner(xp, *arrays[: self.inputs]), *arrays[self.inputs :])


class _Sum(NamedTuple):
    """The formula that adds another one's result to an array."""

    formula: Any

    def __call__(self, xp: Any, sofar: Any, *arrays: Any) -> Any:
        return xp.add(sofar, self.formula(xp, *arrays))


def whole(g: Any) -> Any:
    """`g`, worked out if it was not."""
    return g.value() if g.__class__ is Pending else g
