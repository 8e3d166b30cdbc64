"""Linear algebra, with torch.linalg's names."""

from __future__ import annotations

from wengert.ops.forms import public_forms
from wengert.ops.linalg.assembling import cross, vander, vecdot
from wengert.ops.linalg.assembling import matrix_diagonal as diagonal
from wengert.ops.linalg.determinants import det, slogdet
from wengert.ops.linalg.factored import lu_solve
from wengert.ops.linalg.factors import cholesky, cholesky_ex, lu, lu_factor, lu_factor_ex, qr
from wengert.ops.linalg.norms import cond, matrix_norm, norm, vector_norm
from wengert.ops.linalg.powers import matrix_exp, matrix_power, multi_dot
from wengert.ops.linalg.products import matmul
from wengert.ops.linalg.pseudo import lstsq, matrix_rank, pinv
from wengert.ops.linalg.reflections import householder_product
from wengert.ops.linalg.solving import inv, inv_ex, solve, solve_ex, solve_triangular, tensorinv, tensorsolve
from wengert.ops.linalg.spectra import eig, eigh, eigvals, eigvalsh, svd, svdvals
from wengert.ops.linalg.symmetric import ldl_factor, ldl_factor_ex, ldl_solve
from wengert.protocol.errors import LinAlgError

#: The functions that take `out=`.
_WITH_OUT = """
    cholesky cholesky_ex cond cross det eig eigh eigvals eigvalsh householder_product inv inv_ex ldl_factor
    ldl_factor_ex ldl_solve lstsq lu lu_factor lu_factor_ex lu_solve matmul matrix_norm matrix_power matrix_rank
    multi_dot norm pinv qr slogdet solve solve_ex solve_triangular svd svdvals tensorinv tensorsolve vecdot vector_norm
"""
globals().update(public_forms(globals(), _WITH_OUT))

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals",
    "eigvalsh", "householder_product", "inv", "inv_ex", "ldl_factor", "ldl_factor_ex", "ldl_solve", "lstsq", "lu",
    "lu_factor", "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank",
    "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular", "svd", "svdvals",
    "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm",
]  # fmt: skip
