"""Floor 7: sparse matrices by coordinates, and where a derivative may not be zero."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

from wengert.api.func.sparse.colouring import Rows
from wengert.graph.modes import set_grad_mode
from wengert.tensor.level import running
from wengert.transforms.dependence import DependenceLevel
from wengert.transforms.trees import flatten, unflatten


class SparseMatrix(NamedTuple):
    """A matrix by its elements: `values[i]` in row `rows[i]` and column `columns[i]`; zero elsewhere.

    `scipy.sparse.coo_array((m.values, (m.rows, m.columns)), shape=m.shape)` takes it as it is. Elements come row by
    row, and each at most once.
    """

    values: Any
    rows: Any
    columns: Any
    shape: tuple[int, int]


class Pattern(NamedTuple):
    """Where a matrix may not be zero: for each row the columns, in order; and how many columns there are."""

    rows: Rows
    width: int


def detected(func: Callable[..., Any], arguments: Any) -> Pattern:
    """On which elements of `arguments` those of the result of `func` depend."""
    leaves, structure = flatten(arguments)
    level = DependenceLevel()
    outer = running.get()
    running.set((*outer, level))
    mode = set_grad_mode(False)
    try:
        inner: list[Any] = []
        start = 0
        for leaf in leaves:
            inner.append(level.entered(leaf, start))
            start += prod(leaf.shape)
        outputs, _ = flatten(func(*unflatten(inner, structure)))
        rows = [sorted(members) for out in outputs for members in level.dependences(out)]
    finally:
        level.end()
        running.set(outer)
        set_grad_mode(mode)
    return Pattern(rows, start)


def given(pattern: Any, shape: tuple[int, int]) -> Pattern:
    """The pattern that a user gave: a sparse matrix of ours or of SciPy, or a pair of rows and columns."""
    if hasattr(pattern, "tocoo"):
        pattern = pattern.tocoo()
    if isinstance(pattern, SparseMatrix):
        rows, columns = pattern.rows, pattern.columns
    else:
        rows, columns = (pattern.row, pattern.col) if hasattr(pattern, "row") else pattern
    height, width = shape
    found: list[set[int]] = [set() for _ in range(height)]
    for row, column in zip(_listed(rows), _listed(columns), strict=True):
        if not (0 <= row < height and 0 <= column < width):
            raise IndexError(f"pattern: an element ({row}, {column}); expected one within {shape}.")
        found[row].add(column)
    return Pattern([sorted(row) for row in found], width)


def _listed(positions: Any) -> list[int]:
    return [int(position) for position in (positions.tolist() if hasattr(positions, "tolist") else positions)]
