"""The stand-in's devices, streams, events, memory and graphs: all is done at once, and it is kept who ran where."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import local
from typing import Any

#: How many kernels ran, by the device and the number of the stream.
ran: Counter[tuple[int, int]] = Counter()
#: The streams that waited, by their numbers, in order.
waited: list[int] = []
_numbers = count(1)


class System:
    """What the machine has: set when the stand-in is installed."""

    devices = 1
    counts_memory = False
    compute_type = 1  # COMPUTE_TYPE_DEFAULT
    capability = 0, 0  # it is no GPU, and says so


class _Current(local):
    """What is current in this thread."""

    def __init__(self) -> None:
        self.devices = [0]  # innermost last
        self.streams: dict[int, Any] = {}
        self.outer: list[tuple[int, Any]] = []
        self.hooks: dict[str, MemoryHook] = {}
        self.allocator: Callable[[int], Any] = DEFAULT_POOL.malloc
        self.captured: list[Callable[[], None]] | None = None


def launched(*arrays: Any) -> None:
    """A kernel runs; ValueError for an array of another device."""
    current = _current.devices[-1]
    for array in arrays:
        if getattr(array, "on_device", current) != current:
            raise ValueError(
                "Array device must be same as the current device: "
                f"array device = {array.on_device} while current = {current}"
            )
    ran[current, get_current_stream().ptr] += 1


def capturing() -> list[Callable[[], None]] | None:
    """What is captured in this thread, None where nothing is."""
    return _current.captured


class Device:
    """A device; as a context manager, the current one."""

    def __init__(self, device: Any = None) -> None:
        number = _current.devices[-1] if device is None else int(getattr(device, "id", device))
        if not 0 <= number < System.devices:
            raise RuntimeError("cudaErrorInvalidDevice: invalid device ordinal")
        self.id = number

    def __enter__(self) -> Device:
        _current.devices.append(self.id)
        return self

    def __exit__(self, *_: object) -> None:
        _current.devices.pop()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __int__(self) -> int:
        return self.id

    def __repr__(self) -> str:
        return f"<CUDA Device {self.id}>"

    def use(self) -> None:
        """Make it the current device."""
        _current.devices[-1] = self.id

    def synchronize(self) -> None:
        """Nothing: all is done already."""

    @property
    def compute_capability(self) -> str:
        """The generation."""
        return "{}{}".format(*System.capability)

    @property
    def mem_info(self) -> tuple[int, int]:
        """Free and total memory, in bytes."""
        return 1 << 34, 1 << 34


class Stream:
    """An order of work on a device."""

    null: Any

    def __init__(
        self, null: bool = False, non_blocking: bool = False, ptds: bool = False, priority: Any = None
    ) -> None:
        self.ptr = 0 if null else next(_numbers)
        self.device_id = -1 if null else get_device_id()

    def __enter__(self) -> Stream:
        _current.outer.append((get_device_id(), get_current_stream()))
        return self.use()

    def __exit__(self, *_: object) -> None:
        device, stream = _current.outer.pop()
        _current.streams[device] = stream

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stream) and other.ptr == self.ptr

    def __hash__(self) -> int:
        return hash(self.ptr)

    def use(self) -> Stream:
        """Make it the current stream of its device, which has to be the current one."""
        if self.device_id not in (-1, get_device_id()):
            raise RuntimeError(f"the stream is of device {self.device_id}, the current one is {get_device_id()}")
        _current.streams[get_device_id()] = self
        return self

    def synchronize(self) -> None:
        """Nothing: all is done already. While it is captured, an error."""
        if self.is_capturing():
            raise RuntimeError("cudaErrorStreamCaptureUnsupported: operation not permitted when stream is capturing")

    def record(self, event: Any = None) -> Any:
        """An event at the end of what was put on the stream."""
        return Event() if event is None else event

    def wait_event(self, event: Any) -> None:
        """All is done already."""
        waited.append(self.ptr)

    @property
    def done(self) -> bool:
        """Always."""
        return True

    def begin_capture(self, mode: Any = None) -> None:
        """Keep what is put here from now on."""
        if self.ptr == 0:
            raise RuntimeError("cudaErrorStreamCaptureUnsupported: the default stream cannot be captured")
        _current.captured = []

    def end_capture(self) -> Graph:
        """What was kept."""
        if _current.captured is None:
            raise RuntimeError("cudaErrorIllegalState: the stream is not captured")
        graph, _current.captured = Graph.of(_current.captured), None
        return graph

    def is_capturing(self) -> bool:
        """Whether work that is put here is kept."""
        return _current.captured is not None and get_current_stream() == self


class Graph:
    """Captured work, which runs again on the same arrays."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise RuntimeError("currently this class cannot be initiated by the user and must be created via capture")

    @classmethod
    def of(cls, steps: list[Callable[[], None]]) -> Graph:
        """The graph of what was captured."""
        graph = cls.__new__(cls)
        graph._steps = steps
        return graph

    _steps: list[Callable[[], None]]

    def launch(self, stream: Any = None) -> None:
        """Run it."""
        for step in self._steps:
            step()

    def upload(self, stream: Any = None) -> None:
        """Nothing: it is there."""


