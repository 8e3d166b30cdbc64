"""Sixty common operations, forward and backward, at 8, 1,000 and 1,000,000 elements, beside torch.

    python -m benchmarks.operations                       # all of them, on one thread and on all threads: 2 minutes
    python -m benchmarks.operations mul softmax --sizes 8 --threads 1

A step records the operation on single-precision leaves that require grad, and runs backward from a ready gradient into
cleared leaves. Both libraries run the same code in one process and take turns; a number is the median of the rounds'
ratios to torch. Before any clock starts, results and gradients must agree.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

import numpy
from rich.console import Console
from rich.table import Table

from benchmarks.machine import facts
from benchmarks.one_operation import Operation, both
from benchmarks.program import Arrays, Tensor, disagreements, load_library, to_array
from benchmarks.sixty import OPERATIONS, Leaves
from benchmarks.timing import SETTINGS, Setting, Spread, limited_to, measure, quantile, ratios

SIZES = (8, 1_000, 1_000_000)
#: By size: the most that the median over all operations of wengert's time may be of torch's.
TARGETS = {8: 0.6, 1_000_000: 1.5}
WORST = 10


@dataclass
class Row:
    """One operation at one size under one setting; seconds of both libraries, and their ratio."""

    operation: str
    elements: int
    setting: str
    wengert: float
    torch: float
    ratio: Spread


def bound(name: str, library: ModuleType, elements: int) -> tuple[Operation, list[Tensor]]:
    """An operation on its operands, and those that require grad."""
    leaves = Leaves(library, elements)
    made = OPERATIONS[name](library, library.nn.functional, leaves)
    return made, leaves.tensors


def results(name: str, library: ModuleType, elements: int) -> Arrays:
    """What an operation computes, and its gradients from random cotangents."""
    made, leaves = bound(name, library, elements)
    out = made()
    cotangent = numpy.random.default_rng(1).standard_normal(tuple(out.shape)).astype(numpy.float32)
    out.backward(library.tensor(cotangent))
    return {"out": to_array(out)} | {f"{at}.grad": to_array(leaf.grad) for at, leaf in enumerate(leaves)}


def time_operation(name: str, libraries: dict[str, ModuleType], elements: int, setting: Setting, rounds: int) -> Row:
    steps = {}
    for side, library in libraries.items():
        made, leaves = bound(name, library, elements)
        steps[side] = both(made, leaves, library)
    shortest = 0.002 if elements < SIZES[-1] else 0.0
    seconds = measure(steps, rounds, setting.clock, shortest=shortest)
    mine, theirs = seconds["wengert"], seconds["torch"]
    return Row(
        name, elements, setting.name, quantile(mine, 0.5), quantile(theirs, 0.5), Spread.of(ratios(mine, theirs))
    )


def medians(rows: list[Row]) -> dict[tuple[int, str], float]:
    """By size and setting, the median over the operations of their median ratios."""
    groups: dict[tuple[int, str], list[float]] = {}
    for row in rows:
        groups.setdefault((row.elements, row.setting), []).append(row.ratio.median)
    return {key: quantile(values, 0.5) for key, values in groups.items()}


def worst(rows: list[Row], elements: int, setting: str) -> list[Row]:
    """The operations furthest behind torch at one size, under one setting."""
    chosen = [row for row in rows if (row.elements, row.setting) == (elements, setting)]
    return sorted(chosen, key=lambda row: -row.ratio.median)[:WORST]


def table_of(rows: list[Row]) -> Table:
    """A line for each operation; for each size and setting, our time and its ratio to torch's."""
    columns = list(dict.fromkeys((row.elements, row.setting) for row in rows))
    table = Table(title="us of ours, forward + backward, and its ratio to torch's", title_justify="left")
    table.add_column("operation", no_wrap=True)
    for elements, setting in columns:
        table.add_column(f"{elements:,}\n{setting}", justify="right", no_wrap=True)
    found = {(row.operation, row.elements, row.setting): row for row in rows}
    for name in dict.fromkeys(row.operation for row in rows):
        cells = [found.get((name, *column)) for column in columns]  # none where the two libraries disagree
        table.add_row(name, *[f"{row.wengert * 1e6:.1f}  {row.ratio.median:.2f}" if row else "-" for row in cells])
    table.add_section()
    table.add_row("median", *[f"{medians(rows)[column]:.2f}" for column in columns])
    return table


def main(argv: list[str] | None = None) -> int:
    """The command line; 1 if an operation disagrees with torch."""
    parser = argparse.ArgumentParser(prog="benchmarks.operations", description="Sixty operations beside torch.")
    parser.add_argument("operations", nargs="*", metavar="NAME", help=f"of: {', '.join(OPERATIONS)}")
    parser.add_argument("--sizes", type=int, nargs="*", choices=SIZES, default=SIZES)
    parser.add_argument("--threads", choices=[*SETTINGS, "both"], default="both")
    parser.add_argument("--rounds", type=int, help="default: 9, and 5 at the largest size")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(argv)
    unknown = [name for name in options.operations if name not in OPERATIONS]
    if unknown:
        parser.error(f"unknown operation {', '.join(unknown)}; known are {', '.join(OPERATIONS)}")
    names = options.operations or list(OPERATIONS)
    libraries = {name: load_library(name) for name in ("wengert", "torch")}
    settings = list(SETTINGS.values()) if options.threads == "both" else [SETTINGS[options.threads]]
    progress, console = Console(stderr=True), Console()
    rows: list[Row] = []
    problems: list[str] = []
    for elements in options.sizes:
        agreed = []
        for name in names:
            with limited_to(1):
                mine, theirs = (results(name, libraries[side], elements) for side in ("wengert", "torch"))
            different = disagreements(theirs, mine)
            problems += [f"{name}, {elements}: {key}: relative error {error:.2g}" for key, error in different.items()]
            agreed += [] if different else [name]
        for setting in settings:
            rounds = options.rounds or (9 if elements < SIZES[-1] else 5)
            with limited_to(setting.threads), progress.status(f"{elements} elements, {setting.name}"):
                rows += [time_operation(name, libraries, elements, setting, rounds) for name in agreed]
    if not console.is_terminal:
        console.width = 140
    console.print(table_of(rows))
    for elements in options.sizes:
        listed = ", ".join(f"{r.operation} {r.ratio.median:.2f}" for r in worst(rows, elements, settings[0].name))
        console.print(f"worst at {elements:,}, {settings[0].name}: {listed}")
    for problem in problems:
        progress.print(problem, style="bold red")
    if options.json:
        report = {"machine": facts(), "rows": [asdict(row) for row in rows], "problems": problems}
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
