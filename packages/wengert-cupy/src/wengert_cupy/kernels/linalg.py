"""Matrices and Fourier transforms: CuPy's. What CuPy has for single matrices only is done matrix by matrix.

`cupyx.scipy.linalg` needs cuBLAS to be imported, and so is imported at the first call.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import cupy

Shape = tuple[int, ...]


def solve_triangular(x: Any, y: Any, /, *, upper: bool, unit: bool) -> Any:
    """Back substitution."""
    batch = cupy.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    x, y = (cupy.broadcast_to(part, (*batch, *part.shape[-2:])) for part in (x, y))
    if y.size == 0:
        return y.copy()
    solve = import_module("cupyx.scipy.linalg").solve_triangular
    flat = zip(x.reshape(-1, *x.shape[-2:]), y.reshape(-1, *y.shape[-2:]), strict=True)
    parts = [solve(matrix, right, lower=not upper, unit_diagonal=unit) for matrix, right in flat]
    return cupy.stack(parts).reshape(y.shape)


def lu_factor(x: Any, /) -> tuple[Any, Any, Any]:
    """Both triangles in one array, pivots from 1, and where a pivot was 0."""
    count = min(x.shape[-2:])
    if x.size == 0:
        pivots = cupy.zeros((*x.shape[:-2], count), cupy.int32)
        return x.copy(), pivots, cupy.zeros(x.shape[:-2], cupy.int32)
    factor = import_module("cupyx.scipy.linalg").lu_factor
    pairs = [factor(matrix) for matrix in x.reshape(-1, *x.shape[-2:])]
    out = cupy.stack([pair[0] for pair in pairs]).reshape(x.shape)
    pivots = cupy.stack([pair[1] for pair in pairs]).astype(cupy.int32) + 1
    zero = cupy.diagonal(out, axis1=-2, axis2=-1) == 0
    info = cupy.where(zero.any(-1), zero.argmax(-1) + 1, 0).astype(cupy.int32)
    return out, pivots.reshape(*x.shape[:-2], count), info


def solve(x: Any, y: Any, /) -> tuple[Any, Any]:
    """The solution; whether a matrix is singular is not looked at, as that would wait for the device."""
    batch = cupy.broadcast_shapes(x.shape[:-2], y.shape[:-2])
    y = cupy.broadcast_to(y, (*batch, *y.shape[-2:]))
    return cupy.linalg.solve(x, y), cupy.zeros(x.shape[:-2], cupy.int32)


def cholesky(x: Any, /) -> tuple[Any, Any]:
    """The lower triangle; `info` is 1 for a matrix that has none."""
    out = cupy.linalg.cholesky(x)
    diagonal = cupy.diagonal(out, axis1=-2, axis2=-1).real
    return out, (~(diagonal > 0)).any(-1).astype(cupy.int32)


def slogdet(x: Any, /) -> tuple[Any, Any]:
    """Sign and logarithm of the size of each determinant."""
    sign, size = cupy.linalg.slogdet(x)
    return sign, size


def qr(x: Any, /, *, complete: bool) -> tuple[Any, Any]:
    """Orthonormal columns and an upper triangle."""
    q, r = cupy.linalg.qr(x, "complete" if complete else "reduced")
    return q, r


def eigh(x: Any, /) -> tuple[Any, Any]:
    """Values in ascending order, and vectors."""
    values, vectors = cupy.linalg.eigh(x)
    return values, vectors


def eig(x: Any, /) -> tuple[Any, Any]:
    """Values and vectors, complex also where all are real."""
    values, vectors = cupy.linalg.eig(x)
    dtype = cupy.result_type(x.dtype, cupy.complex64)
    return values.astype(dtype), vectors.astype(dtype)


def svd(x: Any, /, *, full: bool) -> tuple[Any, Any, Any]:
    """Left vectors, values in descending order, and the adjoint of the right vectors."""
    u, s, vh = cupy.linalg.svd(x, full_matrices=full)
    return u, s, vh


def fftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Of complex arrays."""
    return cupy.fft.fftn(x, axes=axes, norm=norm)


def ifftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Its inverse."""
    return cupy.fft.ifftn(x, axes=axes, norm=norm)


def rfftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Of real arrays: half of the last of the axes."""
    return cupy.fft.rfftn(x, axes=axes, norm=norm)


def irfftn(x: Any, /, *, size: int, axes: Shape, norm: str) -> Any:
    """Its inverse, with `size` elements along the last of the axes."""
    return cupy.fft.irfftn(x, (*(x.shape[axis] for axis in axes[:-1]), size), axes, norm)


def require(condition: Any, message: str, /) -> None:
    """Nothing: reading a value would wait for the device."""


kernels: dict[str, Any] = {
    "cholesky": cholesky,
    "det": cupy.linalg.det,
    "eig": eig,
    "eigh": eigh,
    "fftn": fftn,
    "ifftn": ifftn,
    "irfftn": irfftn,
    "lu_factor": lu_factor,
    "qr": qr,
    "require": require,
    "rfftn": rfftn,
    "slogdet": slogdet,
    "solve": solve,
    "solve_triangular": solve_triangular,
    "svd": svd,
}
