"""Transforms of functions, with torch's names."""

from wengert.api.func.forward import jvp
from wengert.api.func.jacobians import hessian, jacfwd, jacrev
from wengert.api.func.modules import functional_call, stack_module_state
from wengert.api.func.reverse import grad, grad_and_value, linearize, vjp
from wengert.api.func.vmap import vmap

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "vjp",
    "vmap",
]
