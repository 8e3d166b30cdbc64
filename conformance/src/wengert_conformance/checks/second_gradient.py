"""The second gradient: the gradients, dotted with random numbers, differentiated by the inputs and the cotangents."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.checks.first_gradient import cotangents, differentiable_results
from wengert_conformance.values import build, read


def second_gradient(library: ModuleType, case: Case) -> Any:
    """The second gradient by each input and each cotangent; None if no first gradient can be differentiated.

    An undefined second gradient and one of zeros mean the same here: which of the two comes depends on how an
    operation's own backward is written. It is recorded as zeros.
    """
    leaf_tensors = case.leaf_tensors(library, requires_grad=True)
    results = differentiable_results(library, case, leaf_tensors)
    if not results:
        return None
    directions = cotangents(library, case, results, requires_grad=True)
    gradients = library.autograd.grad(results, leaf_tensors, directions, create_graph=True, allow_unused=True)
    firsts = [(index, gradient) for index, gradient in enumerate(gradients) if gradient is not None]
    firsts = [(index, gradient) for index, gradient in firsts if gradient.requires_grad]
    if not firsts:
        return None
    second_directions = [
        build(library, case.direction("second cotangent", index, read(gradient, with_numbers=False)))
        for index, gradient in firsts
    ]
    sources = [*leaf_tensors, *directions]
    seconds = library.autograd.grad([gradient for _, gradient in firsts], sources, second_directions, allow_unused=True)
    return [
        read(library.zeros_like(source) if second is None else second)
        for source, second in zip(sources, seconds, strict=True)
    ]
