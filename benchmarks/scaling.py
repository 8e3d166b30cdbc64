"""How time grows with the number of nodes and of elements: forward and backward, one thread, CPU time.

python -m benchmarks.scaling --json scaling.json
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy

from benchmarks.machine import facts
from benchmarks.program import load_library
from benchmarks.timing import limited_to

NODES = (1_000, 10_000, 100_000, 1_000_000)
ELEMENTS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
LIBRARIES = ("wengert", "torch")
ROUNDS = 2


def chain(library: ModuleType, nodes: int) -> Callable[[], object]:
    """A chain of products of 4 numbers, forward and backward."""
    x = library.tensor(numpy.ones(4, numpy.float32), requires_grad=True)
    w = library.tensor(numpy.ones(4, numpy.float32), requires_grad=True)

    def step() -> None:
        y = x
        for _ in range(nodes):
            y = y * w
        y.sum().backward()
        x.grad = w.grad = None

    return step


def wide(library: ModuleType, elements: int) -> Callable[[], object]:
    """`tanh(x * w) + x` of many numbers, summed, forward and backward."""
    random = numpy.random.default_rng(0)
    x, w = (
        library.tensor(random.standard_normal(elements).astype(numpy.float32), requires_grad=True) for _ in range(2)
    )

    def step() -> None:
        (library.tanh(x * w) + x).sum().backward()
        x.grad = w.grad = None

    return step


def measured(
    make: Callable[[ModuleType, int], Callable[[], object]], counts: tuple[int, ...], rounds: int
) -> dict[str, dict[int, float]]:
    """By library and count the seconds of a step: the least of the rounds, in which the libraries take turns."""
    found: dict[str, dict[int, float]] = {name: {} for name in LIBRARIES}
    for count in counts:
        steps = {name: make(load_library(name), count) for name in LIBRARIES}
        for _ in range(rounds):
            for name, step in steps.items():
                gc.collect()  # so that nobody pays for another's garbage
                start = time.thread_time()
                step()
                took = time.thread_time() - start
                found[name][count] = min(took, found[name].get(count, took))
    return found


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.scaling", description="Time against nodes and elements.")
    parser.add_argument("--nodes", type=int, nargs="*", default=NODES)
    parser.add_argument("--elements", type=int, nargs="*", default=ELEMENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(argv)
    with limited_to(1):
        report: dict[str, Any] = {
            "machine": facts(),
            "nodes": measured(chain, tuple(options.nodes), options.rounds),
            "elements": measured(wide, tuple(options.elements), options.rounds),
        }
    for kind in ("nodes", "elements"):
        for name, found in report[kind].items():
            each = ", ".join(f"{count:,}: {seconds / count * 1e9:,.0f} ns" for count, seconds in found.items())
            print(f"{name}, for each of so many {kind}: {each}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
