"""Floor 6: approximations of low rank, from products with random vectors."""

from __future__ import annotations

from typing import Any

from wengert.ops.complex import conj
from wengert.ops.linalg.factors import qr
from wengert.ops.linalg.matrices import require_tensor
from wengert.ops.linalg.products import matmul
from wengert.ops.linalg.spectra import svd
from wengert.ops.movement import transpose
from wengert.ops.random import randn_like
from wengert.ops.reduction import mean
from wengert.tensor.base import TensorBase as Tensor


def svd_lowrank(A: Any, q: int | None = 6, niter: int | None = 2, M: Any = None) -> tuple[Tensor, Tensor, Tensor]:
    """U, S and V with U diag(S) V^H near A, or near A - M, for matrices of a rank not much above `q`.

    `niter` more products with A and its adjoint make it nearer.
    Shapes: (..., m, n) -> (..., m, q), (..., q), (..., n, q). Dtype: that of `A`.
    Derivative: that of the products, QR and SVD; none through the random vectors.
    Errors: ValueError-like refusals of torch for `q` beyond the sizes.
    Source: torch.svd_lowrank; N. Halko and others, "Finding structure with randomness" (2009), algorithm 5.1.

    >>> svd_lowrank(eye(3), q=2)[1].shape
    (2,)
    """
    require_tensor("svd_lowrank", "A", A)
    wanted = 6 if q is None else q
    steps = 2 if niter is None else niter
    m, n = A.shape[-2:]
    wide = m < n
    rest: Any = A if M is None else A - M.broadcast_to(A.shape)
    matrix: Any = _adjoint(rest) if wide else rest
    basis = _range_of(matrix, wanted, steps)
    left, values, right = svd(matmul(_adjoint(basis), matrix), full_matrices=False)
    left, right = matmul(basis, left), _adjoint(right)
    return (right, values, left) if wide else (left, values, right)


def _range_of(A: Any, q: int, steps: int) -> Any:
    """Orthonormal columns that span most of what A maps to."""
    like = A.detach()[..., :1, :].expand((*A.shape[:-2], q, A.shape[-1])).mT
    basis = qr(matmul(A, randn_like(like))).Q
    for _ in range(steps):
        basis = qr(matmul(_adjoint(A), basis)).Q
        basis = qr(matmul(A, basis)).Q
    return basis


def pca_lowrank(A: Any, q: int | None = None, center: bool = True, niter: int = 2) -> tuple[Tensor, Tensor, Tensor]:
    """`svd_lowrank` of the rows of `A` less their mean, min(6, m, n) directions unless `q` says it.

    Shapes, dtype, derivative: those of `svd_lowrank`.
    Errors: ValueError unless 0 <= q <= min(m, n) and `niter` >= 0.
    Source: torch.pca_lowrank.

    >>> pca_lowrank(eye(3), q=2)[1].shape
    (2,)
    """
    require_tensor("pca_lowrank", "A", A)
    m, n = A.shape[-2:]
    wanted = min(6, m, n) if q is None else q
    if not 0 <= wanted <= min(m, n):
        raise ValueError(f"q(={wanted}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    centred = A - mean(A, -2, True) if center else A
    return svd_lowrank(centred, wanted, niter)


def _adjoint(x: Any) -> Any:
    return conj(transpose(x, -2, -1))
