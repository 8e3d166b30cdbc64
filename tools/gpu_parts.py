"""The parts of gpu_check.py, each run as `python -m tools.gpu_parts PART` in a process of its own.

A part writes what it finds to its result as it goes on: JSON, with what is wrong under "problems".
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import io
import json
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tools.gpu_suites import conformance, tests

ROOT = Path(__file__).resolve().parent.parent
STANDIN = "cupy-standin"
LEAK_STEPS = 200


class Findings:
    """What a part has found so far, in a file after each addition."""

    def __init__(self, path: Path) -> None:
        self.path, self.found, self.problems = path, dict[str, Any](), list[str]()

    def add(self, **facts: Any) -> None:
        """Keep facts by name."""
        self.found |= facts
        self.path.write_text(json.dumps({**self.found, "problems": self.problems}), "utf-8")

    def problem(self, line: str) -> None:
        """Something is wrong; the part goes on."""
        self.problems.append(line)
        self.add()


class Place:
    """Where a part runs: the backend by the name that Wengert knows, and what of CuPy is asked for directly."""

    def __init__(self, name: str) -> None:
        if name == STANDIN:
            importlib.import_module("wengert_conformance.standin").install(counts_memory=True)
        self.name = "cupy" if name == STANDIN else name
        self.wengert = importlib.import_module("wengert")
        importlib.import_module("wengert.nn.functional")
        with self.wengert.use_backend(self.name):
            self.is_cuda = self.wengert.ones(1).is_cuda
        self.on_gpu = self.is_cuda and name != STANDIN
        self.cupy = importlib.import_module("cupy") if self.name == "cupy" else None

    @contextmanager
    def current(self) -> Iterator[None]:
        """New tensors lie there."""
        with self.wengert.use_backend(self.name):
            yield

    def wait(self) -> None:
        """Until the device has done all that it was given."""
        if self.cupy is not None:
            self.cupy.cuda.Device().synchronize()

    def pool_bytes(self) -> int | None:
        """Bytes in use of CuPy's memory pool."""
        return None if self.cupy is None else self.cupy.get_default_memory_pool().used_bytes()


def torch_there(place: Place) -> Any:
    """The installed torch with its new tensors on the same kind of device, or None."""
    if importlib.util.find_spec("torch") is None:
        return None
    torch = importlib.import_module("torch")
    if place.on_gpu and not torch.cuda.is_available():
        return None
    return on_device(torch, "cuda" if place.on_gpu else "cpu")


def on_device(torch: Any, device: str) -> Any:
    """torch with its new tensors on a device. `set_default_device` would put Python code before each of its calls."""
    makers = {name: partial(getattr(torch, name), device=device) for name in ("tensor", "zeros")}
    return SimpleNamespace(**{**vars(torch), **makers})


def timer(place: Place, library: Any) -> Callable[[Callable[[], object], int], float]:
    """A function that gives the seconds which each of some steps takes: on a GPU between two CUDA events."""
    if not place.on_gpu:
        return wall_clock
    is_torch = library.__name__ == "torch"
    events = library.cuda if is_torch else place.cupy.cuda

    def timed(step: Callable[[], object], count: int) -> float:
        start, end = (events.Event(enable_timing=True) if is_torch else events.Event() for _ in range(2))
        start.record()
        for _ in range(count):
            step()
        end.record()
        end.synchronize()
        milliseconds = start.elapsed_time(end) if is_torch else events.get_elapsed_time(start, end)
        return milliseconds / 1e3 / count

    return timed


