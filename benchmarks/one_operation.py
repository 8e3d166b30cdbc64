"""Nanoseconds of single small operations, recorded alone and recorded plus run backward, beside torch.

    python -m benchmarks.one_operation mul exp --length 4 --repeats 40

For tuning the engine. `forward` records the operation on tensors that require grad and drops the result; `both` then
runs backward from it with a ready gradient, into cleared leaves. So `both` holds the price of starting a walk and of
filling the leaves, which W1 spreads over 200 operations.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy
from rich.console import Console
from rich.table import Table

from benchmarks.program import Tensor, load_library
from benchmarks.timing import ONE_THREAD, Spread, limited_to, measure, ratios

Operation = Callable[[], Tensor]


def operations(library: ModuleType, length: int) -> dict[str, tuple[Operation, list[Tensor]]]:
    """Each operation bound to its operands, and those operands that require grad."""
    random = numpy.random.default_rng(0)

    def leaf(*shape: int) -> Tensor:
        return library.tensor(random.random(shape).astype(numpy.float32) + 0.5, requires_grad=True)

    x, y, square, other = leaf(length), leaf(length), leaf(4, 4), leaf(4, 4)
    tanh, exp, total = library.tanh, library.exp, library.sum
    shape = (2, length // 2)
    return {
        "mul": (lambda: x * y, [x, y]),
        "add": (lambda: x + y, [x, y]),
        "mul by scalar": (lambda: x * 2.0, [x]),
        "mul by itself": (lambda: x * x, [x]),
        "tanh": (lambda: tanh(x), [x]),
        "exp": (lambda: exp(x), [x]),
        "sum": (lambda: total(x), [x]),
        "matmul 4x4": (lambda: square @ other, [square, other]),
        "reshape": (lambda: x.reshape(shape), [x]),
        "getitem": (lambda: x[1:], [x]),
    }


def both(operation: Operation, leaves: list[Tensor], library: ModuleType) -> Callable[[], None]:
    """Forward, then backward from a gradient of ones."""
    gradient = library.ones_like(operation().detach())

    def step() -> None:
        for leaf in leaves:
            leaf.grad = None
        operation().backward(gradient)

    return step


def steps_of(name: str, libraries: dict[str, ModuleType], length: int) -> dict[str, dict[str, Callable[[], Any]]]:
    """What to time of one operation: by direction, then by library."""
    bound = {side: operations(library, length)[name] for side, library in libraries.items()}
    return {
        "forward": {side: operation for side, (operation, _) in bound.items()},
        "both": {side: both(operation, leaves, libraries[side]) for side, (operation, leaves) in bound.items()},
    }


def main() -> int:
    """The command line."""
    libraries = {name: load_library(name) for name in ("wengert", "torch")}
    known = list(operations(libraries["torch"], 4))
    parser = argparse.ArgumentParser(prog="benchmarks.one_operation", description="Nanoseconds of single operations.")
    parser.add_argument("operations", nargs="*", metavar="NAME", help=f"of: {', '.join(known)}")
    parser.add_argument("--length", type=int, default=4, help="of the vectors; even (default: 4)")
    parser.add_argument("--repeats", type=int, default=30)
    options = parser.parse_args()
    unknown = [name for name in options.operations if name not in known]
    if unknown:
        parser.error(f"unknown operation {', '.join(unknown)}; known are {', '.join(known)}")
    table = Table(title="ns per operation, 1 thread, CPU: median; ratio to torch: median (quartiles)")
    table.add_column("operation", no_wrap=True)
    for direction in ("forward", "forward + backward"):
        for heading in (f"{direction}: wengert", "torch", "ratio"):
            table.add_column(heading, justify="right")
    with limited_to(1):
        for name in options.operations or known:
            cells = [name]
            for steps in steps_of(name, libraries, options.length).values():
                seconds = measure(steps, options.repeats, ONE_THREAD.clock, shortest=0.005)
                cells += [f"{Spread.of(seconds[side]).median * 1e9:.0f}" for side in libraries]
                ratio = Spread.of(ratios(seconds["wengert"], seconds["torch"]))
                cells.append(f"{ratio.median:.2f} ({ratio.first_quartile:.2f}-{ratio.third_quartile:.2f})")
            table.add_row(*cells)
    console = Console()
    if not console.is_terminal:
        console.width = 110
    console.print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
