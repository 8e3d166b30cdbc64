"""The page of results says what the results say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import charts, pages, scaling


def test_the_page_shows_the_results() -> None:
    text = pages.PAGE.read_text()
    assert pages.filled(text, pages.read(pages.RESULTS)) == text


def test_the_charts_are_of_the_results(tmp_path: Path) -> None:
    drawn = charts.draw(pages.read(pages.RESULTS), tmp_path)
    assert [path.name for path in drawn] == ["ratios.svg", "scaling.svg"]
    for path in drawn:
        committed = (pages.RESULTS / path.name).read_text()
        assert committed.count("<path") == path.read_text().count("<path")


def test_a_page_without_a_place_is_refused() -> None:
    reports = pages.read(pages.RESULTS)
    with pytest.raises(ValueError, match="expected one place for 'machine', found 0"):
        pages.filled(pages.PAGE.read_text().replace("<!-- machine -->", ""), reports)


def test_growth_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "scaling.json"
    assert scaling.main(["--nodes", "10", "20", "--elements", "5", "--rounds", "1", "--json", str(path)]) == 0
    report = json.loads(path.read_text())
    for side in scaling.LIBRARIES:
        assert set(report["nodes"][side]) == {"10", "20"}
        assert set(report["elements"][side]) == {"5"}
        assert min(report["nodes"][side].values()) > 0
