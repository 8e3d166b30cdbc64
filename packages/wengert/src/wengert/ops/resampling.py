"""Floor 6: an axis resampled: each new element a weighted mean of the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def along_axis(input: Any, weights: Sequence[Sequence[float]], axis: int) -> Any:
    """`input` whose elements along `axis` (negative) are made anew by the rows of `weights`: a product of matrices."""
    matrix = input.new_tensor(weights)
    if axis == -1:
        return input @ matrix.mT
    return (input.movedim(axis, -1) @ matrix.mT).movedim(-1, axis)
