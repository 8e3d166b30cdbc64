"""Jacobians, Hessians and products with them, with torch's names."""

from wengert.api.functional.jacobians import hessian, jacobian
from wengert.api.functional.products import hvp, jvp, vhp, vjp

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
