"""Nanoseconds of single views of a tensor with a history, beside torch: the least of many repeats.

    python -m benchmarks.views                   # all
    python -m benchmarks.views select unbind

Both libraries run in one process and take turns, on one thread, with the cycle collector off. `mul` stands for the
operations that are no views.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from types import ModuleType

from rich.console import Console
from rich.table import Table

from benchmarks.program import load_library
from benchmarks.timing import ONE_THREAD, limited_to, measure

View = Callable[[], object]


def views(library: ModuleType) -> dict[str, View]:
    """Each view function bound to a small tensor that an operation made."""
    x = library.ones(8, 8, requires_grad=True) * 1
    thin, flat = library.ones(8, 1, requires_grad=True) * 1, library.ones(8, 1, 8, requires_grad=True) * 1
    return {
        "view": lambda: x.view(64),
        "reshape": lambda: x.reshape(4, 16),
        "flatten": lambda: x.flatten(),
        "permute": lambda: x.permute(1, 0),
        "transpose": lambda: x.transpose(0, 1),
        "select": lambda: x.select(0, 1),
        "x[1]": lambda: x[1],
        "x[1:3]": lambda: x[1:3],
        "x[:, 1]": lambda: x[:, 1],
        "narrow": lambda: x.narrow(0, 1, 2),
        "unbind": lambda: x.unbind(0),
        "chunk": lambda: x.chunk(2),
        "split": lambda: x.split(4),
        "expand": lambda: thin.expand(8, 8),
        "squeeze": lambda: flat.squeeze(1),
        "unsqueeze": lambda: x.unsqueeze(0),
        "mul": lambda: x * x,
    }


def main() -> int:
    """The command line."""
    bound = {name: views(load_library(name)) for name in ("wengert", "torch")}
    parser = argparse.ArgumentParser(prog="benchmarks.views", description="Nanoseconds of single views.")
    parser.add_argument("views", nargs="*", metavar="NAME", help=f"of: {', '.join(bound['torch'])}")
    parser.add_argument("--repeats", type=int, default=100)
    options = parser.parse_args()
    unknown = [name for name in options.views if name not in bound["torch"]]
    if unknown:
        parser.error(f"unknown view {', '.join(unknown)}; known are {', '.join(bound['torch'])}")
    table = Table(title="ns per view, 1 thread, CPU: the least")
    for heading in ("view", "wengert", "torch", "ratio"):
        table.add_column(heading, justify="left" if heading == "view" else "right")
    gc.disable()
    try:
        with limited_to(1):
            for name in options.views or bound["torch"]:
                steps = {side: functions[name] for side, functions in bound.items()}
                seconds = measure(steps, options.repeats, ONE_THREAD.clock, shortest=0.0005)
                mine, theirs = (min(seconds[side]) * 1e9 for side in ("wengert", "torch"))
                table.add_row(name, f"{mine:.0f}", f"{theirs:.0f}", f"{mine / theirs:.2f}")
    finally:
        gc.enable()
    Console().print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
