"""The store: complete, small, the same in every writing, and what the installed torch gives."""

from __future__ import annotations

import math
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from wengert_conformance import store
from wengert_conformance.cases import Case
from wengert_conformance.checks import CHECKS
from wengert_conformance.database import (
    database_cases,
    entry_name,
    family_entries,
    in_place_entries,
    in_place_name,
)
from wengert_conformance.operators import EXCLUDED, FAMILIES
from wengert_conformance.scenarios import all_scenarios
from wengert_conformance.scenarios.family import SAYS, Family, raised
from wengert_conformance.store import (
    FOLDER,
    checks_of,
    load,
    main,
    observed,
    plugin_families,
    stale,
    stored_cases,
    stored_families,
    write,
)

CASES = list(stored_cases())
EVERY = 41


def test_every_operation_and_every_scenario_is_in_the_store() -> None:
    stored = {case.name for case in CASES}
    operations = {entry_name(entry) for family in FAMILIES for entry in family_entries(family)}
    written = {in_place_name(entry) for _, entry in in_place_entries()}
    scenarios = {scenario.name for scenario in all_scenarios()}
    assert stored == operations | written | scenarios


def test_identifiers_are_unique() -> None:
    counts = Counter(case.identifier(check) for case in CASES for check in case.expected)
    assert [identifier for identifier, count in counts.items() if count > 1] == []
    assert len(counts) > 500


def test_every_scenario_has_the_results_of_its_checks() -> None:
    stored = {case.name: case for case in CASES}
    without_forward = [
        scenario.name
        for scenario in all_scenarios()
        if not {"forward", "outcome"} & set(checks_of(scenario)) & set(stored[scenario.name].expected)
    ]
    assert without_forward == []


def test_every_check_is_stored_often() -> None:
    counts = Counter(check for case in CASES for check in case.expected)
    assert set(counts) == set(CHECKS)
    assert min(counts.values()) > 80


def test_the_store_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000


def test_the_store_was_written_by_the_installed_torch() -> None:
    assert {stored.torch for stored in stored_families().values()} == {torch.__version__}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES[::EVERY], ids=lambda case: case.identifier("current"))
def test_the_store_is_current(case: Case) -> None:
    assert stale(case, torch) == []


@pytest.mark.filterwarnings("ignore")
def test_the_database_gives_the_stored_samples_again() -> None:
    fresh = [case for case, _ in database_cases("linalg", Counter())]
    stored = [case for case in CASES if case.family == "linalg" and case.function is None]
    assert [(c.name, c.dtype, c.sample, c.arguments, c.keywords) for c in fresh] == [
        (c.name, c.dtype, c.sample, c.arguments, c.keywords) for c in stored
    ]


def test_writing_what_was_read_gives_the_same_bytes(tmp_path: Path) -> None:
    for family in ("reduction", "engine", "creation"):
        stored = stored_families()[family]
        copy = tmp_path / f"{family}.jsonl.gz"
        write(copy, stored.torch, stored.filtered, stored.cases)
        assert copy.read_bytes() == (FOLDER / copy.name).read_bytes()
        assert load(copy, family, {scenario.name: scenario for scenario in all_scenarios()}) == stored


def test_what_is_left_aside_has_a_reason() -> None:
    reasons = {reason: count for stored in stored_families().values() for reason, count in stored.filtered.items()}
    assert all(count > 0 and len(reason) > 10 for reason, count in reasons.items())
    assert all(len(reason) > 10 for reason in EXCLUDED.values())


def test_a_phrase_that_torch_does_not_say_is_refused() -> None:
    family = Family("planted")

    def refused(library: Any) -> Any:
        return [raised(lambda: library.ones(2) + library.ones(3), "words that torch never used")]

    family.outcome(refused)
    with pytest.raises(LookupError, match="torch does not say 'words that torch never used' but 'The size of tensor a"):
        observed(family.scenarios["planted.refused"].case(), ("outcome",), torch)


def test_a_family_of_a_plugin_joins_the_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    family = Family("theirs", tmp_path / "theirs.jsonl.gz")

    def doubled(library: Any, x: Any) -> Any:
        return x * 2

    family.differentiable(x=[1.0, 2.0])(doubled)
    plugin_families.cache_clear()
    monkeypatch.setattr(store, "wengert_scenarios", lambda: [family])
    try:
        assert main(["--plugins"]) == 0
        (case,) = [case for case in stored_cases() if case.family == "theirs"]
    finally:
        plugin_families.cache_clear()
    assert case.name == "theirs.doubled"
    assert case.expected["grad_fn"] == ["MulBackward0"]


def test_raised_tells_class_and_phrase() -> None:
    def fail() -> None:
        raise ZeroDivisionError("by nothing")

    assert raised(fail, "nothing") == {"class": "ZeroDivisionError", "phrase": "nothing", SAYS: True}
    assert raised(fail, "else") == {"class": "ZeroDivisionError", "phrase": "else", SAYS: "by nothing"}
    assert raised(lambda: 1, "else") == {"class": None, "phrase": "else", SAYS: None}


def test_the_command_writes_one_family(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hooks", "--folder", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["hooks.jsonl.gz"]
    assert (tmp_path / "hooks.jsonl.gz").read_bytes() == (FOLDER / "hooks.jsonl.gz").read_bytes()
    assert capsys.readouterr().out.startswith("hooks: ")


def test_the_command_refuses_an_unknown_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sorcery"]) == 2
    assert "no such family: sorcery; there are arithmetic," in capsys.readouterr().err


def test_the_command_needs_torch(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main([]) == 1
    assert "pip install 'wengert-conformance[torch]'" in capsys.readouterr().err


def test_directions_are_the_same_everywhere() -> None:
    case = next(case for case in CASES if case.identifier("grad") == "mul-float64-grad-0")
    (leaf, *_) = case.leaf_values()
    direction = case.direction("cotangent", 0, leaf)
    assert direction == case.direction("cotangent", 0, leaf)
    assert direction != case.direction("cotangent", 1, leaf)
    assert direction.shape == leaf.shape
    assert len(direction.numbers or ()) == math.prod(leaf.shape)
