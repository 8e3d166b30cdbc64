"""Floor 6: triangular factors of matrices: Cholesky, QR, LU."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import AnyTensor, spoken
from wengert.ops.linalg import results
from wengert.ops.linalg.matrices import check_info, check_matrix, check_square, not_positive, require_tensor
from wengert.protocol.dtypes import int32
from wengert.rules import linalg as rules
from wengert.rules.linalg.factors import row_order
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import inner_space
from wengert.tensor.operation import kernel

_cholesky = kernel(rules.cholesky, "LinalgCholeskyExBackward0", out="L")
_qr = kernel(rules.qr, "LinalgQrBackward0", q="Q", r="R")
_lu = kernel(rules.lu, "LinalgLuBackward0", lower="L", upper="U")
_unpacked = kernel(rules.lu_unpacked, "LuUnpackBackward0")
_lu_factor = kernel(rules.lu_factor, "LinalgLuFactorExBackward0", factors="LU")


def cholesky(input: AnyTensor, *, upper: bool = False) -> Tensor:
    """The lower triangular L with L L^H = input, for each Hermitian positive-definite matrix; L^H where `upper`.

    Only one triangle of `input` is read.
    Shapes: (..., n, n) -> (..., n, n). Dtype: that of `input`.
    Derivative: g -> L^-H F L^-1, F the Hermitian matrix whose lower triangle is that of L^H g / 2.
    Errors: LinAlgError if a matrix is not positive-definite; RuntimeError unless they are square, floating or complex.
    Source: torch.linalg.cholesky; I. Murray, "Differentiation of the Cholesky decomposition" (2016).

    >>> cholesky(tensor([[4., 2.], [2., 5.]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    check_square("linalg.cholesky", input, kernel="cholesky_cpu")
    out, info = _cholesky(input, upper)
    check_info(info, not_positive("linalg.cholesky"))
    return out


def cholesky_ex(input: AnyTensor, *, upper: bool = False, check_errors: bool = False) -> results.linalg_cholesky_ex:
    """`cholesky` that raises nothing: `info` is the order of the first leading minor that is not positive, else 0.

    Shapes: (..., n, n) -> (..., n, n) and (...). Dtype: that of `input`; int32.
    Derivative: that of `cholesky`.
    Errors: those of `cholesky`, LinAlgError with `check_errors` only.
    Source: torch.linalg.cholesky_ex.

    >>> cholesky_ex(tensor([[1., 2.], [2., 1.]])).info
    tensor(2, dtype=wengert.int32)
    """
    check_square("linalg.cholesky_ex", input, kernel="cholesky_cpu")
    out, info = _cholesky(input, upper)
    if check_errors:
        check_info(info, not_positive("linalg.cholesky_ex"))
    return results.linalg_cholesky_ex(out, info)


def qr(A: AnyTensor, mode: str = "reduced") -> results.linalg_qr:
    """Q with orthonormal columns and an upper triangular R with Q R = A, for each matrix.

    `mode` is "reduced" (min(m, n) columns of Q), "complete" (m columns) or "r" (R alone, Q empty).
    Shapes: (..., m, n) -> (..., m, k) and (..., k, n). Dtype: that of `A`.
    Derivative: g_Q, g_R -> (g_Q + Q C) R^-H for m >= n; where m < n through the square on the left of A.
    Errors: RuntimeError for another mode, and at backward where Q is not determined: mode "r", or "complete" for m > n.
    Source: torch.linalg.qr.

    >>> qr(tensor([[3., 0.], [4., 0.]])).R.abs()
    tensor([[5., 0.],
            [0., 0.]])
    """
    check_matrix("linalg.qr", A, kernel="geqrf_cpu")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    return results.linalg_qr(*orthogonalized(A, mode))


def orthogonalized(A: Any, mode: str) -> tuple[Any, Any]:
    q, r = _qr(A, mode)
    return q, r


def lu(A: AnyTensor, *, pivot: bool = True) -> results.linalg_lu:
    """A permutation P, a unit lower triangular L and an upper triangular U with P L U = A, for each matrix.

    Shapes: (..., m, n) -> (..., m, m), (..., m, k) and (..., k, n), k = min(m, n). Dtype: that of `A`.
    Derivative: g_L, g_U -> P L^-H (tril(L^H g_L, -1) + triu(g_U U^H)) U^-H for square matrices; none for P.
    Errors: RuntimeError unless `A` holds matrices, and without pivoting.
    Source: torch.linalg.lu.

    >>> lu(tensor([[0., 2.], [1., 3.]])).P
    tensor([[0., 1.],
            [1., 0.]])
    """
    _check_lu("linalg.lu", "linalg.lu", A, pivot)
    lower, upper, pivots, _ = _lu(A)
    return results.linalg_lu(permutation(A, pivots), lower, upper)


def lu_factor(A: AnyTensor, *, pivot: bool = True) -> results.linalg_lu_factor:
    """L and U of `lu` in one matrix, and which rows were exchanged, for `lu_solve`.

    Shapes: (..., m, n) -> (..., m, n) and (..., k), k = min(m, n). Dtype: that of `A`; int32, counted from 1.
    Derivative: that of `lu`.
    Errors: RuntimeError if a matrix is singular, unless `A` holds matrices, and without pivoting.
    Source: torch.linalg.lu_factor.

    >>> lu_factor(tensor([[1., 2.], [2., 2.]])).pivots
    tensor([2, 2], dtype=wengert.int32)
    """
    _check_lu("linalg.lu_factor", "torch.lu_factor", A, pivot)
    factors, pivots, info = _lu_factor(A)
    _check_factors(info)
    return results.linalg_lu_factor(factors, pivots)


def lu_factor_ex(A: AnyTensor, *, pivot: bool = True, check_errors: bool = False) -> results.linalg_lu_factor_ex:
    """`lu_factor` that raises nothing: `info` is the first diagonal element of U that is 0, else 0.

    Shapes: (..., m, n) -> (..., m, n), (..., k) and (...). Dtype: that of `A`; int32.
    Derivative: that of `lu`.
    Errors: those of `lu_factor`, for a singular matrix with `check_errors` only.
    Source: torch.linalg.lu_factor_ex.

    >>> lu_factor_ex(tensor([[1., 1.], [1., 1.]])).info
    tensor(2, dtype=wengert.int32)
    """
    _check_lu("linalg.lu_factor_ex", "torch.lu_factor", A, pivot)
    factors, pivots, info = _lu_factor(A)
    if check_errors:
        _check_factors(info)
    return results.linalg_lu_factor_ex(factors, pivots, info)


def _check_lu(name: str, spoken_name: str, A: Any, pivot: bool) -> None:
    require_tensor(name, "A", A)
    if len(A.shape) < 2:
        raise RuntimeError(
            f"{spoken_name}: Expected tensor with 2 or more dimensions. Got size: {list(A.shape)} instead"
        )
    dtype = A.space.dtype
    if not dtype.is_inexact or dtype.itemsize == 2:
        raise NotImplementedError(f"\"lu_cpu\" not implemented for '{spoken(dtype)}'. Convert it first: t.double().")
    if not pivot:
        raise RuntimeError(f"{name}: LU without pivoting is not implemented on the CPU")


def _check_factors(info: Any) -> None:
    check_info(
        info,
        lambda place, number: (
            f"torch.linalg.lu_factor: {place}U[{number},{number}] is zero and using it on lu_solve would result in a "
            "division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
            "linalg.lu_factor_ex(A, pivot)"
        ),
    )


def permutation(like: Tensor, pivots: Tensor) -> Tensor:
    """The matrix P of P L U, in the dtype of the matrices `like`, from `pivots`."""
    space, m = inner_space(like.space, pivots.space).of(like.space.dtype), like.shape[-2]
    xp, batch = space.xp, pivots.shape[:-1]
    if pivots.shape[-1]:
        order = row_order(xp, pivots.array, m)
    else:
        order = xp.broadcast_to(xp.arange(0, m, 1, dtype=space.index.native, device=space.native_device), (*batch, m))
    places = xp.arange(0, m, 1, dtype=order.dtype, device=space.native_device)
    chosen = xp.equal(xp.reshape(places, (m, 1)), xp.reshape(order, (*batch, 1, m)))
    return make(space, xp.astype(chosen, space.native))


def lu_unpack(
    LU_data: AnyTensor, LU_pivots: AnyTensor, unpack_data: bool = True, unpack_pivots: bool = True
) -> results.lu_unpack:
    """P, L and U of `lu` from what `lu_factor` gives; what is not wanted is empty.

    Shapes: (..., m, n), (..., k) -> (..., m, m), (..., m, k) and (..., k, n). Dtype: that of `LU_data`.
    Derivative: g_L, g_U -> the triangles of them, one beside the other; none for P.
    Errors: RuntimeError unless the pivots are int32 and fit.
    Source: torch.lu_unpack.

    >>> lu_unpack(*lu_factor(tensor([[2., 2.], [1., 2.]]))).U
    tensor([[2., 2.],
            [0., 1.]])
    """
    require_tensor("lu_unpack", "LU_data", LU_data)
    require_tensor("lu_unpack", "LU_pivots", LU_pivots, 2)
    if unpack_pivots and LU_pivots.space.dtype is not int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\n"
            "Note: this function is intended to be used with the output produced by torch.linalg.lu_factor"
        )
    empty = LU_data.new_empty((0,))
    p = permutation(LU_data, LU_pivots) if unpack_pivots else empty
    return results.lu_unpack(p, *(_triangles(LU_data) if unpack_data else (empty, empty)))


def _triangles(factors: Any) -> tuple[Any, Any]:
    lower, upper = _unpacked(factors)
    return lower, upper
