"""The derivatives of every operation agree with central differences, in both modes and orders, and with each other.

The points are the samples of torch's operator database, which lie away from kinks. Forward and reverse mode are
compared by <c, J t> = <J^H c, t>, which is exact up to rounding.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch
import wengert
from wengert.autograd import gradcheck, gradgradcheck
from wengert.graph.node import Node, OperationNode
from wengert.rule.kinds import Elementwise
from wengert.rule.primitive import Primitive
from wengert.rules.convolution import plane_gather, pool_sum
from wengert.rules.special.gamma import betainc
from wengert.tensor.operation import KERNELS, kernel
from wengert_conformance import sweep
from wengert_conformance.cases import Case, resolve
from wengert_conformance.checks.first_gradient import cotangents
from wengert_conformance.database import target_of
from wengert_conformance.store import stored_cases
from wengert_conformance.values import build, tensors

#: Samples that central differences cannot follow.
LEFT_OUT: dict[tuple[str, int | None], str] = {
    ("round.decimals_3", 0): "a sample lies on a jump",
    ("round_.decimals_3", 0): "a sample lies on a jump",
    ("__rmod__", 2): "a sample lies on a jump",
    ("cov", 39): "weights of single precision",
    ("masked.logaddexp", 10): "elements that are left out are infinite in the result",
    ("__rpow__", None): "the samples raise negative numbers to broken powers",
    ("nn.functional.max_unpool2d", None): "the samples put several elements into one place",
    ("nn.functional.max_unpool3d", None): "the samples put several elements into one place",
    ("as_strided.partial_views", None): "the samples are views of a larger memory",
    ("linalg.norm.subgradients_at_zero", None): "the samples lie on a kink",
    ("bfloat16", None): "NumPy has no such dtype",
    ("chalf", None): "NumPy has no such dtype",
    ("half", None): "the result is too coarse for a step of 1e-6",
    ("float", None): "the result is too coarse for a step of 1e-6",
    ("cfloat", None): "the result is too coarse for a step of 1e-6",
}

#: Where functions are called by hand.
POINT = [0.2, 0.45, 0.5, 0.9]
#: Special functions that torch cannot differentiate, by the names of their primitives.
SPECIAL = ("bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "modified_bessel_i0", "modified_bessel_i1",
    "modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1",
    "spherical_bessel_j0")  # fmt: skip
#: What makes a singular matrix of `POINT`.
TO_SINGULAR = wengert.tensor([0.8, 1.55, 1.5, 3.1], dtype=wengert.float64, backend="numpy")
#: Primitives that no sample reaches, called by hand on x, which lies at `POINT`.
BY_HAND: dict[str, Callable[[Any], Any]] = {
    "replaced": lambda x: (x * 1).copy_(x.sin()),
    "clamp": lambda x: x.clamp(0.3, 0.6),
    "clamp_max": lambda x: x.clamp(max=0.6),
    "power_of": lambda x: x**2.5,
    "power_from": lambda x: 2.5**x,
    "plane_gather": lambda x: KERNELS[plane_gather](x.reshape(1, 1, 2, 2), wengert.tensor([[[[3, 0]]]])),
    **{name: getattr(wengert.special, name) for name in SPECIAL},
    "gammainc": lambda x: wengert.special.gammainc(wengert.tensor(1.5, dtype=x.dtype), x),
    "gammaincc": lambda x: wengert.special.gammaincc(wengert.tensor(1.5, dtype=x.dtype), x),
    "betainc": lambda x: kernel(betainc)(wengert.full_like(x, 1.5), wengert.full_like(x, 2.5), x),
    "pool_sum": lambda x: kernel(pool_sum)(x.reshape(1, 1, 2, 2), (2, 2), (1, 1), (0, 0), (1, 1)),
    "det_at_singular": lambda x: wengert.linalg.det((x + TO_SINGULAR).reshape(2, 2)),
}
#: Primitives whose results are drawn, not computed: there is no difference to take.
DRAWN = {"sampled", "sampled_between"}


@cache
def samples() -> dict[str, list[Case]]:
    """The differentiable samples in double precision, by operation: the stored ones, and torch's for the others."""
    found: dict[str, list[Case]] = {}
    for case in stored_cases():
        if "grad" in case.expected and case.sample is not None and case.dtype in ("float64", "complex128"):
            found.setdefault(case.name, []).append(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of older functions
        for name, entry in sweep.entries().items():
            if name not in found and is_ours(target_of(entry)):
                found[name] = list(cases_of(entry))
    kept = {
        name: [case for case in cases if not {(name, case.sample), (name, None)} & LEFT_OUT.keys()]
        for name, cases in found.items()
    }
    return {name: cases for name, cases in kept.items() if cases}


def is_ours(target: str) -> bool:
    try:
        resolve(wengert, target)
    except AttributeError:
        return False
    return True


def cases_of(entry: Any) -> Iterator[Case]:
    """A few samples of an entry of the database, with the checks that apply to it."""
    columns = set(sweep.columns_of(entry))
    for prefix, dtype in (("", torch.float64), ("complex ", torch.complex128)):
        if f"{prefix}grad" in columns:
            checks = [check for check in ("grad", "gradgrad", "jvp") if f"{prefix}{check}" in columns]
            for case in sweep.plain_cases(entry, dtype, sweep.call_of(entry), 2, True):
                yield replace(case, expected=dict.fromkeys(checks))


def function_of(case: Case) -> Callable[..., tuple[Any, ...]]:
    """The case as a function from its leaves to its differentiable results."""

    def function(*leaves: Any) -> tuple[Any, ...]:
        results = tensors(case.call(wengert, leaves), wengert)
        return tuple(result for result in results if result.is_floating_point() or result.is_complex())

    return function


@pytest.fixture(autouse=True)
def _quiet_numpy() -> Iterator[None]:
    with wengert.use_backend("numpy"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some samples are about what torch warns of
        yield


@pytest.mark.parametrize("name", samples())
def test_derivatives_agree_with_differences(name: str) -> None:
    for case in samples()[name]:
        function, leaves = function_of(case), case.leaf_tensors(wengert, requires_grad=True)
        forward = "jvp" in case.expected
        assert gradcheck(function, leaves, fast_mode=True, check_forward_ad=forward)
        if "gradgrad" in case.expected:
            assert gradgradcheck(function, leaves, fast_mode=True, check_fwd_over_rev=forward)


def inner(x: Any, y: Any) -> float:
    """The real inner product."""
    return float((x.conj() * y).real.sum()) if x.is_complex() else float((x * y).sum())


@pytest.mark.parametrize("name", samples())
def test_the_two_modes_are_adjoint(name: str) -> None:
    for case in samples()[name]:
        if "jvp" not in case.expected:
            continue
        leaves, forward_ad = case.leaf_tensors(wengert, requires_grad=True), wengert.autograd.forward_ad
        tangents = [build(wengert, case.direction("tangent", n, v)) for n, v in enumerate(case.leaf_values())]
        with forward_ad.dual_level():
            duals = [forward_ad.make_dual(x, t) for x, t in zip(leaves, tangents, strict=True)]
            pushed = [forward_ad.unpack_dual(y).tangent for y in function_of(case)(*duals)]
        results = function_of(case)(*leaves)
        directions = cotangents(wengert, case, list(results), requires_grad=False)
        kept = [n for n, result in enumerate(results) if result.requires_grad]
        pulled = wengert.autograd.grad(
            [results[n] for n in kept], leaves, [directions[n] for n in kept], allow_unused=True
        )
        left = sum(inner(directions[n], pushed[n]) for n in kept if pushed[n] is not None)
        right = sum(inner(g, t) for g, t in zip(pulled, tangents, strict=True) if g is not None)
        assert math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


def primitives_behind(roots: list[Any]) -> set[Primitive]:
    """The primitives that the graph of some tensors was recorded with."""
    seen: set[Node] = set()
    todo = [root.grad_fn for root in roots]
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [edge for edge, _ in node.next_functions]
    return {node.primitive for node in seen if isinstance(node, OperationNode)}


def has_gradient(primitive: Primitive, name: str) -> bool:
    by_partial = isinstance(primitive, Elementwise) and primitive.pulled_by_partial(name) is not None
    return primitive.differentiable(name) and (by_partial or name in primitive.rules or bool(primitive.joint_rule))


@pytest.mark.parametrize("name", BY_HAND)
def test_primitives_called_by_hand(name: str) -> None:
    x = wengert.tensor(POINT, dtype=wengert.float64, requires_grad=True)
    assert name in {primitive.name for primitive in primitives_behind([BY_HAND[name](x)])}
    assert gradcheck(BY_HAND[name], x, check_forward_ad=True)
    assert gradgradcheck(BY_HAND[name], x, eps=1e-4)  # near singular matrices a smaller step drowns in rounding


def test_every_primitive_with_a_gradient_is_reached() -> None:
    reached: set[Primitive] = set()
    for name in samples():
        for case in samples()[name]:
            leaves = case.leaf_tensors(wengert, requires_grad=True)
            results = [result for result in function_of(case)(*leaves) if result.requires_grad]
            reached |= primitives_behind(results)
            directions = cotangents(wengert, case, results, requires_grad=True)
            gradients = wengert.autograd.grad(results, leaves, directions, create_graph=True, allow_unused=True)
            reached |= primitives_behind([g for g in gradients if g is not None])
    with_gradient = {p for p in KERNELS if any(has_gradient(p, name) for name in p.inputs)}
    assert {primitive.name for primitive in with_gradient - reached} - BY_HAND.keys() == DRAWN
