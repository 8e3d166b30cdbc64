"""The first gradient once more, as `backward` leaves it in `.grad`: the engine has a way of its own to get there."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.checks.first_gradient import cotangents, differentiable_results
from wengert_conformance.values import read


def accumulated_gradient(library: ModuleType, case: Case) -> Any:
    """`.grad` of each differentiable input, None where none arrived; None if no result requires grad."""
    leaf_tensors = case.leaf_tensors(library, requires_grad=True)
    results = differentiable_results(library, case, leaf_tensors)
    if not results:
        return None
    library.autograd.backward(results, cotangents(library, case, results, requires_grad=False))
    return [None if leaf.grad is None else read(leaf.grad) for leaf in leaf_tensors]
