"""Colourings of sparse matrices: what they promise, and the optima that are known. No tensors here."""

from __future__ import annotations

from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wengert.api.func.sparse.colouring import Rows, colour_count, column_colours, star_colours, transposed
from wengert.api.func.sparse.pattern import Pattern
from wengert.api.func.sparse.plan import of_fewest, of_star


def banded(size: int, below: int, above: int) -> Rows:
    return [list(range(max(row - below, 0), min(row + above + 1, size))) for row in range(size)]


def arrow(size: int, head: int) -> Rows:
    """Full in the row and the column `head`, and on the diagonal."""
    return [list(range(size)) if row == head else sorted({row, head}) for row in range(size)]


@st.composite
def patterns(draw: st.DrawFn, is_symmetric: bool = False) -> Pattern:
    height = draw(st.integers(1, 7))
    width = height if is_symmetric else draw(st.integers(1, 7))
    elements = draw(st.sets(st.tuples(st.integers(0, height - 1), st.integers(0, width - 1))))
    if is_symmetric:
        elements |= {(column, row) for row, column in elements}
    return Pattern([sorted(column for r, column in elements if r == row) for row in range(height)], width)


@given(patterns())
def test_columns_that_meet_differ(pattern: Pattern) -> None:
    colours = column_colours(*pattern)
    for row in pattern.rows:
        assert len({colours[column] for column in row}) == len(row)


@given(patterns(is_symmetric=True))
def test_neighbours_differ_and_no_path_over_four_has_two_colours(pattern: Pattern) -> None:
    rows = pattern.rows
    colours = star_colours(rows)
    assert all(colours[row] != colours[column] for row in range(len(rows)) for column in rows[row] if column != row)
    for path in permutations(range(len(rows)), 4):
        if all(other in rows[one] for one, other in pairwise(path)):
            assert len({colours[column] for column in path}) > 2


@pytest.mark.parametrize(("below", "above"), [(0, 0), (1, 1), (0, 3), (2, 2), (4, 1)])
def test_a_band_needs_as_many_colours_as_it_is_wide(below: int, above: int) -> None:
    assert colour_count(column_colours(banded(30, below, above), 30)) == below + above + 1


@pytest.mark.parametrize("head", [0, 5, 11])
def test_an_arrow_needs_two_colours_where_it_is_symmetric(head: int) -> None:
    assert colour_count(star_colours(arrow(12, head))) == 2
    assert colour_count(column_colours(arrow(12, head), 12)) == 12


def test_a_symmetric_band_needs_three_colours() -> None:
    assert colour_count(star_colours(banded(30, 1, 1))) == 3


def test_a_full_row_is_left_to_the_other_direction() -> None:
    full_row = Pattern([list(range(20)), *[[n] for n in range(20)]], 20)
    plan = of_fewest(full_row, "auto")
    assert (plan.by_row, colour_count(plan.colours)) == (True, 2)
    transpose = Pattern(transposed(full_row.rows, 20), 21)
    assert not of_fewest(transpose, "auto").by_row
    assert colour_count(of_fewest(full_row, "column").colours) == 20


@given(patterns(), st.sampled_from(["auto", "column", "row"]))
def test_a_plan_finds_each_element_alone(pattern: Pattern, by: str) -> None:
    plan = of_fewest(pattern, by)
    elements = [(row, column) for row, columns in enumerate(pattern.rows) for column in columns]
    length = pattern.width if plan.by_row else len(pattern.rows)
    sums: dict[int, list[tuple[int, int]]] = {}
    for row, column in elements:
        colour, place = (plan.colours[row], column) if plan.by_row else (plan.colours[column], row)
        sums.setdefault(colour * length + place, []).append((row, column))
    assert [sums[place] for place in plan.places] == [[element] for element in elements]


@given(patterns(is_symmetric=True))
def test_a_star_plan_finds_each_element_alone(pattern: Pattern) -> None:
    plan = of_star(pattern)
    elements = [(row, column) for row, columns in enumerate(plan.rows) for column in columns]
    sums: dict[int, list[tuple[int, int]]] = {}
    for row, column in elements:
        sums.setdefault(plan.colours[column] * len(plan.rows) + row, []).append((row, column))
    for (row, column), place in zip(elements, plan.places, strict=True):
        assert sums[place] in ([(row, column)], [(column, row)])
