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
    "assembling": ("cross", "vander", "vecdot"),
    "determinants": ("det", "slogdet"),
    "factored": ("lu_solve",),
    "factors": ("cholesky", "cholesky_ex", "lu", "lu_factor", "lu_factor_ex", "qr"),
    "norms": ("cond", "matrix_norm", "norm", "vector_norm"),
    "powers": ("matrix_exp", "matrix_power", "multi_dot"),
    "pseudo": ("lstsq", "matrix_rank", "pinv"),
    "reflections": ("householder_product",),
    "solving": ("inv", "inv_ex", "solve", "solve_ex", "solve_triangular", "tensorinv", "tensorsolve"),
    "symmetric": ("ldl_factor", "ldl_factor_ex", "ldl_solve"),
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
    addbmm = Late("wengert.ops.linalg.assembling:addbmm")
    addr = Late("wengert.ops.linalg.assembling:addr")
    cholesky_inverse = Late("wengert.ops.linalg.factored:cholesky_inverse")
    cholesky_solve = Late("wengert.ops.linalg.factored:cholesky_solve")
    corrcoef = Late("wengert.ops.linalg.statistics:corrcoef")
    cov = Late("wengert.ops.linalg.statistics:cov")
    cross = Late("wengert.ops.linalg.assembling:cross_of_tensor")
    det = Late("wengert.ops.linalg.determinants:det")
    dist = Late("wengert.ops.linalg.distances:dist")
    ger = Late("wengert.ops.linalg.assembling:ger")
    geqrf = Late("wengert.ops.linalg.reflections:geqrf")
    inverse = Late("wengert.ops.linalg.solving:inverse")
    logdet = Late("wengert.ops.linalg.determinants:logdet")
    kron = Late("wengert.ops.linalg.assembling:kron")
    lu = Late("wengert.ops.linalg.factored:lu")
    lu_solve = Late("wengert.ops.linalg.factored:lu_solve_of_tensor")
    matrix_exp = Late("wengert.ops.linalg.powers:matrix_exp")
    matrix_power = Late("wengert.ops.linalg.powers:matrix_power")
    norm = Late("wengert.ops.linalg.older:norm")
    ormqr = Late("wengert.ops.linalg.reflections:ormqr")
    orgqr = Late("wengert.ops.linalg.reflections:householder_product")
    pinverse = Late("wengert.ops.linalg.pseudo:pinverse")
    qr = Late("wengert.ops.linalg.older:qr")
    renorm = Late("wengert.ops.linalg.distances:renorm")
    slogdet = Late("wengert.ops.linalg.older:slogdet")
    svd = Late("wengert.ops.linalg.older:svd")
    istft = Late("wengert.ops.fourier.short_time:istft")
    stft = Late("wengert.ops.fourier.short_time:stft")
    triangular_solve = Late("wengert.ops.linalg.factored:triangular_solve")
    vdot = Late("wengert.ops.linalg.assembling:vdot")
