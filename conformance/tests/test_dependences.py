"""What an operation is said to depend on covers its Jacobian, and that of its gradient, for every operation of the
suite."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import pytest
import wengert
from wengert.api.func.sparse.pattern import detected
from wengert_conformance.cases import Case
from wengert_conformance.store import stored_cases
from wengert_conformance.values import tensors

ELEMENTS = 3  # of a result, whose gradients are looked at


@cache
def samples() -> dict[str, list[Case]]:
    """The differentiable samples of real numbers in double precision, by operation."""
    found: dict[str, list[Case]] = {}
    for case in stored_cases():
        if "grad" in case.expected and case.sample is not None and case.dtype == "float64":
            found.setdefault(case.name, []).append(case)
    return found


@pytest.fixture(autouse=True)
def _quiet_numpy() -> Iterator[None]:
    with wengert.use_backend("numpy"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # some samples are about what torch warns of
        yield


def uncovered(function: Callable[..., Sequence[Any]], leaves: Sequence[Any]) -> list[tuple[int, int]]:
    """Elements (of the result, of the leaves) with a derivative that is not zero where none was said to be."""
    rows = detected(function, tuple(leaf.detach() for leaf in leaves)).rows
    flat = [element for result in function(*leaves) for element in result.reshape(-1)]
    assert len(rows) == len(flat)
    found: list[tuple[int, int]] = []
    for row in range(0, len(flat), len(flat) // ELEMENTS + 1):
        element = flat[row].real if flat[row].is_complex() else flat[row]
        if not element.requires_grad:
            continue
        gradients = wengert.autograd.grad(element, leaves, retain_graph=True, allow_unused=True, materialize_grads=True)
        values = [value for gradient in gradients for value in gradient.reshape(-1).tolist()]
        found += [(row, column) for column, value in enumerate(values) if value and column not in rows[row]]
    return found


@pytest.mark.parametrize("name", samples())
def test_dependences_cover_the_jacobian(name: str) -> None:
    for case in samples()[name]:
        leaves = case.leaf_tensors(wengert, requires_grad=True)

        def function(*given: Any, case: Case = case) -> list[Any]:
            results = tensors(case.call(wengert, given), wengert)
            return [result for result in results if result.is_floating_point() or result.is_complex()]

        assert uncovered(function, leaves) == []

        def gradient(*given: Any, function: Callable[..., list[Any]] = function) -> Sequence[Any]:
            def total(*inner: Any) -> Any:
                return sum((result.sin().abs() * 0.5).sum() for result in function(*inner))

            return wengert.func.grad(total, tuple(range(len(given))))(*given)

        if "gradgrad" in case.expected:
            assert uncovered(gradient, leaves) == []
