"""Floor 2: eigenvalues and eigenvectors. A vector is known but for its phase, and so only losses that do not depend on
the phases have a gradient; a rule refuses others."""

from __future__ import annotations

from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import general
from wengert.rules.linalg.matrices import (
    adjoint,
    as_row,
    defined,
    diagonal_of,
    gaps,
    in_dtype_of,
    off_diagonal,
    on_diagonal,
    skew,
)

_NEAR = 1e-2  # how far a phase may move a loss before it is refused, absolute and relative to 1


@general(outputs=("values", "vectors"))
def eigh(xp: Namespace, x: Array, *, upper: bool = False) -> tuple[Array, Array]:
    """Of Hermitian matrices, one of whose triangles is read."""
    return xp.eigh(adjoint(xp, x) if upper else x)


@eigh.vjp("x")
def eigh_vjp(xp: Namespace, g_values: Array | None, g_vectors: Array | None, values: Array, vectors: Array) -> Array:
    inner = on_diagonal(xp, defined(xp, g_values, values), vectors)
    if g_vectors is not None:
        turned = xp.matmul(adjoint(xp, vectors), g_vectors)
        refuse_phase(xp, "linalg_eigh_backward", "eigenvectors", turned)
        inner = xp.add(inner, xp.divide(off_diagonal(xp, skew(xp, turned)) * 0.5, gaps(xp, values, vectors)))
    return xp.matmul(xp.matmul(vectors, inner), adjoint(xp, vectors))


@eigh.jvp
def eigh_jvp(xp: Namespace, t: Array, values: Array, vectors: Array) -> tuple[Array, Array]:
    inner = xp.matmul(xp.matmul(adjoint(xp, vectors), t), vectors)
    off = xp.divide(off_diagonal(xp, inner), gaps(xp, values, vectors))
    return xp.real(diagonal_of(xp, inner)), xp.matmul(vectors, off)


@general(outputs=("values", "vectors"))
def eig(xp: Namespace, x: Array) -> tuple[Array, Array]:
    """Of any square matrices; values and vectors are complex."""
    return xp.eig(x)


eig.keeps_dtype = False


@eig.vjp("x")
def eig_vjp(
    xp: Namespace,
    g_values: Array | None,
    g_vectors: Array | None,
    values: Array,
    vectors: Array,
    x_dtype: Any,
) -> Array:
    conjugate = adjoint(xp, vectors)
    inner = on_diagonal(xp, defined(xp, g_values, values), vectors)
    if g_vectors is not None:
        turned = xp.matmul(conjugate, g_vectors)
        refuse_phase(xp, "linalg_eig_backward", "eigenvectors", turned)
        length = in_dtype_of(xp, as_row(xp, xp.real(diagonal_of(xp, turned))), vectors)
        kept = xp.subtract(turned, xp.multiply(xp.matmul(conjugate, vectors), length))
        inner = xp.add(inner, xp.divide(off_diagonal(xp, kept), xp.conj(gaps(xp, values, vectors))))
    return xp.astype(xp.solve(conjugate, xp.matmul(inner, conjugate))[0], x_dtype)


@eig.jvp
def eig_jvp(xp: Namespace, t: Array, values: Array, vectors: Array) -> tuple[Array, Array]:
    inner = xp.solve(vectors, xp.matmul(in_dtype_of(xp, t, vectors), vectors))[0]
    moved = xp.matmul(vectors, xp.divide(off_diagonal(xp, inner), gaps(xp, values, vectors)))
    along = xp.real(diagonal_of(xp, xp.matmul(adjoint(xp, vectors), moved)))
    lengthened = xp.multiply(vectors, in_dtype_of(xp, as_row(xp, along), vectors))
    return diagonal_of(xp, inner), xp.subtract(moved, lengthened)


def refuse_phase(xp: Namespace, name: str, vectors: str, turned: Array) -> None:
    """RuntimeError where the cotangents of complex vectors, `turned` into their basis, depend on the phases."""
    turning = xp.imag(diagonal_of(xp, turned))
    if turning.dtype != turned.dtype:
        xp.require(
            xp.less_equal(xp.abs(turning), xp.full_like(turning, _NEAR)),
            f"{name}: The {vectors} in the complex case are specified up to multiplication by e^{{i phi}}. The "
            "specified loss function depends on this quantity, so it is ill-defined. Make it a function of what "
            "does not depend on the phase, such as abs() of the vectors.",
        )
