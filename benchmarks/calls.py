"""How many Python-level calls a step makes: a number without noise, which tests can hold."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any

import numpy

from benchmarks.program import Program
from benchmarks.workloads import TinyChain


@dataclass
class Calls:
    """Calls seen by the profiler: of functions written in Python, and of functions written in C from Python code.

    An operator or a callable object that goes straight to a C slot (`x * y` of arrays, `numpy.multiply(x, y)`) raises
    no event, so `c` counts less than all the work; `python` misses nothing.
    """

    python: float = 0
    c: float = 0
    by_function: Counter[str] = field(default_factory=Counter)


def count_calls(step: Callable[[], object]) -> Calls:
    """Runs `step` twice, the second time under `sys.setprofile`, so that what is done once only is not counted.

    The cycle collector stands still meanwhile: it would call the finalizers of what others left behind."""
    step()
    calls = Calls()

    def record(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            calls.python += 1
            code = frame.f_code
            calls.by_function[f"{code.co_qualname} ({code.co_filename.rpartition('/')[2]})"] += 1
        elif event == "c_call" and argument is not sys.setprofile:
            calls.c += 1

    before, collects = sys.getprofile(), gc.isenabled()
    gc.disable()
    sys.setprofile(record)
    try:
        step()
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
    return calls


def calls_per_operation(library: ModuleType, times: int = 100) -> Calls:
    """Calls that one operation of W1 costs, forward and backward together.

    What happens once per step is taken away by comparing with a chain twice as long.
    """
    workload = TinyChain()
    counted = []
    for length in (times, 2 * times):
        size = {**workload.size, "times": length}
        arrays = workload.arrays(numpy.random.default_rng(0), size)
        counted.append(count_calls(Program(workload, library, arrays, size).step))
    short, long = counted
    operations = 2 * times
    return Calls(
        python=(long.python - short.python) / operations,
        c=(long.c - short.c) / operations,
        by_function=long.by_function - short.by_function,
    )
