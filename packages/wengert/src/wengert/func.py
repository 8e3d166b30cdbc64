"""Transforms of functions, with torch's names; and sparse derivatives and implicit ones, which torch has not."""

from typing import TYPE_CHECKING

from wengert.api.func.forward import jvp
from wengert.api.func.jacobians import hessian, jacfwd, jacrev
from wengert.api.func.modules import functional_call, stack_module_state
from wengert.api.func.reverse import grad, grad_and_value, linearize, vjp
from wengert.api.func.vmap import vmap
from wengert.extras import deferred

if TYPE_CHECKING:
    from wengert.api.func.implicit import custom_fixed_point, custom_root
    from wengert.api.func.sparse import SparseMatrix, sparse_hessian, sparse_jacobian

__all__ = [
    "SparseMatrix",
    "custom_fixed_point",
    "custom_root",
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "sparse_hessian",
    "sparse_jacobian",
    "stack_module_state",
    "vjp",
    "vmap",
]

_SPARSE = ("SparseMatrix", "sparse_hessian", "sparse_jacobian")
__getattr__ = deferred(
    __name__,
    {name: f"wengert.api.func.sparse:{name}" for name in _SPARSE}
    | {name: f"wengert.api.func.implicit:{name}" for name in ("custom_fixed_point", "custom_root")},
)
