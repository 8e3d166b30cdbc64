"""Floor 2: linear systems. Where a matrix is singular `info` says so, and nothing is raised here."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import general, sum_to
from wengert.rules.linalg.matrices import adjoint, as_column, identity_like, transposed


def _solved(xp: Namespace, x: Array, y: Array, left: bool, vector: bool) -> tuple[Array, Array]:
    """X with x X = y, or X x = y where not `left`; `vector` says that y holds vectors."""
    y = as_column(xp, y) if vector else y
    if not left:
        solution, info = xp.solve(transposed(xp, x), transposed(xp, y))
        return transposed(xp, solution), info
    solution, info = xp.solve(x, y)
    return (xp.reshape(solution, solution.shape[:-1]) if vector else solution), info


@general(outputs=("out", "info"))
def solve(xp: Namespace, x: Array, y: Array, *, left: bool = True, vector: bool = False) -> tuple[Array, Array]:
    return _solved(xp, x, y, left, vector)


@solve.vjp("y")
def solve_vjp_y(
    xp: Namespace, g_out: Array | None, g_info: None, x: Array, y_shape: Shape, left: bool, vector: bool
) -> Array | None:
    return None if g_out is None else sum_to(xp, _solved(xp, adjoint(xp, x), g_out, left, vector)[0], y_shape)


@solve.vjp("x")
def solve_vjp_x(
    xp: Namespace, g_out: Array | None, g_info: None, x: Array, out: Array, left: bool, vector: bool
) -> Array | None:
    if g_out is None:
        return None
    pulled = _solved(xp, adjoint(xp, x), g_out, left, vector)[0]
    if vector:
        pulled, out = as_column(xp, pulled), as_column(xp, out)
    first, second = (pulled, adjoint(xp, out)) if left else (adjoint(xp, out), pulled)
    return sum_to(xp, xp.negative(xp.matmul(first, second)), x.shape)


@solve.jvp
def solve_jvp(
    xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, out: Array, left: bool, vector: bool
) -> tuple[Array, None]:
    moved = t_y
    if t_x is not None:
        whole = as_column(xp, out) if vector else out
        product = xp.matmul(t_x, whole) if left else xp.matmul(whole, t_x)
        product = xp.reshape(product, product.shape[:-1]) if vector else product
        moved = xp.negative(product) if t_y is None else xp.subtract(t_y, product)
    assert moved is not None
    return _solved(xp, x, xp.broadcast_to(moved, out.shape), left, vector)[0], None


@general(outputs=("out", "info"))
def inverse(xp: Namespace, x: Array) -> tuple[Array, Array]:
    return xp.solve(x, identity_like(xp, x))


@inverse.vjp("x")
def inverse_vjp(xp: Namespace, g_out: Array | None, g_info: None, out: Array) -> Array | None:
    return None if g_out is None else xp.negative(_between(xp, adjoint(xp, out), g_out))


@inverse.jvp
def inverse_jvp(xp: Namespace, t: Array, out: Array) -> tuple[Array, None]:
    return xp.negative(_between(xp, out, t)), None


def _between(xp: Namespace, outer: Array, inner: Array) -> Array:
    return xp.matmul(xp.matmul(outer, inner), outer)


def _solved_triangle(xp: Namespace, x: Array, y: Array, upper: bool, unit: bool, left: bool) -> Array:
    """X with tri(x) X = y, or X tri(x) = y where not `left`; a `unit` triangle has ones on its diagonal."""
    if left:
        return xp.solve_triangular(x, y, upper=upper, unit=unit)
    return transposed(xp, xp.solve_triangular(transposed(xp, x), transposed(xp, y), upper=not upper, unit=unit))


@general
def solve_triangular(xp: Namespace, x: Array, y: Array, *, upper: bool, unit: bool = False, left: bool = True) -> Array:
    return _solved_triangle(xp, x, y, upper, unit, left)


@solve_triangular.vjp("y")
def solve_triangular_vjp_y(
    xp: Namespace, g: Array, x: Array, y_shape: Shape, upper: bool, unit: bool, left: bool
) -> Array:
    return sum_to(xp, _solved_triangle(xp, adjoint(xp, x), g, not upper, unit, left), y_shape)


@solve_triangular.vjp("x")
def solve_triangular_vjp_x(xp: Namespace, g: Array, x: Array, out: Array, upper: bool, unit: bool, left: bool) -> Array:
    pulled = _solved_triangle(xp, adjoint(xp, x), g, not upper, unit, left)
    first, second = (pulled, adjoint(xp, out)) if left else (adjoint(xp, out), pulled)
    return sum_to(xp, _triangle(xp, xp.negative(xp.matmul(first, second)), upper, unit), x.shape)


@solve_triangular.jvp
def solve_triangular_jvp(
    xp: Namespace,
    t_x: Array | None,
    t_y: Array | None,
    x: Array,
    out: Array,
    upper: bool,
    unit: bool,
    left: bool,
) -> Array:
    moved = t_y
    if t_x is not None:
        triangle = _triangle(xp, t_x, upper, unit)
        product = xp.matmul(triangle, out) if left else xp.matmul(out, triangle)
        moved = xp.negative(product) if t_y is None else xp.subtract(t_y, product)
    assert moved is not None
    return _solved_triangle(xp, x, xp.broadcast_to(moved, out.shape), upper, unit, left)


def _triangle(xp: Namespace, x: Array, upper: bool, unit: bool) -> Array:
    return xp.triu(x, k=1 if unit else 0) if upper else xp.tril(x, k=-1 if unit else 0)
