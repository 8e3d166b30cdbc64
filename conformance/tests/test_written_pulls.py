"""For every operation the written-out pull gives what its declared rules give, on arrays and while recording.

The steps come from the suite's own cases: each is run forward, backward and backward again, and a hook on each node
keeps the cotangent that arrives there.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import wengert
from wengert.api.autograd import RECORDING
from wengert.graph.node import Node, OperationNode
from wengert.rule.kinds import Elementwise
from wengert.rule.placed import Placed
from wengert.rule.primitive import Primitive
from wengert.rules import convolution, random
from wengert.rules.activation import pieces
from wengert.rules.arithmetic import basic as arithmetic
from wengert.rules.linalg import determinants, singular, solving
from wengert.rules.reduction import order, scan, totals
from wengert.rules.special import bessel, gamma
from wengert.tensor.general import GeneralNode, Operation
from wengert.tensor.operation import KERNELS, kernel
from wengert.tensor.specialize import specializable
from wengert.tensor.tools import RAW
from wengert_conformance.cases import Case
from wengert_conformance.checks import differences
from wengert_conformance.checks.first_gradient import cotangents, differentiable_results
from wengert_conformance.store import stored_cases
from wengert_conformance.values import Values, build, read

Step = tuple[OperationNode, Any]  # a node and the cotangent that arrived there
ENOUGH = 8

#: Operations that no case reaches within two backward passes, called by hand.
CALLS: dict[Primitive, Callable[[Any, Any], Any]] = {
    arithmetic.replaced: lambda f, x: f(x, x * 2).sum(),
    arithmetic.overwritten: lambda f, x: f(x, x.detach() * 2).sum(),
    totals.nansum: lambda f, x: f(x, (0, 1, 2, 3), False),
    random.sampled: lambda f, x: f(x, x.detach()).sum(),
    random.sampled_between: lambda f, x: f(x, x * 2, x.detach()).sum(),
    convolution.plane_gather: lambda f, x: f(x, wengert.tensor([[[[3, 0]]]])).sum(),
}
CALLS |= {
    order.median: lambda f, x: f(x, False),
    scan.logcumsumexp: lambda f, x: f(x, 3).sum(),
    gamma.betainc: lambda f, x: f(x.detach().abs() + 1, x.detach().abs() + 2, x.abs() / 4).sum(),
    determinants.det: lambda f, x: f(x).sum(),
    determinants.det_at_singular: lambda f, x: f(x * 0 + 1).sum(),
    solving.solve_triangular: lambda f, x: f(x, x * 2, True).sum(),
    singular.pinv: lambda f, x: f(x, x.detach().sum() * 0, x.detach().sum() * 0).sum(),
}
#: Functions of one argument that torch has no derivative of.
ALONE = (
    *(bessel.bessel_j0, bessel.bessel_j1, bessel.bessel_y0, bessel.bessel_y1, bessel.spherical_bessel_j0),
    *(bessel.modified_bessel_i0, bessel.modified_bessel_i1, bessel.modified_bessel_k0, bessel.modified_bessel_k1),
    *(bessel.scaled_modified_bessel_k0, bessel.scaled_modified_bessel_k1),
)
CALLS |= dict.fromkeys(ALONE, lambda f, x: f(x.abs()).sum())
CALLS |= dict.fromkeys(
    (gamma.zeta, gamma.gammainc, gamma.gammaincc), lambda f, x: f(x.detach().abs() + 1.5, x.abs()).sum()
)

CALLS |= dict.fromkeys((pieces.hardsigmoid, pieces.hardswish, pieces.selu, pieces.mish), lambda f, x: f(x).sum())
CALLS |= dict.fromkeys((pieces.hardshrink, pieces.softshrink, pieces.celu), lambda f, x: f(x, 0.75).sum())
CALLS |= {
    pieces.threshold: lambda f, x: f(x, 0.75, 0.25).sum(),
    pieces.prelu: lambda f, x: f(x, (x.sum() / 4)).sum(),
}

#: Operations that record complex tensors only, for which nothing is written out.
OF_COMPLEX = frozenset(
    {"acosh_complex", "angle", "conjugate", "direction", "fftn", "ifftn", "imag", "logaddexp_complex", "real_part"}
)


def nodes_behind(roots: list[Any]) -> set[Node]:
    """Every node of the graph of some tensors."""
    found: set[Node] = set()
    todo = [root.grad_fn for root in roots]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.add(node)
            todo += [edge for edge, _ in node.next_functions]
    return found


def watched(roots: list[Any], sources: list[Any], directions: list[Any]) -> tuple[list[Step], list[Any]]:
    """The steps of a recorded backward pass through nodes with a written-out pull, and its gradients."""
    steps: list[Step] = []

    def keeper(node: OperationNode) -> Callable[[tuple[Any, ...]], None]:
        return lambda arrived: steps.append((node, arrived[0]))

    for node in nodes_behind(roots):
        if isinstance(node, OperationNode) and not isinstance(node, GeneralNode):
            node.register_prehook(keeper(node))
    gradients = wengert.autograd.grad(roots, sources, directions, create_graph=True, allow_unused=True)
    defined = [gradient for gradient in gradients if gradient is not None and gradient.requires_grad]
    return [(node, cotangent) for node, cotangent in steps if cotangent is not None], defined


def steps_of(case: Case) -> list[Step]:
    """The steps of the first gradient of a case, and of the second where there is one."""
    leaf_tensors = case.leaf_tensors(wengert, requires_grad=True)
    results = differentiable_results(wengert, case, leaf_tensors)
    directions = cotangents(wengert, case, results, requires_grad=True)
    steps, gradients = watched(results, leaf_tensors, directions)
    if not gradients or "gradgrad" not in case.expected:
        return steps
    seconds = [
        build(wengert, case.direction("second cotangent", index, read(gradient, with_numbers=False)))
        for index, gradient in enumerate(gradients)
    ]
    further, _ = watched(gradients, [*leaf_tensors, *directions], seconds)
    return steps + further


@pytest.fixture(scope="module")
def steps_by_operation() -> dict[Primitive, list[Step]]:
    """Some steps of each operation."""
    found: dict[Primitive, list[Step]] = {}
    with wengert.use_backend("numpy"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some cases are about what torch warns of
        for case in stored_cases():
            if "grad" in case.expected and case.dtype != "complex128":  # what is written out serves real numbers
                for node, cotangent in steps_of(case):
                    steps = found.setdefault(node.primitive, [])
                    if len(steps) < ENOUGH:
                        steps.append((node, cotangent))
        for primitive, call in CALLS.items():
            x = wengert.tensor([[[[1.0, -2.0], [0.5, 3.0]]]], dtype=wengert.float64, requires_grad=True)
            steps, _ = watched(
                [call(KERNELS.get(primitive) or kernel(primitive), x)], [x], [wengert.ones((), dtype=wengert.float64)]
            )
            found[primitive] = [step for step in steps if step[0].primitive is primitive]
    return found


def in_order(node: OperationNode, values: Any, tools: Any) -> list[Values | None]:
    """What a pull or a step returned, in the form of any layout, for the edges that lead somewhere."""
    several = values[::2][: len(node.edge_nodes())] if isinstance(values, tuple) else values
    placed = [
        tools.place(edge.space, value) if isinstance(value, Placed) else value
        for value, edge in zip(several, node.edge_nodes(), strict=True)
    ]
    return [
        None if value is None or edge is None else read(tools.tensor(value, edge.space))
        for value, edge in zip(placed, node.edge_nodes(), strict=True)
    ]


def has_gradient(primitive: Primitive, name: str) -> bool:
    """Whether a gradient by the input is declared."""
    by_partial = isinstance(primitive, Elementwise) and primitive.pulled_by_partial(name) is not None
    return primitive.differentiable(name) and (by_partial or name in primitive.rules or bool(primitive.joint_rule))


def kept_by(node: OperationNode) -> list[Any]:
    """The arrays that a node keeps."""
    kept = [getattr(node, f"saved_{name}", None) for name in node.kept_by if name not in node.primitive.statics]
    arrays = [getattr(value, "array", value) for value in kept]
    return [array for array in arrays if isinstance(array, numpy.ndarray)]


def disjoint(results: Any, others: list[Any]) -> bool:
    """Whether no cotangent that a node gives shares memory with what it was given, what it keeps, or another."""
    arrays = [*[value for value in results if isinstance(value, numpy.ndarray)], *others]
    return not any(
        numpy.may_share_memory(one, other)
        for at, one in enumerate(arrays[: len(arrays) - len(others)])
        for other in arrays[at + 1 :]
    )


WRITTEN = [
    primitive
    for primitive in KERNELS
    if primitive.name not in OF_COMPLEX
    and specializable(Operation(primitive))
    and any(has_gradient(primitive, name) for name in primitive.inputs)
]


@pytest.mark.parametrize("primitive", WRITTEN, ids=lambda primitive: primitive.name)
def test_written_pull(primitive: Primitive, steps_by_operation: dict[Primitive, list[Step]]) -> None:
    steps = steps_by_operation.get(primitive, [])
    assert steps
    for node, cotangent in steps:
        raw = cotangent.detach().array
        node.extra = None  # the hook that found it
        declared = in_order(node, node.pull_with(raw, RAW, True, None), RAW)
        given = node.step(raw, True, RAW, Node)
        assert differences(declared, in_order(node, given, RAW)) == []
        assert not node.fresh or disjoint(
            given if isinstance(given, list) else given[::2], [numpy.asarray(raw), *kept_by(node)]
        )
        declared = in_order(node, node.pull_with(cotangent, RECORDING, True, None), RECORDING)
        assert differences(declared, in_order(node, node.trace(cotangent, True, RECORDING), RECORDING)) == []
