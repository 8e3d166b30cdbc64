"""Floor 6: to another dtype, device or backend, differentiably."""

from __future__ import annotations

from typing import Any

from wengert.graph.modes import is_grad_enabled
from wengert.graph.node import Node, next_number
from wengert.ops.movement.shaping import contiguous
from wengert.ops.placement import Device, checked_dtype, place_beside
from wengert.ops.placement import device as device_class
from wengert.protocol import dtypes
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.protocol.layouts import is_row_major
from wengert.protocol.warned import warn_user
from wengert.rules import movement as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import edge_of, make
from wengert.tensor.general import Operation
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel
from wengert.tensor.packing import note
from wengert.tensor.record import record

_astype = kernel(rules.astype, "ToCopyBackward0")
_copy = Operation(rules.copy, "ToCopyBackward0")


def to(
    self: Any,
    *args: Any,
    dtype: Any = None,
    device: Device = None,
    other: Tensor | None = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = None,
    backend: str | None = None,
) -> Any:
    """self in another dtype, on another device, or of another backend; self itself where nothing changes.

    Called as `to(dtype)`, `to(device)`, `to(device, dtype)`, `to(other)` (a tensor whose dtype and device are taken) or
    with keywords. `copy` makes a copy in any case. A device that self's backend has keeps the backend.
    Derivative: the cotangent goes back to self's dtype and device.
    Errors: RuntimeError if the device is absent; TypeError if the backend has no such dtype.
    Source: torch.Tensor.to; `backend` is ours.

    >>> tensor([1, 2]).to(wengert.float32)
    tensor([1., 2.])
    """
    words = list(args)
    while words and isinstance(words[-1], bool):  # non_blocking and copy by position
        words.pop()
    if len(args) - len(words) == 2:
        copy = args[-1]
    for position, word in enumerate(words):
        if isinstance(word, Tensor) and position == 0 and len(words) == 1:
            other = word
        elif isinstance(word, (DType, type)) and dtype is None and other is None:
            dtype = word
            if len(words) > position + 1:
                raise _bad_arguments(args)
        elif (word is None or isinstance(word, (str, int, device_class))) and position == 0 and device is None:
            device = word
        elif word is not None:
            raise _bad_arguments(args)
    if other is not None:
        dtype, device = other.space.dtype, other.space.device
        backend = backend or other.space.backend.name
    in_order = memory_format is not None and is_row_major(memory_format, "to")
    result = _moved(self, checked_dtype("to", dtype), device, copy, backend)
    return contiguous(result) if in_order and result is not self else result


def _bad_arguments(args: tuple[Any, ...]) -> TypeError:
    kinds = ", ".join(type(arg).__name__ for arg in args)
    return TypeError(
        f"to() received an invalid combination of arguments - got ({kinds}); expected a dtype, a device, a device and "
        "a dtype, or a tensor."
    )


def _moved(self: Any, dtype: DType | None, device: Device, copy: bool, backend: str | None) -> Any:
    result = self
    if dtype is not None and dtype is not self.space.dtype:
        result = astype(self, dtype)
    if device is not None or backend is not None:
        source = result.space
        found, place = place_beside("to", source, device, backend)
        if found is not source.backend or place != source.device:
            result = _to_space(result, found.space(place, source.dtype))
    return record(_copy, [self], {}) if copy and result is self else result


def astype(self: Any, dtype: DType) -> Any:
    """self with its elements converted to `dtype`, recorded."""
    space: Space = self.space
    space.backend.space(space.device, dtype)  # TypeError if the backend has no such dtype
    if space.dtype.is_complex and not dtype.is_complex and dtype is not dtypes.bool_:
        warn_user("Casting complex values to real discards the imaginary part", UserWarning)
    return _astype(self, dtype=dtype)


def transfer(array: Any, source: Space, target: Space, *, copy: bool = False) -> Any:
    """A raw array of `source` as one of `target`, sharing its memory where it can unless `copy` forbids that."""
    if source.backend is target.backend:
        xp = source.xp
        if source.device != target.device:
            array = xp.asarray(array, device=target.native_device)
        elif source.dtype is target.dtype:
            return xp.copy(array) if copy else array
        return array if source.dtype is target.dtype else xp.astype(array, target.native)
    if source.device == target.device != "cpu" and source.dtype not in _ON_HOST:  # two libraries on one GPU
        data = target.xp.asarray(array, dtype=target.native, device=target.native_device)
    else:
        data = from_host(target, to_host(source, array) if takes_numpy(target) else source.xp.tolist(array))
    return target.xp.copy(data) if copy else data


def takes_numpy(space: Space) -> bool:
    """Whether the library there understands NumPy arrays: its own then speak one of the protocols, too."""
    kind = space.backend.array_type
    return hasattr(kind, "__dlpack__") or hasattr(kind, "__array__")


#: What NumPy has no type for travels in the next dtype that holds it.
_ON_HOST = {dtypes.bfloat16: dtypes.float32, dtypes.complex32: dtypes.complex64}


