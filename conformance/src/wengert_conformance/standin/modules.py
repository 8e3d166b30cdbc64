"""The stand-in's modules: for each name in the table of CuPy's, what NumPy and SciPy have for it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

from wengert_conformance.standin import cuda, names
from wengert_conformance.standin.arrays import (
    Described,
    computed,
    device,
    from_dlpack,
    host,
    keep,
    ndarray,
)
from wengert_conformance.standin.counts import launches, transfers
from wengert_conformance.standin.kernels import ElementwiseKernel, RawKernel
from wengert_conformance.standin.names import binder

Function = Callable[..., Any]
#: What of the table waits until values have come to the host.
_WAITS = {"nonzero", "argwhere", "flatnonzero", "unique", "unique_values", "array_equal", "allclose", "bincount"}
_LINALG_FAILS = (numpy.linalg.LinAlgError, ValueError)


def install(devices: int = 1, counts_memory: bool = False) -> None:
    """Put the stand-in's `cupy` and `cupyx` in the place of CuPy's, for the rest of the program.

    It has so many devices; the backend takes shorter ways on a single one. With `counts_memory` it is kept how much
    memory the arrays have. Errors: RuntimeError where CuPy was imported already."""
    if "cupy" in sys.modules and not hasattr(sys.modules["cupy"], "is_standin"):
        raise RuntimeError("the real CuPy was imported; the stand-in works in a program of its own")
    cuda.System.devices, cuda.System.counts_memory = devices, counts_memory
    known = names.stored()
    made = {name: ModuleType(name) for name in known["modules"]}
    for name in list(made):  # the packages between
        while "." in name:
            name = name.rpartition(".")[0]
            made.setdefault(name, ModuleType(name))
    for name, module in made.items():
        if "." in name:
            setattr(made[name.rpartition(".")[0]], name.rpartition(".")[2], module)
        module.__path__ = []  # pyright: ignore[reportAttributeAccessIssue]  # so that submodules can be imported
    for name, entries in known["modules"].items():
        for word, entry in entries.items():
            found = _made(name, word, entry)
            if found is not None:
                setattr(made[name], word, found)
    made["cupy.cuda.device"] = ModuleType("cupy.cuda.device")
    made["cupy.cuda.device"].Device = cuda.Device  # pyright: ignore[reportAttributeAccessIssue]  # made just now
    made["cupy"].is_standin = True  # pyright: ignore[reportAttributeAccessIssue]  # likewise
    made["cupy"].__version__ = known["version"]  # pyright: ignore[reportAttributeAccessIssue]  # likewise
    sys.modules.update(made)


def _made(module: str, name: str, entry: list[Any]) -> Any:
    own = _OWN.get(f"{module}.{name}")
    if own is not None:
        return own
    kind = entry[0]
    if kind == "module":
        return None
    source = _source(module, name)
    if kind == "ufunc":
        return _Ufunc(name, source, *entry[1:])
    if kind == "function":
        return _function(name, source, entry[1], module)
    return source if kind in ("value", "class") and (source is None or _is_shared(source)) else _absent(name)


def _is_shared(found: Any) -> bool:
    """Whether CuPy has an object of NumPy's as it is: dtypes, numbers, errors."""
    if isinstance(found, type):
        return issubclass(found, (numpy.generic, numpy.dtype, Exception, numpy.finfo, numpy.iinfo))
    return isinstance(found, (int, float, type(None)))


def _source(module: str, name: str) -> Any:
    """NumPy's or SciPy's function for one of CuPy's."""
    place = {"cupyx.scipy.special": "scipy.special", "cupyx.scipy.linalg": "scipy.linalg"}.get(module)
    if place is None and module.startswith("cupy") and not module.startswith(("cupyx", "cupy.cuda")):
        place = f"numpy{module[4:]}"
    try:
        return getattr(importlib.import_module(place), name, None) if place else None
    except ImportError:  # without SciPy
        return None


def _absent(name: str) -> Function:
    def absent(*_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"the stand-in has nothing for {name}; teach it, or do without")

    return absent


def _function(name: str, source: Any, parameters: str | None, module: str) -> Function:
    if source is None:
        return _absent(name)
    check = None if parameters is None else binder(parameters)
    is_linalg = module == "cupy.linalg"

    def function(*arguments: Any, **keywords: Any) -> Any:
        if check is not None:
            check(*arguments, **keywords)
        if name in _WAITS:
            transfers[name] += 1
        try:
            return computed(source, arguments, keywords)
        except numpy.linalg.LinAlgError:
            if not is_linalg:
                raise
            return computed(lambda *rest, **more: _spoilt(source, *rest, **more), arguments, keywords)

    function.__name__ = name
    return function


def _spoilt(source: Function, x: Any, *rest: Any, **keywords: Any) -> Any:
    """What comes of matrices that have no answer: CuPy looks at no status, and gives numbers that are none."""
    regular = numpy.broadcast_to(numpy.eye(*x.shape[-2:], dtype=x.dtype), x.shape)
    results = source(regular, *rest, **keywords)
    spoilt = [numpy.full_like(part, numpy.nan) for part in (results if isinstance(results, tuple) else (results,))]
    return type(results)(*spoilt) if hasattr(results, "_fields") else tuple(spoilt) if len(spoilt) > 1 else spoilt[0]


