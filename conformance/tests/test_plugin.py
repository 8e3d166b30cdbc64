"""The pytest plugin, run in a session of its own on a small file of tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from wengert_conformance.scenarios import Family

pytest_plugins = ["pytester"]

TESTS = """
import pytest

def case(identifier):
    return pytest.mark.wengert_case(identifier, "family", identifier.split("-")[0], "forward")

@case("add-float64-forward-0")
def test_passes():
    pass

@case("mul-float64-forward-0")
def test_fails():
    assert 1 == 2

def test_outside_the_suite():
    pass
"""
REASON = "the library has no multiplication of any kind"


def ledger(folder: Path, tests: str) -> Path:
    path = folder / "ledger.toml"
    path.write_text(f'[[expected-failure]]\ntests = "{tests}"\nreason = "{REASON}"\n', encoding="utf-8")
    return path


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    pytester.makepyfile(TESTS)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "--wengert-backend=mine", *options)


def test_outcomes_are_counted_and_reported(pytester: pytest.Pytester) -> None:
    report = pytester.path / "report.json"
    result = run(pytester, f"--wengert-report={report}")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["backend mine: 2 conformance tests, 1 passed, 0 failed as expected, 1 failed"])
    assert json.loads(report.read_text())["families"]["family"]["mul"]["forward"]["failed"] == 1


def test_the_ledger_turns_a_failure_into_an_expected_one(pytester: pytest.Pytester) -> None:
    result = run(pytester, f"--wengert-xfails={ledger(pytester.path, 'mul-*')}", "-rx")
    result.assert_outcomes(passed=2, xfailed=1)
    result.stdout.fnmatch_lines(["*2 conformance tests, 1 passed, 1 failed as expected, 0 failed", f"XFAIL *{REASON}"])


def test_an_unexpected_pass_fails(pytester: pytest.Pytester) -> None:
    result = run(pytester, f"--wengert-xfails={ledger(pytester.path, '*-forward-0')}")
    result.assert_outcomes(passed=1, failed=1, xfailed=1)
    result.stdout.fnmatch_lines(["*2 conformance tests, 0 passed, 1 failed as expected, 1 failed"])


def test_a_ledger_that_cannot_be_read_ends_the_run(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--wengert-xfails=absent.toml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the ledger absent.toml cannot be read*"])


def test_an_unknown_backend_ends_the_run_with_one_line(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess(
        *("-p", "no:cacheprovider", "--pyargs", "wengert_conformance", "--wengert-backend=absent", "-k", "mul-float64")
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the backend 'absent' cannot be tested: *absent*"])


NEEDING = """
import pytest

@pytest.mark.wengert_case("views.strides-outcome", "views", "views.strides", "outcome", needs=("strides",))
def test_strides():
    pass

@pytest.mark.wengert_case("views.writes-outcome", "views", "views.writes", "outcome", needs=("views",))
def test_writes():
    pass
"""


@pytest.mark.parametrize(("backend", "left_out"), [("numpy", 0), ("strict", 1), ("absent", 0)])
def test_what_a_backend_lacks_is_left_out_and_counted(pytester: pytest.Pytester, backend: str, left_out: int) -> None:
    report = pytester.path / "report.json"
    pytester.makepyfile(NEEDING)
    result = pytester.runpytest_subprocess(
        *("-p", "no:cacheprovider", f"--wengert-backend={backend}", f"--wengert-report={report}")
    )
    result.assert_outcomes(passed=2 - left_out, deselected=left_out)
    assert json.loads(report.read_text())["totals"]["not_applicable"] == left_out


def test_a_scenario_needs_what_is_known_only() -> None:
    with pytest.raises(ValueError, match=r"'views', 'strides'.*not .'wings'"):
        Family("mine").needs("wings")
