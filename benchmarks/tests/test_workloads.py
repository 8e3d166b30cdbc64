"""Each workload at a tiny size: wengert, the peers and torch compute the same values and gradients; no timing."""

from __future__ import annotations

import numpy
import pytest

from benchmarks.peers import PEERS
from benchmarks.program import Arrays, Program, disagreements, load_library
from benchmarks.workloads import WORKLOADS

LIBRARY_CASES = [pytest.param(name, {}, id=name) for name in WORKLOADS] + [
    pytest.param("W4", {"gelu": "tanh"}, id="W4-gelu-tanh"),
]
PEER_CASES = [
    pytest.param(case.values[0], case.values[1], peer, id=f"{case.id}-{peer}")
    for case in LIBRARY_CASES
    for peer in PEERS.get(case.values[0], {})
]


def arrays_of(name: str, changes: dict[str, object]) -> tuple[Arrays, dict[str, object]]:
    workload = WORKLOADS[name]
    size = {**workload.tiny, **changes}
    return workload.arrays(numpy.random.default_rng(3), size), size


def results_on(library: str, name: str, changes: dict[str, object]) -> Arrays:
    arrays, size = arrays_of(name, changes)
    return Program(WORKLOADS[name], load_library(library), arrays, size).results()


@pytest.mark.parametrize(("name", "changes"), LIBRARY_CASES)
def test_wengert_computes_what_torch_computes(name: str, changes: dict[str, object]) -> None:
    expected, found = results_on("torch", name, changes), results_on("wengert", name, changes)
    assert disagreements(expected, found, 1e-5) == {}
    assert {key: array.dtype for key, array in found.items()} == {key: array.dtype for key, array in expected.items()}


@pytest.mark.parametrize(("name", "changes", "peer"), PEER_CASES)
def test_a_peer_computes_what_torch_computes(name: str, changes: dict[str, object], peer: str) -> None:
    arrays, size = arrays_of(name, changes)
    assert disagreements(results_on("torch", name, changes), PEERS[name][peer](arrays, size), 1e-5) == {}


@pytest.mark.parametrize("library", ["wengert", "torch"])
@pytest.mark.parametrize("name", WORKLOADS)
def test_every_array_but_the_constant_ones_gets_a_gradient(name: str, library: str) -> None:
    workload = WORKLOADS[name]
    arrays, _ = arrays_of(name, {})
    found = results_on(library, name, {})
    expected = {f"{array}.grad" for array in arrays if array not in workload.constant}
    assert {key for key in found if key.endswith(".grad")} == expected
    assert all(numpy.any(found[key] != 0) for key in expected)


@pytest.mark.parametrize("library", ["wengert", "torch"])
@pytest.mark.parametrize("name", [name for name in WORKLOADS if name != "W2"])
def test_a_second_step_repeats_the_first(name: str, library: str) -> None:
    arrays, size = arrays_of(name, {})
    program = Program(WORKLOADS[name], load_library(library), arrays, size)
    assert disagreements(program.results(), program.results(), 0.0) == {}


def test_a_step_of_w2_lowers_its_loss_on_both_sides() -> None:
    arrays, size = arrays_of("W2", {"rate": 0.1})
    for library in ("wengert", "torch"):
        program = Program(WORKLOADS["W2"], load_library(library), arrays, size)
        losses = [float(program.results()["loss"]) for _ in range(3)]
        assert losses == sorted(losses, reverse=True)


def test_a_program_leaves_the_arrays_that_it_was_given() -> None:
    arrays, size = arrays_of("W2", {})
    before = {name: array.copy() for name, array in arrays.items()}
    for library in ("wengert", "torch"):
        Program(WORKLOADS["W2"], load_library(library), arrays, size).step()
    assert disagreements(before, arrays, 0.0) == {}


def test_disagreements_are_found() -> None:
    ones = {"x": numpy.ones(3), "y": numpy.ones(2)}
    assert disagreements(ones, ones) == {}
    assert disagreements(ones, {"x": numpy.ones(3), "y": numpy.array([1.0, 1.5])}) == {"y": 0.5}
    assert set(disagreements(ones, {"x": numpy.ones((3, 1)), "z": numpy.ones(2)})) == {"x", "y", "z"}
    assert set(disagreements(ones, {**ones, "x": numpy.array([1.0, numpy.nan, 1.0])})) == {"x"}
