"""The checks: each observes one thing about a case on a library, as plain values that can be compared with torch's."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.checks.accumulated_gradient import accumulated_gradient
from wengert_conformance.checks.comparison import differences
from wengert_conformance.checks.first_gradient import first_gradient
from wengert_conformance.checks.forward import forward
from wengert_conformance.checks.node_name import node_name
from wengert_conformance.checks.second_gradient import second_gradient
from wengert_conformance.checks.tangent import tangent

CHECKS: dict[str, Callable[[ModuleType, Case], Any]] = {
    "forward": forward,
    "outcome": forward,
    "grad": first_gradient,
    "backward": accumulated_gradient,
    "gradgrad": second_gradient,
    "jvp": tangent,
    "grad_fn": node_name,
}

FORWARD = ("forward",)
DIFFERENTIABLE = ("forward", "grad", "backward", "gradgrad", "jvp", "grad_fn")

__all__ = ["CHECKS", "DIFFERENTIABLE", "FORWARD", "differences"]
