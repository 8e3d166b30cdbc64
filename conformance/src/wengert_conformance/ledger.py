"""The ledger of a backend: which tests are expected to fail, each with the reason.

A ledger is a TOML file:

    [[expected-failure]]
    tests = "erf-complex128-*"
    reason = "the library has no error function of complex numbers"

`tests` is a shell-style pattern over the ids of the suite. An expected failure that passes fails the run, and so does a
line that fits no test, a reason that gives none, and a ledger that names more than one test in twenty.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

FOLDER = Path(__file__).parent / "ledgers"
LARGEST_SHARE = 0.05
SHORTEST_REASON = 20
#: What the ids of the sweep of torch's database begin with.
DATABASE = "database:"
EMPTY_REASONS = ("not implemented", "unimplemented", "notimplemented", "todo", "not yet", "not supported yet", "fixme")


class LedgerError(Exception):
    """A ledger file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a ledger."""

    tests: str
    reason: str

    def covers(self, identifier: str) -> bool:
        return fnmatchcase(identifier, self.tests)


def ledger_path(backend: str) -> Path:
    """The ledger that this package keeps for a backend; it need not exist."""
    return FOLDER / f"{backend}.toml"


def read_ledger(path: Path) -> tuple[Line, ...]:
    """The lines of a ledger file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LedgerError(f"the ledger {path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise LedgerError(f"the ledger {path} is no TOML: {error}") from error
    entries = content.pop("expected-failure", [])
    if content:
        raise LedgerError(f"the ledger {path} holds {sorted(content)}; only [[expected-failure]] has a meaning")
    lines: list[Line] = []
    for number, entry in enumerate(entries, start=1):
        if set(entry) != {"tests", "reason"} or not all(isinstance(value, str) for value in entry.values()):
            raise LedgerError(f"entry {number} of the ledger {path} must have the texts 'tests' and 'reason' alone")
        lines.append(Line(entry["tests"], " ".join(entry["reason"].split())))
    return tuple(lines)


def of_database(lines: Sequence[Line], wanted: bool) -> tuple[Line, ...]:
    """The lines about the sweep of torch's database, or the others."""
    return tuple(line for line in lines if line.tests.startswith(DATABASE) is wanted)


def line_for(lines: Sequence[Line], identifier: str) -> Line | None:
    """The first line that covers a test."""
    return next((line for line in lines if line.covers(identifier)), None)


def problems(lines: Sequence[Line], identifiers: Collection[str], share: float = LARGEST_SHARE) -> list[str]:
    """What is wrong with a ledger, given the ids of all tests; empty where nothing is. `share` is how many may fail."""
    found: list[str] = []
    covered: set[str] = set()
    for line in lines:
        hits = {identifier for identifier in identifiers if line.covers(identifier)}
        covered |= hits
        if not hits:
            found.append(f"{line.tests!r} fits no test")
        lowered = line.reason.lower()
        empty = next((words for words in EMPTY_REASONS if words in lowered), None)
        if empty is not None:
            found.append(f"the reason of {line.tests!r} says {empty!r}: name the missing capability or torch's fault")
        elif len(line.reason) < SHORTEST_REASON:
            found.append(f"the reason of {line.tests!r} is too short to be one: {line.reason!r}")
    allowed = int(share * len(identifiers))
    if len(covered) > allowed:
        found.append(f"{len(covered)} of {len(identifiers)} tests are expected to fail; at most {allowed} may")
    return found
