"""Wrong calls of every function in torch's operator database: refused as torch refuses them, or in the ledger.

`refusals.toml` lists what differs, each with its reason: the entry (a pattern), what torch does, and what we do.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import wengert
from wengert_conformance.refusals import Difference, differences, probed, with_methods

LEDGER = Path(__file__).with_name("refusals.toml")
#: How many of the wrong calls may stand in the ledger.
LARGEST = 460
#: How many of the wrong calls of methods, of 4,000, may be answered otherwise.
LARGEST_OF_METHODS = 120
#: What a method may answer where torch says TypeError: never what Python runs into.
REFUSED_OTHERWISE = {"nothing", "RuntimeError", "IndexError", "ValueError"}


@cache
def expected() -> tuple[str, ...]:
    """The patterns of the ledger."""
    lines: list[dict[str, Any]] = tomllib.loads(LEDGER.read_text())["difference"]
    assert all(line["reason"].strip() for line in lines)
    return tuple(case for line in lines for case in line["cases"])


@cache
def found(name: str) -> tuple[Difference, ...]:
    return tuple(differences(name, wengert))


def is_expected(difference: Difference) -> bool:
    return any(fnmatchcase(difference.kind, case) for case in expected())


@pytest.mark.parametrize("name", probed())
def test_wrong_calls_are_refused_as_torch_refuses_them(name: str) -> None:
    assert [difference for difference in found(name) if not is_expected(difference)] == []


def test_wrong_calls_of_methods() -> None:
    """Methods are checked as functions are, but for the hot ones, which let more pass."""
    found = [difference for name in with_methods() for difference in differences(name, wengert, as_method=True)]
    assert len(found) <= LARGEST_OF_METHODS, found
    assert {difference.ours for difference in found if difference.theirs == "TypeError"} <= REFUSED_OTHERWISE


def test_the_ledger_is_no_longer_than_it_must_be() -> None:
    everything = [difference for name in probed() for difference in found(name)]
    kinds = {difference.kind for difference in everything}
    assert [case for case in expected() if not any(fnmatchcase(kind, case) for kind in kinds)] == []
    assert len(everything) <= LARGEST
