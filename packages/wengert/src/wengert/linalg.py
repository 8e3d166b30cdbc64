"""Linear algebra, with torch.linalg's names."""

from __future__ import annotations

from wengert.ops.linalg.determinants import det, slogdet
from wengert.ops.linalg.factors import cholesky, cholesky_ex, lu, lu_factor, lu_factor_ex, qr
from wengert.ops.linalg.norms import cond, matrix_norm, norm, vector_norm
from wengert.ops.linalg.pseudo import lstsq, matrix_rank, pinv
from wengert.ops.linalg.solving import inv, inv_ex, solve, solve_ex, solve_triangular, tensorinv, tensorsolve
from wengert.ops.linalg.spectra import eig, eigh, eigvals, eigvalsh, svd, svdvals
from wengert.protocol.errors import LinAlgError

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "inv_ex",
    "lstsq", "lu", "lu_factor", "lu_factor_ex", "matrix_norm", "matrix_rank", "norm", "pinv", "qr", "slogdet", "solve",
    "solve_ex", "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vector_norm",
]  # fmt: skip
