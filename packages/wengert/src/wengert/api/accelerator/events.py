"""Floor 7: events, which are points in the work of a stream."""

from __future__ import annotations

from typing import Any

from wengert.api.accelerator.devices import KIND, accelerator, device, index_of
from wengert.ops.placement import device as device_class


class Event:
    """A point in the work of a stream, for waiting and, with `enable_timing`, for measuring.

    With `blocking` a wait for it does not keep a processor busy; with `interprocess` other processes may wait too.
    Errors: RuntimeError without CUDA, and for a stream of another device than the first one's. Source:
    torch.cuda.Event.

    >>> if wengert.cuda.is_available():
    ...     start, end = wengert.cuda.Event(enable_timing=True), wengert.cuda.Event(enable_timing=True)
    ...     start.record()
    ...     end.record()
    ...     end.synchronize()
    ...     assert start.elapsed_time(end) >= 0
    """

    __slots__ = ("_index", "_kind", "_raw")

    _index: int  # of the device that it was recorded on
    _raw: Any  # the library's own object, made when the device is known

    def __init__(self, enable_timing: bool = False, blocking: bool = False, interprocess: bool = False) -> None:
        accelerator()
        self._kind = bool(enable_timing), bool(blocking), bool(interprocess)
        self._index, self._raw = -1, None

    @property
    def device(self) -> device_class | None:
        """The device that the event was recorded on; None before that."""
        return None if self._raw is None else device_class(KIND, self._index)

    @property
    def cuda_event(self) -> int:
        """The driver's number; 0 before the event is recorded."""
        return 0 if self._raw is None else accelerator().event_handle(self._raw)

    def record(self, stream: Any = None) -> None:
        """Mark the end of what is on `stream` now, the current one if None."""
        found = accelerator()
        index = index_of(None) if stream is None else stream.device_index
        if self._raw is not None and index != self._index:
            raise RuntimeError(
                f"Event device {self._index} does not match recording stream's device {index}. Make an event for each."
            )
        with device(index):
            if self._raw is None:
                self._index, self._raw = index, found.new_event(*self._kind)
            found.record(self._raw, found.current_stream() if stream is None else stream.raw)

    def wait(self, stream: Any = None) -> None:
        """What is put on `stream`, the current one if None, from now on waits for this point."""
        if self._raw is None:
            return
        found = accelerator()
        if stream is None:
            found.wait(self._raw, found.current_stream())
        else:
            with device(stream.device_index):
                found.wait(self._raw, stream.raw)

    def query(self) -> bool:
        """Whether all before this point is done; True for an event that was not recorded."""
        return self._raw is None or accelerator().event_is_done(self._raw)

    def synchronize(self) -> None:
        """Wait until all before this point is done."""
        if self._raw is not None:
            accelerator().synchronize_event(self._raw)

    def elapsed_time(self, end_event: Event) -> float:
        """The milliseconds from this point to `end_event`.

        Errors: ValueError for events without timing or not recorded; RuntimeError for one that is not done.
        """
        if not (self._kind[0] and end_event._kind[0]):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        if self._raw is None or end_event._raw is None:
            raise ValueError("Both events must be recorded before calculating elapsed time.")
        if not (self.query() and end_event.query()):
            raise RuntimeError("Both events must be completed before calculating elapsed time.")
        return accelerator().elapsed_time(self._raw, end_event._raw)

    def __repr__(self) -> str:
        return f"<wengert.cuda.Event {f'{self.cuda_event:#x}' if self._raw is not None else 'uninitialized'}>"
