"""The ledger of expected failures is strict: its reading, its rules, and the ledgers that this package ships."""

from __future__ import annotations

from pathlib import Path

import pytest
from wengert_conformance.ledger import FOLDER, LedgerError, Line, line_for, of_database, problems, read_ledger
from wengert_conformance.store import stored_cases

REASON = "the library has no error function of complex numbers"
IDENTIFIERS = [f"erf-float64-forward-{number}" for number in range(100)]


def written(folder: Path, text: str) -> Path:
    path = folder / "ledger.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_ledger_is_read_line_by_line(tmp_path: Path) -> None:
    path = written(tmp_path, f'[[expected-failure]]\ntests = "erf-*"\nreason = """\n{REASON}\n  at all"""\n')
    assert read_ledger(path) == (Line("erf-*", f"{REASON} at all"),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tests = [", "is no TOML"),
        ('[[xfail]]\ntests = "a"\n', "only \\[\\[expected-failure\\]\\] has a meaning"),
        ('[[expected-failure]]\ntests = "a"\n', "entry 1 .* must have the texts 'tests' and 'reason' alone"),
        ('[[expected-failure]]\ntests = "a"\nreason = 3\n', "entry 1 .* must have the texts"),
    ],
)
def test_a_malformed_ledger_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(LedgerError, match=words):
        read_ledger(written(tmp_path, text))


def test_a_missing_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be read: No such file"):
        read_ledger(tmp_path / "absent.toml")


def test_the_first_line_that_covers_a_test_counts() -> None:
    lines = (Line("erf-float64-*", "first"), Line("erf-*", "second"))
    assert line_for(lines, "erf-float64-forward-0") is lines[0]
    assert line_for(lines, "erf-float32-forward-0") is lines[1]
    assert line_for(lines, "sin-float32-forward-0") is None


def test_a_sound_ledger_has_no_problems() -> None:
    assert problems([Line("erf-float64-forward-[1-5]", REASON)], IDENTIFIERS) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Line("sin-*", REASON), "fits no test"),
        (Line("erf-float64-forward-1", "erf of complex numbers is not implemented"), "says 'not implemented'"),
        (Line("erf-float64-forward-1", "TODO: find out why this happens"), "says 'todo'"),
        (Line("erf-float64-forward-1", "no erf"), "too short"),
        (Line("erf-*", REASON), "100 of 100 tests are expected to fail; at most 5 may"),
    ],
)
def test_each_rule_is_enforced(line: Line, words: str) -> None:
    (found,) = problems([line], IDENTIFIERS)
    assert words in found


def test_one_test_more_than_the_share_is_too_many() -> None:
    lines = [Line(f"erf-float64-forward-{number}", REASON) for number in range(6)]
    assert problems(lines, IDENTIFIERS) == ["6 of 100 tests are expected to fail; at most 5 may"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_ledger_keeps_the_rules(path: Path) -> None:
    identifiers = {case.identifier(check) for case in stored_cases() for check in case.expected}
    assert problems(of_database(read_ledger(path), wanted=False), identifiers) == []
