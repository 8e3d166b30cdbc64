"""What a run found, as a support matrix: operations by checks, with counts, in JSON or Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Outcome = Literal["passed", "expected_failures", "failed", "not_applicable"]
OUTCOMES: tuple[Outcome, ...] = ("passed", "expected_failures", "failed", "not_applicable")
CHECK_ORDER = ("forward", "outcome", "grad", "backward", "gradgrad", "jvp", "grad_fn")


def no_counts() -> dict[Outcome, int]:
    return dict.fromkeys(OUTCOMES, 0)


@dataclass(slots=True)
class Report:
    """The outcomes of one backend, counted by family, operation and check."""

    backend: str
    counts: dict[str, dict[str, dict[str, dict[Outcome, int]]]] = field(default_factory=dict)
    #: How many comparisons a test made, by operation and check, where it says so.
    compared: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, family: str, operation: str, check: str, outcome: Outcome) -> None:
        """Count the outcome of one test."""
        checks = self.counts.setdefault(family, {}).setdefault(operation, {})
        checks.setdefault(check, no_counts())[outcome] += 1

    def totals(self) -> dict[Outcome, int]:
        """The counts over everything."""
        total = no_counts()
        for operations in self.counts.values():
            for checks in operations.values():
                for counts in checks.values():
                    for outcome in OUTCOMES:
                        total[outcome] += counts[outcome]
        return total

    def summary(self) -> str:
        """One line."""
        total = self.totals()
        left_out = total["not_applicable"]
        return (
            f"backend {self.backend}: {sum(total.values()) - left_out} conformance tests, {total['passed']} passed, "
            f"{total['expected_failures']} failed as expected, {total['failed']} failed"
            + (f"; {left_out} not applicable" if left_out else "")
        )

    def to_json(self) -> str:
        content = {"backend": self.backend, "totals": self.totals(), "families": self.counts}
        if self.compared:
            content["compared"] = self.compared
        return json.dumps(content, indent=2) + "\n"

    def to_markdown(self) -> str:
        found = {check for operations in self.counts.values() for checks in operations.values() for check in checks}
        columns = [check for check in CHECK_ORDER if check in found]
        columns += sorted(found - set(CHECK_ORDER))
        lines = [f"# Conformance of the backend `{self.backend}`", "", self.summary() + ".", ""]
        lines += [
            "A cell counts the tests that passed, of all; `x` marks those that are expected to fail,",
            "`-` what does not apply.",
            "",
        ]
        for family, operations in self.counts.items():
            lines += [f"## {family}", ""]
            lines += ["| operation | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
            for operation, checks in sorted(operations.items()):
                cells = " | ".join(cell(checks.get(check)) for check in columns)
                lines.append(f"| `{operation}` | {cells} |")
            lines.append("")
        return "\n".join(lines)

    def write(self, path: Path) -> None:
        """Write the report: Markdown under a name that ends in `.md`, else JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.to_markdown() if path.suffix == ".md" else self.to_json(), encoding="utf-8")


def cell(counts: Mapping[Outcome, int] | None) -> str:
    """One cell of the matrix."""
    if counts is None:
        return ""
    expected = f" ({counts['expected_failures']}x)" if counts["expected_failures"] else ""
    ran = sum(counts.values()) - counts["not_applicable"]
    return f"{counts['passed']}/{ran}{expected}" if ran else "-"
