"""The stand-in's array: a NumPy array that is kept apart from NumPy's own, as device memory is."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, ValuesView
from typing import Any

import numpy

from wengert_conformance.standin import cuda, names
from wengert_conformance.standin.counts import launches, transfers
from wengert_conformance.standin.names import binder

_KNOWN = names.stored()["classes"]["cupy.ndarray"]


def host(value: Any) -> Any:
    """An argument with the stand-in's arrays replaced by NumPy's; what CuPy would not take is refused."""
    if isinstance(value, ndarray):
        return value.on_host
    if isinstance(value, numpy.ndarray):
        raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, (tuple, list)):
        return type(value)(host(item) for item in value) if not hasattr(value, "_fields") else value
    return value


def device(value: Any, sources: tuple[Any, ...] = ()) -> Any:
    """A result with NumPy's arrays and scalars replaced by the stand-in's; `sources` are what it may be a view of."""
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        data = numpy.asarray(value)
        for source in sources:
            if isinstance(source, ndarray) and data is source.on_host:
                return source
        out = ndarray.of(data)
        if isinstance(value, numpy.ndarray) and value.base is not None:
            for source in sources:
                if isinstance(source, ndarray) and (not data.size or numpy.may_share_memory(data, source.on_host)):
                    out.base, out.on_device = source if source.base is None else source.base, source.on_device
        return out
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(device(item, sources) for item in value))
    if isinstance(value, (tuple, list)):
        return type(value)(device(item, sources) for item in value)
    return value


def computed(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """What a function of NumPy gives for the stand-in's arrays, without NumPy's warnings, which CuPy has not."""

    def run() -> Any:
        with numpy.errstate(all="ignore"):
            return function(*map(host, arguments), **{name: host(value) for name, value in keywords.items()})

    cuda.launched(*_arrays_in((arguments, keywords.values())))
    out, result = keywords.get("out"), run()
    if not isinstance(out, ndarray):
        out = device(result, arguments)
    keep(run, out)
    return out


def keep(run: Callable[[], Any], out: Any = None) -> None:
    """Where work is captured, run this again at each replay, with the results in the arrays `out`."""
    captured = cuda.capturing()
    if captured is None:
        return
    targets = list(_arrays_in(out))

    def again() -> None:
        for target, result in zip(targets, _arrays_in(run()), strict=bool(targets)):
            target.on_host[...] = result

    captured.append(again)


def _arrays_in(value: Any) -> Iterator[Any]:
    """The arrays in nested lists, the stand-in's and NumPy's."""
    if isinstance(value, (ndarray, numpy.ndarray, numpy.generic)):
        yield value
    elif isinstance(value, (tuple, list, ValuesView)):
        for item in value:
            yield from _arrays_in(item)


class ndarray:  # CuPy's name
    """An array of the stand-in, with the attributes that the table of CuPy's names tells of."""

    __array_priority__ = 100
    __slots__ = ("__weakref__", "base", "on_device", "on_host")
    __hash__ = None  # pyright: ignore[reportAssignmentType]  # as CuPy's

    def __init__(
        self, shape: Any, dtype: Any = float, memptr: Any = None, strides: Any = None, order: str = "C"
    ) -> None:
        self._set_up(numpy.empty(shape, dtype, order=order))

    def _set_up(self, data: Any) -> None:
        self.on_host, self.base, self.on_device = data, None, cuda.get_device_id()
        if cuda.System.counts_memory and data.base is None:
            cuda.allocated(self)

    @classmethod
    def of(cls, data: Any) -> ndarray:
        """The stand-in for a NumPy array."""
        out = cls.__new__(cls)
        out._set_up(data)
        return out

    def __getattr__(self, name: str) -> Any:
        if name not in _KNOWN:
            raise AttributeError(f"'cupy.ndarray' object has no attribute {name!r}")
        found = getattr(self.on_host, name)
        if not callable(found):
            return device(found, (self,))
        parameters = _KNOWN[name]
        check = None if parameters is None else binder(parameters)

        def method(*arguments: Any, **keywords: Any) -> Any:
            if check is not None:
                check(*arguments, **keywords)
            out = computed(lambda x, *rest, **more: getattr(x, name)(*rest, **more), (self, *arguments), keywords)
            return keywords["out"] if keywords.get("out") is not None else out

        return method

    # memory

    @property
    def data(self) -> cuda.Memory:
        return cuda.Memory(self.on_host.__array_interface__["data"][0])

    @property
    def flags(self) -> cuda.Flags:
        return cuda.Flags(self.on_host.flags)

    @property
    def device(self) -> Any:
        return cuda.Device(self.on_device)

    @property
    def real(self) -> ndarray:
        return device(self.on_host.real, (self,))

    @real.setter
    def real(self, value: Any) -> None:
        self.real[...] = value

    @property
    def imag(self) -> ndarray:
        return (
            device(self.on_host.imag, (self,)) if self.dtype.kind == "c" else ndarray.of(numpy.zeros_like(self.on_host))
        )

    @imag.setter
    def imag(self, value: Any) -> None:
        self.imag[...] = value

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy array "
            "explicitly."
        )

    # to the host

    def get(self, stream: Any = None, order: str = "C", out: Any = None, blocking: bool = True) -> Any:
        """The values as a NumPy array."""
        transfers["get"] += 1
        return numpy.array(self.on_host, order=order)

    def __repr__(self) -> str:
        transfers["repr"] += 1
        return repr(self.on_host)

    def tolist(self) -> Any:
        """The values as nested lists."""
        transfers["tolist"] += 1
        return self.on_host.tolist()

    def item(self) -> Any:
        """The one value."""
        transfers["item"] += 1
        return self.on_host.item()

    def __bool__(self) -> bool:
        transfers["bool"] += 1
        return bool(self.on_host)

    def __int__(self) -> int:
        transfers["int"] += 1
        return int(self.on_host)

    def __index__(self) -> int:
        transfers["index"] += 1
        return operator.index(self.on_host)

    def __float__(self) -> float:
        transfers["float"] += 1
        return float(self.on_host)

    def __complex__(self) -> complex:
        transfers["complex"] += 1
        return complex(self.on_host)

    # items

    def __len__(self) -> int:
        return len(self.on_host)

    def __iter__(self) -> Iterator[ndarray]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, key: Any) -> ndarray:
        arrays, key = list(_arrays_in(key)), _key(key)

        def run() -> Any:
            found = self.on_host[key]
            if isinstance(found, numpy.generic):  # CuPy gives an array of no axes, on the same memory
                found = self.on_host[(*key, ...) if isinstance(key, tuple) else (key, ...)]
            return found

        if not arrays:
            return device(run(), (self,))
        cuda.launched(self, *arrays)
        out = device(run())
        keep(run, out)
        return out

    def __setitem__(self, key: Any, value: Any) -> None:
        key = _key(key)

        def run() -> None:
            with numpy.errstate(all="ignore"):
                self.on_host[key] = host(value)

        cuda.launched(*_arrays_in([self, value]))
        run()
        keep(run)

    # to other libraries

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        """Where the array lies, in the words of a CUDA device."""
        return {**self.on_host.__array_interface__, "version": 3, "stream": cuda.get_current_stream().ptr or 1}

    def __dlpack_device__(self) -> tuple[int, int]:
        return DLPACK_CUDA, self.on_device

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: Any = None
    ) -> Capsule:
        if dl_device not in (None, self.__dlpack_device__()):
            raise BufferError("the stand-in hands its memory to other libraries on its own device alone")
        return Capsule(self.on_host.copy() if copy else self.on_host)


