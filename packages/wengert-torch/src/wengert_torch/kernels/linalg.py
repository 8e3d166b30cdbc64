"""Matrices and Fourier transforms: torch's, in the forms that raise nothing."""

from __future__ import annotations

from typing import Any

import torch
from wengert.protocol.errors import LinAlgError

Shape = tuple[int, ...]


def cholesky(x: Any, /) -> tuple[Any, Any]:
    """The lower triangle, and where it ended."""
    out, info = torch.linalg.cholesky_ex(x)
    return out, info


def lu_factor(x: Any, /) -> tuple[Any, Any, Any]:
    """Both triangles in one tensor, pivots from 1, and where a pivot was 0."""
    factors, pivots, info = torch.linalg.lu_factor_ex(x)
    return factors, pivots, info


def solve(x: Any, y: Any, /) -> tuple[Any, Any]:
    """The solution, and where a pivot was 0."""
    if x.ndim == y.ndim + 1:
        y = y[None]  # not to be taken for vectors
    out, info = torch.linalg.solve_ex(x, y)
    return out, info


def solve_triangular(x: Any, y: Any, /, *, upper: bool, unit: bool) -> Any:
    """Back substitution."""
    return torch.linalg.solve_triangular(x, y, upper=upper, unitriangular=unit)


def ldl_factor(x: Any, /, *, hermitian: bool) -> tuple[Any, Any, Any]:
    """L and D in one tensor, LAPACK's pivots, and the first zero of D."""
    factors, pivots, info = torch.linalg.ldl_factor_ex(x, hermitian=hermitian)
    return factors, pivots, info


def ldl_solve(x: Any, pivots: Any, y: Any, /, *, hermitian: bool) -> Any:
    """The solution from what `ldl_factor` gives."""
    return torch.linalg.ldl_solve(x, pivots, y, hermitian=hermitian)


def slogdet(x: Any, /) -> tuple[Any, Any]:
    """Sign and logarithm of the size of each determinant."""
    sign, size = torch.linalg.slogdet(x)
    return sign, size


def qr(x: Any, /, *, complete: bool) -> tuple[Any, Any]:
    """Orthonormal columns and an upper triangle."""
    q, r = torch.linalg.qr(x, "complete" if complete else "reduced")
    return q, r


def _iterated(name: str) -> Any:
    function = getattr(torch.linalg, name)

    def kernel(x: Any, /, **options: Any) -> Any:
        try:
            return tuple(function(x, **options))
        except torch.linalg.LinAlgError as error:
            raise LinAlgError(str(error)) from error

    kernel.__name__ = kernel.__qualname__ = name
    return kernel


_svd = _iterated("svd")


def svd(x: Any, /, *, full: bool) -> Any:
    """Left vectors, values in descending order, and the adjoint of the right vectors."""
    return _svd(x, full_matrices=full)


def fftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Of complex tensors."""
    return torch.fft.fftn(x, dim=axes, norm=norm)


def ifftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Its inverse."""
    return torch.fft.ifftn(x, dim=axes, norm=norm)


def rfftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Of real tensors: half of the last of the axes."""
    return torch.fft.rfftn(x, dim=axes, norm=norm)


def irfftn(x: Any, /, *, size: int, axes: Shape, norm: str) -> Any:
    """Its inverse, with `size` elements along the last of the axes."""
    return torch.fft.irfftn(x, (*(x.shape[axis] for axis in axes[:-1]), size), axes, norm)


def require(condition: Any, message: str, /) -> None:
    """RuntimeError unless all hold; a condition on a GPU is not waited for."""
    if condition.device.type == "cpu" and not condition.all():
        raise RuntimeError(message)


kernels: dict[str, Any] = {
    "cholesky": cholesky,
    "det": torch.linalg.det,
    "eig": _iterated("eig"),
    "eigh": _iterated("eigh"),
    "fftn": fftn,
    "ifftn": ifftn,
    "irfftn": irfftn,
    "ldl_factor": ldl_factor,
    "ldl_solve": ldl_solve,
    "lu_factor": lu_factor,
    "qr": qr,
    "require": require,
    "rfftn": rfftn,
    "slogdet": slogdet,
    "solve": solve,
    "solve_triangular": solve_triangular,
    "svd": svd,
}
