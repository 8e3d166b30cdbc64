"""The support matrix: torch's operator database by columns and backends, as a page and as JSON.

`python -m wengert_conformance.matrix --backend=numpy` runs the sweep in as many processes as asked and compares what
comes of it with the committed JSON; with `--report` it writes the JSON and the page instead.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wengert_conformance import ledger
from wengert_conformance.sweep import COLUMNS

PAGE = Path("docs/reference/support-matrix.md")
BACKENDS = ("numpy", "torch", "strict")
#: How a backend's failures are marked in a row of the page.
LETTERS = {"numpy": "n", "torch": "t", "strict": "s"}
SHORT = {"complex forward": "c. forward", "complex grad": "c. grad", "complex gradgrad": "c. gradgrad"}
SHORT |= {"complex jvp": "c. jvp"}
Matrix = dict[str, Any]

_OPENING = """\
# Support matrix

Every entry of the operator database that torch tests itself with, run live on Wengert and on torch. Which columns apply
to an entry is decided by the database's own flags and dtypes. Left out are sparse and quantised layouts, torch's
internal names, and the duplicates that copy. `nox -s conformance` runs all of it and fails where this page is not what
it finds; `nox -s conformance -- --report` writes this page and [its JSON](support-matrix.json).

## Totals

Entries that pass a column, of those that it applies to. An entry passes if each comparison comes out, and if there is
one; the last column counts the comparisons.

