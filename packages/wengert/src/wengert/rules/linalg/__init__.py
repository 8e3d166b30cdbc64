"""Floor 2: linear algebra. Products are here at once, the rest is imported when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wengert.extras import deferred
from wengert.rules.linalg.products import add_product, gemm, linear, matmul, trace

if TYPE_CHECKING:
    from wengert.rules.linalg.determinants import det, det_at_singular, slogdet
    from wengert.rules.linalg.factors import cholesky, lu, lu_factor, lu_unpacked, qr
    from wengert.rules.linalg.singular import pinv, svd
    from wengert.rules.linalg.solving import inverse, solve, solve_triangular
    from wengert.rules.linalg.spectra import eig, eigh
    from wengert.rules.linalg.symmetric import ldl_factor, ldl_solve

_PLACES = {
    "determinants": ("det", "det_at_singular", "slogdet"),
    "factors": ("cholesky", "ldl_factor", "ldl_solve", "lu", "lu_factor", "lu_unpacked", "qr"),
    "singular": ("pinv", "svd"),
    "solving": ("inverse", "solve", "solve_triangular"),
    "symmetric": ("ldl_factor", "ldl_solve"),
    "spectra": ("eig", "eigh"),
}

__getattr__ = deferred(
    __name__, {name: f"{__name__}.{module}:{name}" for module, names in _PLACES.items() for name in names}
)

__all__ = [
    "add_product", "cholesky", "det", "det_at_singular", "eig", "eigh", "gemm", "inverse", "ldl_factor",
    "ldl_solve", "linear", "lu", "lu_factor", "lu_unpacked", "matmul", "pinv", "qr", "slogdet", "solve",
    "solve_triangular", "svd", "trace",
]  # fmt: skip
