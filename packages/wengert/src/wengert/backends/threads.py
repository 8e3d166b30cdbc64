"""Floor 3: how many threads a backend may share the work of one operation among."""

from __future__ import annotations

import os
from typing import Any

_chosen = 0


def get_num_threads() -> int:
    """The number of threads that a backend may use for one operation.

    Until `set_num_threads` is called: the environment variable OMP_NUM_THREADS, or else the cores that this process may
    run on.
    Source: torch.get_num_threads.

    >>> get_num_threads() >= 1
    True
    """
    return _chosen or _found()


def set_num_threads(num: Any, /) -> None:
    """Let backends use `num` threads for one operation. It does not reach into a library that has threads of its own,
    as BLAS has.

    Errors: RuntimeError if `num` is no int or less than 1.
    Source: torch.set_num_threads.

    >>> before = get_num_threads()
    >>> set_num_threads(2)
    >>> get_num_threads()
    2
    >>> set_num_threads(before)
    """
    global _chosen
    if type(num) is not int:
        raise RuntimeError(f"set_num_threads expects an int, but got {type(num).__name__}")
    if num < 1:
        raise RuntimeError("set_num_threads expects a positive integer")
    _chosen = num


def _found() -> int:
    wanted = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()  # more are for levels further in
    if wanted.isascii() and wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
