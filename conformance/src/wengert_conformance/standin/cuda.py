"""The stand-in's devices, streams and events: they keep no order and measure no time, but say where one is."""

from __future__ import annotations

from typing import Any

DEVICES = 1


class _Place:
    """What is current, innermost last."""

    devices: list[int] = [0]  # noqa: RUF012  # one for the whole program
    streams: list[Any] = []  # noqa: RUF012  # likewise


class Device:
    """A device; as a context manager, the current one."""

    def __init__(self, device: Any = None) -> None:
        number = _Place.devices[-1] if device is None else int(getattr(device, "id", device))
        if not 0 <= number < DEVICES:
            raise RuntimeError("cudaErrorInvalidDevice: invalid device ordinal")
        self.id = number

    def __enter__(self) -> Device:
        _Place.devices.append(self.id)
        return self

    def __exit__(self, *_: object) -> None:
        _Place.devices.pop()

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
        _Place.devices[-1] = self.id

    def synchronize(self) -> None:
        """Nothing: all is done already."""

    @property
    def mem_info(self) -> tuple[int, int]:
        """Free and total memory, in bytes."""
        return 1 << 34, 1 << 34


class Stream:
    """An order of work on the device."""

    null: Any

    def __init__(self, null: bool = False, non_blocking: bool = False, ptds: bool = False) -> None:
        self.ptr = 0 if null else id(self)

    def __enter__(self) -> Stream:
        _Place.streams.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _Place.streams.pop()

    def use(self) -> Stream:
        """Make it the current stream."""
        _Place.streams[-1:] = [self]
        return self

    def synchronize(self) -> None:
        """Nothing: all is done already."""

    def record(self, event: Any = None) -> Any:
        """An event at the end of what was put on the stream."""
        return Event() if event is None else event

    def wait_event(self, event: Any) -> None:
        """Nothing: all is done already."""

    @property
    def done(self) -> bool:
        """Always."""
        return True


Stream.null = Stream(null=True)


class Event:
    """A point in the work of a stream."""

    def __init__(self, block: bool = False, disable_timing: bool = False, interprocess: bool = False) -> None:
        self.ptr = id(self)

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


def get_current_stream(device_id: Any = -1) -> Any:
    """The innermost stream."""
    return _Place.streams[-1] if _Place.streams else Stream.null


class MemoryPool:
    """A pool that has given nothing out."""

    def __init__(self, allocator: Any = None) -> None:
        self.allocator = allocator

    def used_bytes(self) -> int:
        """None."""
        return 0

    def total_bytes(self) -> int:
        """None."""
        return 0

    def free_all_blocks(self, stream: Any = None) -> None:
        """Nothing to free."""


def get_device_count() -> int:
    """How many devices there are."""
    return DEVICES


def get_device_properties(device: int) -> dict[str, Any]:
    """What a device is, as CUDA names it; the stand-in is no GPU and says so."""
    return {"name": b"stand-in", "major": 0, "minor": 0, "totalGlobalMem": Device(device).mem_info[1]}
