"""Two devices with streams for the toy backend, on which unordered work is an error.

A real device runs what is put on its streams later, and one stream beside the other. Here all is done at once, but each
stream counts what was put on it and knows how far it has waited for the others. An array remembers the stream and the
count that it was written at. A kernel that reads it on a stream which need not be so far raises RuntimeError, and so
does one that runs while another device is current; that its memory is given out too early is noted in `log`. What
passes here is ordered and placed right on a real device.

`toy_cuda_spec` is the backend, this module its device module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from itertools import count
from threading import local
from typing import Any, cast

from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, BackendSpec, Capabilities
from wengert.testing import flat
from wengert.testing.toy import MutableToyArray, ToyArray, ToyKernels

DEVICES = 2
#: What was done with streams and graphs since a test cleared it.
log: list[tuple[Any, ...]] = []
_numbers = count()


class ToyStream:
    """A stream: how much was put on it, and how much of the others is done before what comes next."""

    def __init__(self, device: int, priority: int = 0) -> None:
        self.device, self.priority, self.number = device, priority, next(_numbers)
        self.seen: dict[int, int] = {self.number: 0}

    def put(self) -> None:
        """Put a kernel on it."""
        self.seen[self.number] += 1

    def knows(self, number: int, done: int) -> bool:
        """Whether what was written at `done` on the stream `number` is there for the next kernel."""
        return self.seen.get(number, 0) >= done


class ToyEvent:
    """What a stream knew when the event was recorded."""

    def __init__(self, timing: bool) -> None:
        self.timing, self.number = timing, next(_numbers)
        self.seen: dict[int, int] = {}


_default = [ToyStream(index) for index in range(DEVICES)]


class _Current(local):
    """What is current in this thread."""

    def __init__(self) -> None:
        self.device = 0
        self.streams = list(_default)


_current = _Current()

# --- the device module ------------------------------------------------------------------------------------------------


def device_count() -> int:
    return DEVICES


def current_device() -> int:
    return _current.device


def set_device(index: int, /) -> None:
    _current.device = index


def synchronize(index: int, /) -> None:
    log.append(("synchronize", index))


def device_properties(index: int, /) -> Mapping[str, Any]:
    return {"name": f"Toy {index}", "major": 1, "minor": 2, "total_memory": 1 << 30, "multi_processor_count": 1}


def new_stream(priority: int, /) -> ToyStream:
    return ToyStream(_current.device, priority)


def default_stream() -> ToyStream:
    return _default[_current.device]


def current_stream() -> ToyStream:
    return _current.streams[_current.device]


def set_stream(stream: ToyStream, /) -> None:
    _check_current(stream.device)
    _current.streams[stream.device] = stream


def stream_handle(stream: ToyStream, /) -> int:
    return stream.number


def stream_is_done(stream: ToyStream, /) -> bool:
    return True


def synchronize_stream(stream: ToyStream, /) -> None:
    log.append(("synchronize", stream))


def new_event(timing: bool, blocking: bool, interprocess: bool, /) -> ToyEvent:
    return ToyEvent(timing)


def record(event: ToyEvent, stream: ToyStream, /) -> None:
    _check_current(stream.device)
    event.seen = dict(stream.seen)


def wait(event: ToyEvent, stream: ToyStream, /) -> None:
    log.append(("wait", stream))
    _known(stream, event.seen)


def _known(stream: ToyStream, seen: Mapping[int, int]) -> None:
    """`stream` has waited for what is in `seen`."""
    for number, done in seen.items():
        stream.seen[number] = max(stream.seen.get(number, 0), done)


def event_handle(event: ToyEvent, /) -> int:
    return event.number


def event_is_done(event: ToyEvent, /) -> bool:
    return True


def synchronize_event(event: ToyEvent, /) -> None:
    log.append(("synchronize", event))


def elapsed_time(start: ToyEvent, end: ToyEvent, /) -> float:
    return float(sum(end.seen.values()) - sum(start.seen.values()))


def memory_info(index: int, /) -> tuple[int, int]:
    return 1 << 29, 1 << 30


def memory_allocated(index: int, /) -> int:
    return 100 + index


def memory_reserved(index: int, /) -> int:
    return 200 + index


def max_memory_allocated(index: int, /) -> int:
    return 150 + index


def reset_peak_memory_stats(index: int, /) -> None:
    log.append(("reset_peak_memory_stats", index))


def empty_cache() -> None:
    log.append(("empty_cache",))


def new_pool() -> object:
    return object()


_capturing: dict[int, Any] = {}


def begin_capture(stream: ToyStream, pool: object, mode: str, /) -> None:
    _capturing[stream.number] = pool
    log.append(("begin_capture", stream, pool))


def end_capture(stream: ToyStream, /) -> object:
    log.append(("end_capture", stream))
    return _capturing.pop(stream.number)


def is_capturing(stream: ToyStream, /) -> bool:
    return stream.number in _capturing


def launch(graph: object, stream: ToyStream, /) -> None:
    log.append(("launch", graph, stream))


def set_float32_matmul_precision(precision: str, /) -> None:
    log.append(("precision", precision))


# --- the backend ------------------------------------------------------------------------------------------------------


def _check_current(device: int) -> None:
    if _current.device != device:
        raise RuntimeError(f"device {_current.device} is current where {device} is needed")


class DeviceArray(MutableToyArray):
    """An array on a device, with the stream and the count at which it was written, and those at which it was read."""

    __slots__ = ("device", "home", "read", "written")
    device: int
    home: ToyStream
    read: dict[int, int]
    written: tuple[int, int]

    def __init__(self, values: Iterable[Any], shape: Any, dtype: str) -> None:
        super().__init__(values, shape, dtype)
        self.device, self.home, self.read = _current.device, current_stream(), {}
        self.stamp()

    def __del__(self) -> None:
        for number, done in self.read.items():
            if not self.home.knows(number, done):  # its memory goes to what comes next on the stream that it is from
                log.append(("freed while read", self.home, number))

    def stamp(self) -> None:
        """Remember what writes it now."""
        stream = current_stream()
        self.written = stream.number, stream.seen[stream.number]

    def check(self) -> None:
        """RuntimeError unless a kernel that runs now may use it."""
        _check_current(self.device)
        if not current_stream().knows(*self.written):
            raise RuntimeError("a kernel reads what another stream need not have written yet")
        stream = current_stream()
        self.read[stream.number] = stream.seen[stream.number]

    def __setitem__(self, key: Any, value: Any) -> None:
        _launched([self, value])
        super().__setitem__(key, value)
        self.stamp()


def _launched(arguments: Iterable[Any]) -> None:
    """A kernel with these arguments is put on the current stream."""
    current_stream().put()
    for argument in arguments:
        if isinstance(argument, DeviceArray):
            argument.check()
        elif isinstance(argument, (list, tuple)):
            _launched(cast("list[Any]", argument))


class DeviceKernels(ToyKernels):
    """The toy's kernels, each put on the current stream of the current device."""

    def __init__(self) -> None:
        super().__init__(DeviceArray)
        for name in [name for name in dir(ToyKernels) if not name.startswith("_") and name != "asarray"]:
            setattr(self, name, _kernel(getattr(self, name)))

    def asarray(self, value: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> ToyArray:
        index = _current.device if device is None else device
        if isinstance(value, DeviceArray) and value.device != index:  # a copy between devices is ordered on both
            source, target = _current.streams[value.device], _current.streams[index]
            _known(target, source.seen)
            out = on_device(index)(DeviceArray)(value.values, value.shape, dtype or value.dtype)
            _known(source, target.seen)
            return out
        if isinstance(value, DeviceArray):
            _launched([value])
        return on_device(index)(super().asarray)(value, dtype=dtype, copy=copy)


def _kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def kernel(*arguments: Any, **keywords: Any) -> Any:
        _launched((*arguments, *keywords.values()))
        return function(*arguments, **keywords)

    return kernel


def on_device(index: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What makes a function run while the device `index` is current."""

    def guard(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*arguments: Any, **keywords: Any) -> Any:
            before, _current.device = _current.device, index
            try:
                return function(*arguments, **keywords)
            finally:
                _current.device = before

        return run

    return guard


def _index(device: str) -> int:
    return int(device.partition(":")[2])


def _names() -> tuple[str, ...]:
    return tuple([f"cuda:{index}" for index in sorted(range(DEVICES), key=lambda index: index != _current.device)])


@cache
def toy_cuda_spec() -> BackendSpec:
    """The backend "toy-cuda", with the devices cuda:0 and cuda:1."""
    kernels = DeviceArray.kernels = DeviceKernels()

    def load() -> Backend:
        native = {dtype: dtype.name for dtype in dtypes.ALL if dtype.name in flat.CONVERT}
        return Backend(
            name="toy-cuda",
            xp=complete(None, kernels, dtypes=native, array_type=DeviceArray, views=False),
            array_type=DeviceArray,
            dtypes=native,
            capabilities=Capabilities(views=False, complex=False, synchronous=False),
            devices=_names,
            device_of=lambda array: f"cuda:{array.device}",
            native_device=_index,
            guard=lambda device: on_device(_index(device)),
        )

    return BackendSpec(
        name="toy-cuda",
        device_types=("cuda",),
        load=load,
        owns=lambda kind: kind is DeviceArray,
        priority=1000,
        device_module=__name__,
    )
