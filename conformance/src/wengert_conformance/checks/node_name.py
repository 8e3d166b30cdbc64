"""The name of the node that made each result, as `grad_fn.name()` gives it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.checks.first_gradient import differentiable_results


def node_name(library: ModuleType, case: Case) -> Any:
    """The node's name for each result that requires grad; None if none does."""
    results = differentiable_results(library, case, case.leaf_tensors(library, requires_grad=True))
    names = [None if result.grad_fn is None else result.grad_fn.name() for result in results]
    return names or None
