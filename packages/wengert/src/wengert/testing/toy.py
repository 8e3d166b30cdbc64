"""A backend over Python lists. The core's own tests run on it, and it shows how a backend is written.

A backend is three things.

1. An array type: anything with `shape`, `dtype`, operators and basic indexing (`wengert.protocol.Array`). Here it is a
   flat list in row-major order, a tuple for its shape and a word for its dtype.
2. Kernels: the functions of `wengert.protocol.Required`, here the methods of `ToyKernels` and no more. `complete` makes
   the whole namespace of them; a backend adds a kernel of its own wherever the default is too slow for it.
3. A `BackendSpec`, which says how the backend is found and loaded. A plugin returns it from the hook `wengert_backend`.

One idea carries nearly every kernel: which positions of the flat list it reads, and in which order (`positions`). A
broadcast axis has stride 0, a permutation permutes strides, a slice is an offset and longer strides.

`toy_spec(mutable=False)` has arrays that cannot be written. With `readable=False` no value may be read within
`forbid_reading()`: code that passes there would run on a lazy backend, and never waits for a GPU.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import accumulate
from typing import Any, ClassVar, cast

from wengert.backends.nested import nested
from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, BackendSpec, Capabilities
from wengert.protocol.shapes import Shape, broadcast_all, infer_shape, normalize_axes, normalize_axis, reduced_shape
from wengert.testing import flat


def _operator(kernel: str, *, is_reflected: bool = False) -> Callable[[ToyArray, Any], ToyArray]:
    def method(self: ToyArray, other: Any) -> ToyArray:
        function = getattr(self.kernels, kernel)
        return function(other, self) if is_reflected else function(self, other)

    return method


def _conversion(python_type: type[Any]) -> Callable[[ToyArray], Any]:
    return lambda self: python_type(self.kernels.tolist(self.kernels.reshape(self, ())))


class ToyArray:
    """A flat list of Python numbers, a shape and a dtype. It cannot be written."""

    __slots__ = ("dtype", "shape", "values")
    values: list[Any]
    shape: Shape
    dtype: str
    kernels: ClassVar[ToyKernels]
    is_readable: ClassVar[bool] = True

    def __init__(self, values: Iterable[Any], shape: Shape, dtype: str) -> None:
        self.values, self.shape, self.dtype = list(map(flat.CONVERT[dtype], values)), shape, dtype

    @property
    def size(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.values}, shape={self.shape}, dtype={self.dtype})"

    def __getitem__(self, key: Any) -> ToyArray:
        return self.kernels.getitem(self, key)

    def __neg__(self) -> ToyArray:
        return self.kernels.negative(self)

    __bool__, __int__, __float__ = _conversion(bool), _conversion(int), _conversion(float)
    __add__, __radd__ = _operator("add"), _operator("add", is_reflected=True)
    __sub__, __rsub__ = _operator("subtract"), _operator("subtract", is_reflected=True)
    __mul__, __rmul__ = _operator("multiply"), _operator("multiply", is_reflected=True)
    __truediv__, __rtruediv__ = _operator("divide"), _operator("divide", is_reflected=True)
    __pow__, __lt__, __gt__ = _operator("pow"), _operator("less"), _operator("less", is_reflected=True)

    def __le__(self, other: Any) -> ToyArray:
        return self.kernels.where(self.kernels.equal(self, other), self.kernels.equal(self, other), self < other)

    def __ge__(self, other: Any) -> ToyArray:
        return self.kernels.where(self.kernels.equal(self, other), self.kernels.equal(self, other), self > other)


class MutableToyArray(ToyArray):
    """A ToyArray that can be written; no two share memory."""

    __slots__ = ()

    def __setitem__(self, key: Any, value: Any) -> None:
        shape, places = flat.picked(key, self.shape)
        new = self.kernels.broadcast_to(self.kernels.asarray(value, dtype=self.dtype), shape)
        for place, number in zip(places, new.values, strict=True):
            self.values[place] = number


class _Reading:
    is_forbidden: ClassVar[bool] = False


@contextmanager
def forbid_reading() -> Generator[None]:
    """Within this, learning a value of an array of a `toy_spec(readable=False)` raises RuntimeError."""
    before, _Reading.is_forbidden = _Reading.is_forbidden, True
    try:
        yield
    finally:
        _Reading.is_forbidden = before


def _check_readable(x: ToyArray) -> None:
    if _Reading.is_forbidden and not x.is_readable:
        raise RuntimeError("a value of an array was read where that is forbidden")


# --- the kernels ------------------------------------------------------------------------------------------------------


def _elementwise(function: Callable[..., Any], result: str | None = None) -> Callable[..., ToyArray]:
    def kernel(self: ToyKernels, *operands: Any) -> ToyArray:
        dtype, *others = [operand.dtype for operand in operands if isinstance(operand, ToyArray)]
        if any(other != dtype for other in others):
            raise TypeError(f"operands of one dtype expected, got {dtype} and {', '.join(others)}")
        arrays = [self.asarray(operand, dtype=dtype) for operand in operands]
        shape = broadcast_all([array.shape for array in arrays])
        columns = [self.broadcast_to(array, shape).values for array in arrays]
        return self.array_type(map(function, *columns), shape, result or dtype)

    return kernel


class ToyKernels:
    """The required functions, for arrays of `array_type`."""

    def __init__(self, array_type: type[ToyArray]) -> None:
        self.array_type = array_type

    def asarray(self, value: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> ToyArray:
        if isinstance(value, ToyArray):
            is_new = copy or dtype not in (None, value.dtype)
            return self.array_type(value.values, value.shape, dtype or value.dtype) if is_new else value
        values, shape = flat.flattened(value)
        return self.array_type(values, shape, dtype or flat.dtype_of(values))

    def astype(self, x: ToyArray, dtype: str) -> ToyArray:
        return self.array_type(x.values, x.shape, dtype)

    def tolist(self, x: ToyArray) -> Any:
        _check_readable(x)
        return nested(list(x.values), x.shape)

    def reshape(self, x: ToyArray, shape: Shape) -> ToyArray:
        return self.array_type(x.values, infer_shape(shape, len(x.values)), x.dtype)

    def permute_dims(self, x: ToyArray, axes: Shape) -> ToyArray:
        shape, strides = tuple(x.shape[axis] for axis in axes), [flat.strides_of(x.shape)[axis] for axis in axes]
        return self._at(x, flat.positions(shape, strides), shape)

    def broadcast_to(self, x: ToyArray, shape: Shape) -> ToyArray:
        if broadcast_all([x.shape, shape]) != shape:
            raise ValueError(f"shape {x.shape} does not broadcast to {shape}")
        own = [0 if n == 1 else stride for n, stride in zip(x.shape, flat.strides_of(x.shape), strict=True)]
        return self._at(x, flat.positions(shape, [0] * (len(shape) - len(own)) + own), shape)

    def concat(self, arrays: Sequence[ToyArray], *, axis: int) -> ToyArray:
        shape = arrays[0].shape
        d = normalize_axis(axis, len(shape))
        widths = [math.prod(x.shape[d:]) for x in arrays]
        pieces = [
            x.values[i * width : (i + 1) * width]
            for i in range(math.prod(shape[:d]))
            for x, width in zip(arrays, widths, strict=True)
        ]
        joined = (*shape[:d], sum(x.shape[d] for x in arrays), *shape[d + 1 :])
        return self.array_type([value for piece in pieces for value in piece], joined, arrays[0].dtype)

    def take(self, x: ToyArray, indices: ToyArray, *, axis: int) -> ToyArray:
        d = normalize_axis(axis, len(x.shape))
        before, n, after = x.shape[:d], x.shape[d], x.shape[d + 1 :]
        width = math.prod(after)
        rows = [i * n + range(n)[k] for i in range(math.prod(before)) for k in cast("list[int]", indices.values)]
        places = [row * width + j for row in rows for j in range(width)]
        return self._at(x, places, (*before, len(indices.values), *after))

    def getitem(self, x: ToyArray, key: Any) -> ToyArray:
        shape, places = flat.picked(key, x.shape)
        return self._at(x, places, shape)

    def _at(self, x: ToyArray, places: list[int], shape: Shape) -> ToyArray:
        return self.array_type([x.values[place] for place in places], shape, x.dtype)

    add, subtract, multiply = _elementwise(operator.add), _elementwise(operator.sub), _elementwise(operator.mul)
    divide, remainder, pow = _elementwise(flat.divide), _elementwise(flat.remainder), _elementwise(flat.power)
    negative, abs = _elementwise(operator.neg), _elementwise(operator.abs)
    floor = _elementwise(flat.round_down)
    sqrt, sin, cos = (
        _elementwise(flat.total(math.sqrt)),
        _elementwise(flat.total(math.sin)),
        _elementwise(flat.total(math.cos)),
    )
    exp, log = _elementwise(flat.total(math.exp)), _elementwise(flat.total(math.log, at_minus_infinity=0))
    expm1, log1p = _elementwise(flat.total(math.expm1)), _elementwise(flat.total(math.log1p, at_minus_infinity=-1))
    atan, tanh = _elementwise(math.atan), _elementwise(math.tanh)
    equal, less = _elementwise(operator.eq, "bool"), _elementwise(operator.lt, "bool")
    logical_and, logical_not = _elementwise(flat.both, "bool"), _elementwise(operator.not_, "bool")
    bitwise_and, bitwise_xor = _elementwise(int.__and__), _elementwise(int.__xor__)

    def where(self, condition: ToyArray, x: ToyArray, y: ToyArray) -> ToyArray:
        shape = broadcast_all([condition.shape, x.shape, y.shape])
        columns = [self.broadcast_to(array, shape).values for array in (condition, x, y)]
        return self.array_type([a if is_true else b for is_true, a, b in zip(*columns, strict=True)], shape, x.dtype)

    def _reduced(self, function: Any, x: ToyArray, axis: Any, keepdims: bool, dtype: str | None = None) -> ToyArray:
        """`function` of the list of values along `axis`, for each place of the other axes."""
        axes = () if axis == () else normalize_axes(axis, len(x.shape))
        strides = flat.strides_of(x.shape)
        kept = reduced_shape(x.shape, axes, keepdims=True)
        inner = flat.positions(tuple(x.shape[d] for d in axes), [strides[d] for d in axes])
        values = [function([x.values[start + step] for step in inner]) for start in flat.positions(kept, strides)]
        return self.array_type(values, reduced_shape(x.shape, axes, keepdims), dtype or x.dtype)

    def sum(self, x: ToyArray, *, axis: Any = None, keepdims: bool = False) -> ToyArray:
        return self._reduced(sum, x, axis, keepdims, _total_dtype(x))

    def prod(self, x: ToyArray, *, axis: Any = None, keepdims: bool = False) -> ToyArray:
        return self._reduced(math.prod, x, axis, keepdims, _total_dtype(x))

    def max(self, x: ToyArray, *, axis: Any = None, keepdims: bool = False) -> ToyArray:
        return self._reduced(flat.largest, x, axis, keepdims)

    def argmax(self, x: ToyArray, *, axis: int, keepdims: bool = False) -> ToyArray:
        def place(line: list[Any]) -> int:
            return max(range(len(line)), key=lambda i: flat.order(line[i]))

        return self._reduced(place, x, axis, keepdims, "int64")

    def _scanned(self, function: Any, x: ToyArray, axis: int, dtype: str) -> ToyArray:
        """`function` of each line along `axis`, a list of the same length, put where the line was."""
        d = normalize_axis(axis, len(x.shape))
        n, stride = (x.shape or (1,))[d], math.prod(x.shape[d + 1 :])
        result = list(x.values)
        for start in flat.positions(reduced_shape(x.shape, (d,), keepdims=True), flat.strides_of(x.shape)):
            line = slice(start, start + n * stride, stride)
            result[line] = function(x.values[line])
        return self.array_type(result, x.shape, dtype)

    def cumulative_sum(self, x: ToyArray, *, axis: int) -> ToyArray:
        return self._scanned(accumulate, x, axis, _total_dtype(x))

    def argsort(self, x: ToyArray, *, axis: int = -1, descending: bool = False, stable: bool = True) -> ToyArray:
        def places(line: list[Any]) -> list[int]:
            return sorted(range(len(line)), key=lambda i: flat.order(line[i]), reverse=descending)

        return self._scanned(places, x, axis, "int64")

    def nonzero(self, x: ToyArray) -> tuple[ToyArray, ...]:
        _check_readable(x)
        places = [place for place, value in enumerate(x.values) if value]
        axes = zip(x.shape, flat.strides_of(x.shape), strict=True)
        return tuple(self.array_type([p // stride % n for p in places], (len(places),), "int64") for n, stride in axes)

    def matmul(self, x: ToyArray, y: ToyArray) -> ToyArray:
        left = self.reshape(x, (1, *x.shape)) if len(x.shape) == 1 else x
        right = self.reshape(y, (*y.shape, 1)) if len(y.shape) == 1 else y
        if left.shape[-1] != right.shape[-2]:
            raise ValueError(f"matmul: shapes {x.shape} and {y.shape}; expected equal inner sizes")
        left = self.reshape(left, (*left.shape, 1))
        right = self.reshape(right, (*right.shape[:-2], 1, *right.shape[-2:]))
        product = self._reduced(sum, self.multiply(left, right), -2, False)
        gone = (-2,) * (len(x.shape) == 1) + (-1,) * (len(y.shape) == 1)
        shape = tuple(n for d, n in enumerate(product.shape) if d - len(product.shape) not in gone)
        return self.reshape(product, shape)


def _total_dtype(x: ToyArray) -> str:
    return x.dtype if x.dtype.startswith("float") else "int64"


# --- the backend ------------------------------------------------------------------------------------------------------


@cache
def toy_spec(*, mutable: bool = True, readable: bool = True) -> BackendSpec:
    """The backend "toy", or "toy-immutable"; with "-unreadable" after it where `forbid_reading` applies."""
    name = ("toy" if mutable else "toy-immutable") + ("" if readable else "-unreadable")
    base = MutableToyArray if mutable else ToyArray
    array_type = cast("type[ToyArray]", type(base.__name__, (base,), {"__slots__": (), "is_readable": readable}))
    kernels = array_type.kernels = ToyKernels(array_type)

    def load() -> Backend:
        native = {dtype: dtype.name for dtype in dtypes.ALL if dtype.name in flat.CONVERT}
        return Backend(
            name=name,
            xp=complete(None, kernels, dtypes=native, array_type=array_type, mutable=mutable, views=False),
            array_type=array_type,
            dtypes=native,
            capabilities=Capabilities(mutable, views=False, complex=False, lazy=not readable, synchronous=readable),
        )

    return BackendSpec(name=name, device_types=("cpu",), load=load, owns=lambda t: t is array_type, priority=-1)
