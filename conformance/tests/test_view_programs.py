"""Generated programs of views, writes, detaches, backwards and reads, on two backends beside torch."""

from __future__ import annotations

import warnings

import pytest
import torch
import wengert
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wengert_conformance.view_programs import KINDS, Kind, Program, differences

PROGRAMS = 2000
UNHURRIED = [HealthCheck.too_slow]
STEP = st.tuples(st.sampled_from(KINDS), st.integers(0, 2**20))
STEPS = st.integers(5, 30).flatmap(lambda count: st.lists(STEP, min_size=count, max_size=count))


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_programs_of_views_do_what_they_do_on_torch(backend: str) -> None:
    seen = {"programs": 0, "through a view": 0}

    @settings(max_examples=PROGRAMS, deadline=None, database=None, derandomize=True, suppress_health_check=UNHURRIED)
    @given(STEPS)
    def run(steps: list[tuple[Kind, int]]) -> None:
        expected, found = Program(torch), Program(wengert)
        names: list[str] = []
        for kind, number in steps:
            name, outcome = expected.step(kind, number)
            names.append(name)
            assert not list(differences(outcome, found.step(kind, number)[1])), names
        assert not list(differences(expected.everything(), found.everything())), names
        seen["programs"] += 1
        seen["through a view"] += expected.through_view

    with warnings.catch_warnings(), wengert.use_backend(backend):
        warnings.simplefilter("ignore")
        run()
    assert seen["programs"] >= PROGRAMS
    assert seen["through a view"] >= PROGRAMS / 2
