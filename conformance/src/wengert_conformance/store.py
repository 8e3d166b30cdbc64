"""The stored results of torch, one compressed file of JSON lines for each family.

`python -m wengert_conformance.store` runs every case on the installed torch and writes the files again. The suite reads
its cases from them, so that the list of tests is the same with torch and without. The first line of a file says with
which torch it was written and what was left aside; each further line is one case.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from wengert.backends.registry import scenarios as wengert_scenarios

from wengert_conformance.cases import Case
from wengert_conformance.checks import CHECKS, differences
from wengert_conformance.operators import COMPOSED, FAMILIES, IN_PLACE, OWN_NODES
from wengert_conformance.scenarios import Family, Scenario, all_scenarios
from wengert_conformance.scenarios.family import SAYS
from wengert_conformance.values import INEXACT, from_json, leaves, rounded, to_json

FOLDER = Path(__file__).parent / "results"
Planned = tuple[Case, tuple[str, ...]]
RESULT_DIGITS = {dtype: 13 if dtype in ("float64", "complex128") else 8 for dtype in INEXACT}


@dataclass(frozen=True, slots=True)
class Stored:
    """The contents of one file."""

    torch: str
    filtered: dict[str, int]
    cases: tuple[Case, ...]


def live_torch() -> ModuleType | None:
    """The installed torch, or None."""
    try:
        return importlib.import_module("torch")
    except ImportError:
        return None


def unsaid(result: Any) -> Iterator[str]:
    """The phrases that a scenario looks for in torch's messages and that are not there."""
    if isinstance(result, dict) and SAYS in result and result[SAYS] is not True:
        yield f"{result['phrase']!r} but {result[SAYS]!r}"
    elif isinstance(result, (list, tuple)):
        for part in result:
            yield from unsaid(part)


def observed(case: Case, checks: Iterable[str], torch: ModuleType) -> tuple[Case, dict[str, str]]:
    """The case with torch's results for the checks, and the checks that torch refuses, with its words."""
    expected: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for check in checks:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = CHECKS[check](torch, case)
        except (RuntimeError, NotImplementedError) as error:
            if check in ("forward", "outcome", "grad", "backward"):
                raise
            refused[check] = f"torch: {str(error).splitlines()[0][:100]}"
            continue
        if check == "grad_fn" and not set(result or ()) <= OWN_NODES.get(case.name, set(result or ())):
            refused[check] = COMPOSED
            continue
        for phrase in unsaid(result):
            raise LookupError(f"{case.name}: torch does not say {phrase}")
        if result is not None or check in ("forward", "outcome"):
            expected[check] = rounded(result, RESULT_DIGITS)
    return replace(case, expected=expected), refused


def checks_of(scenario: Scenario) -> tuple[str, ...]:
    """The checks of a scenario; those about gradients only where it has a differentiable input."""
    has_leaves = bool(leaves(dict(scenario.inputs)))
    return (
        scenario.checks if has_leaves else tuple(check for check in scenario.checks if check in ("forward", "outcome"))
    )


def line_of(case: Case) -> dict[str, Any]:
    """A case as a JSON object. A scenario's inputs and function stay in its Python file."""
    line: dict[str, Any] = {"name": case.name}
    if case.function is None:
        line |= {"dtype": case.dtype, "sample": case.sample, "target": case.target}
        line |= {"arguments": to_json(case.arguments), "keywords": to_json(dict(case.keywords))}
        if not case.with_numbers:
            line["with_numbers"] = False
    return line | {"expected": {check: to_json(result) for check, result in case.expected.items()}}


def case_of(line: dict[str, Any], family: str, scenarios: Mapping[str, Scenario]) -> Case:
    """The inverse of `line_of`."""
    expected = {check: from_json(result) for check, result in line["expected"].items()}
    if "target" not in line:
        scenario = scenarios.get(line["name"])
        if scenario is None:
            raise LookupError(
                f"the store holds results of {line['name']!r}, which is no scenario; write the store again"
            )
        return replace(scenario.case(), expected=expected)
    return Case(
        name=line["name"],
        family=family,
        dtype=line["dtype"],
        sample=line["sample"],
        arguments=from_json(line["arguments"]),
        keywords=from_json(line["keywords"]),
        target=line["target"],
        with_numbers=line.get("with_numbers", True),
        expected=expected,
    )


