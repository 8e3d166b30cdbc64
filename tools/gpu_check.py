"""Proves a backend on the machine it is for: one command, without a network and without nox.

    python tools/gpu_check.py --wheels dist/gpu --out report

It installs our wheels into a folder of its own, runs the parts one after another, each in a process with a time limit,
and writes report.json and report.md. A part that fails or takes too long does not keep the others from running. The
exit status is 1 if one did. `nox -s gpu_wheels` makes the wheels on a machine that has a network.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import gpu_report

ROOT = Path(__file__).resolve().parent.parent
#: The parts in the order they run, with the seconds that each may take.
PARTS = {"machine": 40, "workloads": 120, "overhead": 40, "leak": 40, "examples": 100, "tests": 60}
PARTS |= {"conformance": 300}
STANDIN = "cupy-standin"


@dataclass
class Outcome:
    """How a part went: what it found, and why it failed."""

    part: str
    state: str  # passed, failed, out of time, not run
    seconds: float = 0.0
    limit: float = 0.0
    found: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


def run(command: list[str], limit: float, environment: dict[str, str], log: Path) -> tuple[int | None, str]:
    """The exit status of a command, None if it took longer than `limit` seconds, and the end of what it printed.

    What it started is ended with it.
    """
    with log.open("a+b") as written:
        start = written.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            command, stdout=written, stderr=subprocess.STDOUT, env=environment, cwd=log.parent, start_new_session=True
        )
        try:
            status: int | None = process.wait(max(limit, 0.1))
        except subprocess.TimeoutExpired:
            status = None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        written.seek(start)
        return status, written.read().decode(errors="replace")[-3000:]


def install(options: argparse.Namespace, folder: Path, log: Path) -> tuple[str, dict[str, str]]:
    """The Python to use and the environment of its processes, with our wheels installed if there are any.

    Without --venv they go into a folder before the present Python's packages, which stay as they are.
    """
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    python, wheels = sys.executable, [] if options.wheels is None else sorted(options.wheels.resolve().glob("*.whl"))
    if options.wheels is not None and not wheels:
        raise SystemExit(f"error: no wheel lies in {options.wheels}; nox -s gpu_wheels makes them")
    for wheel in wheels:
        if different := differs(wheel):
            raise SystemExit(f"error: {wheel.name} was built from another {different} than lies here: build it again")
    pip = ["-m", "pip", "install", "-q", "--no-index", "--find-links", str(options.wheels), "--no-deps"]
    pip += ["--disable-pip-version-check", "--no-cache-dir"]
    paths = [str(ROOT)]
    inherited = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    if options.venv is not None:
        venv.create(options.venv, with_pip=True, system_site_packages=True)
        python = str(options.venv.resolve() / "bin" / "python")
        beside = [*inherited, *(path for path in sys.path if path.endswith("-packages"))]  # this may be a venv's Python
        (packages,) = options.venv.resolve().glob("lib/python*/site-packages")
        (packages / "beside.pth").write_text("\n".join(beside) + "\n", "utf-8")
    else:
        pip += ["--target", str(folder / "site")]
        paths = [str(folder / "site"), *paths, *inherited]
    if wheels:
        status, told = run([python, *pip, *map(str, wheels)], 120, environment, log)
        if status != 0:
            raise SystemExit(f"error: the wheels could not be installed: {told}")
    return python, {**environment, "PYTHONPATH": os.pathsep.join(paths)}


def differs(wheel: Path) -> str | None:
    """The first file of one of our wheels that is not as in this checkout, whose programs are about to use it."""
    with zipfile.ZipFile(wheel) as content:
        for name in content.namelist():
            for source in ROOT.glob(f"packages/*/src/{name}"), ROOT.glob(f"conformance/src/{name}"):
                for path in source:
                    if path.read_bytes() != content.read(name):
                        return name
    return None


def work(
    part: str, options: argparse.Namespace, python: str, environment: dict[str, str], log: Path, limit: float
) -> Outcome:
    """Run one part in a process of its own."""
    started = time.perf_counter()
    result = log.parent / f"{part}.json"
    command = [python, "-m", "tools.gpu_parts", part, "--backend", options.backend, "--result", str(result)]
    command += ["--seconds", str(limit)]
    command += ["--tiny"] if options.tiny else []
    command += ["--select", options.select] if options.select else []
    status, told = run(command, limit, environment, log)
    outcome = Outcome(part, "passed", round(time.perf_counter() - started, 1), round(limit, 1))
    if result.exists():  # written as it goes on, so that a part that was ended leaves what it had found
        outcome.found = json.loads(result.read_text("utf-8"))
    problems = outcome.found.pop("problems", [])
    if status is None:
        outcome.state, outcome.reason = "out of time", f"ended after {limit:.0f} s; its last words: {told[-400:]}"
    elif status != 0:
        outcome.state, outcome.reason = "failed", told[-1500:]
    elif problems:
        outcome.state, outcome.reason = "failed", "\n".join(problems)
    return outcome


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gpu_check.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--wheels", type=Path, metavar="FOLDER", help="our wheels; default: what is installed")
    parser.add_argument("--out", type=Path, metavar="FOLDER", required=True, help="where the report goes")
    parser.add_argument("--venv", type=Path, metavar="FOLDER", help="make a virtual environment there and use it")
    parser.add_argument("--backend", default="cupy", help=f"the backend; {STANDIN} runs CuPy's on a stand-in for it")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--minutes", type=float, default=8.0, help="for all parts together")
    parser.add_argument("--select", metavar="WORDS", help="of conformance, only the tests that pytest -k selects")
    parser.add_argument("--tiny", action="store_true", help="the smallest sizes, to try the program")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """The command line; 1 if a part failed, took too long or could not run."""
    options = arguments(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    ends = time.monotonic() + 60 * options.minutes
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        log = folder / "log.txt"
        python, environment = install(options, folder, log)
        for part in PARTS:
            if part not in options.parts:
                continue
            left = ends - time.monotonic()
            if left < 1:
                outcomes.append(Outcome(part, "not run", reason=f"the {options.minutes:g} minutes were over"))
            else:
                outcomes.append(work(part, options, python, environment, log, min(PARTS[part], left)))
            print(f"{part}: {outcomes[-1].state}, {outcomes[-1].seconds} s", flush=True)
            report = {"backend": options.backend, "parts": [asdict(outcome) for outcome in outcomes]}
            (options.out / "report.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
            (options.out / "report.md").write_text(gpu_report.markdown(report), "utf-8")
            shutil.copy(log, options.out / "log.txt")
    return int(any(outcome.state != "passed" for outcome in outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
