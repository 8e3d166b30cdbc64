"""The support matrix: what it counts, and that the committed one is what database and ledgers say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wengert_conformance import ledger, matrix
from wengert_conformance.sweep import columns_of, entries, family_of, identifier

PAGE = Path(__file__).resolve().parents[2] / matrix.PAGE
#: The least share of a column that passes, in percent.
LEAST = {"numpy": 98, "torch": 97, "strict": 97}


def report(name: str, compared: int, passed: int) -> dict[str, Any]:
    counts = {"passed": passed, "expected_failures": 1 - passed, "failed": 0, "not_applicable": 0}
    return {"families": {"torch": {name: {"forward": counts}}}, "compared": {name: {"forward": compared}}}


def small() -> matrix.Matrix:
    parts = [report("mul", 3, 1), report("add", 2, 0)]
    numpy = matrix.updated({"totals": {}, "operations": {}}, "numpy", matrix.of_reports(parts))
    parts = [report("mul", 3, 0), report("add", 2, 1)]
    return matrix.updated(numpy, "strict", matrix.of_reports(parts))


def test_reports_of_several_runs_become_one_matrix() -> None:
    row = {"family": "torch", "compared": {"forward": 2}, "failing": {"numpy": ["forward"]}}
    assert list(small()["operations"]) == ["add", "mul"]
    assert small()["operations"]["add"] == row
    assert small()["totals"]["strict"]["forward"] == {"applies": 2, "passed": 1, "compared": 5}


def test_what_a_run_finds_anew_is_named() -> None:
    other = matrix.updated(small(), "numpy", matrix.of_reports([report("mul", 3, 1), report("add", 4, 0)]))
    assert matrix.changes(small(), small()) == []
    (line,) = matrix.changes(small(), other)
    assert line.startswith("add: committed ")
    assert "'forward': 4" in line


def test_the_committed_page_is_made_of_the_committed_json() -> None:
    committed = matrix.read_matrix(PAGE)
    assert PAGE.read_text(encoding="utf-8") == matrix.to_page(committed)
    assert PAGE.with_suffix(".json").read_text(encoding="utf-8") == matrix.to_json(committed)


def test_the_committed_matrix_has_every_entry_of_the_database() -> None:
    rows = matrix.read_matrix(PAGE)["operations"]
    wanted = {name: (family_of(entry), set(columns_of(entry))) for name, entry in entries().items()}
    assert {name: (row["family"], set(row["compared"])) for name, row in rows.items()} == wanted
    assert all(compared for row in rows.values() for compared in row["compared"].values())


@pytest.mark.parametrize("backend", matrix.BACKENDS)
def test_what_fails_in_the_committed_matrix_stands_in_the_ledger(backend: str) -> None:
    committed = matrix.read_matrix(PAGE)
    lines = ledger.of_database(ledger.read_ledger(ledger.ledger_path(backend)), wanted=True)
    for name, row in committed["operations"].items():
        wanted = {c for c in row["compared"] if ledger.line_for(lines, identifier(name, c)) is not None}
        assert set(row["failing"].get(backend, ())) == wanted, name
    for column, count in committed["totals"][backend].items():
        assert 100 * count["passed"] >= LEAST[backend] * count["applies"], column
    assert committed["totals"][backend] == matrix.totals(committed["operations"], backend)