def write(path: Path, torch_version: str, filtered: dict[str, int], cases: Sequence[Case]) -> None:
    """Write one file; the same cases give the same bytes."""
    lines = [{"torch": torch_version, "filtered": dict(sorted(filtered.items()))}, *map(line_of, cases)]
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def load(path: Path, family: str, scenarios: Mapping[str, Scenario]) -> Stored:
    """Read one file; the scenarios are those that it may hold results of."""
    header, *lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    described = json.loads(header)
    cases = tuple(case_of(json.loads(line), family, scenarios) for line in lines)
    return Stored(described["torch"], described["filtered"], cases)


def families() -> list[str]:
    """Every family of the store: those of the database's operations and those of our scenarios."""
    return list(dict.fromkeys([*FAMILIES, IN_PLACE, *(scenario.family for scenario in all_scenarios())]))


@cache
def stored_families() -> dict[str, Stored]:
    """The whole store."""
    scenarios = {scenario.name: scenario for scenario in all_scenarios()}
    return {family: load(FOLDER / f"{family}.jsonl.gz", family, scenarios) for family in families()}


@cache
def plugin_families() -> tuple[Family, ...]:
    """The families of scenarios that backends and operation libraries bring through the hook `wengert_scenarios`."""
    return tuple(wengert_scenarios())


def stored_cases() -> Iterator[Case]:
    """Every case of the store, and those of plugins."""
    for stored in stored_families().values():
        yield from stored.cases
    for family in plugin_families():
        if family.results is None:
            raise LookupError(f"the plugin's family {family.name!r} names no file of results")
        yield from load(family.results, family.name, family.scenarios).cases


def family_results(family: str, torch: ModuleType) -> tuple[list[Case], Counter[str]]:
    """Run a family on torch: its cases with results, and what was left aside (the database imports torch)."""
    filtered: Counter[str] = Counter()
    planned: list[Planned] = []
    if family in (*FAMILIES, IN_PLACE):
        planned += importlib.import_module("wengert_conformance.database").database_cases(family, filtered)
    planned += planned_scenarios(scenario for scenario in all_scenarios() if scenario.family == family)
    return run_on(torch, planned, filtered), filtered


def planned_scenarios(scenarios: Iterable[Scenario]) -> list[Planned]:
    """Scenarios as cases without results, with the checks that apply."""
    return [(scenario.case(), checks_of(scenario)) for scenario in scenarios]


def run_on(torch: ModuleType, planned: Iterable[Planned], filtered: Counter[str]) -> list[Case]:
    """The cases with torch's results; `filtered` counts what torch refuses."""
    finished: list[Case] = []
    for case, checks in planned:
        try:
            complete, refused = observed(case, checks, torch)
        except Exception as error:
            error.add_note(f"while running {case.identifier('')} on torch: {case.arguments!r} {dict(case.keywords)!r}")
            raise
        finished.append(complete)
        for check, reason in refused.items():
            filtered[f"{check}: {reason}"] += 1
    return finished


def stale(case: Case, torch: ModuleType) -> list[str]:
    """How a stored case differs from what the installed torch gives."""
    lines: list[str] = []
    for check, expected in case.expected.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lines += differences(expected, CHECKS[check](torch, case), case.identifier(check))
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: write the store, or some families of it."""
    parser = argparse.ArgumentParser(prog="python -m wengert_conformance.store", description=main.__doc__)
    parser.add_argument("family", nargs="*", help="only these families (default: all)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files go")
    parser.add_argument("--plugins", action="store_true", help="write the files of the plugins' families instead")
    chosen = parser.parse_args(arguments)
    torch = live_torch()
    if torch is None:
        print("the store is written from torch: pip install 'wengert-conformance[torch]'", file=sys.stderr)
        return 1
    if chosen.plugins:
        for plugin_family in plugin_families():
            if plugin_family.results is not None:
                cases = run_on(torch, planned_scenarios(plugin_family.scenarios.values()), Counter())
                write(plugin_family.results, torch.__version__, {}, cases)
                print(f"{plugin_family.name}: {len(cases)} cases")
        return 0
    unknown = sorted(set(chosen.family) - set(families()))
    if unknown:
        print(f"no such family: {', '.join(unknown)}; there are {', '.join(families())}", file=sys.stderr)
        return 2
    for family in chosen.family or families():
        cases, filtered = family_results(family, torch)
        path = chosen.folder / f"{family}.jsonl.gz"
        write(path, torch.__version__, filtered, cases)
        tests = sum(len(case.expected) for case in cases)
        print(f"{family}: {len(cases)} cases, {tests} tests, {path.stat().st_size / 1024:.0f} KiB")
        for reason, count in sorted(filtered.items()):
            print(f"    left aside {count} times: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
