"""Floor 7: which products give a sparse matrix, and where each of its elements stands in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

from wengert.api.func.sparse.colouring import Rows, colour_count, column_colours, fullest, star_colours, transposed
from wengert.api.func.sparse.pattern import Pattern, detected, given
from wengert.transforms.trees import flatten


class Plan(NamedTuple):
    """The pattern of a matrix and a colouring of its columns, or of its rows if `by_row`.

    The products are a row for each colour. `places` says for each element where it stands in them, in memory order.
    """

    rows: Rows
    width: int
    by_row: bool
    colours: Sequence[int]
    places: Sequence[int]


def planned(
    func: Callable[..., Any],
    arguments: Any,
    pattern: Any,
    plan_of: Callable[[Pattern], Plan],
    remembered: dict[tuple[int, int], Plan],
) -> Plan:
    """The plan for the derivative of `func`. That for a `pattern` which was given is made once and `remembered`."""
    if pattern is None:
        return plan_of(detected(func, arguments))
    width = _size_of(arguments)
    shape = getattr(pattern, "shape", None) or (_size_of(func(*arguments)), width)
    if len(shape) != 2 or shape[1] != width:
        raise ValueError(
            f"pattern: a pattern of shape {tuple(shape)} for arguments of {width} elements; expected as many columns."
        )
    found = remembered.get(shape)
    if found is None:
        found = remembered[shape] = plan_of(given(pattern, shape))
    return found


def _size_of(tree: Any) -> int:
    return sum(prod(leaf.shape) for leaf in flatten(tree)[0])


def of_fewest(pattern: Pattern, by: str) -> Plan:
    """By columns, by rows, or by what needs fewer colours: that with the less full rows is coloured first, and the
    other only if it may do better."""
    rows, width = pattern
    columns = transposed(rows, width)
    by_column, by_row = (False, rows, width), (True, columns, len(rows))
    choices = [by_column] if by == "column" else [by_row] if by == "row" else [by_column, by_row]
    choices.sort(key=lambda choice: fullest(choice[1]))
    best_row, best = choices[0][0], column_colours(*choices[0][1:])
    for is_row, other_rows, other_width in choices[1:]:
        if fullest(other_rows) < colour_count(best):
            other = column_colours(other_rows, other_width)
            if colour_count(other) < colour_count(best):
                best_row, best = is_row, other
    elements = [(row, column) for row, columns in enumerate(rows) for column in columns]
    if best_row:
        return Plan(rows, width, True, best, [best[row] * width + column for row, column in elements])
    return Plan(rows, width, False, best, [best[column] * len(rows) + row for row, column in elements])


def of_star(pattern: Pattern) -> Plan:
    """For a symmetric matrix: an element that does not stand alone in its place is taken from that of its transpose."""
    columns = transposed(pattern.rows, pattern.width)
    rows = [sorted({*row, *column}) for row, column in zip(pattern.rows, columns, strict=True)]
    colours, height = star_colours(rows), len(rows)
    places: list[int] = []
    for row, columns in enumerate(rows):
        once, more = set[int](), set[int]()
        for column in columns:
            (more if colours[column] in once else once).add(colours[column])
        for column in columns:
            alone = colours[column] not in more
            places.append(colours[column] * height + row if alone else colours[row] * height + column)
    return Plan(rows, height, False, colours, places)
