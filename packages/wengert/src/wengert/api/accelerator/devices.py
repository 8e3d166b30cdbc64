"""Floor 7: which CUDA devices there are, and which one is current."""

from __future__ import annotations

from typing import Any

from wengert.backends import registry
from wengert.ops.placement import device as device_class
from wengert.ops.random.generator import checked_seed, default_generator
from wengert.protocol.accelerator import Accelerator
from wengert.tensor.base import TensorBase

KIND = "cuda"
INSTALL = 'pip install "wengert[cuda12]" or pip install "wengert[cuda13]", as the CUDA driver is'


def accelerator() -> Accelerator:
    """The device module; RuntimeError with the reason and the way to install one where there is none."""
    try:
        return registry.device_module(KIND)
    except RuntimeError as error:
        reason = str(error)
        install = "" if "pip install" in reason else f" Install one with: {INSTALL}."
        raise RuntimeError(f"CUDA is not available: {reason}{install}") from None


def index_of(device: Any) -> int:
    """The index of a device given as torch's functions take it: an index, a name, a device, None for the current one.

    Errors: ValueError for a device of another type; RuntimeError for an index that no device has.
    """
    index = _index(device)
    found = accelerator()
    if index is None:
        return found.current_device()
    if not 0 <= index < found.device_count():
        raise RuntimeError(f"CUDA error: invalid device ordinal {index}; there are {found.device_count()} devices.")
    return index


def _index(given: Any) -> int | None:
    if given is None or (isinstance(given, int) and not isinstance(given, bool)):
        return given
    if isinstance(given, device):
        return given.idx
    found = device_class(given)
    if found.type != KIND:
        raise ValueError(f"Expected a cuda device, but got: {given}")
    return found.index


def is_available() -> bool:
    """Whether there is a CUDA device that a backend can use. Source: torch.cuda.is_available.

    >>> wengert.cuda.is_available() == (wengert.cuda.device_count() > 0)
    True
    """
    return device_count() > 0


def device_count() -> int:
    """How many CUDA devices can be used; 0 without CUDA. Source: torch.cuda.device_count.

    >>> wengert.cuda.device_count() >= 0
    True
    """
    try:
        return registry.device_module(KIND).device_count()
    except RuntimeError:
        return 0


def current_device() -> int:
    """The index of the device that "cuda" means in this thread.

    Errors: RuntimeError without CUDA. Source: torch.cuda.current_device.

    >>> wengert.cuda.current_device() if wengert.cuda.is_available() else 0
    0
    """
    return accelerator().current_device()


def set_device(device: Any) -> None:
    """Let "cuda" mean `device` in this thread from now on; a negative index changes nothing.

    Errors: ValueError for a device of another type; RuntimeError without CUDA. Source: torch.cuda.set_device.

    >>> wengert.cuda.set_device(-1)
    """
    index = _index(device)
    if index is None or index >= 0:
        accelerator().set_device(index_of(index))


class device:  # torch's name
    """Let "cuda" mean `device` inside the block; an index below 0 changes nothing.

    Operations run where their operands are in any case. Errors: ValueError for a device of another type; RuntimeError
    without CUDA. Source: torch.cuda.device.

    >>> with wengert.cuda.device(-1):
    ...     pass
    """

    __slots__ = ("_before", "idx")

    idx: int

    def __init__(self, device: Any) -> None:
        index = _index(device)
        self.idx = accelerator().current_device() if index is None else index
        self._before: list[int] = []

    def __enter__(self) -> device:
        if self.idx >= 0:
            index, found = index_of(self.idx), accelerator()
            self._before.append(found.current_device())
            found.set_device(index)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._before:
            accelerator().set_device(self._before.pop())


class device_of(device):  # torch's name
    """Let "cuda" mean the device of the tensor `obj` inside the block; a tensor elsewhere changes nothing.

    Source: torch.cuda.device_of.

    >>> with wengert.cuda.device_of(zeros(2)):
    ...     pass
    """

    __slots__ = ()

    def __init__(self, obj: Any) -> None:
        is_here = isinstance(obj, TensorBase) and obj.space.device.startswith(KIND)
        super().__init__(obj.space.device if is_here else -1)


def synchronize(device: Any = None) -> None:
    """Wait until all that was put on the streams of `device` is done. Errors: RuntimeError without CUDA.

    Source: torch.cuda.synchronize.

    >>> if wengert.cuda.is_available():
    ...     wengert.cuda.synchronize()
    """
    index = index_of(device)
    accelerator().synchronize(index)


class DeviceProperties:
    """What a device is, by torch's names: `name`, `major`, `minor`, `total_memory`, `multi_processor_count` and others
    that the library tells. Source: what torch.cuda.get_device_properties returns."""

    name: str
    major: int
    minor: int
    total_memory: int
    multi_processor_count: int

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        return (
            f"_CudaDeviceProperties(name={self.name!r}, major={self.major}, minor={self.minor}, "
            f"total_memory={self.total_memory >> 20}MB, multi_processor_count={self.multi_processor_count})"
        )


def get_device_properties(device: Any = None) -> DeviceProperties:
    """What `device` is: its name, compute capability, memory in bytes, and more.

    Errors: RuntimeError without CUDA. Source: torch.cuda.get_device_properties.

    >>> if wengert.cuda.is_available():
    ...     assert wengert.cuda.get_device_properties(0).total_memory > 0
    """
    index = index_of(device)
    return DeviceProperties(**accelerator().device_properties(index))


def get_device_name(device: Any = None) -> str:
    """The name of `device`. Errors: RuntimeError without CUDA. Source: torch.cuda.get_device_name.

    >>> if wengert.cuda.is_available():
    ...     assert wengert.cuda.get_device_name()
    """
    return get_device_properties(device).name


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """The compute capability of `device`, two numbers. Errors: RuntimeError without CUDA.

    Source: torch.cuda.get_device_capability.

    >>> if wengert.cuda.is_available():
    ...     assert wengert.cuda.get_device_capability() >= (5, 0)
    """
    found = get_device_properties(device)
    return found.major, found.minor


def manual_seed(seed: int) -> None:
    """Start the default generator of the current device over at `seed`; without CUDA nothing happens.

    Errors: ValueError if `seed` is no integer from -2**63 to 2**64 - 1. Source: torch.cuda.manual_seed.

    >>> wengert.cuda.manual_seed(0)
    """
    number = checked_seed(seed)
    if is_available():
        default_generator(f"{KIND}:{current_device()}").manual_seed(number)


def manual_seed_all(seed: int) -> None:
    """Start the default generators of all CUDA devices over at `seed`; without CUDA nothing happens.

    Errors: ValueError if `seed` is no integer from -2**63 to 2**64 - 1. Source: torch.cuda.manual_seed_all.

    >>> wengert.cuda.manual_seed_all(0)
    """
    number = checked_seed(seed)
    for index in range(device_count()):
        default_generator(f"{KIND}:{index}").manual_seed(number)