def wall_clock(step: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count


# the parts


def machine(place: Place, findings: Findings, options: argparse.Namespace) -> None:
    """What this runs on."""
    doctor = io.StringIO()
    with redirect_stdout(doctor):
        importlib.import_module("wengert.__main__").main(["--json"])
    facts = importlib.import_module("benchmarks.machine").facts()
    names = ("wengert-cupy", "wengert-conformance", "cupy-cuda12x", "cupy-cuda13x", "pytest")
    version_of = importlib.import_module("benchmarks.machine").version_of
    facts["versions"] |= {name: version_of(name) for name in names}
    command = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        gpus = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()
    except (OSError, subprocess.CalledProcessError):
        gpus = []
    torch = torch_there(place)
    findings.add(
        **{name: facts[name] for name in ("date", "commit", "processor", "cores", "system", "python")},
        versions={name: version for name, version in facts["versions"].items() if version},
        gpus=gpus,
        doctor=json.loads(doctor.getvalue()),
        installed_at=str(Path(place.wengert.__file__).parent),
        torch="torch is not installed, or has no GPU" if torch is None else torch.__version__,
    )


def workloads(place: Place, findings: Findings, options: argparse.Namespace) -> None:
    """W1 to W8, forward and backward, beside torch on the same device; each is compared before it is timed."""
    program, timing = (importlib.import_module(f"benchmarks.{name}") for name in ("program", "timing"))
    numpy = importlib.import_module("numpy")
    torch = torch_there(place)
    libraries = {"wengert": place.wengert} | ({} if torch is None else {"torch": torch})
    if torch is None:
        findings.add(note="torch is not installed, or has no GPU: only Wengert was timed")
    clock = "CUDA events" if place.on_gpu else "the host's clock"
    rows: list[dict[str, Any]] = []
    for workload in importlib.import_module("benchmarks.workloads").WORKLOADS.values():
        size = workload.tiny if options.tiny else workload.size
        if workload.name == "W6" and not options.tiny:
            size = {**size, "nodes": 20_000}
        try:
            sides = {}
            for name, library in libraries.items():
                arrays = workload.arrays(numpy.random.default_rng(0), size)
                sides[name] = program.Program(workload, library, arrays, size)
            results = {name: side.results() for name, side in sides.items()}
            different = program.disagreements(results["torch"], results["wengert"]) if torch is not None else {}
            if different:
                findings.problem(f"{workload.name} disagrees with torch: relative errors {different}")
                continue
            clocks = {name: timer(place, library) for name, library in libraries.items()}
            rounds = 2 if options.tiny else 9
            counts = {name: steps_for(clocks[name], side.step, options.tiny) for name, side in sides.items()}
            times: dict[str, list[float]] = {name: [] for name in sides}
            for _ in range(rounds):
                for name, side in sides.items():
                    times[name].append(clocks[name](side.step, counts[name]) * workload.scale(size))
        except Exception:
            findings.problem(f"{workload.name}: {traceback.format_exc(limit=-3)}")
            continue
        row = {"workload": workload.name, "title": workload.title, "unit": workload.unit, "size": repr(dict(size))}
        row |= {name: timing.quantile(found, 0.5) for name, found in times.items()}
        if torch is not None:
            ratios = timing.Spread.of(timing.ratios(times["wengert"], times["torch"]))
            row["ratio"] = [ratios.first_quartile, ratios.median, ratios.third_quartile]
        rows.append(row)
        findings.add(rows=rows, clock=clock)


def steps_for(clock: Callable[..., float], step: Callable[[], object], tiny: bool) -> int:
    """How many steps fill a tenth of a second, after two that warm up."""
    clock(step, 2)
    return 1 if tiny else max(1, min(1000, round(0.1 / clock(step, 1))))


def overhead(place: Place, findings: Findings, options: argparse.Namespace) -> None:
    """Microseconds of the host for single operations on 4 numbers: forward, and forward with backward."""
    single = importlib.import_module("benchmarks.one_operation")
    torch = torch_there(place)
    libraries = {"wengert": place.wengert} | ({} if torch is None else {"torch": torch})
    count = 3 if options.tiny else 300
    rows: list[dict[str, Any]] = []
    bound = {name: single.operations(library, 4) for name, library in libraries.items()}
    for operation in bound["wengert"]:
        row: dict[str, Any] = {"operation": operation}
        for name, library in libraries.items():
            forward, leaves = bound[name][operation]
            for direction, step in (("forward", forward), ("both", single.both(forward, leaves, library))):
                row[f"{name} {direction}"] = launched(place, torch, step, count)
        rows.append(row)
        findings.add(rows=rows)
    if place.cupy is not None:
        x = place.cupy.ones(4, "float32")
        findings.add(cupy_multiply=launched(place, torch, lambda: x * x, count))


def launched(place: Place, torch: Any, step: Callable[[], object], count: int) -> float:
    """Microseconds that the host needs to launch a step: the median of five; the device may be behind."""

    def wait() -> None:
        place.wait()
        if torch is not None and place.on_gpu:
            torch.cuda.synchronize()

    step()
    found = []
    for _ in range(5):
        wait()
        found.append(wall_clock(step, count) * 1e6)
    wait()
    return sorted(found)[2]


def leak(place: Place, findings: Findings, options: argparse.Namespace) -> None:
    """What the examples' training steps leave behind: bytes of the memory pool, and Python objects."""
    sys.path[:0] = [str(ROOT / "examples"), str(ROOT / "examples" / "tests")]
    leaks = importlib.import_module("leaks")
    steps = 20 if options.tiny else LEAK_STEPS
    for name, make in leaks.EXAMPLES.items():
        step = make()
        used: list[int] = []

        def counted(step: Callable[[], None] = step, used: list[int] = used) -> None:
            step()
            used.append(place.pool_bytes() or 0)

        grown = leaks.growth(counted, steps)
        during = used[-steps:]
        bytes_grown = None if place.cupy is None else max(during) - min(during)
        findings.add(**{name: {"steps": steps, "objects": grown.objects, "pool_bytes_grown": bytes_grown}})
        if grown.objects >= steps:
            findings.problem(f"{name}: {grown.objects} Python objects more after {steps} steps")
        if bytes_grown:
            findings.problem(
                f"{name}: the pool's used bytes changed by {bytes_grown} over {steps} steps: {during[-8:]}"
            )


#: The examples with their arguments, and with those of a trial.
EXAMPLES = {
    "digits": ([], ["--epochs", "2"]),
    "conv_digits": (["--epochs", "10"], ["--epochs", "1"]),
    "charlm": (["--steps", "300"], None),
    "adjoint_ode": ([], []),
}


def examples(place: Place, findings: Findings, options: argparse.Namespace) -> None:
    """The examples, as a user runs them."""
    sys.path.insert(0, str(ROOT / "examples"))
    for name, (real, trial) in EXAMPLES.items():
        arguments = trial if options.tiny else real
        if arguments is None:
            continue
        if "digits" in name:
            arguments = [*arguments, "--output", str(options.result.parent / f"{name}.png")]
        printed, started = io.StringIO(), time.perf_counter()
        try:
            with redirect_stdout(printed):
                result = importlib.import_module(name).main(["--backend", place.name, *arguments])
        except (Exception, SystemExit):
            findings.problem(f"{name}: {traceback.format_exc(limit=-3)}")
            continue
        last = printed.getvalue().strip().splitlines()[-1]
        findings.add(**{name: {"seconds": round(time.perf_counter() - started, 1), "says": last.split("; see ")[0]}})
        if not options.tiny and getattr(result, "accuracy", 1.0) < 0.97:
            findings.problem(f"{name}: an accuracy of {result.accuracy:.4f} is below 0.97")


PARTS: dict[str, Callable[[Place, Findings, argparse.Namespace], None]] = {
    part.__name__: part for part in (machine, workloads, overhead, leak, examples, tests, conformance)
}


def main() -> int:
    """The command line; what is wrong stands in the result, unless the part itself breaks."""
    parser = argparse.ArgumentParser(prog="tools.gpu_parts", description="One part of gpu_check.py.")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--backend", required=True)
    parser.add_argument("--result", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="after these the part is ended")
    parser.add_argument("--select")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    findings = Findings(options.result)
    findings.add()
    place = Place(options.backend)
    with place.current():
        PARTS[options.part](place, findings, options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
