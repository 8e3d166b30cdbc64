"""Floor 7: streams, which are orders of work on a device, and the choice of one for a block."""

from __future__ import annotations

from typing import Any

from wengert.api.accelerator.devices import KIND, accelerator, device, index_of
from wengert.api.accelerator.events import Event
from wengert.graph.modes import change_mode, current_mode
from wengert.graph.places import Noting
from wengert.ops.placement import device as device_class


class Stream:
    """An order of work on `device`: what is put on it runs in that order, and beside what is on other streams.

    `priority`: a lower number goes first. A new stream does not wait for the default one.
    Errors: RuntimeError without CUDA. Source: torch.cuda.Stream.

    >>> if wengert.cuda.is_available():
    ...     stream = wengert.cuda.Stream()
    ...     with wengert.cuda.stream(stream):
    ...         x = zeros(3, device="cuda")
    ...     wengert.cuda.current_stream().wait_stream(stream)
    """

    __slots__ = ("cuda_stream", "device_index", "raw")

    cuda_stream: int  # the driver's number
    device_index: int
    raw: Any  # the library's own object

    def __init__(self, device: Any = None, priority: int = 0) -> None:
        index = index_of(device)
        with device_at(index):
            self._set_up(index, accelerator().new_stream(priority))

    def _set_up(self, index: int, raw: Any) -> None:
        self.device_index, self.raw, self.cuda_stream = index, raw, accelerator().stream_handle(raw)

    @classmethod
    def of(cls, index: int, raw: Any) -> Stream:
        """The stream that is the library's `raw` on the device `index`."""
        stream = cls.__new__(cls)
        stream._set_up(index, raw)
        return stream

    @property
    def device(self) -> device_class:
        """The device that the stream is of."""
        return device_class(KIND, self.device_index)

    def wait_event(self, event: Event) -> None:
        """What is put here from now on waits for `event`."""
        event.wait(self)

    def wait_stream(self, stream: Stream) -> None:
        """What is put here from now on waits for what is on `stream` now."""
        self.wait_event(stream.record_event())

    def record_event(self, event: Event | None = None) -> Event:
        """`event`, or a new one, at the end of what is here now."""
        event = Event() if event is None else event
        event.record(self)
        return event

    def query(self) -> bool:
        """Whether all that was put here is done."""
        return accelerator().stream_is_done(self.raw)

    def synchronize(self) -> None:
        """Wait until all that was put here is done."""
        accelerator().synchronize_stream(self.raw)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stream):
            return False
        return (self.cuda_stream, self.device_index) == (other.cuda_stream, other.device_index)

    def __hash__(self) -> int:
        return hash((self.cuda_stream, self.device_index))

    def __repr__(self) -> str:
        return f"<wengert.cuda.Stream device={self.device} cuda_stream={self.cuda_stream:#x}>"

    def __cuda_stream__(self) -> tuple[int, int]:
        """CUDA's protocol for streams of other libraries: its version, and the driver's number."""
        return 0, self.cuda_stream


device_at = device  # where a parameter has its name


def current_stream(device: Any = None) -> Stream:
    """The stream that work on `device` is put on in this thread. Errors: RuntimeError without CUDA.

    Source: torch.cuda.current_stream.

    >>> if wengert.cuda.is_available():
    ...     assert wengert.cuda.current_stream() == wengert.cuda.default_stream()
    """
    index = index_of(device)
    with device_at(index):
        return Stream.of(index, accelerator().current_stream())


def default_stream(device: Any = None) -> Stream:
    """The stream that work on `device` is put on where no other is chosen. Errors: RuntimeError without CUDA.

    Source: torch.cuda.default_stream.

    >>> if wengert.cuda.is_available():
    ...     assert wengert.cuda.default_stream().device.type == "cuda"
    """
    index = index_of(device)
    with device_at(index):
        return Stream.of(index, accelerator().default_stream())


def make_current(stream: Stream) -> None:
    """Put work on `stream` from now on, and let "cuda" mean its device."""
    found = accelerator()
    if found.current_device() != stream.device_index:
        found.set_device(stream.device_index)
    found.set_stream(stream.raw)


class StreamPlace:
    """A stream as the place of nodes in backward."""

    __slots__ = ("__weakref__", "device", "stream")

    def __init__(self, stream: Stream) -> None:
        self.stream, self.device = stream, f"{KIND}:{stream.device_index}"

    def current(self, device: str | None = None, /) -> StreamPlace | None:
        """What is current in this thread on `device`, or on its own; None for a device of another type."""
        if device is not None and not device.startswith(KIND):
            return None
        return StreamPlace(current_stream(device))

    def enter(self) -> None:
        """Make this the current stream, and its device the current one."""
        make_current(self.stream)

    def wait_for(self, other: StreamPlace, /) -> None:
        """What is put here from now on waits for what is on `other` now."""
        self.stream.wait_stream(other.stream)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StreamPlace) and self.stream == other.stream

    def __hash__(self) -> int:
        return hash(self.stream)

    def __repr__(self) -> str:
        return f"StreamPlace({self.stream!r})"


class StreamContext:
    """Put work on `stream` inside the block, and let "cuda" mean its device; None changes nothing.

    What is recorded inside runs in backward on the same stream; after a backward the current stream waits for those
    that were used. Memory that is used on another stream than it was made on must be kept until that one is done.
    Source: torch.cuda.StreamContext, which torch.cuda.stream makes.
    """

    __slots__ = ("_before", "_noting", "stream")

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream
        self._before: list[tuple[Stream, Stream, Noting]] = []

    def __enter__(self) -> None:
        stream = self.stream
        if stream is None:
            return
        noting = Noting(StreamPlace(stream))
        self._before.append((current_stream(), current_stream(stream.device_index), noting))
        make_current(stream)
        change_mode(noting=(*current_mode().noting, noting))

    def __exit__(self, *exception: object) -> None:
        if self.stream is None:
            return
        outer, there, noting = self._before.pop()
        change_mode(noting=tuple([noted for noted in current_mode().noting if noted is not noting]))
        make_current(there)
        make_current(outer)


def stream(stream: Stream | None) -> StreamContext:
    """Put work on `stream` inside a `with` block; backward then runs there too. None changes nothing.

    Source: torch.cuda.stream.

    >>> with wengert.cuda.stream(None):
    ...     pass
    """
    return StreamContext(stream)
