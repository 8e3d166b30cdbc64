"""The pytest plugin: its options, the fixtures of the suite, the ledger and the report."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from wengert_conformance.ledger import LedgerError, Line, ledger_path, line_for, read_ledger
from wengert_conformance.needs import lacking
from wengert_conformance.report import Outcome, Report

if TYPE_CHECKING:
    from wengert_conformance.cases import Case

MARK = "wengert_case"
#: The property of a test that says how many comparisons it made.
COMPARED = "compared"
DEFAULT_BACKEND = "numpy"
STANDIN = "cupy-standin"  # the backend "cupy" on a stand-in for CuPy, for where there is no GPU
AWAY = "cupy-standin-away"  # the same with a second device that has all tensors while the first is the current one
REPORT = pytest.StashKey[Report]()
LEDGER = pytest.StashKey[tuple[Line, ...]]()
COUNTED = pytest.StashKey[dict[str, tuple[str, str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("wengert", "conformance of Wengert backends")
    group.addoption("--wengert-backend", metavar="NAME", default=DEFAULT_BACKEND, help="the backend under test")
    group.addoption("--wengert-xfails", metavar="FILE", type=Path, help="the ledger of expected failures (TOML)")
    group.addoption("--wengert-report", metavar="FILE", type=Path, help="write the counts here (.json or .md)")
    group.addoption(
        "--wengert-database",
        action="store_true",
        help="run torch's whole operator database, live, instead of the cases",
    )
    group.addoption(
        "--wengert-part", metavar="I/N", default="1/1", help="every Nth entry of the database from the Ith on"
    )
    group.addoption(
        "--wengert-live", action="store_true", help="compare with the installed torch, not with its stored results"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The sweep of the database is for runs that ask for it, which run nothing else of the suite."""
    if collection_path.parent != Path(__file__).parent:
        return None
    tests = collection_path.name.startswith("test_")
    asked = config.getoption("--wengert-database") == (collection_path.name == "test_sweep.py")
    return True if tests and not asked else None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", f"{MARK}(identifier, family, operation, check, needs=()): a test of the conformance suite"
    )
    backend = config.getoption("--wengert-backend")
    if backend in (STANDIN, AWAY):
        importlib.import_module("wengert_conformance.standin").install(devices=1 + (backend == AWAY))
    given = config.getoption("--wengert-xfails")
    paths = [given] if given is not None else [ledger_path(name) for name in dict.fromkeys((_in_use(backend), backend))]
    try:
        config.stash[LEDGER] = tuple(
            [line for path in paths if path is given or path.exists() for line in read_ledger(path)]
        )
    except LedgerError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[REPORT] = Report(backend)
    config.stash[COUNTED] = {}


def case_parameters(cases: Iterator[Case]) -> list[Any]:
    """One parameter set for each check of each case."""
    return [
        pytest.param(
            case,
            check,
            id=case.identifier(check),
            marks=pytest.mark.wengert_case(case.identifier(check), case.family, case.name, check, needs=case.needs),
        )
        for case in cases
        for check in case.expected
    ]


def lacking_in(name: str) -> frozenset[str]:
    """What a backend lacks by its declaration; nothing where it cannot be used, which the first test tells."""
    library = importlib.import_module("wengert")
    try:
        with library.use_backend(_in_use(name)) as backend:
            return lacking(backend, library.ones(2).array)
    except Exception:
        return frozenset()


def _in_use(name: str) -> str:
    """The name under which Wengert knows the backend under test."""
    return "cupy" if name in (STANDIN, AWAY) else name


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take the tests that do not apply to the backend out of the collection, and count them."""
    marks = {item: mark for item in items if (mark := item.get_closest_marker(MARK)) and mark.kwargs.get("needs")}
    lacks = lacking_in(config.getoption("--wengert-backend")) if marks else frozenset[str]()
    left_out = [item for item, mark in marks.items() if not lacks.isdisjoint(mark.kwargs["needs"])]
    if left_out:
        for item in left_out:
            config.stash[REPORT].add(*marks[item].args[1:], "not_applicable")
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.hookimpl(trylast=True)  # after -k has chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leave_out(config, items)
    lines = config.stash[LEDGER]
    for item in items:
        mark = item.get_closest_marker(MARK)
        if mark is None:
            continue
        identifier, family, operation, check = mark.args
        config.stash[COUNTED][item.nodeid] = (family, operation, check)
        line = line_for(lines, identifier)
        if line is not None:
            item.add_marker(pytest.mark.xfail(reason=line.reason, strict=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: pytest.TestReport = yield
    counted = item.config.stash[COUNTED].get(item.nodeid)
    if counted is not None and (call.when == "call" or (call.when == "setup" and not report.passed)):
        outcome: Outcome = "passed" if report.passed else "expected_failures" if report.skipped else "failed"
        item.config.stash[REPORT].add(*counted, outcome)
        for name, value in item.user_properties:
            if name == COMPARED:
                item.config.stash[REPORT].compared.setdefault(counted[1], {})[counted[2]] = int(str(value))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    report = config.stash[REPORT]
    if report.counts:
        terminalreporter.write_line(report.summary())


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--wengert-report")
    if path is not None:
        session.config.stash[REPORT].write(path)


@pytest.fixture(scope="session")
def wengert_backend(request: pytest.FixtureRequest) -> str:
    """The name of the backend under test; the run ends here, with one line, where it cannot be used."""
    name = _in_use(request.config.getoption("--wengert-backend"))
    library = importlib.import_module("wengert")
    try:
        with library.use_backend(name):
            library.ones(2)
    except Exception as error:
        pytest.exit(f"the backend {name!r} cannot be tested: {error}", returncode=1)
    return name


@pytest.fixture
def wengert_library(wengert_backend: str, request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """The module `wengert`, with the backend under test as the default."""
    library = importlib.import_module("wengert")
    is_away = request.config.getoption("--wengert-backend") == AWAY
    with library.use_backend(wengert_backend), library.device("cuda:1") if is_away else nullcontext():
        yield library


@pytest.fixture(scope="session")
def wengert_reference(request: pytest.FixtureRequest) -> ModuleType | None:
    """The installed torch under `--wengert-live`, else None."""
    if not request.config.getoption("--wengert-live"):
        return None
    try:
        return importlib.import_module("torch")
    except ImportError:
        pytest.exit("--wengert-live needs torch: pip install 'wengert-conformance[torch]'", returncode=1)


@pytest.fixture(scope="session")
def wengert_ledger(request: pytest.FixtureRequest) -> tuple[Line, ...]:
    """The ledger of this run."""
    return request.config.stash[LEDGER]
