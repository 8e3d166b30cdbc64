"""The first gradient, for a random cotangent of each result."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.values import build, read, tensors


def differentiable_results(library: ModuleType, case: Case, leaf_tensors: list[Any]) -> list[Any]:
    """The results that a gradient can be asked of."""
    return [result for result in tensors(case.call(library, leaf_tensors), library) if result.requires_grad]


def cotangents(library: ModuleType, case: Case, results: list[Any], *, requires_grad: bool) -> list[Any]:
    """A random cotangent for each result."""
    return [
        build(
            library,
            case.direction("cotangent", index, read(result, with_numbers=False)),
            requires_grad=requires_grad,
        )
        for index, result in enumerate(results)
    ]


def first_gradient(library: ModuleType, case: Case) -> Any:
    """The gradient by each differentiable input, None where it is undefined; None if no result requires grad."""
    leaf_tensors = case.leaf_tensors(library, requires_grad=True)
    results = differentiable_results(library, case, leaf_tensors)
    if not results:
        return None
    directions = cotangents(library, case, results, requires_grad=False)
    gradients = library.autograd.grad(results, leaf_tensors, directions, allow_unused=True)
    return [None if gradient is None else read(gradient) for gradient in gradients]