"""
_LEGEND = """\
A number says how many comparisons were made; they come out on every backend, except where letters stand beside it: `n`
NumPy, `t` torch, `s` strict. The reasons stand below. An empty cell does not apply. `c.` is complex.
"""


def of_reports(reports: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, tuple[str, int, bool]]]:
    """What the reports of a sweep say of each cell: by operation and column the family, how many comparisons were made,
    and whether all came out."""
    found: dict[str, dict[str, tuple[str, int, bool]]] = {}
    for report in reports:
        for family, operations in report["families"].items():
            for name, columns in operations.items():
                for column, counts in columns.items():
                    compared = report["compared"].get(name, {}).get(column, 0)
                    found.setdefault(name, {})[column] = family, compared, counts["passed"] == 1
    return found


def updated(
    matrix: Matrix, backend: str, found: Mapping[str, Mapping[str, tuple[str, int, bool]]], whole: bool = True
) -> Matrix:
    """The matrix with what a sweep of one backend found: of the `whole` database, or of some cells, where the others
    stay as they are."""
    operations: dict[str, Any] = {} if whole else dict(matrix["operations"])
    for name, columns in found.items():
        old = matrix["operations"].get(name, {"compared": {}, "failing": {}})
        compared: dict[str, int] = {} if whole else dict(old["compared"])
        compared |= {column: count for column, (_, count, _) in columns.items()}
        wrong = {column for column, (_, _, passed) in columns.items() if not passed}
        wrong |= {column for column in old["failing"].get(backend, ()) if not whole and column not in columns}
        failing = {**old["failing"], backend: [column for column in COLUMNS if column in wrong]}
        operations[name] = {
            "family": next(iter(columns.values()))[0],
            "compared": {column: compared[column] for column in COLUMNS if column in compared},
            "failing": {key: failing[key] for key in BACKENDS if failing.get(key)},
        }
    operations = dict(sorted(operations.items()))
    backends = [key for key in BACKENDS if key == backend or key in matrix["totals"]]
    return {"totals": {key: totals(operations, key) for key in backends}, "operations": operations}


def totals(operations: Mapping[str, Any], backend: str) -> dict[str, dict[str, int]]:
    """For each column of one backend: how many cells apply, how many pass, and how many comparisons were made."""
    counts: dict[str, dict[str, int]] = {}
    for row in operations.values():
        for column, compared in row["compared"].items():
            count = counts.setdefault(column, {"applies": 0, "passed": 0, "compared": 0})
            count["applies"] += 1
            count["passed"] += column not in row["failing"].get(backend, ())
            count["compared"] += compared
    return counts


def to_json(matrix: Matrix) -> str:
    """The matrix as JSON, a line for each operation."""
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in matrix["operations"].items())
    sums = ",\n".join(f"  {json.dumps(key)}: {json.dumps(count)}" for key, count in matrix["totals"].items())
    return f'{{\n"totals": {{\n{sums}\n}},\n"operations": {{\n{rows}\n}}\n}}\n'


def to_page(matrix: Matrix) -> str:
    """The page: totals first, then a table for each family, then the reasons of what fails, by backend."""
    sums, operations = matrix["totals"], matrix["operations"]
    lines = [
        *_OPENING.splitlines(),
        "| column | " + " | ".join(sums) + " | comparisons |",
        "|---" * (len(sums) + 2) + "|",
    ]
    for column in COLUMNS:
        shares = [f"{count['passed']} of {count['applies']}" for count in (sums[key][column] for key in sums)]
        lines.append(f"| {column} | {' | '.join(shares)} | {next(iter(sums.values()))[column]['compared']} |")
    lines += ["", "## Operations", "", *_LEGEND.splitlines(), ""]
    for family in sorted({row["family"] for row in operations.values()}):
        rows = {name: row for name, row in operations.items() if row["family"] == family}
        used = [column for column in COLUMNS if any(column in row["compared"] for row in rows.values())]
        lines += [f"### {family}", "", "| operation | " + " | ".join(SHORT.get(c, c) for c in used) + " |"]
        lines.append("|---" * (len(used) + 1) + "|")
        for name, row in rows.items():
            lines.append(f"| `{name}` | " + " | ".join(_cell(row, column) for column in used) + " |")
        lines.append("")
    lines += ["## What fails, and why", ""]
    for key in sums:
        lines += [f"### On {key}", "", "| cells | reason |", "|---|---|"]
        ours = ledger.of_database(ledger.read_ledger(ledger.ledger_path(key)), wanted=True)
        lines += [f"| `{line.tests.removeprefix(ledger.DATABASE)}` | {line.reason} |" for line in ours]
        lines.append("")
    return "\n".join(lines)


def _cell(row: Mapping[str, Any], column: str) -> str:
    compared = row["compared"].get(column)
    if compared is None:
        return ""
    marks = "".join(LETTERS[key] for key, failing in row["failing"].items() if column in failing)
    return f"{compared} {marks}".strip()


def read_matrix(page: Path) -> Matrix:
    """The committed matrix; an empty one where there is none."""
    path = page.with_suffix(".json")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"totals": {}, "operations": {}}


def changes(old: Matrix, new: Matrix) -> list[str]:
    """What differs between two matrices, a line each."""
    names = sorted({*old["operations"], *new["operations"]})
    pairs = [(name, old["operations"].get(name), new["operations"].get(name)) for name in names]
    lines = [f"{name}: committed {one}, found {other}" for name, one, other in pairs if one != other]
    return lines if lines or old["totals"] == new["totals"] else ["the totals are not those of the operations"]


def sweep(backend: str, parts: int, only: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the sweep in `parts` processes, of the tests that `only` selects; the largest exit status, and their
    reports."""
    with tempfile.TemporaryDirectory() as folder:
        reports = [Path(folder) / f"{number}.json" for number in range(parts)]
        command = [sys.executable, "-m", "pytest", "--pyargs", "wengert_conformance", f"--wengert-backend={backend}"]
        command += ["--wengert-database", "-p", "no:cacheprovider", *(["-k", only] if only else [])]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        running: list[subprocess.Popen[bytes]] = []
        for number, path in enumerate(reports):
            part = [f"--wengert-part={number + 1}/{parts}", f"--wengert-report={path}"]
            with path.with_suffix(".txt").open("wb") as output:
                running.append(subprocess.Popen([*command, *part], stdout=output, stderr=output, env=environment))
        statuses = [process.wait() for process in running]
        for path in reports:
            print(path.with_suffix(".txt").read_text(encoding="utf-8"), flush=True)
        return max(statuses), [json.loads(path.read_text(encoding="utf-8")) for path in reports if path.exists()]


def write(matrix: Matrix, page: Path) -> None:
    """Write the page and its JSON."""
    page.write_text(to_page(matrix), encoding="utf-8")
    page.with_suffix(".json").write_text(to_json(matrix), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m wengert_conformance.matrix", description=__doc__)
    parser.add_argument("--backend", choices=BACKENDS, required=True)
    parser.add_argument("--parts", type=int, default=2, help="how many processes share the work")
    parser.add_argument("--only", default="", help="an expression for pytest -k: the other cells are left as they are")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page; the JSON lies beside it")
    parser.add_argument("--report", action="store_true", help="write the page and the JSON instead of comparing")
    chosen = parser.parse_args(arguments)
    status, reports = sweep(chosen.backend, chosen.parts, chosen.only)
    committed = read_matrix(chosen.page)
    matrix = updated(committed, chosen.backend, of_reports(reports), whole=not chosen.only)
    if chosen.report:
        write(matrix, chosen.page)
        return status
    lines = changes(committed, matrix)
    print("\n".join([*lines, *([f"{chosen.page} is not current: nox -s conformance -- --report"] if lines else [])]))
    return status or bool(lines)


if __name__ == "__main__":
    sys.exit(main())