def to_host(space: Space, array: Any) -> Any:
    """A raw array of `space` as a NumPy array, of the same memory where that can be."""
    wider = _ON_HOST.get(space.dtype)
    return space.xp.asnumpy(array if wider is None else space.xp.astype(array, space.backend.dtypes[wider]))


def from_host(space: Space, content: Any) -> Any:
    """A raw array in `space` from a NumPy array or nested lists; it may share the NumPy array's memory."""
    if not takes_numpy(space) and hasattr(content, "tolist"):
        content = content.tolist()
    return space.xp.asarray(content, dtype=space.native, device=space.native_device)


class ToCopyBackward0(Node):
    """A move between devices or backends: the cotangent goes the way back."""

    __slots__ = ("e0", "source", "target")

    layout = 1
    e0: Node | None
    source: Space
    target: Space

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        if wanted is not None and self.e0 not in wanted:
            return [None]
        return [_to_space(g, self.source) if tools.recording else transfer(g, self.target, self.source)]


ToCopyBackward0.__module__ = "wengert.autograd.graph"


def _to_space(tensor: Any, target: Space) -> Any:
    """`tensor` on the device and backend of `target`, recorded."""
    out = make(target, transfer(tensor.array, tensor.space, target))
    if tensor.node is not None and is_grad_enabled():
        node = ToCopyBackward0()
        node.extra, node.space, node.source, node.target = None, target, tensor.space.plain, target
        node.e0 = edge_of(tensor)
        node.seq = next_number()
        out.node = node
        note(node)
    tangent = live_tangent(tensor)
    if tangent is not None:
        out.space, out._tangent = tensor.space.level.space(target), _to_space(tangent, target)
    return out


def live_tangent(tensor: Any) -> Any:
    """The tangent that `tensor` carries in forward mode, None if it carries none or its level has ended."""
    if tensor.space is tensor.space.plain or not tensor.space.level.alive:
        return None
    return getattr(tensor, "_tangent", None)


def type_as(self: Any, other: Tensor) -> Any:
    """self in the dtype and on the device of `other`."""
    if not isinstance(other, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise_not_tensor("type_as", "other", other, 1)
    return to(self, other)


def type_(self: Any, dtype: Any = None, non_blocking: bool = False) -> Any:
    """self in `dtype`, or in the one of a type's name as torch writes it ("wengert.DoubleTensor"); without one, that
    name of self's own type."""
    if dtype is None:
        place = "" if self.space.device == "cpu" else f"{self.space.device.partition(':')[0]}."
        return f"wengert.{place}{self.space.dtype.spoken}Tensor"
    if isinstance(dtype, DType):
        return to(self, dtype=dtype)
    if not isinstance(dtype, (str, type)):
        raise TypeError(f"dtype must be a type, str, or dtype object; got {type(dtype).__name__}")
    name = dtype if isinstance(dtype, str) else dtype.__name__
    library, _, kind = name.partition(".")
    place, _, kind = f"cpu.{kind}".rpartition(".")
    found = _BY_TYPE_NAME.get(kind)
    if found is None or library not in ("torch", "wengert"):
        raise ValueError(f"invalid type: {name!r}")
    return to(self, place.rpartition(".")[2], found)


_BY_TYPE_NAME = {f"{dtype.spoken}Tensor": dtype for dtype in dtypes.ALL}


def to_device(self: Any, device: Device, /, *, stream: None = None) -> Any:
    """self on `device`: the array API standard's name; self itself if it is there.

    Errors: ValueError for a `stream`. Source: the array API standard.
    """
    if stream is not None:
        raise ValueError(f"to_device: got stream={stream!r}; streams are not chosen here, leave it out.")
    return to(self, device=device)


def cpu(self: Any, memory_format: Any = None) -> Any:
    """self on the CPU; self itself if it is there."""
    return to(self, device="cpu", memory_format=memory_format)


def cuda(self: Any, device: Device = None, non_blocking: bool = False, memory_format: Any = None) -> Any:
    """self on a CUDA device, the first one unless `device` says which."""
    return to(self, device="cuda" if device is None else device, memory_format=memory_format)


def _in(dtype: DType, word: str) -> Any:
    def method(self: Any, *, memory_format: Any = None) -> Any:
        return to(self, dtype=dtype, memory_format=memory_format)

    method.__name__ = method.__qualname__ = word
    method.__doc__ = f"self with dtype {dtype.name}; self itself if it has it."
    return method


to_float, to_double = _in(dtypes.float32, "float"), _in(dtypes.float64, "double")
to_half, to_bfloat16 = _in(dtypes.float16, "half"), _in(dtypes.bfloat16, "bfloat16")
to_cfloat, to_cdouble = _in(dtypes.complex64, "cfloat"), _in(dtypes.complex128, "cdouble")
to_chalf = _in(dtypes.complex32, "chalf")
to_long, to_int, to_short = _in(dtypes.int64, "long"), _in(dtypes.int32, "int"), _in(dtypes.int16, "short")
to_char, to_byte, to_bool = _in(dtypes.int8, "char"), _in(dtypes.uint8, "byte"), _in(dtypes.bool_, "bool")
