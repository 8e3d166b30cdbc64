"""The parts of gpu_check.py that are pytest's: each runs a suite in a process of its own and reads what it reports."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from tools.gpu_parts import Findings, Place

ROOT = Path(__file__).resolve().parent.parent
#: Seconds before its limit that a suite is asked to end, so that its report is written.
GRACE = 15
SHOWN = 100
#: Where this was started in the background of a shell, the interrupt would be ignored.
PYTEST = "import signal, sys, pytest; signal.signal(signal.SIGINT, signal.default_int_handler); sys.exit(pytest.main())"


def conformance(place: Place, findings: Findings, options: argparse.Namespace) -> None:
    """The conformance suite against the results of torch that are stored in it."""
    command = ["--pyargs", "wengert_conformance", f"--wengert-backend={options.backend}"]
    command += ["-k", options.select] if options.select else []
    workers = min(8, os.cpu_count() or 1)
    if not importlib.util.find_spec("xdist") or options.select:
        workers = 1
    findings.add(processes=workers)
    suite([*command, "-n", str(workers)] if workers > 1 else command, findings, options, workers)


def tests(place: Place, findings: Findings, options: argparse.Namespace) -> None:
    """The backend's own tests."""
    suite([str(ROOT / "packages" / f"wengert-{place.name}" / "tests")], findings, options)


def suite(chosen: list[str], findings: Findings, options: argparse.Namespace, workers: int = 1) -> None:
    """Run pytest and count; what runs out of time is counted as far as it came, without the tests in progress."""
    xml, ini = options.result.with_suffix(".xml"), options.result.with_suffix(".ini")
    ini.write_text("[pytest]\n")
    command = [sys.executable, "-c", PYTEST, "-q", "--tb=line", "-c", str(ini), "-p", "no:cacheprovider"]
    command += ["--import-mode=importlib", f"--junitxml={xml}", *chosen]
    process = subprocess.Popen(command, cwd=options.result.parent)
    try:
        status = process.wait(max(options.seconds - GRACE, 1))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        status = process.wait()
    if not xml.exists():
        findings.problem(f"pytest ended with {status} and no result")
        return
    cases = list(ElementTree.parse(xml).iter("testcase"))
    if status not in (0, 1):
        findings.problem(f"pytest ended with {status} before its end")
        cases = cases[:-workers]
    broken = [(case, found) for case in cases if (found := _first(case, "failure", "error")) is not None]
    expected = sum(_first(case, "skipped") is not None for case in cases)
    passed = len(cases) - len(broken) - expected
    findings.add(tests=len(cases), passed=passed, expected_failures=expected, failed=len(broken))
    findings.problems += [f"{case.get('name')}: {(found.get('message') or '')[:200]}" for case, found in broken[:SHOWN]]
    if len(broken) > SHOWN:
        findings.problem(f"and {len(broken) - SHOWN} more")
    if not cases:
        findings.problem("no test ran to its end")
    findings.add()


def _first(case: Any, *names: str) -> Any:
    return next((found for name in names if (found := case.find(name)) is not None), None)
