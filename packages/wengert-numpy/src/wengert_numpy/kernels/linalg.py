"""Matrices: NumPy's decompositions; triangular systems and LU by SciPy's LAPACK where it is installed, which the first
call imports, else row by row."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from wengert.extras import optional
from wengert.protocol.errors import LinAlgError

from wengert_numpy.kernels import quiet

HAS_SCIPY = find_spec("scipy") is not None


@cache
def _routine(module: str, name: str, dtype: Any) -> Any:
    """The LAPACK or BLAS routine for a dtype."""
    library = import_module(f"scipy.linalg.{module}")
    find = library.get_lapack_funcs if module == "lapack" else library.get_blas_funcs
    return find((name,), dtype=dtype)[0]


def _matrices(x: Any) -> Any:
    """The matrices of a batch, one after the other."""
    return x.reshape(-1, *x.shape[-2:])


def cholesky(x: Any, /) -> tuple[Any, Any]:
    """The lower triangle; a matrix that has none keeps what was done, and `info` says where it ended."""
    try:
        return np.linalg.cholesky(x), np.zeros(x.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        return _failed_cholesky(x)


def _failed_cholesky(x: Any) -> tuple[Any, Any]:
    """Matrix by matrix; of one that fails, the largest leading part that does not."""
    out, info = np.ascontiguousarray(np.tril(x)), np.zeros(x.shape[:-2], np.int32)
    numbers, factors = info.reshape(-1), _matrices(out)
    for number, matrix in enumerate(_matrices(x)):
        for order in range(matrix.shape[-1], -1, -1):
            try:
                factors[number][:order, :order] = np.linalg.cholesky(matrix[:order, :order])
            except np.linalg.LinAlgError:
                numbers[number] = order
                continue
            break
    return out, info


def lu_factor(x: Any, /) -> tuple[Any, Any, Any]:
    """Both triangles in one array, pivots from 1, and where a pivot was 0."""
    out, count = np.array(x, order="C"), min(x.shape[-2:])
    pivots, info = np.empty((*x.shape[:-2], count), np.int32), np.zeros(x.shape[:-2], np.int32)
    if out.size:
        factor = _routine("lapack", "getrf", x.dtype) if HAS_SCIPY else _eliminated
        for matrix, row, place in zip(_matrices(out), pivots.reshape(-1, count), np.ndindex(info.shape), strict=True):
            matrix[...], row[:], info[place] = quiet.call(factor, matrix)
        pivots += 1
    return out, pivots, info


def _eliminated(matrix: Any) -> tuple[Any, list[int], int]:
    """What LAPACK's getrf gives, for a SciPy that is not there."""
    out, pivots, info = matrix.copy(), list[int](), 0
    for k in range(min(out.shape)):
        pivot = k + int((np.abs(out[k:, k].real) + np.abs(out[k:, k].imag)).argmax())
        pivots.append(pivot)
        out[[k, pivot]] = out[[pivot, k]]
        if out[k, k] != 0:
            out[k + 1 :, k] /= out[k, k]
            out[k + 1 :, k + 1 :] -= np.outer(out[k + 1 :, k], out[k, k + 1 :])
        elif info == 0:
            info = k + 1
    return out, pivots, info


def solve(x: Any, y: Any, /) -> tuple[Any, Any]:
    """The solution; where a matrix is singular it comes from its factors, with infinities in it."""
    try:
        return quiet.call(np.linalg.solve, x, y), np.zeros(x.shape[:-2], np.int32)
    except np.linalg.LinAlgError:
        factors, pivots, info = lu_factor(x)
    out = np.array(np.broadcast_to(y, (*np.broadcast_shapes(x.shape[:-2], y.shape[:-2]), *y.shape[-2:])))
    rows = np.broadcast_to(pivots, (*out.shape[:-2], x.shape[-1])).reshape(-1, x.shape[-1])
    for right, row in zip(_matrices(out), rows, strict=True):
        for k, pivot in enumerate(row):
            right[[k, pivot - 1]] = right[[pivot - 1, k]]
    half = solve_triangular(factors, out, upper=False, unit=True)
    return solve_triangular(factors, half, upper=True, unit=False), info


def solve_triangular(x: Any, y: Any, /, *, upper: bool, unit: bool) -> Any:
    """Back substitution, which does not look whether a diagonal holds a 0."""
    batch = np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    out = np.array(np.broadcast_to(y, (*batch, *y.shape[-2:])), order="C")
    if not out.size:
        return out
    if not HAS_SCIPY:
        return quiet.call(_substituted, x, out, upper, unit)
    trsm = _routine("blas", "trsm", x.dtype)
    for matrix, right in zip(_matrices(np.broadcast_to(x, (*batch, *x.shape[-2:]))), _matrices(out), strict=True):
        right[...] = trsm(1.0, matrix.T, right.T, side=1, lower=upper, diag=unit).T  # X A^T = Y^T, in Fortran's order
    return out


