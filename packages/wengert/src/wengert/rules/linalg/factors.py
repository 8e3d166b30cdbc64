"""Floor 2: triangular factors of matrices: Cholesky, LU and QR."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import general
from wengert.rules.linalg.matrices import adjoint, columns, defined, diagonal_part, identity_like, rows, skew


@general(outputs=("out", "info"))
def cholesky(xp: Namespace, x: Array, *, upper: bool = False) -> tuple[Array, Array]:
    """The lower triangle L with L L^H = x, or its adjoint; `info` is 0, or the order of the leading minor that is not
    positive."""
    out, info = xp.cholesky(adjoint(xp, x) if upper else x)
    return (adjoint(xp, out) if upper else out), info


@cholesky.vjp("x")
def cholesky_vjp(xp: Namespace, g_out: Array | None, g_info: None, out: Array, upper: bool) -> Array | None:
    if g_out is None:
        return None
    raised, g = (out, adjoint(xp, g_out)) if upper else (adjoint(xp, out), g_out)
    inner = xp.tril(xp.matmul(raised, g), k=0)
    inner = xp.add(inner, adjoint(xp, xp.tril(inner, k=-1))) * 0.5
    half = xp.solve_triangular(raised, inner, upper=True, unit=False)
    return adjoint(xp, xp.solve_triangular(raised, adjoint(xp, half), upper=True, unit=False))


@cholesky.jvp
def cholesky_jvp(xp: Namespace, t: Array, out: Array, upper: bool) -> tuple[Array, None]:
    lower = adjoint(xp, out) if upper else out
    half = xp.solve_triangular(lower, t, upper=False, unit=False)
    inner = adjoint(xp, xp.solve_triangular(lower, adjoint(xp, half), upper=False, unit=False))
    inner = xp.subtract(xp.tril(inner, k=0), diagonal_part(xp, inner) * 0.5)
    moved = xp.matmul(lower, inner)
    return (adjoint(xp, moved) if upper else moved), None


@general(outputs=("lower", "upper", "pivots", "info"))
def lu(xp: Namespace, x: Array) -> tuple[Array, ...]:
    """The factors of x with its rows exchanged by `pivots`."""
    factors, pivots, info = xp.lu_factor(x)
    return *_unpacked(xp, factors), pivots, info


@lu.vjp("x")
def lu_vjp(
    xp: Namespace,
    g_lower: Array | None,
    g_upper: Array | None,
    g_pivots: None,
    g_info: None,
    lower: Array,
    upper: Array,
    pivots: Array,
) -> Array:
    pulled = _pulled(xp, defined(xp, g_lower, lower), defined(xp, g_upper, upper), lower, upper)
    return _exchanged_back(xp, pulled, pivots)


@lu.jvp
def lu_jvp(xp: Namespace, t: Array, lower: Array, upper: Array, pivots: Array) -> tuple[Array, Array, None, None]:
    return *_pushed(xp, _exchanged(xp, t, pivots), lower, upper), None, None


@general(outputs=("factors", "pivots", "info"))
def lu_factor(xp: Namespace, x: Array) -> tuple[Array, Array, Array]:
    """Both factors in one matrix, without the ones on the diagonal of the lower."""
    return xp.lu_factor(x)


@lu_factor.vjp("x")
def lu_factor_vjp(
    xp: Namespace, g_factors: Array | None, g_pivots: None, g_info: None, factors: Array, pivots: Array
) -> Array | None:
    if g_factors is None:
        return None
    k = min(factors.shape[-2:])
    g_lower, g_upper = xp.tril(columns(xp, g_factors, 0, k), k=-1), xp.triu(rows(xp, g_factors, 0, k), k=0)
    return _exchanged_back(xp, _pulled(xp, g_lower, g_upper, *_unpacked(xp, factors)), pivots)


@lu_factor.jvp
def lu_factor_jvp(xp: Namespace, t: Array, factors: Array, pivots: Array) -> tuple[Array, None, None]:
    t_lower, t_upper = _pushed(xp, _exchanged(xp, t, pivots), *_unpacked(xp, factors))
    m, n = factors.shape[-2:]
    return xp.add(_widened(xp, t_lower, factors, m, n), _widened(xp, t_upper, factors, m, n)), None, None


@general(outputs=("lower", "upper"))
def lu_unpacked(xp: Namespace, x: Array) -> tuple[Array, Array]:
    """Both factors from the one matrix that holds them."""
    return _unpacked(xp, x)


@lu_unpacked.vjp("x")
def lu_unpacked_vjp(xp: Namespace, g_lower: Array | None, g_upper: Array | None, x: Array) -> Array:
    m, n = x.shape[-2:]
    below = None if g_lower is None else _widened(xp, xp.tril(g_lower, k=-1), x, m, n)
    above = None if g_upper is None else _widened(xp, xp.triu(g_upper, k=0), x, m, n)
    return xp.add(defined(xp, below, x), defined(xp, above, x))


@lu_unpacked.jvp
def lu_unpacked_jvp(xp: Namespace, t: Array) -> tuple[Array, Array]:
    k = min(t.shape[-2:])
    return xp.tril(columns(xp, t, 0, k), k=-1), xp.triu(rows(xp, t, 0, k), k=0)


def _widened(xp: Namespace, part: Array, x: Array, m: int, n: int) -> Array:
    """A factor with zeros beside it or under it, so that it has m rows and n columns like `x`."""
    if part.shape[-1] < n:
        return xp.concat([part, xp.zeros_like(columns(xp, x, part.shape[-1], n))], axis=-1)
    return xp.concat([part, xp.zeros_like(rows(xp, x, part.shape[-2], m))], axis=-2) if part.shape[-2] < m else part


def _unpacked(xp: Namespace, factors: Array) -> tuple[Array, Array]:
    k = min(factors.shape[-2:])
    lower = xp.tril(columns(xp, factors, 0, k), k=-1)
    return xp.add(lower, identity_like(xp, lower)), xp.triu(rows(xp, factors, 0, k), k=0)


def _pulled(xp: Namespace, g_lower: Array, g_upper: Array, lower: Array, upper: Array) -> Array:
    """The cotangent of the matrix with exchanged rows, the square part of it first."""
    m, k, n = lower.shape[-2], lower.shape[-1], upper.shape[-1]
    square_lower, square_upper = rows(xp, lower, 0, k), columns(xp, upper, 0, k)
    below = xp.matmul(adjoint(xp, square_lower), rows(xp, g_lower, 0, k))
    above = xp.matmul(columns(xp, g_upper, 0, k), adjoint(xp, square_upper))
    rest = None
    if n > k:
        right = columns(xp, g_upper, k, n)
        below = xp.subtract(below, xp.matmul(right, adjoint(xp, columns(xp, upper, k, n))))
        rest = xp.solve_triangular(adjoint(xp, square_lower), right, upper=True, unit=True)
    elif m > k:
        bottom = rows(xp, g_lower, k, m)
        above = xp.subtract(above, xp.matmul(adjoint(xp, rows(xp, lower, k, m)), bottom))
        rest = adjoint(xp, xp.solve_triangular(square_upper, adjoint(xp, bottom), upper=True, unit=False))
    inner = xp.add(xp.tril(below, k=-1), xp.triu(above, k=0))
    half = xp.solve_triangular(adjoint(xp, square_lower), inner, upper=True, unit=True)
    square = adjoint(xp, xp.solve_triangular(square_upper, adjoint(xp, half), upper=True, unit=False))
    return square if rest is None else xp.concat([square, rest], axis=-1 if n > k else -2)


def _pushed(xp: Namespace, t: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
    """The tangents of both factors from that of the matrix with exchanged rows."""
    m, k, n = lower.shape[-2], lower.shape[-1], upper.shape[-1]
    square_lower, square_upper = rows(xp, lower, 0, k), columns(xp, upper, 0, k)
    square = columns(xp, rows(xp, t, 0, k), 0, k)
    half = xp.solve_triangular(square_lower, square, upper=False, unit=True)
    inner = _over(xp, half, square_upper)
    t_lower, t_upper = xp.matmul(square_lower, xp.tril(inner, k=-1)), xp.matmul(xp.triu(inner, k=0), square_upper)
    if n > k:
        moved = xp.subtract(columns(xp, t, k, n), xp.matmul(t_lower, columns(xp, upper, k, n)))
        right = xp.solve_triangular(square_lower, moved, upper=False, unit=True)
        t_upper = xp.concat([t_upper, right], axis=-1)
    elif m > k:
        moved = xp.subtract(rows(xp, t, k, m), xp.matmul(rows(xp, lower, k, m), t_upper))
        t_lower = xp.concat([t_lower, _over(xp, moved, square_upper)], axis=-2)
    return t_lower, t_upper


def _over(xp: Namespace, x: Array, upper: Array) -> Array:
    """x upper^-1."""
    return adjoint(xp, xp.solve_triangular(adjoint(xp, upper), adjoint(xp, x), upper=False, unit=False))


def row_order(xp: Namespace, pivots: Array, m: int) -> Array:
    """Where each row of the exchanged matrix stood: `pivots` (from 1) exchange row after row."""
    batch, count = pivots.shape[:-1], pivots.shape[-1]
    ones = xp.broadcast_to(xp.ones_like(columns(xp, pivots, 0, 1)), (*batch, m))
    places = xp.argsort(ones, axis=-1)  # 0, 1, 2, ..., as equal ones stay in their order
    order = places
    for k in range(count):
        pivot = xp.astype(xp.subtract(columns(xp, pivots, k, k + 1), 1), places.dtype)
        here = columns(xp, order, k, k + 1)
        there = xp.take_along_axis(order, pivot, axis=-1)
        at_k = xp.equal(places, columns(xp, places, k, k + 1))
        order = xp.where(at_k, there, xp.where(xp.equal(places, pivot), here, order))
    return order


def _exchanged(xp: Namespace, x: Array, pivots: Array) -> Array:
    return _taken(xp, x, row_order(xp, pivots, x.shape[-2])) if pivots.shape[-1] else x


def _exchanged_back(xp: Namespace, x: Array, pivots: Array) -> Array:
    if not pivots.shape[-1]:
        return x
    order = row_order(xp, pivots, x.shape[-2])
    return _taken(xp, x, xp.argsort(order, axis=-1))


def _taken(xp: Namespace, x: Array, order: Array) -> Array:
    """The rows of each matrix in an order of its own."""
    index = xp.broadcast_to(xp.reshape(order, (*order.shape, 1)), x.shape)
    return xp.take_along_axis(x, index, axis=-2)


@general(outputs=("q", "r"))
def qr(xp: Namespace, x: Array, *, mode: str) -> tuple[Array, Array]:
    q, r = xp.qr(x, complete=mode == "complete")
    return (xp.reshape(columns(xp, x, 0, 0), (0,)) if mode == "r" else q), r


@qr.vjp("x")
def qr_vjp(xp: Namespace, g_q: Array | None, g_r: Array | None, q: Array, r: Array, x_shape: Shape, mode: str) -> Array:
    """For a wide matrix: the square on its left as such; the rest is Q^H times it, which is linear."""
    _require_vectors(x_shape, mode)
    k, n = r.shape[-2:]
    of_q, of_r = defined(xp, g_q, q), defined(xp, g_r, r)
    if n <= k:
        return _square_qr_pulled(xp, of_q, of_r, q, r)
    right = columns(xp, of_r, k, n)
    of_q = xp.add(of_q, xp.matmul(xp.matmul(q, columns(xp, r, k, n)), adjoint(xp, right)))
    left = _square_qr_pulled(xp, of_q, columns(xp, of_r, 0, k), q, columns(xp, r, 0, k))
    return xp.concat([left, xp.matmul(q, right)], axis=-1)


def _square_qr_pulled(xp: Namespace, g_q: Array, g_r: Array, q: Array, r: Array) -> Array:
    inner = xp.subtract(xp.matmul(r, adjoint(xp, g_r)), xp.matmul(adjoint(xp, g_q), q))
    below, diagonal = xp.tril(inner, k=-1), diagonal_part(xp, inner)
    hermitian = xp.add(xp.add(below, adjoint(xp, below)), xp.add(diagonal, xp.conj(diagonal)) * 0.5)
    return adjoint(
        xp, xp.solve_triangular(r, adjoint(xp, xp.add(g_q, xp.matmul(q, hermitian))), upper=True, unit=False)
    )


def _require_vectors(x_shape: Shape, mode: str) -> None:
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use "
            "linalg.qr(A, mode='reduced') if you are going to be differentiating through linalg.qr."
        )
    if mode == "complete" and x_shape[-2] > x_shape[-1]:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols. Use mode='reduced'."
        )


@qr.jvp
def qr_jvp(xp: Namespace, t: Array, q: Array, r: Array, x_shape: Shape, mode: str) -> tuple[Array, Array]:
    _require_vectors(x_shape, mode)
    k, n = r.shape[-2:]
    left_r = columns(xp, r, 0, min(k, n))
    scaled = _over(xp, columns(xp, t, 0, min(k, n)), left_r)
    inner = xp.matmul(adjoint(xp, q), scaled)
    turning = xp.add(skew(xp, xp.tril(inner, k=-1)), skew(xp, diagonal_part(xp, inner)) * 0.5)
    upper = xp.subtract(inner, turning)
    t_q, t_r = xp.subtract(scaled, xp.matmul(q, upper)), xp.matmul(upper, left_r)
    if n > k:
        right, moved = columns(xp, r, k, n), columns(xp, t, k, n)
        change = xp.add(xp.matmul(adjoint(xp, t_q), xp.matmul(q, right)), xp.matmul(adjoint(xp, q), moved))
        t_r = xp.concat([t_r, change], axis=-1)
    return t_q, t_r
