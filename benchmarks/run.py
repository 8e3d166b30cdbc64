"""Runs the workloads and prints each side's time as a ratio to torch's.

python -m benchmarks                                 all of W1 to W8, twice: one thread, then all threads
python benchmarks/run.py W1 W2 --repeats 20 --threads 1 --json times.json
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
from rich.console import Console
from rich.table import Table

if __name__ == "__main__" and not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.calls import calls_per_operation
from benchmarks.deep_chain import survives
from benchmarks.machine import facts
from benchmarks.peers import NAMES, PEERS, REDUCED, THREADED
from benchmarks.program import Arrays, Program, Size, Workload, disagreements, load_library
from benchmarks.timing import ONE_THREAD, SETTINGS, Setting, Spread, limited_to, measure, ratios
from benchmarks.workloads import WORKLOADS

REFERENCE = "torch"
LIBRARIES = ("wengert", REFERENCE)


@dataclass
class Row:
    """One subject's time on one workload (`part`: the step, or its forward alone) under one setting."""

    workload: str
    part: str
    subject: str
    setting: str
    unit: str
    time: Spread
    ratio: Spread
    target: float | None
    rounds: list[float] = field(repr=False)


@dataclass
class Subject:
    """One side of a workload: what to time, and what it computes."""

    name: str
    step: Callable[[], object]
    results: Callable[[], Arrays]
    size: Size
    forward: Callable[[], object] | None = None


def subjects_of(
    workload: Workload, libraries: Mapping[str, ModuleType], size: Size, seed: int, names: list[str] | None
) -> list[Subject]:
    """Every side of a workload on the same numbers, each with its own copy of them."""

    def arrays(size: Size) -> Arrays:
        return workload.arrays(numpy.random.default_rng(seed), size)

    found = []
    for name, library in libraries.items():
        program = Program(workload, library, arrays(size), size)
        found.append(Subject(name, program.step, program.results, size, program.forward))
    for name, peer in PEERS.get(workload.name, {}).items():
        if names is None or name in names:
            reduced = {key: min(value, size[key]) for key, value in REDUCED.get((workload.name, name), {}).items()}
            less = {**size, **reduced}
            step = PeerStep(peer, arrays(less), less)
            found.append(Subject(name, step, step, less))
    return found


class PeerStep:
    """A peer's function with its arguments; calling it takes a step and returns the results."""

    def __init__(self, step: Callable[[Arrays, Size], Arrays], arrays: Arrays, size: Size) -> None:
        self.step, self.arrays, self.size = step, arrays, size

    def __call__(self) -> Arrays:
        return self.step(self.arrays, self.size)


def check(workload: Workload, subjects: list[Subject], reference: ModuleType, seed: int) -> list[str]:
    """A line for each subject whose first step disagrees with torch's at the same size."""
    expected: dict[str, Arrays] = {}
    lines = []
    for subject in subjects:
        key = repr(sorted(subject.size.items()))
        if key not in expected:
            arrays = workload.arrays(numpy.random.default_rng(seed), subject.size)
            expected[key] = Program(workload, reference, arrays, subject.size).results()
        different = disagreements(expected[key], subject.results())
        lines += [
            f"{subject.name} disagrees with {REFERENCE} in {result}: relative error {error:.2g}"
            for result, error in different.items()
        ]
    return lines


def time_workload(
    workload: Workload, subjects: list[Subject], setting: Setting, repeats: int | None, forward: bool
) -> list[Row]:
    """The rows of one workload under one setting."""
    parts: dict[str, dict[str, Callable[[], object]]] = {"step": {subject.name: subject.step for subject in subjects}}
    if forward or workload.forward_row:
        parts["forward"] = {subject.name: subject.forward for subject in subjects if subject.forward}
    scales = {subject.name: workload.scale(subject.size) for subject in subjects}
    clocks = dict.fromkeys(THREADED, time.process_time) if setting is ONE_THREAD else None
    rows = []
    with limited_to(setting.threads):
        for part, steps in parts.items():
            rounds = repeats or workload.repeats
            seconds = measure(steps, rounds, setting.clock, clocks=clocks, collect=workload.collect)
            scaled = {name: [second * scales[name] for second in times] for name, times in seconds.items()}
            for name, times in scaled.items():
                ratio = Spread.of(ratios(times, scaled[REFERENCE]))
                aimed = workload.targets[setting is not ONE_THREAD] if (name, part) == (LIBRARIES[0], "step") else None
                unit = workload.unit
                rows.append(Row(workload.name, part, name, setting.name, unit, Spread.of(times), ratio, aimed, times))
    return rows


