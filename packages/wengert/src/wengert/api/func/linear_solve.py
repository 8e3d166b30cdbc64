"""Floor 7: linear systems that are known by products with their matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot, prod
from typing import Any

from wengert.api.func.vmap import vmap
from wengert.ops.conversion import finfo
from wengert.ops.linalg.solving import solve, solve_ex
from wengert.ops.xp import namespace_of

Leaves = Sequence[Any]  # tensors
#: `solve(product, b)`: y with product(y) = b.
Solver = Callable[[Callable[[Leaves], Leaves], Leaves], Leaves]
Product = Callable[[Leaves], Leaves]

_SMALL = 128  # unknowns that elimination is faster for
_KEPT, _RESTARTS = 60, 20


def is_small(b: Leaves) -> bool:
    """Whether elimination is to solve a system with this right side."""
    return sum(prod(part.shape) for part in b) <= _SMALL


def eliminated(product: Product, b: Leaves) -> Leaves:
    """By the whole matrix: its columns are the products with the columns of an identity."""
    right = _joined(b)
    xp: Any = namespace_of(right.space.backend)
    basis = xp.eye(right.shape[0], dtype=right.space.dtype, device=right.space.device)
    matrix = vmap(_on_vectors(product, b))(basis).mT
    is_readable = matrix.space.is_readable and right.space.is_readable  # a singular one is refused where one can look
    return _split(solve(matrix, right) if is_readable else solve_ex(matrix, right).result, b)


def gmres(product: Product, b: Leaves) -> Leaves:
    """From products alone; RuntimeError where that does not converge."""
    return _split(_converged(_on_vectors(product, b), _joined(b)), b)


def _converged(product: Callable[[Any], Any], b: Any) -> Any:
    """y with `product(y) = b` for vectors.

    The least residual within the span of b, A b, A A b, ..., whose orthonormal basis Arnoldi's process builds;
    rotations keep the small least-squares problem triangular. Begun anew from what was found when the basis is long.

    Source: Saad and Schultz (1986), GMRES: a generalized minimal residual algorithm.
    """
    wanted = finfo(b.dtype).eps ** 0.75 * b.norm().item()
    y, left = b * 0, b
    for _ in range(_RESTARTS):
        size = left.norm().item()
        if size <= wanted:
            return y
        y = y + _least_residual(product, left, size, wanted)
        left = b - product(y)
    if left.norm().item() <= 10 * wanted:
        return y
    raise RuntimeError(
        f"custom_root: GMRES left a residual of {left.norm().item():.2e} for a right side of {b.norm().item():.2e}; "
        "expected to solve the system. It may be singular at the root; else give a linear_solve with a preconditioner."
    )


def _least_residual(product: Callable[[Any], Any], left: Any, size: float, wanted: float) -> Any:
    """One cycle: the combination of at most `_KEPT` directions that leaves the least of `left`."""
    basis = [left / size]
    columns: list[list[float]] = []
    rotations: list[tuple[float, float]] = []
    goal = [size]
    while len(columns) < min(_KEPT, left.shape[0]) and abs(goal[-1]) > wanted / 2:
        new = product(basis[-1])
        column: list[float] = []
        for direction in basis:
            share = (direction * new).sum().item()
            new = new - direction * share
            column.append(share)
        length = new.norm().item()
        for place, (cosine, sine) in enumerate(rotations):
            above, below = column[place], column[place + 1]
            column[place], column[place + 1] = cosine * above + sine * below, cosine * below - sine * above
        radius = hypot(column[-1], length)
        if radius == 0:
            break
        cosine, sine = column[-1] / radius, length / radius
        column[-1] = radius
        goal[-1:] = [cosine * goal[-1], -sine * goal[-1]]
        rotations.append((cosine, sine))
        columns.append(column)
        if length == 0:
            break
        basis.append(new / length)
    weights = [0.0] * len(columns)
    for row in reversed(range(len(columns))):
        rest = sum(columns[other][row] * weights[other] for other in range(row + 1, len(columns)))
        weights[row] = (goal[row] - rest) / columns[row][row]
    return sum((direction * weight for direction, weight in zip(basis, weights, strict=False)), left * 0)


# --- nested tensors as one vector -------------------------------------------------------------------------------------


def _joined(parts: Leaves) -> Any:
    xp: Any = namespace_of(parts[0].space.backend)
    return xp.concat([xp.reshape(part, (prod(part.shape),)) for part in parts], axis=0)


def _split(vector: Any, like: Leaves) -> list[Any]:
    xp: Any = namespace_of(vector.space.backend)
    parts: list[Any] = []
    start = 0
    for part in like:
        size = prod(part.shape)
        parts.append(xp.reshape(xp.getitem(vector, slice(start, start + size)), part.shape))
        start += size
    return parts


def _on_vectors(product: Product, like: Leaves) -> Callable[[Any], Any]:
    return lambda vector: _joined(product(_split(vector, like)))
