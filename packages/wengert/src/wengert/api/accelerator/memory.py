"""Floor 7: how much memory of a CUDA device is in use. All numbers are bytes."""

from __future__ import annotations

from typing import Any

from wengert.api.accelerator.devices import accelerator, index_of, is_available


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """The free and the total memory of `device`, as the driver has it. Errors: RuntimeError without CUDA.

    Source: torch.cuda.mem_get_info.

    >>> if wengert.cuda.is_available():
    ...     free, total = wengert.cuda.mem_get_info()
    ...     assert free <= total
    """
    index = index_of(device)
    return accelerator().memory_info(index)


def memory_allocated(device: Any = None) -> int:
    """The bytes of `device` that arrays hold; 0 without CUDA. Source: torch.cuda.memory_allocated.

    >>> wengert.cuda.memory_allocated() <= wengert.cuda.memory_reserved()
    True
    """
    return accelerator().memory_allocated(index_of(device)) if is_available() else 0


def memory_reserved(device: Any = None) -> int:
    """The bytes of `device` that the library holds, for arrays or for later; 0 without CUDA.

    Source: torch.cuda.memory_reserved.

    >>> wengert.cuda.memory_reserved() >= 0
    True
    """
    return accelerator().memory_reserved(index_of(device)) if is_available() else 0


def max_memory_allocated(device: Any = None) -> int:
    """The most that `memory_allocated(device)` was since the last `reset_peak_memory_stats`; 0 without CUDA.

    It is counted from the first call of one of the two on, in the thread of that call: counting costs time at each
    allocation. Source: torch.cuda.max_memory_allocated.

    >>> wengert.cuda.max_memory_allocated() >= wengert.cuda.memory_allocated()
    True
    """
    return accelerator().max_memory_allocated(index_of(device)) if is_available() else 0


def reset_peak_memory_stats(device: Any = None) -> None:
    """Let `max_memory_allocated` begin anew, at what is in use now. Errors: RuntimeError without CUDA.

    Source: torch.cuda.reset_peak_memory_stats.

    >>> if wengert.cuda.is_available():
    ...     wengert.cuda.reset_peak_memory_stats()
    """
    index = index_of(device)
    accelerator().reset_peak_memory_stats(index)


def empty_cache() -> None:
    """Give memory that no array holds back to the driver; without CUDA nothing happens.

    Source: torch.cuda.empty_cache.

    >>> wengert.cuda.empty_cache()
    """
    if is_available():
        accelerator().empty_cache()
