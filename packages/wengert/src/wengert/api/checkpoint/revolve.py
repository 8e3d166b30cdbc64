"""Floor 7: the binomial schedule of Griewank and Walther: which states of a chain to keep, so that least is repeated.

A chain has `steps` steps, and at most `budget` of its states may be kept at a time, the first among them. If every step
is computed again at most r times, C(budget + r, budget) steps can be gone back over; that gives the proven minimum.

Source: A. Griewank and A. Walther, Algorithm 799: revolve, ACM Transactions on Mathematical Software 26 (2000).
"""

from __future__ import annotations

from math import comb


def reach(budget: int, repeats: int) -> int:
    """How many steps can be gone back over with `budget` states, each computed again at most `repeats` times."""
    return 0 if repeats < 0 else comb(budget + repeats, budget)


def repeats_of(steps: int, budget: int) -> int:
    """The least number of repeats whose reach is `steps`."""
    repeats = 0
    while reach(budget, repeats) < steps:
        repeats += 1
    return repeats


def recomputations(steps: int, budget: int) -> int:
    """How many steps are computed again, at the least, on the way back over a chain.

    >>> recomputations(10, 3)
    15
    """
    repeats = repeats_of(steps, budget)
    return repeats * steps - reach(budget + 1, repeats - 1)


def split(steps: int, budget: int) -> int:
    """After how many steps (at least one, not all) the next state is kept."""
    if budget == 1:
        return steps - 1
    repeats = repeats_of(steps, budget)
    return max(1, min(reach(budget, repeats - 1), steps - reach(budget - 1, repeats - 1)))
