"""Floor 2: determinants. Regular matrices go by a linear system, exactly singular ones by singular values."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general
from wengert.rules.linalg.matrices import adjoint, as_row, in_dtype_of, on_diagonal, trace_of


@general
def det(xp: Namespace, x: Array) -> Array:
    return xp.det(x)


@det.vjp("x")
def det_vjp(xp: Namespace, g: Array, x: Array, out: Array) -> Array:
    return xp.zeros_like(x) if 0 in x.shape else _by_system(xp, x, xp.multiply(g, xp.conj(out)))


@det.jvp
def det_jvp(xp: Namespace, t: Array, x: Array, out: Array) -> Array:
    return xp.multiply(out, trace_of(xp, xp.solve(x, t)[0]))


def _by_system(xp: Namespace, x: Array, factor: Array) -> Array:
    """`factor` (one number for each matrix) times x^-H."""
    n = x.shape[-1]
    whole = xp.broadcast_to(xp.reshape(factor, (*factor.shape, 1)), (*factor.shape, n))
    return xp.solve(adjoint(xp, x), on_diagonal(xp, whole, x))[0]


@general
def det_at_singular(xp: Namespace, x: Array) -> Array:
    return xp.det(x)


@det_at_singular.vjp("x")
def det_at_singular_vjp(xp: Namespace, g: Array, x: Array) -> Array:
    return xp.multiply(xp.conj(_cofactors(xp, x)), xp.reshape(g, (*g.shape, 1, 1)))


@det_at_singular.jvp
def det_at_singular_jvp(xp: Namespace, t: Array, x: Array) -> Array:
    ndim = len(x.shape)
    return xp.sum(xp.multiply(_cofactors(xp, x), t), axis=(ndim - 2, ndim - 1))


def _cofactors(xp: Namespace, x: Array) -> Array:
    """The derivative of the determinant by each element, for x = U S V^H: conj of U diag(products of all other S) V^H,
    turned by the determinants of U and V^H."""
    left, values, right = xp.svd(x, full=False)
    n = x.shape[-1]
    squares = xp.broadcast_to(as_row(xp, values), (*values.shape, n))
    ones = xp.ones_like(squares)
    on = on_diagonal(xp, xp.ones_like(values), values)
    others = xp.prod(xp.where(xp.equal(on, ones), ones, squares), axis=(len(x.shape) - 1,))
    turn = xp.multiply(xp.det(left), xp.det(right))
    inner = xp.matmul(xp.multiply(left, in_dtype_of(xp, as_row(xp, others), left)), right)
    return xp.multiply(xp.conj(inner), xp.reshape(turn, (*turn.shape, 1, 1)))


@general(outputs=("sign", "logabsdet"))
def slogdet(xp: Namespace, x: Array) -> tuple[Array, Array]:
    return xp.slogdet(x)


@slogdet.vjp("x")
def slogdet_vjp(xp: Namespace, g_sign: Array | None, g_logabsdet: Array | None, x: Array, sign: Array) -> Array | None:
    """(g_logabsdet + i Im(g_sign conj(sign))) x^-H; the sign of a real matrix stands still."""
    turning = None if g_sign is None else xp.imag(xp.multiply(g_sign, xp.conj(sign)))
    if turning is None or x.dtype == turning.dtype:
        return xp.zeros_like(x) if g_logabsdet is None else _by_system(xp, x, g_logabsdet)
    along = xp.zeros_like(turning) if g_logabsdet is None else g_logabsdet
    return _by_system(xp, x, xp.complex(along, turning))


@slogdet.jvp
def slogdet_jvp(xp: Namespace, t: Array, x: Array, sign: Array, logabsdet: Array) -> tuple[Array, Array]:
    change = trace_of(xp, xp.solve(x, t)[0])
    if x.dtype == logabsdet.dtype:
        return xp.zeros_like(sign), change
    turning = xp.imag(change)
    return xp.multiply(xp.complex(xp.zeros_like(turning), turning), sign), xp.real(change)
