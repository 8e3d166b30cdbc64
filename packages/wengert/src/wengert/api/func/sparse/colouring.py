"""Floor 7: colouring the columns of a sparse matrix, so that few products with vectors give all its elements.

Here a matrix is known by its rows, each a sequence of the columns in which it may not be zero. Nothing but Python is
needed. Smallest colours first, in an order of the columns: no optimum (that is NP-hard), and seldom far from one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

#: For each row the columns in which the matrix may not be zero, each once.
Rows = Sequence[Sequence[int]]


def transposed(rows: Rows, width: int) -> list[list[int]]:
    """The rows of the transpose of a matrix with `width` columns.

    >>> transposed([[0, 1], [1]], 2)
    [[0], [0, 1]]
    """
    columns: list[list[int]] = [[] for _ in range(width)]
    for number, row in enumerate(rows):
        for column in row:
            columns[column].append(number)
    return columns


def fullest(rows: Rows) -> int:
    """How many columns the fullest row has: no colouring needs fewer colours."""
    return max(map(len, rows), default=0)


def column_colours(rows: Rows, width: int) -> list[int]:
    """A colour for each column: two that meet in a row differ.

    The product with the sum of all columns of one colour then shows each of their elements by itself. Two orders are
    tried; the first, in which a banded matrix gets as few as there are, is kept where it meets the fullest row.

    Source: Coleman and Moré (1983), Estimation of sparse Jacobian matrices and graph coloring problems.

    >>> column_colours([[0, 1], [1, 2], [2, 3]], 4)
    [0, 1, 0, 1]
    """
    least = fullest(rows)
    if least == width:
        return list(range(width))
    columns = transposed(rows, width)

    def coloured(order: Sequence[int]) -> list[int]:
        colours = [-1] * width
        for column in order:
            colours[column] = _smallest({colours[other] for row in columns[column] for other in rows[row]})
        return colours

    return _fewest(coloured, columns, least)


def star_colours(rows: Rows) -> list[int]:
    """A colour for each column of a symmetric matrix whose diagonal counts as full.

    Neighbours (columns with an element where they cross) differ, and no path over four columns has only two colours.
    Then each element stands alone in the sum of one colour, in its own row or in the row of its transpose.

    A column may not get the colour of a neighbour; nor, through a neighbour that has no colour yet, that of the
    neighbour's neighbours, so that the coloured neighbours of a column without colour all differ; nor, through a
    coloured neighbour, a colour that would close a path over four.

    Source: Gebremedhin, Manne and Pothen (2005), What color is your Jacobian?; the bookkeeping of the paths is ours.

    >>> star_colours([[0, 1, 2, 3], [0, 1], [0, 2], [0, 3]])
    [0, 1, 1, 1]
    """

    def coloured(order: Sequence[int]) -> list[int]:
        colours = [-1] * len(rows)
        first: list[dict[int, int]] = [{} for _ in rows]  # of each colour the first neighbour that has it
        closing: list[set[int]] = [set() for _ in rows]  # colours that would close a path that ends in this column
        for column in order:
            taken: set[int] = set()
            neighbours = [other for other in rows[column] if other != column]
            for other in neighbours:
                if colours[other] < 0:
                    taken.update(first[other])
                else:
                    taken.add(colours[other])
                    taken |= closing[other]
            mine = colours[column] = _smallest(taken)
            for other in neighbours:
                before = first[other].setdefault(mine, column)
                if before != column:  # two neighbours of `other`, which has a colour, are alike now
                    closing[before].add(colours[other])
                    closing[column].add(colours[other])
        return colours

    return _fewest(coloured, rows, 1)


def colour_count(colours: Sequence[int]) -> int:
    """How many colours there are."""
    return max(colours, default=-1) + 1


def _smallest(taken: set[int]) -> int:
    return next(colour for colour in count() if colour not in taken)


def _fewest(coloured: Callable[[Sequence[int]], list[int]], members: Rows, least: int) -> list[int]:
    """The better of two colourings: in the order of the columns, and with the fullest of them first."""
    found = coloured(range(len(members)))
    if colour_count(found) <= least:
        return found
    other = coloured(sorted(range(len(members)), key=lambda column: -len(members[column])))
    return min(found, other, key=colour_count)
