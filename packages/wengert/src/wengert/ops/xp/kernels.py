"""Floor 6: the namespace of Tensors, `wengert.xp`: the array API's names over Tensors.

It is bound to a backend, so that `xp.zeros(...)` inside a rule lands where the tensor is. A rule that runs through it
is recorded, and so higher orders come of themselves; consumers of the array API get it from
`Tensor.__array_namespace__()`. A name is looked up once: among what is written here, then among the primitives (a
kernel's primitive has the kernel's name), and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

from wengert.ops import arithmetic, comparison, indexing, movement
from wengert.ops.indexing import reading, writing
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend
from wengert.protocol.dtypes import DType, get_default_dtype
from wengert.protocol.shapes import Shape, normalize_axes, normalize_axis
from wengert.rule.primitive import Primitive
from wengert.rules import FAMILIES
from wengert.rules.attention import composed_pullback
from wengert.tensor.base import TensorBase, make
from wengert.tensor.operation import KERNELS, kernel

#: The array API's names of primitives that are called otherwise in our rules.
_OTHER_NAMES = {
    "max": "amax", "min": "amin", "pow": "power", "cumulative_sum": "cumsum", "cumulative_prod": "cumprod",
    "gammaln": "lgamma", "bessel_k0e": "scaled_modified_bessel_k0", "bessel_k1e": "scaled_modified_bessel_k1",
    "airy": "airy_ai",
}  # fmt: skip


class TensorNamespace:
    """The array API over the Tensors of one backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.__name__ = "wengert.xp"
        for dtype in backend.dtypes:
            setattr(self, dtype.name, dtype)
        self.bool = dtypes.bool_

    def __getattr__(self, name: str) -> Any:
        primitive = _primitive(_OTHER_NAMES.get(name, name)) or _primitive(name)
        if primitive is None:
            raise AttributeError(f"the namespace of Tensors has no {name!r}")
        function = KERNELS.get(primitive) or kernel(primitive)
        setattr(self, name, function)
        return function

    # making

    def _space(self, dtype: DType | None, device: str | None) -> Any:
        return self._backend.space(device or self._backend.devices()[0], dtype or get_default_dtype())

    def full(self, shape: int | Shape, value: Any, *, dtype: DType | None = None, device: str | None = None) -> Any:
        space = self._space(dtype or dtypes.scalar_dtype(value), device)
        wanted = (shape,) if isinstance(shape, int) else shape
        return make(space, space.xp.full(wanted, value, dtype=space.native, device=space.native_device))

    def zeros(self, shape: int | Shape, *, dtype: DType | None = None, device: str | None = None) -> Any:
        return self.full(shape, 0, dtype=dtype or get_default_dtype(), device=device)

    def ones(self, shape: int | Shape, *, dtype: DType | None = None, device: str | None = None) -> Any:
        return self.full(shape, 1, dtype=dtype or get_default_dtype(), device=device)

    empty = zeros

    def full_like(self, x: Any, value: Any, *, dtype: DType | None = None, device: str | None = None) -> Any:
        return self.full(x.shape, value, dtype=dtype or x.space.dtype, device=device or x.space.device)

    def zeros_like(self, x: Any, *, dtype: DType | None = None, device: str | None = None) -> Any:
        return self.full_like(x, 0, dtype=dtype, device=device)

    def ones_like(self, x: Any, *, dtype: DType | None = None, device: str | None = None) -> Any:
        return self.full_like(x, 1, dtype=dtype, device=device)

    def asarray(
        self, obj: Any, *, dtype: DType | None = None, device: str | None = None, copy: bool | None = None
    ) -> Any:
        if isinstance(obj, TensorBase):
            same = dtype is None or dtype is obj.space.dtype
            result = obj if same else self.astype(obj, dtype)
            return self.copy(result) if copy and result is obj else result
        if dtype is None and isinstance(obj, (bool, int, float, complex)):
            dtype = dtypes.scalar_dtype(obj)
        space = self._space(dtype, device)
        return make(space, space.xp.asarray(obj, dtype=space.native, device=space.native_device))

    def arange(
        self, start: Any, /, stop: Any = None, step: Any = 1, *, dtype: DType | None = None, device: str | None = None
    ) -> Any:
        if stop is None:
            start, stop = 0, start
        if dtype is None:
            dtype = dtypes.int64 if all(isinstance(n, int) for n in (start, stop, step)) else get_default_dtype()
        space = self._space(dtype, device)
        return make(space, space.xp.arange(start, stop, step, dtype=space.native, device=space.native_device))

    def eye(
        self, rows: int, columns: int | None = None, /, *, dtype: DType | None = None, device: str | None = None
    ) -> Any:
        space = self._space(dtype, device)
        data = space.xp.eye(rows, rows if columns is None else columns, dtype=space.native, device=space.native_device)
        return make(space, data)

    # moving

    def expand_dims(self, x: Any, /, *, axis: int = 0) -> Any:
        position = normalize_axis(axis, len(x.shape) + 1)
        return self.reshape(x, (*x.shape[:position], 1, *x.shape[position:]))

    def squeeze(self, x: Any, /, axis: int | Shape) -> Any:
        gone = normalize_axes(axis, len(x.shape))
        return self.reshape(x, tuple(n for d, n in enumerate(x.shape) if d not in gone))

    def matrix_transpose(self, x: Any, /) -> Any:
        ndim = len(x.shape)
        return self.permute_dims(x, (*range(ndim - 2), ndim - 1, ndim - 2))

    def concat(self, arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
        return movement.cat(tuple(arrays), axis)

    def stack(self, arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
        return movement.stack(tuple(arrays), axis)

    def add_into(self, x: Any, y: Any, /) -> Any:
        return self.add(x, y)  # a recorded sum never writes

    # a fused kernel without a primitive of its own: what it is made of is recorded

    def attention_pullback(
        self, g: Any, query: Any, key: Any, value: Any, bias: Any, /, *, scale: float, wanted: Sequence[bool]
    ) -> Any:
        return composed_pullback(self, g, query, key, value, bias, scale, wanted)

    def contiguous(self, x: Any, /) -> Any:
        return x

    # indexing

    def getitem(self, x: Any, key: Any, /) -> Any:
        return reading.getitem(x, key)

    def setitem(self, x: Any, key: Any, value: Any, /) -> Any:
        return writing.with_item(x, key, value)

    def scatter_add(self, x: Any, key: Any, value: Any, /) -> Any:
        return writing.with_added_item(x, key, value)

    def take(self, x: Any, indices: Any, /, *, axis: int = 0) -> Any:
        return indexing.index_select(x, axis, indices)

    def take_along_axis(self, x: Any, indices: Any, /, *, axis: int = -1) -> Any:
        places = indices if indices.space.dtype is dtypes.int64 else self.astype(indices, dtypes.int64)
        return indexing.take_along_dim(x, places, axis)

    # complex parts of real tensors, and what the engine's kernels are called

    def conj(self, x: Any, /) -> Any:
        return self.conjugate(x) if x.space.dtype.is_complex else x

    def real(self, x: Any, /) -> Any:
        return self.real_part(x) if x.space.dtype.is_complex else x

    def sign(self, x: Any, /) -> Any:
        return arithmetic.sgn(x)

    def where(self, condition: Any, x: Any, y: Any, /) -> Any:
        return comparison.where(condition, x, y)

    def require(self, condition: Any, message: str, /) -> None:
        condition.space.xp.require(condition.array, message)

    def errstate(self) -> AbstractContextManager[Any]:
        return self._backend.xp.errstate()

    def __repr__(self) -> str:
        return f"<wengert.xp on backend {self._backend.name!r}>"


def _primitive(name: str) -> Primitive | None:
    """The primitive called `name`, whichever family declares it."""
    for family in FAMILIES:
        found = _declared(family, name)
        if found is not None:
            return found
    return None


def _declared(family: ModuleType, name: str) -> Primitive | None:
    found = getattr(family, name, None) or getattr(family, f"{name}_", None)
    return found if isinstance(found, Primitive) else None


def namespace_of(backend: Backend) -> TensorNamespace:
    """The namespace of Tensors on `backend`, one object each."""
    if backend.lifted is None:
        backend.lifted = TensorNamespace(backend)
    return backend.lifted