def table_of(rows: list[Row], settings: list[Setting]) -> Table:
    """A line per workload and subject; per setting, the median time and the ratio to torch with its quartiles."""
    table = Table(title="Time, and its ratio to torch's of the same round: median (quartiles)", title_justify="left")
    table.add_column("work", no_wrap=True)
    table.add_column("side", no_wrap=True)
    for setting in settings:
        table.add_column(setting.name, justify="right", no_wrap=True)
        table.add_column("/ torch", justify="right", no_wrap=True)
        table.add_column("target", justify="right", no_wrap=True)
    lines: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in rows:
        lines.setdefault((row.workload, row.part, row.subject), {})[row.setting] = row
    previous = ("", "")
    for (workload, part, subject), by_setting in lines.items():
        if previous != (workload, part) and previous != ("", ""):
            table.add_section()
        title = workload if part == "step" else f"{workload} {part}"
        cells = [title if previous != (workload, part) else "", subject]
        previous = (workload, part)
        for setting in settings:
            row = by_setting[setting.name]
            ratio = row.ratio
            cells.append(f"{row.time.median:.3g} {row.unit}")
            spread = f"{ratio.median:.2f} ({ratio.first_quartile:.2f}-{ratio.third_quartile:.2f})"
            cells += ["1" if subject == REFERENCE else spread, target_cell(row)]
        table.add_row(*cells)
    return table


def target_cell(row: Row) -> str:
    """The target, and whether it is met; empty where there is none."""
    if row.target is None:
        return ""
    return f"{row.target} {'met' if row.ratio.median <= row.target else 'missed'}"


def missed_targets(rows: list[Row]) -> list[str]:
    """A line for each target that a median ratio is above."""
    return [
        f"{row.workload}, {row.setting}: {row.ratio.median:.2f} of torch's time; the target is at most {row.target}"
        for row in rows
        if row.target is not None and row.ratio.median > row.target
    ]


def overridden(size: Size, settings: list[str]) -> Size:
    """`size` with the NAME=VALUE pairs that it has a NAME for."""
    pairs = {name: value for name, _, value in (setting.partition("=") for setting in settings)}
    return {name: literal(pairs[name]) if name in pairs else value for name, value in size.items()}


def literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Wengert's workloads beside torch's, interleaved.")
    parser.add_argument("workloads", nargs="*", metavar="NAME", help="of W1 to W8; all if none is named")
    parser.add_argument("--repeats", type=int, help="rounds per workload; each workload has its own number")
    parser.add_argument("--threads", choices=[*SETTINGS, "both"], default="both", help="default: both")
    parser.add_argument("--peers", nargs="*", choices=NAMES, help="default: all")
    parser.add_argument("--forward", action="store_true", help="also time forward alone (W1 always does)")
    parser.add_argument("--tiny", action="store_true", help="the sizes of the tests: to try the program")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a size, as in gelu=tanh")
    parser.add_argument("--million", action="store_true", help="with W6: also a million nodes, one process each")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target is missed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all that was measured there")
    options = parser.parse_args(argv)
    unknown = [name for name in options.workloads if name not in WORKLOADS]
    if unknown:
        parser.error(f"unknown workload {', '.join(unknown)}; known are {', '.join(WORKLOADS)}")
    sizes = {name for workload in options.workloads or WORKLOADS for name in WORKLOADS[workload].size}
    for setting in options.set:
        name, equals, _ = setting.partition("=")
        if not equals or name not in sizes:
            parser.error(f"--set {setting}: expected NAME=VALUE with a NAME of {', '.join(sorted(sizes))}")
    if options.repeats is not None and options.repeats < 1:
        parser.error(f"--repeats {options.repeats}: expected at least 1")
    return options


def main(argv: list[str] | None = None) -> int:
    """The command line; 0 unless a side failed, disagreed, or (with --check) missed its target."""
    options = arguments(argv)
    console, progress = Console(), Console(stderr=True)
    if not console.is_terminal:
        console.width = 140
    libraries = {name: load_library(name) for name in LIBRARIES}
    settings = list(SETTINGS.values()) if options.threads == "both" else [SETTINGS[options.threads]]
    chosen = [WORKLOADS[name] for name in options.workloads or WORKLOADS]
    rows: list[Row] = []
    problems: list[str] = []
    for workload in chosen:
        size = overridden(workload.tiny if options.tiny else workload.size, options.set)
        with progress.status(f"{workload.name} {workload.title}"):
            subjects = subjects_of(workload, libraries, size, options.seed, options.peers)
            different = check(workload, subjects, libraries[REFERENCE], options.seed)
            problems += [f"{workload.name}: {line}" for line in different]
            if not different:
                for setting in settings:
                    rows += time_workload(workload, subjects, setting, options.repeats, options.forward)
    report: dict[str, Any] = {"machine": facts(), "rows": [asdict(row) for row in rows], "problems": problems}
    console.print(table_of(rows, settings))
    if any(workload.name == "W1" for workload in chosen):
        calls = calls_per_operation(libraries[LIBRARIES[0]])
        report["calls_per_operation"] = {"python": calls.python, "c": calls.c}
        console.print(f"W1: {calls.python:.2f} Python calls and {calls.c:.2f} C calls per operation, both directions")
    if options.million and any(workload.name == "W6" for workload in chosen):
        report["million_nodes"] = {name: survives(name) for name in LIBRARIES}
        for name, found in report["million_nodes"].items():
            console.print(f"W6: {name}: {found}")
            if not found["survived"]:
                problems.append(f"W6: {name} does not survive a chain of a million nodes")
    if options.check:
        problems += missed_targets(rows)
    for problem in problems:
        progress.print(problem, style="bold red")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
