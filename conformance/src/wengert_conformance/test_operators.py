"""Every operation of torch's operator database that the suite covers, on the backend under test."""

from __future__ import annotations

from types import ModuleType

import pytest

from wengert_conformance.cases import Case
from wengert_conformance.checks import CHECKS, differences
from wengert_conformance.plugin import case_parameters
from wengert_conformance.store import stored_cases

OPERATIONS = (case for case in stored_cases() if case.function is None)


@pytest.mark.filterwarnings("error", "ignore::UserWarning")
@pytest.mark.parametrize(("case", "check"), case_parameters(OPERATIONS))
def test_operation(
    case: Case, check: str, wengert_library: ModuleType, wengert_reference: ModuleType | None
) -> None:
    expected = case.expected[check] if wengert_reference is None else CHECKS[check](wengert_reference, case)
    assert differences(expected, CHECKS[check](wengert_library, case)) == []
