"""CUDA devices, streams, events, memory and graphs through CuPy: what `wengert.cuda` is built over.

What is named here is `wengert.protocol.accelerator.Accelerator`, which says what each function is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from threading import local
from typing import Any

import cupy
from cupy._core import _routines_linalg as linalg

from wengert_cupy.memory import Peaks

# devices


def device_count() -> int:
    return cupy.cuda.runtime.getDeviceCount()


def current_device() -> int:
    return cupy.cuda.get_device_id()


def set_device(index: int, /) -> None:
    cupy.cuda.Device(index).use()


def synchronize(index: int, /) -> None:
    cupy.cuda.Device(index).synchronize()


#: torch's names of properties, and CUDA's where these differ.
_PROPERTIES = {
    **{name: name for name in ("name", "major", "minor")},
    "total_memory": "totalGlobalMem",
    "multi_processor_count": "multiProcessorCount",
    "warp_size": "warpSize",
    "max_threads_per_block": "maxThreadsPerBlock",
    "max_threads_per_multi_processor": "maxThreadsPerMultiProcessor",
    "regs_per_multiprocessor": "regsPerMultiprocessor",
    "shared_memory_per_block": "sharedMemPerBlock",
    "shared_memory_per_multiprocessor": "sharedMemPerMultiprocessor",
    "L2_cache_size": "l2CacheSize",
    "is_integrated": "integrated",
    "pci_bus_id": "pciBusID",
    "pci_device_id": "pciDeviceID",
    "pci_domain_id": "pciDomainID",
}


def device_properties(index: int, /) -> Mapping[str, Any]:
    found = cupy.cuda.runtime.getDeviceProperties(index)
    properties = {ours: found[theirs] for ours, theirs in _PROPERTIES.items() if theirs in found}
    return {**properties, "name": properties["name"].decode()}


def names() -> Sequence[str]:
    """The devices that CuPy sees, the current one first."""
    current = current_device()
    return tuple(f"cuda:{index}" for index in sorted(range(device_count()), key=lambda index: index != current))


def guard(device: str) -> Callable[[Callable[..., Any]], Callable[..., Any]] | None:
    """What makes a function run on `device`: CuPy allocates and launches on the current one. None for the only one."""
    if device_count() == 1:
        return None
    index = int(device.partition(":")[2])

    def on_device(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*arguments: Any, **keywords: Any) -> Any:
            if cupy.cuda.get_device_id() == index:
                return function(*arguments, **keywords)
            with cupy.cuda.Device(index):
                return function(*arguments, **keywords)

        return run

    return on_device


def crossing(asarray: Callable[..., Any]) -> Callable[..., Any]:
    """`asarray` for several devices: the stream that a copy is made on waits for the one that has the source, and that
    one for the copy before it gives out the source's memory anew."""

    def kernel(obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
        if device is None or not isinstance(obj, cupy.ndarray) or obj.device == device:
            return asarray(obj, dtype=dtype, device=device, copy=copy)
        with obj.device:
            source = cupy.cuda.get_current_stream()
            written = source.record()
        with device:
            target = cupy.cuda.get_current_stream()
            target.wait_event(written)
            out = asarray(obj, dtype=dtype, device=device, copy=copy)
            read = target.record()
        with obj.device:
            source.wait_event(read)
        return out

    return kernel


# streams


def new_stream(priority: int, /) -> Any:
    return cupy.cuda.Stream(non_blocking=True, priority=priority)


def default_stream() -> Any:
    return cupy.cuda.Stream.null


def current_stream() -> Any:
    return cupy.cuda.get_current_stream()


def set_stream(stream: Any, /) -> None:
    stream.use()


def stream_handle(stream: Any, /) -> int:
    return stream.ptr


def stream_is_done(stream: Any, /) -> bool:
    return stream.done


def synchronize_stream(stream: Any, /) -> None:
    stream.synchronize()


# events


def new_event(timing: bool, blocking: bool, interprocess: bool, /) -> Any:
    return cupy.cuda.Event(block=blocking, disable_timing=not timing, interprocess=interprocess)


def record(event: Any, stream: Any, /) -> None:
    event.record(stream)


def wait(event: Any, stream: Any, /) -> None:
    stream.wait_event(event)


def event_handle(event: Any, /) -> int:
    return event.ptr


def event_is_done(event: Any, /) -> bool:
    return event.done


def synchronize_event(event: Any, /) -> None:
    event.synchronize()


def elapsed_time(start: Any, end: Any, /) -> float:
    return cupy.cuda.get_elapsed_time(start, end)


# memory


_peaks = Peaks()


def memory_info(index: int, /) -> tuple[int, int]:
    return cupy.cuda.Device(index).mem_info


def memory_allocated(index: int, /) -> int:
    with cupy.cuda.Device(index):
        return cupy.get_default_memory_pool().used_bytes()


def memory_reserved(index: int, /) -> int:
    with cupy.cuda.Device(index):
        return cupy.get_default_memory_pool().total_bytes()


def max_memory_allocated(index: int, /) -> int:
    return _peaks.of(index, memory_allocated(index))


def reset_peak_memory_stats(index: int, /) -> None:
    _peaks.reset(index, memory_allocated(index))


def empty_cache() -> None:
    for index in range(device_count()):
        with cupy.cuda.Device(index):
            cupy.get_default_memory_pool().free_all_blocks()


# graphs


class _Captures(local):
    """The allocators of the captures in progress in this thread, by the stream's number."""

    def __init__(self) -> None:
        self.by_stream: dict[int, AbstractContextManager[Any]] = {}


_captures = _Captures()


def new_pool() -> Any:
    return cupy.cuda.MemoryPool()


def begin_capture(stream: Any, pool: Any, mode: str, /) -> None:
    """Capture what is put on `stream`, with memory of `pool`, which nothing else may write while the graph lives.

    The mode is always CUDA's relaxed one: in the others CuPy could not get memory for the pool.
    """
    allocator = cupy.cuda.using_allocator(pool.malloc)
    stream.begin_capture(cupy.cuda.runtime.streamCaptureModeRelaxed)
    allocator.__enter__()
    _captures.by_stream[stream.ptr] = allocator


def end_capture(stream: Any, /) -> Any:
    _captures.by_stream.pop(stream.ptr).__exit__(None, None, None)
    return stream.end_capture()


def is_capturing(stream: Any, /) -> bool:
    return stream.is_capturing()


def launch(graph: Any, stream: Any, /) -> None:
    graph.launch(stream)


# settings


def set_float32_matmul_precision(precision: str, /) -> None:
    """Publicly CuPy has only the environment variable CUPY_TF32, which it reads once. Old GPUs have one precision."""
    has_choice = int(cupy.cuda.Device().compute_capability) >= 80
    is_exact = precision == "highest" or not has_choice
    linalg.set_compute_type(cupy.float32, linalg.COMPUTE_TYPE_DEFAULT if is_exact else linalg.COMPUTE_TYPE_TF32)
