"""Every stored case, operation of torch's database or scenario of our own, on the backend under test."""

from __future__ import annotations

from types import ModuleType

import pytest

from wengert_conformance.cases import Case
from wengert_conformance.checks import CHECKS, differences
from wengert_conformance.plugin import case_parameters
from wengert_conformance.store import stored_cases

# Only the warnings that torch itself would give (UserWarning) pass; torch's own forward mode warns of its compiler.
WARNINGS = ("error", "ignore::UserWarning", "ignore::DeprecationWarning:torch")


@pytest.mark.filterwarnings(*WARNINGS)
@pytest.mark.parametrize(("case", "check"), case_parameters(stored_cases()))
def test_conformance(case: Case, check: str, wengert_library: ModuleType, wengert_reference: ModuleType | None) -> None:
    expected = case.expected[check] if wengert_reference is None else CHECKS[check](wengert_reference, case)
    assert differences(expected, CHECKS[check](wengert_library, case)) == []
