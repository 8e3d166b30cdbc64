"""The support matrix."""

from __future__ import annotations

import json
from pathlib import Path

from wengert_conformance.report import Report


def small_report() -> Report:
    report = Report("mine")
    report.add("arithmetic", "mul", "forward", "passed")
    report.add("arithmetic", "mul", "forward", "passed")
    report.add("arithmetic", "mul", "grad", "expected_failures")
    report.add("arithmetic", "add", "grad", "failed")
    report.add("engine", "engine.leaves", "outcome", "passed")
    report.add("views", "views.strides", "outcome", "not_applicable")
    return report


def test_the_summary_counts_everything() -> None:
    assert small_report().summary() == (
        "backend mine: 5 conformance tests, 3 passed, 1 failed as expected, 1 failed; 1 not applicable"
    )


def test_json_holds_every_count(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.json"
    small_report().write(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["backend"] == "mine"
    assert content["totals"] == {"passed": 3, "expected_failures": 1, "failed": 1, "not_applicable": 1}
    grad = {"passed": 0, "expected_failures": 1, "failed": 0, "not_applicable": 0}
    assert content["families"]["arithmetic"]["mul"]["grad"] == grad


def test_markdown_is_a_table_for_each_family(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    small_report().write(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Conformance of the backend `mine`"
    table = lines[lines.index("## arithmetic") + 2 :]
    assert table[0] == "| operation | forward | outcome | grad |"
    assert table[2] == "| `add` |  |  | 0/1 |"
    assert table[3] == "| `mul` | 2/2 |  | 0/1 (1x) |"
    assert lines[-1] == "| `views.strides` |  | - |  |"
