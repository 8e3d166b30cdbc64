"""Every entry of torch's operator database, live, under every column that applies: `--wengert-database` asks for it."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from wengert_conformance import ledger
from wengert_conformance.plugin import COMPARED, MARK
from wengert_conformance.sweep import COLUMNS, columns_of, entries, family_of, identifier, verdict

#: How much of a column may stand in a ledger.
LARGEST_SHARE = {"numpy": 0.02}
LARGEST_SHARE_OF_OTHERS = 0.03


def cells(names: list[str]) -> list[Any]:
    """One parameter set for each cell of these entries."""
    return [
        pytest.param(name, column, id=cell, marks=getattr(pytest.mark, MARK)(cell, family_of(entry), name, column))
        for name in names
        for entry in [entries()[name]]
        for column in columns_of(entry)
        for cell in [identifier(name, column)]
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        part, parts = map(int, metafunc.config.getoption("--wengert-part").split("/"))
        metafunc.parametrize(("name", "column"), cells([*entries()][part - 1 :: parts]))


def test_database(
    name: str, column: str, wengert_library: ModuleType, record_property: Callable[[str, object], None]
) -> None:
    found = verdict(entries()[name], column, wengert_library)
    record_property(COMPARED, found.compared)
    assert found.problems == []
    assert found.compared, "torch refuses each sample: nothing was compared"


@pytest.mark.parametrize("column", COLUMNS)
def test_the_ledger_leaves_almost_all_of_a_column(
    column: str, wengert_backend: str, wengert_ledger: tuple[ledger.Line, ...]
) -> None:
    cells = {identifier(name, column) for name, entry in entries().items() if column in columns_of(entry)}
    lines = [line for line in ledger.of_database(wengert_ledger, wanted=True) if any(map(line.covers, cells))]
    share = LARGEST_SHARE.get(wengert_backend, LARGEST_SHARE_OF_OTHERS)
    assert ledger.problems(lines, cells, share) == []


def test_each_line_of_the_ledger_fits_a_cell(wengert_ledger: tuple[ledger.Line, ...]) -> None:
    cells = [identifier(name, column) for name, entry in entries().items() for column in columns_of(entry)]
    lines = ledger.of_database(wengert_ledger, wanted=True)
    assert [line.tests for line in lines if not any(map(line.covers, cells))] == []
