"""The sixty operations agree with torch at the smallest size, and their table and JSON say what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import operations
from benchmarks.operations import OPERATIONS, SIZES, Row
from benchmarks.program import disagreements, load_library
from benchmarks.timing import Spread


def test_there_are_sixty() -> None:
    assert len(OPERATIONS) == 60


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_agrees_with_torch(name: str) -> None:
    found, expected = (operations.results(name, load_library(side), SIZES[0]) for side in ("wengert", "torch"))
    assert disagreements(expected, found, 1e-4) == {}
    assert len(expected) >= 2


def test_a_run_prints_and_writes_what_it_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "operations.json"
    arguments = ["mul", "softmax", "--sizes", "8", "1000", "--threads", "1", "--rounds", "1", "--json", str(file)]
    assert operations.main(arguments) == 0
    assert "worst at 1,000" in capsys.readouterr().out
    report = json.loads(file.read_text())
    keys = {(row["operation"], row["elements"]) for row in report["rows"]}
    assert keys == {(name, size) for name in ("mul", "softmax") for size in (8, 1000)}


def test_an_unknown_operation_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        operations.main(["frobnicate"])
    assert "known are add" in capsys.readouterr().err


def test_medians_and_the_worst_are_of_one_size_and_setting() -> None:
    def row(name: str, elements: int, ratio: float, setting: str = "one") -> Row:
        return Row(name, elements, setting, 1.0, 1.0, Spread(ratio, ratio, ratio, ratio))

    rows = [row("a", 8, 1.0), row("b", 8, 3.0), row("c", 8, 2.0), row("a", 1000, 9.0), row("a", 8, 7.0, "two")]
    assert operations.medians(rows) == {(8, "one"): 2.0, (1000, "one"): 9.0, (8, "two"): 7.0}
    assert [found.operation for found in operations.worst(rows, 8, "one")] == ["b", "c", "a"]
