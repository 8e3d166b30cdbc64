"""What one operation costs in numbers without noise: Python calls, blocks of memory that stay, bytes that it keeps."""

from __future__ import annotations

import gc
import sys

import pytest
import wengert
from wengert.api.inspection import saved_by

from benchmarks.calls import count_calls
from benchmarks.one_operation import Operation, operations

TIMES = 100
#: For each operation on 4 numbers of single precision: Python calls to record it, those of its backward from a ready
#: gradient, blocks that stay while its result is held, and bytes that it keeps for backward.
COUNTS: dict[str, tuple[int, int, int, int]] = {
    "mul": (1, 30, 4, 32),
    "add": (1, 30, 4, 0),
    "mul by scalar": (1, 27, 4, 4),
    "mul by itself": (1, 28, 4, 32),
    "tanh": (2, 27, 4, 16),
    "exp": (2, 27, 4, 16),
    "sum": (5, 30, 4, 0),
    "matmul 4x4": (5, 40, 5, 128),
    "reshape": (10, 28, 7, 0),
    "getitem": (4, 34, 11, 0),
}


def kept_blocks(operation: Operation) -> int:
    """How many blocks one more result needs while it is held, once the interpreter's lists of free blocks are full."""
    return [_kept_blocks(operation) for _ in range(8)][-1]


def _kept_blocks(operation: Operation) -> int:
    held: list[object] = [None] * TIMES
    operation()
    gc.collect()
    gc.disable()
    try:
        before = sys.getallocatedblocks()
        for position in range(TIMES):
            held[position] = operation()
        return round((sys.getallocatedblocks() - before) / TIMES)
    finally:
        gc.enable()


def counts(name: str) -> tuple[int, int, int, int]:
    operation, leaves = operations(wengert, 4)[name]
    result = operation()
    gradient = wengert.ones_like(result.detach())

    def step() -> None:
        for leaf in leaves:
            leaf.grad = None
        operation().backward(gradient)

    forward = count_calls(operation).python - 1  # the operation is a lambda
    backward = count_calls(step).python - 2 - forward - len(leaves)  # which sets each `.grad`
    saved = sum(kept.nbytes for kept in saved_by(result.grad_fn))
    return int(forward), int(backward), kept_blocks(operation), saved


@pytest.mark.parametrize("name", operations(wengert, 4))
def test_an_operation_costs_what_it_did(name: str) -> None:
    found = counts(name)
    if sys.version_info[:2] == (3, 11):  # where calls and blocks are counted as here
        assert found == COUNTS[name]
    else:
        assert found[0] <= COUNTS[name][0]
        assert found[3] == COUNTS[name][3]
