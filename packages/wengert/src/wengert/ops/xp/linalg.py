"""Floor 6: the standard's linear algebra, over Tensors: torch's functions under the standard's names."""

from __future__ import annotations

from typing import Any, NamedTuple

from wengert.ops import movement
from wengert.ops.arithmetic import absolute, mul, sub
from wengert.ops.conversion.moving import to
from wengert.ops.linalg import determinants, factors, norms, products, pseudo, solving, spectra
from wengert.ops.xp.elementwise import promoted, written_freely
from wengert.ops.xp.manipulation import matmul, matrix_transpose, tensordot, vecdot
from wengert.ops.xp.statistical import sum as _sum
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape, normalize_axes
from wengert.tensor.base import make


class Eigh(NamedTuple):
    """What `eigh` returns."""

    eigenvalues: Any
    eigenvectors: Any


class QR(NamedTuple):
    """What `qr` returns."""

    Q: Any
    R: Any


class Slogdet(NamedTuple):
    """What `slogdet` returns."""

    sign: Any
    logabsdet: Any


class SVD(NamedTuple):
    """What `svd` returns."""

    U: Any
    S: Any
    Vh: Any


def _free(*results: Any) -> list[Any]:
    """The results, all of which their node may need, on memory that may be written."""
    return [result if result.node is None else movement.clone(result) for result in results]


def cholesky(x: Any, /, *, upper: bool = False) -> Any:
    """The Cholesky factor."""
    return _free(factors.cholesky(x, upper=upper))[0]


def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The cross product of vectors of three along `axis`."""
    x, y = movement.broadcast_tensors(*promoted(x1, x2))
    if x.shape[axis] != 3:
        raise ValueError(f"cross: got size {x.shape[axis]} along axis {axis}; expected 3.")
    first = mul(movement.roll(x, -1, axis), movement.roll(y, -2, axis))
    return sub(first, mul(movement.roll(x, -2, axis), movement.roll(y, -1, axis)))


def det(x: Any, /) -> Any:
    """The determinant."""
    return determinants.det(x)


def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonals of the last two axes."""
    return movement.diagonal(x, offset, -2, -1)


def eigh(x: Any, /) -> Eigh:
    """Eigenvalues and eigenvectors of a symmetric or Hermitian matrix."""
    return Eigh(*_free(*spectra.eigh(x)))


def eigvalsh(x: Any, /) -> Any:
    """The eigenvalues of a symmetric or Hermitian matrix."""
    return _free(spectra.eigvalsh(x))[0]


def inv(x: Any, /) -> Any:
    """The inverse."""
    return _free(solving.inv(x))[0]


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of each matrix."""
    if ord == "fro":
        return written_freely(norms.vector_norm(x, 2, (-2, -1), keepdims))
    return norms.matrix_norm(x, ord, keepdim=keepdims)


def matrix_power(x: Any, n: int, /) -> Any:
    """The `n`th power of a square matrix."""
    base = solving.inv(x) if n < 0 else x
    left, result = abs(n), None
    while left:  # by squares
        if left % 2:
            result = base if result is None else matmul(result, base)
        left //= 2
        base = matmul(base, base) if left else base
    return _identity(x) if result is None else result


def _identity(x: Any) -> Any:
    size, space = x.shape[-1], x.space
    one = make(space.plain, space.xp.eye(size, size, dtype=space.native, device=space.native_device))
    return movement.clone(movement.broadcast_to(one, x.shape))


def matrix_rank(x: Any, /, *, rtol: Any = None) -> Any:
    """How many singular values count; no derivative."""
    return pseudo.matrix_rank(x, rtol=rtol)


def outer(x1: Any, x2: Any, /) -> Any:
    """All products of an element of one vector and one of the other."""
    return products.outer(*promoted(x1, x2))


def pinv(x: Any, /, *, rtol: Any = None) -> Any:
    """The pseudo-inverse."""
    return pseudo.pinv(x, rtol=rtol)


def qr(x: Any, /, *, mode: str = "reduced") -> QR:
    """The factors of a matrix: orthogonal columns and an upper triangle."""
    return QR(*_free(*factors.qr(x, mode)))


def slogdet(x: Any, /) -> Slogdet:
    """The sign of the determinant and the logarithm of its size."""
    return Slogdet(*determinants.slogdet(x))


def solve(x1: Any, x2: Any, /) -> Any:
    """The solution of `x1 @ result = x2`; only a 1-d `x2` is a vector."""
    x, y = promoted(x1, x2)
    if len(y.shape) == 1:
        return movement.squeeze(_free(solving.solve(x, movement.unsqueeze(y, -1)))[0], -1)
    return _free(solving.solve(x, y))[0]


def svd(x: Any, /, *, full_matrices: bool = True) -> SVD:
    """The singular values with their vectors."""
    return SVD(*_free(*spectra.svd(x, full_matrices)))


def svdvals(x: Any, /) -> Any:
    """The singular values, the largest first."""
    return _free(spectra.svdvals(x))[0]


def trace(x: Any, /, *, offset: int = 0, dtype: DType | None = None) -> Any:
    """The sums of the diagonals of the last two axes."""
    return _sum(diagonal(x, offset=offset), axis=-1, dtype=dtype)


def vector_norm(x: Any, /, *, axis: int | Shape | None = None, keepdims: bool = False, ord: float = 2) -> Any:
    """The norm of the elements over `axis`, taken as one vector."""
    if axis == ():
        return absolute(x) if ord else to(x != 0, x.space.dtype)
    axes = None if axis is None else normalize_axes(axis, len(x.shape))
    return written_freely(norms.vector_norm(x, ord, axes, keepdims))


FUNCTIONS = {
    function.__name__: function
    for function in (
        cholesky, cross, det, diagonal, eigh, eigvalsh, inv, matmul, matrix_norm, matrix_power, matrix_rank,
        matrix_transpose, outer, pinv, qr, slogdet, solve, svd, svdvals, tensordot, trace, vecdot, vector_norm,
    )
}  # fmt: skip
