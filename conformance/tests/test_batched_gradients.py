"""Gradients and tangents inside of vmap: for every entry of torch's operator database that has a gradient, `grad` and
`jvp` of it for a whole batch at once against one element after the other; and tensors that are created there."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import wengert
from torch.testing._internal.opinfo.core import OpInfo
from wengert_conformance.cases import Case
from wengert_conformance.checks.batched import batch
from wengert_conformance.checks.comparison import differences
from wengert_conformance.database import target_of
from wengert_conformance.sweep.calls import call_of
from wengert_conformance.sweep.cells import has, plain_cases
from wengert_conformance.sweep.entries import RANDOM, entries
from wengert_conformance.values import Values, build, read, tensors

SIZE = 3
SAMPLES = 2


def _weighted(outputs: list[Any]) -> Any:
    """One real number that every element of every result moves."""
    total = wengert.zeros((), dtype=wengert.float64)
    for output in outputs:
        if output.is_complex():
            parts = [output.real, output.imag]
        else:
            parts = [output] if output.is_floating_point() else []
        for part in parts:
            weights = [math.cos(n) for n in range(math.prod(part.shape))]
            total = total + (part * wengert.tensor(weights, dtype=wengert.float64).reshape(part.shape)).sum()
    return total


def _patterns(given: list[Values]) -> list[tuple[int | None, ...]]:
    """All carry the batch, or each alone."""
    found: list[tuple[int | None, ...]] = [(0,) * len(given)]
    found += [tuple(0 if d == position else None for d in range(len(given))) for position in range(len(given))]
    return list(dict.fromkeys(found))


def _elements(dims: tuple[int | None, ...], inputs: list[Any]) -> Iterator[list[Any]]:
    for number in range(SIZE):
        yield [t.clone() if d is None else t.select(d, number).clone() for t, d in zip(inputs, dims, strict=True)]


def _of(case: Case) -> Callable[..., Any]:
    return lambda *given: _weighted(tensors(case.call(wengert, given), wengert))


def _gradient(case: Case, count: int) -> Callable[..., Any]:
    return wengert.func.grad(_of(case), argnums=tuple(range(count)))


def _tangent(case: Case, count: int) -> Callable[..., Any]:
    def tangent(*given: Any) -> Any:
        directions = tuple(wengert.full_like(t.detach(), 0.5) for t in given)
        return wengert.func.jvp(_of(case), given, directions)[1:]

    return tangent


def _outcomes(entry: OpInfo, derivative: Callable[[Case, int], Callable[..., Any]]) -> Iterator[str]:
    for case in plain_cases(entry, torch.float64, call_of(entry), SAMPLES, True):
        given = case.leaf_values()
        for dims in _patterns(given) if given else []:
            inputs = [
                build(wengert, values) if dim is None else batch(wengert, values, dim, False)
                for values, dim in zip(given, dims, strict=True)
            ]
            function = derivative(case, len(given))
            try:
                expected = [function(*elements) for elements in _elements(dims, inputs)]
            except (RuntimeError, ValueError):
                continue  # rotated numbers are no arguments of it
            where = f"{[values.shape for values in given]}, in_dims={dims}, {dict(case.keywords)}"[:300]
            try:
                found = wengert.func.vmap(function, in_dims=dims, randomness="same")(*inputs)
            except RuntimeError as error:
                yield f"{where}: {type(error).__name__}: {error}"
                continue
            lines = [
                line
                for number, results in enumerate(expected)
                for one, other in zip(results, found, strict=True)
                for line in differences(read(one), read(other.select(0, number)), f"{where}, element {number}")
            ]
            yield "\n".join(lines[:2])


#: Refused, as torch refuses them: running statistics that all elements share cannot be written for each.
WRITES_SHARED = ("nn.functional.batch_norm", "nn.functional.instance_norm", "native_batch_norm")

ENTRIES = {
    name: entry
    for name, entry in entries().items()
    if entry.supports_autograd
    and torch.float64 in entry.supported_dtypes("cpu")
    and entry.name not in RANDOM
    and name not in RANDOM
    and entry.name != "chalf"  # no such dtype
    and has(wengert, target_of(entry))
}


@pytest.mark.parametrize("derivative", [_gradient, _tangent], ids=["grad", "jvp"])
@pytest.mark.parametrize("name", ENTRIES)
def test_batch_against_loop(name: str, derivative: Callable[[Case, int], Callable[..., Any]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of loops, which test_batched_database counts
        outcomes = list(_outcomes(ENTRIES[name], derivative))
    refused = [line for line in outcomes if name in WRITES_SHARED and "vmap: inplace arithmetic" in line]
    assert [line for line in outcomes if line and line not in refused] == []
    assert outcomes
    assert bool(refused) == (name in WRITES_SHARED)


CREATED: dict[str, Callable[[Any], Any]] = {
    "zeros_like": lambda x: _library(x).zeros_like(x),
    "ones_like": lambda x: _library(x).ones_like(x),
    "empty_like": lambda x: _library(x).empty_like(x),
    "full_like": lambda x: _library(x).full_like(x, 2.0),
    "new_zeros": lambda x: x.new_zeros(2),
    "new_ones": lambda x: x.new_ones(2),
    "new_empty": lambda x: x.new_empty(2),
    "new_full": lambda x: x.new_full((2,), 2.0),
    "a clone of one": lambda x: _library(x).zeros_like(x).clone(),
}


def _library(tensor: Any) -> Any:
    return torch if isinstance(tensor, torch.Tensor) else wengert


@pytest.mark.parametrize("create", CREATED.values(), ids=CREATED)
def test_what_is_created_like_an_element_can_be_written_for_each(create: Callable[[Any], Any]) -> None:
    def swapped(x: Any) -> Any:
        w = create(x)
        w[0], w[1] = x[1], 2 * x[0]
        return (w * x).sum()

    def found(library: Any) -> list[Any]:
        x = library.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        of_one = library.func.vmap(library.func.grad(swapped))
        nested = library.func.vmap(library.func.vmap(swapped))(x.reshape(3, 1, 2))
        return [library.func.vmap(swapped)(x).tolist(), of_one(x).tolist(), nested.tolist()]

    assert found(wengert) == found(torch)


def test_what_is_created_beside_no_element_cannot() -> None:
    def filled(x: Any) -> Any:
        w = _library(x).zeros(2)
        w[0] = x[1]
        return w

    for library in (torch, wengert):
        with pytest.raises(RuntimeError, match="vmap: inplace arithmetic"):
            library.func.vmap(filled)(library.ones(3, 2))
