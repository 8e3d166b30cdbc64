"""Floor 2: L D L^T with pivots. There is no derivative, as in torch."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general


@general(outputs=("factors", "pivots", "info"))
def ldl_factor(xp: Namespace, x: Array, *, hermitian: bool) -> tuple[Array, Array, Array]:
    return xp.ldl_factor(x, hermitian=hermitian)


@general
def ldl_solve(xp: Namespace, x: Array, pivots: Array, y: Array, *, hermitian: bool) -> Array:
    return xp.ldl_solve(x, pivots, y, hermitian=hermitian)


ldl_solve.without_gradient("pivots")
