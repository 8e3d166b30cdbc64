"""Very long arrays in blocks that threads share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import wengert
from wengert_numpy.kernels import blocks, elementwise, special


@pytest.fixture(autouse=True, params=[1, 2, 4])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """How many threads take the blocks, of seven elements."""
    monkeypatch.setattr(blocks, "VERY_LONG", 10)
    monkeypatch.setattr(blocks, "BLOCK", 7)
    before = wengert.get_num_threads()
    wengert.set_num_threads(request.param)
    yield request.param
    wengert.set_num_threads(before)


def test_each_block_is_taken_once(threads: int) -> None:
    taken: list[slice] = []
    calls: list[int] = []

    def work(parts: Iterator[slice]) -> None:
        calls.append(1)
        taken.extend(parts)

    blocks.each(work, 30)
    assert sorted((part.start, part.stop) for part in taken) == [(0, 7), (7, 14), (14, 21), (21, 28), (28, 30)]
    assert len(calls) == threads
    calls.clear()
    blocks.each(work, 7)
    assert len(calls) == 1  # a thread for each block at most


def test_what_goes_wrong_in_any_thread_is_told(threads: int) -> None:
    def work(parts: Iterator[slice]) -> None:
        for part in parts:
            if part.start == 14:
                raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        blocks.each(work, 30)


@pytest.mark.parametrize("kernel", [elementwise.tanh, special.expit, elementwise.kernels["log"]])
def test_kernels_give_what_ufuncs_give_and_are_silent(
    kernel: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ufunc: Any = {elementwise.tanh: np.tanh, special.expit: special.expit_into}.get(kernel, np.log)
    monkeypatch.setattr(special, "_LONG", 0)
    x = np.linspace(-3, 800, 60).reshape(3, 20)
    x[0, 0] = 0.0
    for given in (x, x.T, x[:, ::2], np.broadcast_to(x[1, 1], (4, 5)), x.astype(np.float32)):
        found = kernel(given)
        with np.errstate(all="ignore"):
            expected = ufunc(np.ascontiguousarray(given))
        assert found.dtype == given.dtype
        np.testing.assert_array_equal(found, expected)


def test_integers_become_floats() -> None:
    np.testing.assert_array_equal(elementwise.tanh(np.arange(20)), np.tanh(np.arange(20)))
    np.testing.assert_array_equal(elementwise.kernels["exp"](np.arange(20)), np.exp(np.arange(20)))


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own() -> None:
    x = np.arange(40.0)
    elementwise.tanh(x)  # there are helpers now
    child = os.fork()
    if child == 0:
        os._exit(int(not np.array_equal(elementwise.tanh(x), np.tanh(x))))
    assert os.waitpid(child, 0)[1] == 0