class Event:
    """A point in the work of a stream."""

    def __init__(self, block: bool = False, disable_timing: bool = False, interprocess: bool = False) -> None:
        self.ptr = next(_numbers)

    def record(self, stream: Any = None) -> None:
        """Nothing: there is no work to mark."""

    def synchronize(self) -> None:
        """Nothing: all is done already."""

    @property
    def done(self) -> bool:
        """Always."""
        return True


def get_elapsed_time(start_event: Any, end_event: Any) -> float:
    """No time goes by here."""
    return 0.0


def get_device_id() -> int:
    """The current device."""
    return _current.devices[-1]


def get_current_stream(device_id: Any = -1) -> Any:
    """The current stream of a device."""
    return _current.streams.get(get_device_id() if device_id == -1 else device_id, Stream.null)


class MemoryHook:
    """What is called at each allocation while it is entered, in that thread."""

    name = "MemoryHook"

    def __enter__(self) -> MemoryHook:
        if self.name in _current.hooks:
            raise KeyError(f"memory hook {self.name} already exists")
        _current.hooks[self.name] = self
        return self

    def __exit__(self, *_: object) -> None:
        del _current.hooks[self.name]

    def malloc_postprocess(self, **_: Any) -> None:
        """Memory was given out."""

    def free_postprocess(self, **_: Any) -> None:
        """Memory came back."""


class MemoryPool:
    """A pool that counts what it gave out."""

    def __init__(self, allocator: Any = None) -> None:
        self._used: Counter[int] = Counter()
        self._most: Counter[int] = Counter()

    def malloc(self, size: int) -> Any:
        """What gives memory of this pool back."""
        index, rounded = get_device_id(), -(-size // 512) * 512
        self._used[index] += rounded
        self._most[index] = max(self._most[index], self._used[index])
        told = {"device_id": index, "mem_size": rounded, "mem_ptr": 1, "pmem_id": 1}
        for hook in _current.hooks.values():
            hook.malloc_postprocess(size=size, **told)

        def free() -> None:
            self._used[index] -= rounded
            for hook in _current.hooks.values():
                hook.free_postprocess(**told)

        return free

    def used_bytes(self) -> int:
        """The bytes of the current device that arrays have."""
        return self._used[get_device_id()]

    def total_bytes(self) -> int:
        """The bytes of the current device that arrays have or had."""
        return self._most[get_device_id()]

    def free_all_blocks(self, stream: Any = None) -> None:
        """Give back what no array has."""
        self._most[get_device_id()] = self._used[get_device_id()]


DEFAULT_POOL = MemoryPool()
_current = _Current()
Stream.null = Stream(null=True)


def allocated(array: Any) -> None:
    """Count the memory of a new array, until it is gone."""
    weakref.finalize(array, _current.allocator(array.on_host.nbytes)).atexit = False


@contextmanager
def using_allocator(allocator: Any = None) -> Iterator[None]:
    """Get memory from `allocator` inside the block."""
    before, _current.allocator = _current.allocator, allocator
    try:
        yield
    finally:
        _current.allocator = before


def get_device_count() -> int:
    """How many devices there are."""
    return System.devices


def get_device_properties(device: int) -> dict[str, Any]:
    """What a device is, as CUDA names it."""
    return {
        "name": b"stand-in",
        "major": System.capability[0],
        "minor": System.capability[1],
        "totalGlobalMem": Device(device).mem_info[1],
        "multiProcessorCount": 1,
        "warpSize": 32,
    }


def set_compute_type(dtype: Any, compute_type: Any) -> None:
    """How products are computed."""
    System.compute_type = compute_type


class Memory:
    """Where an array begins."""

    def __init__(self, ptr: int) -> None:
        self.ptr = ptr


class Flags:
    """How an array lies, without the flags that only NumPy has."""

    def __init__(self, flags: Any) -> None:
        self.c_contiguous, self.f_contiguous, self.owndata = flags.c_contiguous, flags.f_contiguous, flags.owndata
