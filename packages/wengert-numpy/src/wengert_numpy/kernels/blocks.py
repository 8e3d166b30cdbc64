"""Very long arrays in blocks that stay in the cache, which threads share.

A ufunc lets other threads run while it works, so two threads that each take the next block need no more than that. What
runs here is silent, as a thread that helps has an error state of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
from wengert.backends.threads import get_num_threads

from wengert_numpy.kernels import quiet

#: The elements from which an array is cut into blocks, and those of a block: a megabyte of single precision.
VERY_LONG = 1 << 19
BLOCK = 1 << 18
_helpers: list[tuple[int, Any]] = []  # how many, and their executor


def each(work: Callable[[Iterator[slice]], None], size: int) -> None:
    """Call `work` with an iterator over the blocks of an array of `size` elements: once for each thread, which share
    what it yields."""
    blocks = iter([slice(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK)])
    others = min(get_num_threads(), -(-size // BLOCK)) - 1
    waiting = [_pool(others).submit(_silent, work, blocks) for _ in range(others)]
    try:
        _silent(work, blocks)
    finally:
        errors = [future.exception() for future in waiting]
    for error in errors:
        if error is not None:
            raise error


def _silent(work: Callable[[Iterator[slice]], None], blocks: Iterator[slice]) -> None:
    with quiet.Silence():
        work(blocks)


def _pool(count: int) -> Any:
    """An executor with at least `count` threads."""
    if not _helpers or _helpers[0][0] < count:
        executor = import_module("concurrent.futures").ThreadPoolExecutor  # which imports `logging`
        _helpers[:] = [(count, executor(count, "wengert-numpy"))]
    return _helpers[0][1]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_helpers.clear)  # a child has none of its parent's threads


def flat(array: Any) -> Any:
    """A view of an array as one axis; None where there is none."""
    if array.flags.c_contiguous:
        return array.reshape(-1)
    return None if any(array.strides) else np.broadcast_to(array[(0,) * array.ndim], (array.size,))


def unary(ufunc: Callable[..., Any], x: Any) -> Any:
    """A ufunc of one argument, whose result has its dtype, on a very long array."""
    given = flat(x)
    if given is None:
        return quiet.call(ufunc, x)
    out = np.empty(x.shape, x.dtype)
    result = out.reshape(-1)

    def work(parts: Iterator[slice]) -> None:
        for part in parts:
            ufunc(given[part], out=result[part])

    each(work, given.size)
    return out


def shared(ufunc: Callable[..., Any]) -> Callable[[Any], Any]:
    """A version of a ufunc of one argument whose work on very long arrays threads share; silent at its singular
    points."""

    def kernel(x: Any, /) -> Any:
        if x.size >= VERY_LONG and x.dtype.kind == "f":
            return unary(ufunc, x)
        try:
            return quiet.run(ufunc, x)
        except RuntimeError:
            with np.errstate(all="ignore"):
                return ufunc(x)

    return kernel
