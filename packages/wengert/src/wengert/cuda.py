"""Public names: CUDA devices, streams, events, memory and graphs, as torch.cuda.

Without CUDA `is_available()` is False, and what needs a device raises RuntimeError with the reason.
"""

from wengert.api.accelerator.devices import (
    current_device,
    device,
    device_count,
    device_of,
    get_device_capability,
    get_device_name,
    get_device_properties,
    is_available,
    manual_seed,
    manual_seed_all,
    set_device,
    synchronize,
)
from wengert.api.accelerator.events import Event
from wengert.api.accelerator.graphs import CUDAGraph, graph, graph_pool_handle, is_current_stream_capturing
from wengert.api.accelerator.memory import (
    empty_cache,
    max_memory_allocated,
    mem_get_info,
    memory_allocated,
    memory_reserved,
    reset_peak_memory_stats,
)
from wengert.api.accelerator.streams import Stream, StreamContext, current_stream, default_stream, stream

__all__ = [
    "CUDAGraph",
    "Event",
    "Stream",
    "StreamContext",
    "current_device",
    "current_stream",
    "default_stream",
    "device",
    "device_count",
    "device_of",
    "empty_cache",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "graph",
    "graph_pool_handle",
    "is_available",
    "is_current_stream_capturing",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "reset_peak_memory_stats",
    "set_device",
    "stream",
    "synchronize",
]