def _substituted(x: Any, out: Any, upper: bool, unit: bool) -> Any:
    n = x.shape[-1]
    for k in reversed(range(n)) if upper else range(n):
        known = slice(k + 1, n) if upper else slice(0, k)
        out[..., k : k + 1, :] -= x[..., k : k + 1, known] @ out[..., known, :]
        if not unit:
            out[..., k : k + 1, :] /= x[..., k : k + 1, k : k + 1]
    return out


def ldl_factor(x: Any, /, *, hermitian: bool) -> tuple[Any, Any, Any]:
    """L and D in one array, LAPACK's pivots, and the first zero of D."""
    out, info = np.ascontiguousarray(np.tril(x)), np.zeros(x.shape[:-2], np.int32)
    pivots = np.zeros(x.shape[:-1], np.int32)
    if out.size:
        factor = _symmetric("trf", x.dtype, hermitian)
        for matrix, row, place in zip(
            _matrices(out), pivots.reshape(-1, x.shape[-1]), np.ndindex(info.shape), strict=True
        ):
            factors, row[:], info[place] = factor(matrix, lower=1)
            matrix[...] = np.tril(factors)
    return out, pivots, info


def ldl_solve(x: Any, pivots: Any, y: Any, /, *, hermitian: bool) -> Any:
    """The solution from what `ldl_factor` gives."""
    batch = np.broadcast_shapes(x.shape[:-2], pivots.shape[:-1], y.shape[:-2])
    out = np.array(np.broadcast_to(y, (*batch, *y.shape[-2:])), order="C")
    if out.size:
        solve_one = _symmetric("trs", x.dtype, hermitian)
        matrices = _matrices(np.broadcast_to(x, (*batch, *x.shape[-2:])))
        rows = np.broadcast_to(pivots, (*batch, x.shape[-1])).reshape(-1, x.shape[-1]).astype(np.int32)
        for matrix, row, right in zip(matrices, rows, _matrices(out), strict=True):
            right[...] = solve_one(matrix, row, right, lower=1)[0]
    return out


def _symmetric(what: str, dtype: Any, hermitian: bool) -> Any:
    """LAPACK's routine for symmetric or Hermitian matrices; ImportError names the extra where there is no SciPy."""
    optional("scipy.linalg", "numpy")
    return _routine("lapack", f"{'he' if hermitian and dtype.kind == 'c' else 'sy'}{what}", dtype)


def det(x: Any, /) -> Any:
    """The determinant of each matrix."""
    return quiet.call(np.linalg.det, x)


def slogdet(x: Any, /) -> tuple[Any, Any]:
    """Sign and logarithm of the size of each determinant."""
    sign, size = quiet.call(np.linalg.slogdet, x)
    return sign, size


def qr(x: Any, /, *, complete: bool) -> tuple[Any, Any]:
    """Orthonormal columns and an upper triangle."""
    q, r = np.linalg.qr(x, "complete" if complete else "reduced")
    return q, r


def eigh(x: Any, /) -> tuple[Any, Any]:
    """Values in ascending order, and vectors."""
    values, vectors = _iterated("linalg.eigh", np.linalg.eigh, x)
    return values, vectors


def eig(x: Any, /) -> tuple[Any, Any]:
    """Values and vectors, complex also where all are real."""
    if not np.isfinite(x).all():
        raise LinAlgError("torch.linalg.eig: input tensor should not contain infs or NaNs.")
    values, vectors = _iterated("linalg.eig", np.linalg.eig, x)
    dtype = np.result_type(x.dtype, np.complex64)
    return values.astype(dtype), vectors.astype(dtype)


def svd(x: Any, /, *, full: bool) -> tuple[Any, Any, Any]:
    """Left vectors, values in descending order, and the adjoint of the right vectors."""
    u, s, vh = _iterated("linalg.svd", partial(np.linalg.svd, full_matrices=full), x)
    return u, s, vh


def _iterated(name: str, function: Callable[[Any], Any], x: Any) -> Any:
    try:
        return function(x)
    except np.linalg.LinAlgError as error:
        raise LinAlgError(
            f"{name}: The algorithm failed to converge because the input matrix contained non-finite values or is "
            "ill-conditioned."
        ) from error


kernels: dict[str, Any] = {
    "cholesky": cholesky,
    "det": det,
    "eig": eig,
    "eigh": eigh,
    "ldl_factor": ldl_factor,
    "ldl_solve": ldl_solve,
    "lu_factor": lu_factor,
    "qr": qr,
    "slogdet": slogdet,
    "solve": solve,
    "solve_triangular": solve_triangular,
    "svd": svd,
}
