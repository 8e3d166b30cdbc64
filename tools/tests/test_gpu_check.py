"""gpu_check.py on NumPy and on the stand-in for CuPy, at tiny sizes: what it installs, runs, survives and writes."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools import gpu_check, gpu_parts, gpu_report, gpu_suites  # noqa: E402  # the folder above must be found first


def checked(out: Path, *options: str, status: int = 0, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """The report by part of a run with small sizes."""
    command = [sys.executable, str(ROOT / "tools" / "gpu_check.py"), "--out", str(out), "--tiny", *options]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == status, done.stdout + done.stderr + (out / "report.md").read_text("utf-8")
    report = json.loads((out / "report.json").read_text("utf-8"))
    return {part["part"]: part for part in report["parts"]}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our wheels, as `nox -s gpu_wheels` builds them."""
    folder = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    for name in ("packages/wengert", "packages/wengert-numpy", "packages/wengert-cupy", "conformance"):
        subprocess.run(build, cwd=ROOT / name, capture_output=True, check=True)
    return folder


def without_paths() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def test_all_parts_run_on_wheels_that_the_check_installs(wheels: Path, tmp_path: Path) -> None:
    options = ["--wheels", str(wheels), "--backend", "numpy", "--select", "sin-float"]
    parts = checked(tmp_path, *options, environment=without_paths())
    assert list(parts) == list(gpu_check.PARTS)
    assert {part["state"] for part in parts.values()} == {"passed"}
    found = {name: part["found"] for name, part in parts.items()}
    assert Path(found["machine"]["installed_at"]).parent.name == "site"
    assert [row["workload"] for row in found["workloads"]["rows"]] == [f"W{number}" for number in range(1, 9)]
    assert all(row["wengert"] > 0 and row["ratio"][1] > 0 for row in found["workloads"]["rows"])
    assert all(row["wengert both"] > row["wengert forward"] > 0 for row in found["overhead"]["rows"])
    assert found["leak"]["digits"]["steps"] == 20
    assert found["leak"]["digits"]["pool_bytes_grown"] is None
    assert found["examples"]["digits"]["says"].startswith("test accuracy ")
    assert found["conformance"]["passed"] == found["conformance"]["tests"] > 20
    assert found["tests"]["tests"] > 100
    text = (tmp_path / "report.md").read_text("utf-8")
    assert "* GPU, driver, memory: " in text
    assert "| W8 Hessian-vector product" in text
    assert (tmp_path / "log.txt").stat().st_size > 0


def test_on_the_standin_the_pool_and_the_devices_are_told(tmp_path: Path) -> None:
    chosen = ["machine", "workloads", "overhead", "leak", "examples"]
    parts = checked(tmp_path, "--backend", "cupy-standin", "--parts", *chosen)
    assert {part["state"] for part in parts.values()} == {"passed"}
    assert "cupy: cuda:0 is stand-in, compute capability 0.0, 16.0 GiB" in parts["machine"]["found"]["doctor"]["notes"]
    assert len(parts["workloads"]["found"]["rows"]) == 8
    assert parts["overhead"]["found"]["cupy_multiply"] > 0
    assert [grown["pool_bytes_grown"] for grown in parts["leak"]["found"].values()] == [0, 0, 0]
    assert parts["examples"]["found"]["adjoint_ode"]["says"].startswith("mean square ")


