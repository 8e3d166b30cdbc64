"""Floor 7: sparse derivatives: where they may not be zero, a colouring, and one product for each colour."""

from wengert.api.func.sparse.jacobians import sparse_hessian, sparse_jacobian
from wengert.api.func.sparse.pattern import SparseMatrix

__all__ = ["SparseMatrix", "sparse_hessian", "sparse_jacobian"]