class _Ufunc:
    """One of CuPy's ufuncs: the keywords that it takes, and of NumPy's methods those that it has."""

    def __init__(self, name: str, source: Any, parameters: str, scatters: bool, takes_complex: bool) -> None:
        self.__name__, self._source, self._scatters = name, source or _absent(name), scatters
        self._takes_complex = takes_complex
        self._check = binder(parameters) if parameters else None

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if self._check is not None:
            self._check(*arguments, **keywords)
        if not self._takes_complex and any(isinstance(x, ndarray) and x.dtype.kind == "c" for x in arguments):
            raise TypeError(f"ufunc '{self.__name__}' is not supported for complex numbers")
        launches[self.__name__] += 1
        out = keywords.get("out")
        nin = getattr(self._source, "nin", len(arguments))
        if len(arguments) > nin:
            out = arguments[nin]
        result = computed(self._source, arguments, keywords)
        return out if isinstance(out, ndarray) else result

    def at(self, x: Any, key: Any, value: Any = None) -> None:
        """The ufunc at positions, as often as each is named."""
        if not self._scatters:
            raise NotImplementedError(f"`{self.__name__}.at` is not supported yet")
        computed(self._source.at, (x, key, value), {})

    def accumulate(self, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """The running sum or product."""
        if self.__name__ not in ("add", "multiply"):
            raise NotImplementedError(f"`{self.__name__}.accumulate` is not supported yet")
        return computed(self._source.accumulate, (array, axis, dtype), {})


class Generator:
    """CuPy's generator of random numbers: drawn by NumPy's."""

    _KNOWN = names.stored()["classes"]["cupy.random.Generator"]

    def __init__(self, bit_generator: Any) -> None:
        self._drawing = numpy.random.default_rng(bit_generator)

    def __getattr__(self, name: str) -> Any:
        if name not in self._KNOWN:
            raise AttributeError(f"'Generator' object has no attribute {name!r}")
        found = getattr(self._drawing, name)
        return lambda *arguments, **keywords: computed(found, arguments, keywords)


def _array(
    obj: Any,
    dtype: Any = None,
    copy: Any = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
    *,
    blocking: bool = False,
) -> Any:
    """`cupy.array`, which takes what lies on the host too."""
    is_elsewhere = isinstance(obj, ndarray) and obj.on_device != cuda.get_device_id()

    def run() -> Any:
        return numpy.array(_uploaded(obj), dtype=dtype, copy=copy or is_elsewhere or None, order=order, ndmin=ndmin)

    cuda.launched()
    out = device(run(), (obj,))
    keep(run, out)
    return out


def _asarray(a: Any, dtype: Any = None, order: Any = None, *, blocking: bool = False) -> Any:
    return _array(a, dtype, copy=False, order=order or "K")


def _uploaded(obj: Any) -> Any:
    if isinstance(obj, ndarray):
        return obj.on_host
    if isinstance(obj, (list, tuple)):
        return [_uploaded(item) for item in obj]
    return numpy.asarray(Described(obj)) if hasattr(obj, "__cuda_array_interface__") else obj


def _broadcast_to(array: Any, shape: Any) -> Any:
    """`cupy.broadcast_to`, whose result may be written, which is no good idea."""
    data = numpy.broadcast_to(host(array), shape)
    return device(numpy.lib.stride_tricks.as_strided(host(array), data.shape, data.strides), (array,))


def _asnumpy(a: Any, stream: Any = None, order: str = "C", out: Any = None, *, blocking: bool = True) -> Any:
    transfers["asnumpy"] += 1
    return numpy.array(a.on_host if isinstance(a, ndarray) else a, order=order)


def _scatter_add(a: Any, slices: Any, value: Any) -> None:
    computed(numpy.add.at, (a, slices, value), {})


_OWN: dict[str, Any] = {
    "cupy.ndarray": ndarray,
    "cupy.ElementwiseKernel": ElementwiseKernel,
    "cupy.RawKernel": RawKernel,
    "cupy.array": _array,
    "cupy.asarray": _asarray,
    "cupy.from_dlpack": from_dlpack,
    "cupy.broadcast": lambda *arrays: numpy.broadcast(*map(host, arrays)),
    "cupy.broadcast_to": _broadcast_to,
    "cupy.ascontiguousarray": lambda a, dtype=None: _array(a, dtype, order="C"),
    "cupy.asnumpy": _asnumpy,
    "cupy.is_available": lambda: True,
    "cupy.get_default_memory_pool": lambda: cuda.DEFAULT_POOL,
    "cupy.random.Generator": Generator,
    "cupy.random.XORWOW": lambda seed=None, *, size=None: seed,
    "cupy.random.MRG32k3a": lambda seed=None, *, size=None: seed,
    "cupy.random.Philox4x3210": lambda seed=None, *, size=None: seed,
    "cupy.cuda.Device": cuda.Device,
    "cupy.cuda.Stream": cuda.Stream,
    "cupy.cuda.Event": cuda.Event,
    "cupy.cuda.Graph": cuda.Graph,
    "cupy.cuda.MemoryHook": cuda.MemoryHook,
    "cupy.cuda.MemoryPool": cuda.MemoryPool,
    "cupy.cuda.get_device_id": cuda.get_device_id,
    "cupy.cuda.using_allocator": cuda.using_allocator,
    "cupy.cuda.get_current_stream": cuda.get_current_stream,
    "cupy.cuda.get_elapsed_time": cuda.get_elapsed_time,
    "cupy.cuda.is_available": lambda: True,
    "cupy.cuda.runtime.getDeviceCount": cuda.get_device_count,
    "cupy.cuda.runtime.streamCaptureModeRelaxed": 2,
    "cupy.cuda.runtime.getDeviceProperties": cuda.get_device_properties,
    "cupy.cuda.runtime.driverGetVersion": lambda: 13000,
    "cupy.cuda.runtime.runtimeGetVersion": lambda: 13000,
    "cupy._core._routines_linalg.set_compute_type": cuda.set_compute_type,
    "cupy._core._routines_linalg.COMPUTE_TYPE_DEFAULT": 1,
    "cupy._core._routines_linalg.COMPUTE_TYPE_TF32": 7,
    "cupyx.scatter_add": _scatter_add,
}