DLPACK_CUDA = 2


class Capsule:
    """What the stand-in hands on by DLPack, which it alone can read."""

    def __init__(self, memory: Any) -> None:
        self.memory = memory


class Described:
    """The memory of an object with `__cuda_array_interface__`, as NumPy reads it; keeps the object alive."""

    def __init__(self, owner: Any) -> None:
        self.owner, self.__array_interface__ = owner, dict(owner.__cuda_array_interface__)


def from_dlpack(array: Any, *, device: Any = None, copy: Any = None) -> ndarray:
    """The memory of another library's array on the device."""
    kind, index = array.__dlpack_device__()
    if kind != DLPACK_CUDA:
        raise BufferError(f"the stand-in reads memory of its own devices, not of DLPack device type {kind}")
    with cuda.Device(index):
        memory = array.__dlpack__(stream=cuda.get_current_stream().ptr or 1).memory
        return ndarray.of(memory.copy() if copy else memory.view())


def _key(key: Any) -> Any:
    """A key as NumPy takes it. To find the true elements of a mask CuPy waits for the device."""
    entries = key if isinstance(key, tuple) else (key,)
    if any(isinstance(entry, ndarray) and entry.dtype.kind == "b" for entry in entries):
        transfers["mask"] += 1
    return host(key)


def _operator(name: str) -> Callable[..., Any]:
    function = getattr(operator, name)

    def method(self: ndarray, *others: Any) -> Any:
        if any(isinstance(other, numpy.ndarray) for other in others):
            raise TypeError(f"Unsupported type {type(others[0])}")
        launches[name] += 1
        return computed(function, (self, *others), {})

    return method


def _reflected(name: str) -> Callable[..., Any]:
    function = getattr(operator, name)

    def method(self: ndarray, other: Any) -> Any:
        launches[name] += 1
        return computed(function, (other, self), {})

    return method


def _in_place(name: str) -> Callable[..., Any]:
    function = getattr(operator, name)

    def method(self: ndarray, other: Any) -> ndarray:
        def run() -> None:
            with numpy.errstate(all="ignore"):
                function(self.on_host, host(other))

        launches[name] += 1
        cuda.launched(*_arrays_in([self, other]))
        run()
        keep(run)
        return self

    return method


_BINARY = "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift"
for _name in _BINARY.split():
    _word = _name.rstrip("_")
    setattr(ndarray, f"__{_word}__", _operator(_name))
    setattr(ndarray, f"__r{_word}__", _reflected(_name))
    setattr(ndarray, f"__i{_word}__", _in_place(f"i{_word}"))
for _name in ("neg", "pos", "abs", "invert", "lt", "le", "eq", "ne", "gt", "ge"):
    setattr(ndarray, f"__{_name}__", _operator(_name))
ndarray.__module__ = "cupy"