def test_wheels_of_other_sources_are_refused(wheels: Path, tmp_path: Path) -> None:
    (old,) = wheels.glob("wengert_cupy-*.whl")
    assert gpu_check.differs(old) is None
    new = tmp_path / old.name
    with zipfile.ZipFile(old) as before, zipfile.ZipFile(new, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name) + (b"# old" if name.endswith("plugin.py") else b""))
    out = tmp_path / "out"
    command = [sys.executable, str(ROOT / "tools" / "gpu_check.py"), "--wheels", str(tmp_path), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    told = "was built from another wengert_cupy/plugin.py than lies here: build it again"
    assert done.stderr == f"error: {old.name} {told}\n"


def test_a_virtual_environment_is_made_where_one_is_asked_for(wheels: Path, tmp_path: Path) -> None:
    options = ["--wheels", str(wheels), "--venv", str(tmp_path / "venv"), "--backend", "numpy", "--parts", "machine"]
    found = checked(tmp_path / "out", *options, environment=without_paths())["machine"]["found"]
    assert found["installed_at"].startswith(str(tmp_path / "venv"))


def test_a_part_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    parts = checked(tmp_path, "--backend", "abacus", "--parts", "machine", "leak", status=1)
    assert [part["state"] for part in parts.values()] == ["failed", "failed"]
    assert "'abacus'" in parts["leak"]["reason"]
    assert "'abacus'" in (tmp_path / "report.md").read_text("utf-8")


def test_what_the_time_does_not_allow_is_told(tmp_path: Path) -> None:
    parts = checked(tmp_path, "--backend", "numpy", "--parts", "leak", "--minutes", "0", status=1)
    assert parts["leak"]["state"] == "not run"
    parts = checked(tmp_path, "--backend", "numpy", "--parts", "leak", "--minutes", "0.02", status=1)
    assert parts["leak"]["state"] == "out of time"


def test_a_suite_that_runs_out_of_time_is_counted_as_far_as_it_came(tmp_path: Path) -> None:
    (tmp_path / "test_slow.py").write_text(
        "from threading import Event\n\ndef test_quick(): ...\n\ndef test_slow(): Event().wait()\n"
    )
    findings = gpu_parts.Findings(tmp_path / "part.json")
    options = argparse.Namespace(result=tmp_path / "part.json", seconds=gpu_suites.GRACE + 3)
    gpu_suites.suite([str(tmp_path / "test_slow.py")], findings, options)
    assert (findings.found["passed"], findings.found["tests"]) == (1, 1)
    assert findings.problems == ["pytest ended with 2 before its end"]


def test_without_torch_only_ours_is_timed(tmp_path: Path) -> None:
    result = tmp_path / "part.json"
    program = (
        "import sys; sys.modules['torch'] = None; from tools import gpu_parts; sys.exit(gpu_parts.main())",
        *("workloads", "--tiny", "--backend", "numpy", "--result", str(result), "--seconds", "60"),
    )
    done = subprocess.run([sys.executable, "-c", *program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(result.read_text("utf-8"))
    assert found["note"].startswith("torch is not installed")
    assert all("torch" not in row and row["wengert"] > 0 for row in found["rows"])
    text = gpu_report.markdown({"backend": "numpy", "parts": [part_of("workloads", found)]})
    assert "only Wengert was timed." in text


def test_targets_are_compared_on_a_gpu_alone() -> None:
    rows = [
        {
            "workload": name,
            "title": "work",
            "unit": "ms",
            "size": "{}",
            "wengert": 1.0,
            "torch": 1.0,
            "ratio": [1, 1, 1],
        }
        for name in ("W1", "W2", "W3")
    ]
    lines = {}
    for clock in ("CUDA events", "the host's clock"):
        part = part_of("workloads", {"rows": rows, "clock": clock})
        text = gpu_report.markdown({"backend": "cupy", "parts": [part]})
        lines[clock] = [line.split(" | ")[-1] for line in text.splitlines() if line.startswith("| W")]
    assert lines["CUDA events"] == [" |", "1.3 met |", "0.8 missed |"]
    assert lines["the host's clock"] == [" |", " |", " |"]


def part_of(name: str, found: dict[str, Any]) -> dict[str, Any]:
    return {"part": name, "state": "passed", "seconds": 1.0, "limit": 2.0, "found": found, "reason": ""}


def test_torch_makes_its_tensors_on_the_device_at_no_cost_to_its_calls() -> None:
    found = gpu_parts.on_device(torch, "meta")
    assert found.zeros(2).device.type == found.tensor([1.0], requires_grad=True).device.type == "meta"
    assert found.tanh is torch.tanh
    assert found.nn.functional is torch.nn.functional


class Event:
    """An event of a GPU on which everything takes two seconds."""

    now = 0.0

    def __init__(self, enable_timing: bool = False) -> None:
        assert enable_timing  # else torch's events tell no time

    def record(self) -> None:
        self.at = Event.now

    def synchronize(self) -> None: ...

    def elapsed_time(self, end: Event) -> float:
        return (end.at - self.at) * 1e3


def advance() -> None:
    Event.now += 2


def test_on_a_gpu_each_library_is_timed_by_its_events() -> None:
    torch = SimpleNamespace(__name__="torch", cuda=SimpleNamespace(Event=lambda enable_timing: Event(enable_timing)))
    cuda = SimpleNamespace(Event=lambda: Event(True), get_elapsed_time=Event.elapsed_time)
    place = SimpleNamespace(on_gpu=True, cupy=SimpleNamespace(cuda=cuda))
    assert gpu_parts.timer(place, torch)(advance, 3) == 2.0
    assert gpu_parts.timer(place, SimpleNamespace(__name__="wengert"))(advance, 3) == 2.0
