"""How long `import wengert` takes beyond the interpreter's own start, and which heavy modules it loads.

    python -m benchmarks.import_time --repeats 40

Interpreters that import it and interpreters that import nothing are started in turn, and each pair gives a difference.
They find compiled bytecode, as after any first import, also where PYTHONDONTWRITEBYTECODE is set.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass

from benchmarks.timing import Spread

UNWANTED = ("numpy", "cupy", "torch", "scipy", "pluggy", "importlib.metadata", "inspect")


@dataclass(frozen=True)
class ImportTime:
    """Milliseconds beyond the interpreter's start: by the wall clock, and of the process's CPU time."""

    module: str
    wall: Spread
    cpu: Spread
    modules: int
    unwanted: list[str]


def start_interpreter(code: str, bytecode: str) -> tuple[float, float]:
    """Seconds until an interpreter has run `code` and ended: wall clock, and CPU time of the process.

    `bytecode` is the folder in which it finds and leaves compiled modules.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}
    before = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"import time: `python -c {code!r}` ended with status {process.returncode}; expected 0.")
    return wall, usage.ru_utime + usage.ru_stime


def loaded_modules(module: str) -> list[str]:
    """The modules that importing `module` adds to those of a bare interpreter."""
    code = f"import sys; before = set(sys.modules); import {module}; print(*(set(sys.modules) - before))"
    return sorted(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )


def measure_import(module: str = "wengert", repeats: int = 20) -> ImportTime:
    """The differences of `repeats` pairs of interpreters; who starts first changes from pair to pair."""
    found = loaded_modules(module)
    leave = (
        "; import os; os._exit(0)"  # the clock stops when the import is done: ending the interpreter is not part of it
    )
    bare, importing = f"pass{leave}", f"import {module}{leave}"
    walls, cpus = [], []
    with tempfile.TemporaryDirectory() as bytecode:
        start_interpreter(importing, bytecode)  # writes the bytecode files
        for turn in range(repeats):
            order = (bare, importing) if turn % 2 else (importing, bare)
            seconds = {code: start_interpreter(code, bytecode) for code in order}
            (bare_wall, bare_cpu), (wall, cpu) = seconds[bare], seconds[importing]
            walls.append((wall - bare_wall) * 1e3)
            cpus.append((cpu - bare_cpu) * 1e3)
    unwanted = [name for name in UNWANTED if name in found]
    return ImportTime(module, Spread.of(walls), Spread.of(cpus), len(found), unwanted)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.import_time", description=measure_import.__doc__)
    parser.add_argument("module", nargs="?", default="wengert")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="print JSON instead of two lines")
    options = parser.parse_args()
    found = measure_import(options.module, options.repeats)
    if options.json:
        print(json.dumps(asdict(found), indent=2))
        return 0
    for clock, spread in (("wall clock", found.wall), ("CPU", found.cpu)):
        quartiles = f"quartiles {spread.first_quartile:.1f}-{spread.third_quartile:.1f}"
        print(f"import {found.module}: {spread.median:.1f} ms beyond the interpreter's start, {clock} ({quartiles})")
    print(f"modules loaded: {found.modules}; of those to avoid: {', '.join(found.unwanted) or 'none'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
