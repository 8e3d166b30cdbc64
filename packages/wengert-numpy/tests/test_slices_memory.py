"""Backward of many parts of one tensor adds into one buffer."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import wengert

ROWS, COLUMNS = 100, 2000
BYTES = 8 * ROWS * COLUMNS


@pytest.fixture(autouse=True)
def _on_numpy() -> Iterator[None]:
    with wengert.use_backend("numpy"):
        yield


PARTS: dict[str, Callable[[Any], Any]] = {
    "rows by number": lambda x: [x[i] for i in range(ROWS)],
    "slices": lambda x: [x[i : i + 1] for i in range(ROWS)],
    "columns": lambda x: [x[:, i] for i in range(0, COLUMNS, 20)],
    "select": lambda x: [x.select(0, i) for i in range(ROWS)],
    "narrow": lambda x: [x.narrow(0, i, 1) for i in range(ROWS)],
    "unbind": lambda x: x.unbind(0),
    "split": lambda x: x.split(1),
    "chunk": lambda x: x.chunk(ROWS),
    "one of an unbind": lambda x: [x.unbind(0)[i] for i in range(ROWS)],
    "one of a split": lambda x: [x.split(1)[i] for i in range(ROWS)],
    "an index tensor": lambda x: [x[wengert.tensor([i])] for i in range(ROWS)],
    "index_select": lambda x: [x.index_select(0, wengert.tensor([i])) for i in range(ROWS)],
    "gather": lambda x: [x.gather(0, wengert.tensor([[i] * COLUMNS])) for i in range(ROWS)],
    "slices of one view": lambda x: (lambda flat: [flat[i * COLUMNS : (i + 1) * COLUMNS] for i in range(ROWS)])(
        x.view(-1)
    ),
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_backward_of_a_hundred_parts_takes_three_times_the_tensor_at_most(parts: Callable[[Any], Any]) -> None:
    x = wengert.ones(ROWS, COLUMNS, dtype=wengert.float64, requires_grad=True)
    total = sum([(part * part).sum() for part in parts(x)])
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        total.backward()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert x.grad is not None
    assert peak - before <= 3 * BYTES
