"""Memory that was freed: whether the C library gives it back to the system at once, or keeps it for the next array."""

from __future__ import annotations

import ctypes
import platform

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the parameters of glibc's mallopt
_MOST = 2**31 - 1


def keep_freed_memory(size: int = 1 << 30) -> bool:
    """Let this process keep up to `size` bytes of freed memory for the arrays to come; returns whether it could.

    glibc gives large blocks back to the system when they are freed, and the system hands out new pages, cleared, one by
    one at their first use. A step of training frees and takes the same sizes again and again, and may spend a quarter
    of its time on that. This sets glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD for the whole process, so it is for the
    program to decide, once, before its first large array. With another C library nothing is done, and the answer is
    False.

    Errors: ValueError if `size` is negative or more than 2**31 - 1.
    Source: mallopt(3).

    >>> from wengert_numpy import keep_freed_memory
    >>> keep_freed_memory(-1)
    Traceback (most recent call last):
    ValueError: size must be from 0 to 2147483647 bytes, got -1
    """
    if not 0 <= size <= _MOST:
        raise ValueError(f"size must be from 0 to {_MOST} bytes, got {size}")
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(_TRIM_THRESHOLD, size) and mallopt(_MMAP_THRESHOLD, size))
