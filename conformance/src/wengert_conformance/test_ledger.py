"""The ledger of the backend under test keeps its own rules."""

from __future__ import annotations

from wengert_conformance.ledger import Line, of_database, problems
from wengert_conformance.store import stored_cases


def test_the_ledger_keeps_its_rules(wengert_ledger: tuple[Line, ...]) -> None:
    identifiers = {case.identifier(check) for case in stored_cases() for check in case.expected}
    assert problems(of_database(wengert_ledger, wanted=False), identifiers) == []
