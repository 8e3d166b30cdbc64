"""Floor 6: linear algebra, as functions and as methods. Products are here at once, the rest is imported at its first
use."""

from __future__ import annotations

from typing import Any

from wengert.extras import Late, deferred
from wengert.ops.linalg.affine import addmm, addmv, baddbmm, linear
from wengert.ops.linalg.contraction import einsum, inner, tensordot
from wengert.ops.linalg.products import bmm, dot, matmul, mm, mv, outer, trace
from wengert.tensor.base import TensorBase as Tensor

__all__ = [
    "addmm", "addmv", "baddbmm", "bmm", "dot", "einsum", "inner", "linear", "matmul", "mm", "mv", "outer", "tensordot",
    "trace",
]  # fmt: skip

_LATE = {
    "determinants": ("det", "slogdet"),
    "factors": ("cholesky", "cholesky_ex", "lu", "lu_factor", "lu_factor_ex", "qr"),
    "norms": ("cond", "matrix_norm", "norm", "vector_norm"),
    "pseudo": ("lstsq", "matrix_rank", "pinv"),
    "solving": ("inv", "inv_ex", "solve", "solve_ex", "solve_triangular", "tensorinv", "tensorsolve"),
    "spectra": ("eig", "eigh", "eigvals", "eigvalsh", "svd", "svdvals"),
}
#: The functions of torch.linalg, imported at their first use.
__getattr__ = deferred(
    __name__, {name: f"{__name__}.{module}:{name}" for module, names in _LATE.items() for name in names}
)


def _matmul(self: Tensor, other: Any) -> Any:
    """`self @ other`."""
    return matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _reflected_matmul(self: Tensor, other: Any) -> Any:
    """`other @ self`."""
    return matmul(other, self) if isinstance(other, Tensor) else NotImplemented


class LinalgMethods(Tensor):
    """The linear algebra of a Tensor."""

    __slots__ = ()

    addmm = addmm
    addmv = addmv
    baddbmm = baddbmm
    bmm = bmm
    dot = dot
    inner = inner
    matmul = matmul
    mm = mm
    mv = mv
    outer = outer
    trace = trace
    __matmul__ = _matmul
    __rmatmul__ = _reflected_matmul

    cholesky = Late("wengert.ops.linalg.older:cholesky")
    det = Late("wengert.ops.linalg.determinants:det")
    inverse = Late("wengert.ops.linalg.solving:inverse")
    logdet = Late("wengert.ops.linalg.determinants:logdet")
    norm = Late("wengert.ops.linalg.older:norm")
    pinverse = Late("wengert.ops.linalg.pseudo:pinverse")
    qr = Late("wengert.ops.linalg.older:qr")
    slogdet = Late("wengert.ops.linalg.older:slogdet")
    svd = Late("wengert.ops.linalg.older:svd")
