"""For every operation the written-out pull gives what its declared rules give, on arrays and while recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import wengert
from wengert.api.autograd import RECORDING
from wengert.graph.node import Node, OperationNode
from wengert.rule.kinds import Predicate
from wengert.rule.placed import Placed
from wengert.rule.primitive import Primitive
from wengert.tensor.operation import KERNELS
from wengert.tensor.record import GeneralNode
from wengert.tensor.tools import RAW
from wengert_conformance.cases import Case
from wengert_conformance.checks import differences
from wengert_conformance.checks.first_gradient import cotangents, differentiable_results
from wengert_conformance.store import stored_cases
from wengert_conformance.values import build, read, tensors

ENOUGH = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A node of a recorded graph and the cotangent that arrived at it."""

    node: OperationNode
    cotangent: Any


def graph(roots: list[Any]) -> Iterator[Node]:
    """Every node behind some tensors."""
    found: set[Node] = set()
    todo = [root.grad_fn for root in roots]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.add(node)
            todo += [edge for edge, _ in node.next_functions]
            yield node


def walked(roots: list[Any], sources: list[Any], directions: list[Any]) -> Iterator[tuple[Step | None, list[Any]]]:
    """The gradients, recorded, and each step on a node with a written-out pull, seen by a hook before it runs."""
    steps: list[Step] = []

    def watch(node: OperationNode) -> Callable[[tuple[Any, ...]], None]:
        return lambda arrived: steps.append(Step(node, arrived[0]))

    for node in graph(roots):
        if isinstance(node, OperationNode) and not isinstance(node, GeneralNode):
            node.register_prehook(watch(node))
    gradients = wengert.autograd.grad(
        roots, sources, directions, create_graph=True, retain_graph=True, allow_unused=True
    )
    found = [gradient for gradient in gradients if gradient is not None and gradient.requires_grad]
    yield None, found
    for step in steps:
        if step.cotangent is not None:
            yield step, found


def steps_of(case: Case) -> Iterator[Step]:
    """The steps of the first gradient of a case and of the second."""
    leaf_tensors = case.leaf_tensors(wengert, requires_grad=True)
    results = differentiable_results(wengert, case, leaf_tensors)
    yield from steps_behind(results, leaf_tensors, cotangents(wengert, case, results, requires_grad=True), case)


def steps_behind(results: list[Any], leaf_tensors: list[Any], directions: list[Any], case: Case) -> Iterator[Step]:
    gradients: list[Any] = []
    for step, gradients in walked(results, leaf_tensors, directions):
        if step is not None:
            yield step
    if gradients:
        seconds = [
            build(wengert, case.direction("second cotangent", index, read(gradient, with_numbers=False)))
            for index, gradient in enumerate(gradients)
        ]
        for step, _ in walked(gradients, [*leaf_tensors, *directions], seconds):
            if step is not None:
                yield step
