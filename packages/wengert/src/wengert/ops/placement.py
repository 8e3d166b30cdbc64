"""Floor 6: devices as objects, and the space that the arguments dtype=, device= and backend= ask for."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, TypeAlias

from wengert.backends.devices import parse_device, pick_device
from wengert.backends.registry import get_backend, resolve
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, Space
from wengert.protocol.dtypes import DType, get_default_dtype
from wengert.tensor.base import UNUSED_LEAF, make, require_inexact

#: What Python's number types stand for where a dtype is expected.
PYTHON_TYPES: dict[Any, DType] = {
    bool: dtypes.bool_,
    int: dtypes.int64,
    float: dtypes.float64,
    complex: dtypes.complex128,
}


Device: TypeAlias = "device | str | int | None"


class device:  # torch's name
    """Where a tensor lives: a device type, an index, and which backend holds the tensor.

    Errors: RuntimeError if the string names no known device type.
    As a context manager it is where tensors are created inside the block.
    Source: torch.device; `backend` is ours. Two devices are equal if type, index and backend are.

    >>> wengert.device("cuda", 1)
    device(type='cuda', index=1)
    >>> str(zeros(2).device)
    'cpu'
    """

    __slots__ = ("_before", "backend", "index", "type")

    type: str
    index: int | None
    backend: str | None
    _before: list[device | None]

    def __init__(self, type: str | int | device, index: int | None = None, *, backend: str | None = None) -> None:
        if isinstance(type, device):
            self.type, self.index, self.backend = type.type, type.index, backend or type.backend
            return
        if isinstance(type, int):
            type, index = "cuda", type
        self.type, found = parse_device(type)
        if found is not None and index is not None:
            raise RuntimeError(f"type (string) must not include an index because index was passed explicitly: {type}")
        self.index, self.backend = found if index is None else index, backend

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type={self.type!r}{index})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, device):
            return NotImplemented
        return str(self) == str(other) and (self.backend == other.backend or None in (self.backend, other.backend))

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (str(self),)

    def __enter__(self) -> device:
        """Create tensors here inside the block, in this thread or task."""
        if not hasattr(self, "_before"):
            self._before = []
        self._before.append(_default_device.get())
        _default_device.set(self)
        return self

    def __exit__(self, *exception: object) -> None:
        _default_device.set(self._before.pop())


_default_device: ContextVar[device | None] = ContextVar("wengert_device", default=None)


_Device = device  # where an argument has its name


def set_default_device(device: Device) -> None:
    """Create tensors on `device` where no other is asked for, in this thread or task; None undoes that.

    Errors: RuntimeError if the string names no known device type. Source: torch.set_default_device.

    >>> set_default_device("cpu")
    >>> get_default_device()
    device(type='cpu')
    >>> set_default_device(None)
    """
    _default_device.set(None if device is None else _Device(device))


def get_default_device() -> device:
    """Where tensors are created when no device is asked for. Source: torch.get_default_device.

    >>> get_default_device()
    device(type='cpu')
    """
    chosen = _default_device.get()
    return device(resolve()[1]) if chosen is None else chosen


def device_of(space: Space) -> device:
    """The device of the tensors in `space`, with the backend that holds them."""
    kind, _, index = space.device.partition(":")
    found = device.__new__(device)
    found.type, found.index, found.backend = kind, int(index) if index else None, space.backend.name
    return found


def checked_dtype(name: str, dtype: Any) -> DType | None:
    """`dtype` as one of ours: Python's number types are torch's short forms; TypeError for anything else."""
    if dtype is None or isinstance(dtype, DType):
        return dtype
    found = PYTHON_TYPES.get(dtype) if isinstance(dtype, type) else None
    if found is None:
        raise TypeError(
            f"{name}(): argument 'dtype' must be wengert.dtype, not {type(dtype).__name__}. "
            "Write for instance dtype=wengert.float64."
        )
    return found


def place_for(name: str, where: Device, backend: str | None) -> tuple[Backend, str]:
    """The backend and the full device name that device= and backend= ask for."""
    if where is None and backend is None:
        where = _default_device.get()
    text, named = _device_text(name, where, backend)
    return resolve(text, named)


def place_beside(name: str, space: Space, where: Device, backend: str | None) -> tuple[Backend, str]:
    """The same for a tensor that goes away from `space`: its backend stays if it has the device."""
    text, named = _device_text(name, where, backend)
    if named is not None:
        if text is None and get_backend(named) is not space.backend:
            text = pick_device(*parse_device(space.device), get_backend(named).devices())
        elif text is None:
            text = space.device
        return resolve(text, named)
    if text is None:
        return space.backend, space.device
    present = space.backend.devices()
    if text.partition(":")[0] in {entry.partition(":")[0] for entry in present}:
        found = pick_device(*parse_device(text, (entry.partition(":")[0] for entry in present)), present)
        if found is not None:
            return space.backend, found
    return resolve(text)


def _device_text(name: str, where: Any, backend: Any) -> tuple[str | None, str | None]:
    """The device as text and the backend's name; a device object brings its backend unless backend= names another."""
    if backend is not None and not isinstance(backend, str):
        raise TypeError(f"{name}(): argument 'backend' must be str, not {type(backend).__name__}.")
    if where is None or isinstance(where, str):
        return where, backend
    if isinstance(where, device):
        return str(where), backend or where.backend
    if isinstance(where, int) and not isinstance(where, bool):
        return f"cuda:{where}", backend
    raise TypeError(f"{name}(): argument 'device' must be wengert.device, not {type(where).__name__}.")


def space_for(name: str, dtype: Any, where: Device, backend: str | None) -> Space:
    """The space of a new tensor; without a dtype, of the default dtype."""
    found, place = place_for(name, where, backend)
    return found.space(place, checked_dtype(name, dtype) or get_default_dtype())


def space_beside(name: str, space: Space, dtype: Any, where: Device, backend: str | None) -> Space:
    """The space of a new tensor like one in `space`, where nothing else is asked for."""
    wanted = checked_dtype(name, dtype) or space.dtype
    if where is None and backend is None:
        return space.plain if wanted is space.dtype else space.of(wanted)
    found, place = place_beside(name, space, where, backend)
    return found.space(place, wanted)


def leaf(space: Space, data: Any, requires_grad: bool) -> Any:
    """A new leaf tensor of a raw array."""
    if requires_grad:
        require_inexact(space.dtype)
        return make(space, data, UNUSED_LEAF)
    return make(space, data)
