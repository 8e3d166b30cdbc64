"""Floor 3: what the defaults know of the library they are completing, and the few arrays that they make from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from wengert.protocol import dtypes as ours
from wengert.protocol.dtypes import DType
from wengert.protocol.extensions import Protocol
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape, broadcast_shapes


class Facts:
    """What a backend said in its call of `complete`."""

    def __init__(
        self,
        dtypes: Mapping[DType, Any],
        array_type: type,
        mutable: bool,
        views: bool,
        advanced_keys: bool,
        device_of: Callable[[Any], Any],
        library: Any = None,
    ) -> None:
        self.dtypes = dtypes
        self.dtype_by_native = {native: dtype for dtype, native in dtypes.items()}
        self.array_type = array_type
        self.mutable = mutable
        self.views = views
        self.advanced_keys = advanced_keys
        self.device_of = device_of
        self.library = library

    def dtype(self, x: Any) -> DType:
        """Our dtype of a raw array."""
        return self.dtype_by_native[x.dtype]


class Kernels(Namespace, Protocol):
    """A finished namespace together with its facts: the first parameter of every default."""

    facts: Facts


def is_bool(xp: Kernels, x: Any) -> bool:
    """Whether x is a boolean array."""
    return xp.facts.dtype(x) is ours.bool_


def constant(xp: Kernels, x: Any, value: Any, dtype: DType | None = None) -> Any:
    """`value` as a 0-d array beside x, of x's dtype unless `dtype` is given."""
    native = x.dtype if dtype is None else xp.facts.dtypes[dtype]
    return xp.asarray(value, dtype=native, device=xp.facts.device_of(x))


def in_double(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function(xp, *arrays)` worked out in double precision, where the library has it; the result in their dtype."""

    @wraps(function)
    def kernel(xp: Kernels, x: Any, /, *others: Any) -> Any:
        dtype = xp.facts.dtype(x)
        if dtype is ours.float64 or ours.float64 not in xp.facts.dtypes:
            return function(xp, x, *others)
        double = xp.facts.dtypes[ours.float64]
        return xp.astype(function(xp, *[xp.astype(y, double) for y in (x, *others)]), x.dtype)

    return kernel


def integers(xp: Kernels, x: Any, values: Any) -> Any:
    """Python integers, or nested lists of them, as an int64 array beside x."""
    return xp.asarray(values, dtype=xp.facts.dtypes[ours.int64], device=xp.facts.device_of(x))


def counting(xp: Kernels, x: Any, n: int) -> Any:
    """0, 1, ..., n - 1 as an int64 array beside x."""
    if n == 0:
        return integers(xp, x, [])
    return xp.cumulative_sum(xp.broadcast_to(integers(xp, x, 1), (n,)), axis=0) - 1


def filled(xp: Kernels, x: Any, shape: Shape, value: Any) -> Any:
    """An array of x's dtype, beside x, with `value` everywhere; it may be a broadcast view."""
    return xp.broadcast_to(constant(xp, x, value), shape)


def lowest(xp: Kernels, x: Any) -> float:
    """What no element of x is below."""
    dtype = xp.facts.dtype(x)
    if dtype.is_inexact:
        return -float("inf")
    return -(1 << (8 * dtype.itemsize - 1)) if dtype.is_signed else 0


def together(xp: Kernels, x: Any, y: Any) -> tuple[Any, Any]:
    """Both arrays in their common shape."""
    shape = broadcast_shapes(tuple(x.shape), tuple(y.shape))
    return xp.broadcast_to(x, shape), xp.broadcast_to(y, shape)


def along(key: Any, axis: int, ndim: int) -> tuple[Any, ...]:
    """The key that applies `key` to one axis, counted from the front, and takes the others whole."""
    return (*(slice(None),) * axis, key, *(slice(None),) * (ndim - axis - 1))
