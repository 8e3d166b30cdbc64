"""Does a chain of a million nodes survive recording, backward and being freed? In its own process: to fail is to crash.

python -m benchmarks.deep_chain wengert 1000000
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from typing import Any

import numpy

from benchmarks.program import Program, load_library
from benchmarks.workloads import DeepGraph


def run_chain(library_name: str, nodes: int) -> dict[str, Any]:
    """Records the chain, runs it backward and frees it, with the collector on and then off."""
    workload = DeepGraph()
    size = {"nodes": nodes}
    arrays = workload.arrays(numpy.random.default_rng(0), size)
    found: dict[str, Any] = {"nodes": nodes}
    for collector in ("on", "off"):
        program = Program(workload, load_library(library_name), arrays, size)
        if collector == "off":
            gc.disable()
        start = time.thread_time()
        results = program.results()
        found[f"us_per_node_collector_{collector}"] = (time.thread_time() - start) * 1e6 / nodes
        if float(results["x.grad"]) != 1.0:
            raise RuntimeError(f"deep chain: x.grad is {results['x.grad']}; expected 1.0")
    return found


def survives(library_name: str, nodes: int = 1_000_000) -> dict[str, Any]:
    """What `run_chain` found, with `survived` and, where it did not, the way the process ended."""
    command = [sys.executable, "-m", "benchmarks.deep_chain", library_name, str(nodes)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode == 0:
        return {"survived": True, **json.loads(ended.stdout)}
    last = ended.stderr.strip().splitlines()[-1:] or [""]
    return {"survived": False, "nodes": nodes, "exit_status": ended.returncode, "last_line": last[0]}


if __name__ == "__main__":
    print(json.dumps(run_chain(sys.argv[1], int(sys.argv[2]))))
