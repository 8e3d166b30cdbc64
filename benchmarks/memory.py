"""How much memory a step takes: peak resident size above what stood there before, each library in a process of its own.

python -m benchmarks.memory W2 W4 --steps 3
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy

from benchmarks.program import Program, load_library
from benchmarks.timing import limited_to
from benchmarks.workloads import WORKLOADS

STATUS = Path("/proc/self/status")
LIBRARIES = ("wengert", "torch")


def resident(field: str) -> int:
    """A size in the process's own status, in bytes: "VmRSS" is what is resident now, "VmHWM" the most that ever was."""
    for line in STATUS.read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == field:
            return int(rest.split()[0]) * 1024
    raise RuntimeError(f"{STATUS} has no field {field}; this program needs Linux")


def measure_here(library_name: str, workload_name: str, steps: int, tiny: bool = False) -> dict[str, Any]:
    """Takes `steps` steps in this process; how far its resident size rose, at the end and at the highest."""
    workload = WORKLOADS[workload_name]
    size = workload.tiny if tiny else workload.size
    arrays = workload.arrays(numpy.random.default_rng(0), size)
    library = load_library(library_name)
    with limited_to(1):
        Program(workload, library, workload.arrays(numpy.random.default_rng(0), workload.tiny), workload.tiny).step()
        program = Program(workload, library, arrays, size)
        before = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here on
        for _ in range(steps):
            program.step()
        peak, after = resident("VmHWM"), resident("VmRSS")
    return {"library": library_name, "workload": workload_name, "peak": peak - before, "kept": after - before}


def measure(library_name: str, workload_name: str, steps: int, tiny: bool = False) -> dict[str, Any]:
    """`measure_here` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", "--here", library_name, workload_name, "--steps", str(steps)]
    ended = subprocess.run([*command, *(["--tiny"] if tiny else [])], capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.memory", description="Peak memory of a step, beside torch's.")
    parser.add_argument("workloads", nargs="*", help="of W1 to W8 (default: W2 W4)")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--tiny", action="store_true", help="the sizes of the tests")
    parser.add_argument("--here", metavar="LIBRARY", help="measure one library in this process, and print JSON")
    options = parser.parse_args(argv)
    names = options.workloads or ["W2", "W4"]
    if options.here:
        print(json.dumps(measure_here(options.here, names[0], options.steps, options.tiny)))
        return 0
    for name in names:
        found = {library: measure(library, name, options.steps, options.tiny) for library in LIBRARIES}
        ours, theirs = (found[library]["peak"] for library in LIBRARIES)
        print(f"{name}: wengert {ours / 1e6:.1f} MB, torch {theirs / 1e6:.1f} MB, ratio {ours / max(theirs, 1):.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
