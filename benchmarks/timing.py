"""Interleaved timing: every subject once per round, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import gc
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import threadpoolctl

from benchmarks.machine import available_cores


@dataclass(frozen=True)
class Setting:
    """How many threads the libraries may use, and the clock that is fair to that."""

    name: str
    threads: int
    clock_name: str

    @property
    def clock(self) -> Callable[[], float]:
        return getattr(time, self.clock_name)


# torch runs the backward of CPU tensors on the calling thread: with one thread, that thread's time is all of it.
ONE_THREAD = Setting("1 thread, CPU", 1, "thread_time")
ALL_THREADS = Setting(f"{available_cores()} threads, wall", available_cores(), "perf_counter")
SETTINGS = {"1": ONE_THREAD, "all": ALL_THREADS}


@contextmanager
def limited_to(threads: int) -> Iterator[None]:
    """Torch and wengert, where they were imported, BLAS and OpenMP with that many threads; as before afterwards."""
    found = [sys.modules[name] for name in ("torch", "wengert") if name in sys.modules]
    before = [library.get_num_threads() for library in found]
    for library in found:
        library.set_num_threads(threads)
    try:
        with threadpoolctl.threadpool_limits(threads):
            yield
    finally:
        for library, count in zip(found, before, strict=True):
            library.set_num_threads(count)


def measure(
    steps: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float],
    *,
    clocks: Mapping[str, Callable[[], float]] | None = None,
    shortest: float = 0.02,
    collect: bool = False,
) -> dict[str, list[float]]:
    """Seconds per step, one number per round, of every subject; the order turns round from one round to the next.

    A number is the mean over as many steps as fill `shortest` seconds. `clocks` has those subjects that `clock` would
    be wrong about. With `collect`, the cycle collector runs before
    each number, outside the clock, so that no subject pays for another's garbage.
    """
    inner = {name: steps_to_fill(step, shortest) for name, step in steps.items()}
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    names = list(steps)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            step, count, read = steps[name], range(inner[name]), (clocks or {}).get(name, clock)
            if collect:
                gc.collect()
            start = read()
            for _ in count:
                step()
            seconds[name].append((read() - start) / len(count))
    return seconds


def steps_to_fill(step: Callable[[], object], shortest: float) -> int:
    """How many steps take `shortest` seconds; runs two of them, which also warms caches."""
    step()
    start = time.thread_time()  # what other programs take does not count
    step()
    took = time.thread_time() - start
    return max(1, math.ceil(shortest / max(took, 1e-9)))


def quantile(values: list[float], fraction: float) -> float:
    """The value below which `fraction` of `values` lie, between neighbours in proportion."""
    ordered = sorted(values)
    place = fraction * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@dataclass(frozen=True)
class Spread:
    """A tenth, the quartiles and the median of some values."""

    low: float
    first_quartile: float
    median: float
    third_quartile: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(*(quantile(values, fraction) for fraction in (0.1, 0.25, 0.5, 0.75)))


def ratios(seconds: list[float], reference: list[float]) -> list[float]:
    """Round by round, the time of one subject over that of another in the same round."""
    return [mine / theirs for mine, theirs in zip(seconds, reference, strict=True)]
