"""Freed memory may stay with the process: then the arrays of the next step meet no new pages."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest
from wengert_numpy import keep_freed_memory

PROGRAM = """
import resource, sys
import wengert
from wengert_numpy import keep_freed_memory
if sys.argv[1:]:
    assert keep_freed_memory()
x = wengert.ones(1 << 18, requires_grad=True)
def step():
    x.grad = None
    y = x
    for _ in range(6):
        y = (y * x).sin()
    y.sum().backward()
for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(*arguments: str) -> int:
    """The new pages that five steps meet, after three."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_kept_memory_is_used_again():
    if platform.libc_ver()[0] != "glibc":
        assert not keep_freed_memory()
        return
    kept = faults("keep")
    assert kept < 200
    assert kept < faults()


def test_nothing_is_done_for_another_c_library(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("musl", "1.2"))
    assert not keep_freed_memory()


@pytest.mark.parametrize("size", [-1, 2**31])
def test_a_size_that_cannot_be(size):
    with pytest.raises(ValueError, match=f"size must be from 0 to 2147483647 bytes, got {size}"):
        keep_freed_memory(size)
