"""A stranger's backend: built as a wheel, installed beside the wheels of the core and the suite, found, and tested."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STRANGER = Path(__file__).parent / "stranger"
SOURCES = (ROOT / "packages" / "wengert", ROOT / "conformance", STRANGER)


def run(*command: str | Path, folder: Path | None = None) -> str:
    """The output of a command in a clean environment; the test fails with all it said where it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "WENGERT"))}
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, cwd=folder)
    assert result.returncode == 0, f"{command} gave {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment that holds the core, the suite and the stranger, all from wheels."""
    wheels = tmp_path_factory.mktemp("wheels")
    for source in SOURCES:
        copy = tmp_path_factory.mktemp(source.name) / "project"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "dist", "tests"))
        run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", wheels, folder=copy)
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    interpreter = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    names = ("wengert", "wengert-conformance", "wengert-stranger")
    run(interpreter, "-m", "pip", "install", "--quiet", "--find-links", wheels, *names)
    return interpreter


def test_the_stranger_is_found(python: Path) -> None:
    listed = json.loads(run(python, "-m", "wengert", "backends", "--json"))
    states = {backend["name"]: backend for backend in listed}
    assert states["stranger"]["state"] == "available"
    assert states["strict"]["state"] == "unavailable"
    assert "array_api_strict" in states["strict"]["reason"]


def test_the_suite_passes_on_the_stranger(python: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run(
        *(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path),
        *("--pyargs", "wengert_conformance", "--wengert-backend=stranger", f"--wengert-report={report}"),
        f"--wengert-xfails={STRANGER / 'xfails.toml'}",
    )
    totals = json.loads(report.read_text(encoding="utf-8"))["totals"]
    assert totals["failed"] == 0
    assert totals["expected_failures"] == 0
    assert totals["passed"] > 500
    assert 0 < totals["not_applicable"] < 100
