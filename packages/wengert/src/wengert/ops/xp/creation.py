"""Floor 6: the standard's creation functions, over Tensors of one backend, and what it tells of that backend.

Values that come as Tensors stay on the tape: `asarray` of a list of them stacks, `full` and `linspace` compute with
them.
"""

from __future__ import annotations

from typing import Any, cast

from wengert.ops import creation
from wengert.ops.arithmetic import add, mul
from wengert.ops.conversion.moving import to
from wengert.ops.movement import broadcast_to, clone, narrow, stack
from wengert.ops.placement import Device
from wengert.ops.xp.dtypes import result_type
from wengert.protocol.backend import Backend
from wengert.protocol.dtypes import DType, get_default_dtype, int64
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase as Tensor


class CreationFunctions:
    """The functions that make arrays, on the backend of their namespace."""

    _backend: Backend

    def _where(self, dtype: DType | None, device: Device) -> dict[str, Any]:
        return {"dtype": dtype, "device": device, "backend": self._backend.name}

    def asarray(
        self, obj: Any, /, *, dtype: DType | None = None, device: Device = None, copy: bool | None = None
    ) -> Any:
        """`obj` as a tensor: a number, nested sequences, an array of any library, or tensors, which stay on the
        tape."""
        if isinstance(obj, (list, tuple)) and _holds_tensors(obj):
            obj = self._stacked(obj)
        return creation.asarray(obj, copy=copy, **self._where(dtype, device))

    def _stacked(self, obj: Any) -> Any:
        """Nested sequences with tensors among them as one, recorded."""
        if not isinstance(obj, (list, tuple)):
            return obj if isinstance(obj, Tensor) else self.asarray(obj)
        parts = [self._stacked(part) for part in cast(list[Any], obj)]
        dtype = result_type(*parts)
        return stack([to(part, dtype) for part in parts])

    def arange(
        self,
        start: Any,
        /,
        stop: Any = None,
        step: Any = 1,
        *,
        dtype: DType | None = None,
        device: Device = None,
    ) -> Any:
        """The numbers from `start` (0 if it stands alone) up to but without `stop`."""
        first, last = (0, start) if stop is None else (start, stop)
        where = self._where(dtype, device)
        if (step > 0) != (last > first) and last != first:
            whole = all(isinstance(n, int) for n in (first, last, step))
            return creation.zeros(0, **self._where(dtype or (int64 if whole else get_default_dtype()), device))
        return creation.arange(first, last, step, **where)

    def linspace(
        self,
        start: Any,
        stop: Any,
        /,
        num: int,
        *,
        dtype: DType | None = None,
        device: Device = None,
        endpoint: bool = True,
    ) -> Any:
        """`num` evenly spaced numbers from `start` to `stop`, which `endpoint` includes; bounds on the tape stay so."""
        if any(isinstance(bound, Tensor) and bound.node is not None for bound in (start, stop)):
            parts = self.linspace(0.0, 1.0, num, device=device, endpoint=endpoint)
            bound = start if isinstance(start, Tensor) else stop
            result = add(mul(to(parts, bound.space.dtype), stop - start), start)
            return result if dtype is None else to(result, dtype)
        if endpoint:
            return creation.linspace(start, stop, num, **self._where(dtype, device))
        return narrow(creation.linspace(start, stop, num + 1, **self._where(dtype, device)), 0, 0, num)

    def eye(
        self,
        n_rows: int,
        n_cols: int | None = None,
        /,
        *,
        k: int = 0,
        dtype: DType | None = None,
        device: Device = None,
    ) -> Any:
        """The matrix with ones on the `k`th diagonal."""
        n_cols = n_rows if n_cols is None else n_cols
        if k == 0:
            return creation.eye(n_rows, n_cols, **self._where(dtype, device))
        result = creation.zeros((n_rows, n_cols), **self._where(dtype, device))
        count = max(min(n_rows + min(k, 0), n_cols - max(k, 0)), 0)
        if count:
            top, left = max(-k, 0), max(k, 0)
            result[top : top + count, left : left + count] = creation.eye(count, **self._where(dtype, device))
        return result

    def zeros(self, shape: int | Shape, *, dtype: DType | None = None, device: Device = None) -> Any:
        """Zeros, of the default dtype unless another is given."""
        return creation.zeros(_sizes(shape), **self._where(dtype, device))

    def ones(self, shape: int | Shape, *, dtype: DType | None = None, device: Device = None) -> Any:
        """Ones, of the default dtype unless another is given."""
        return creation.ones(_sizes(shape), **self._where(dtype, device))

    def empty(self, shape: int | Shape, *, dtype: DType | None = None, device: Device = None) -> Any:
        """Whatever values the memory holds, of the default dtype unless another is given."""
        return creation.empty(_sizes(shape), **self._where(dtype, device))

    def full(self, shape: int | Shape, fill_value: Any, *, dtype: DType | None = None, device: Device = None) -> Any:
        """`fill_value` everywhere; a 0-d tensor stays on the tape."""
        if isinstance(fill_value, Tensor) and fill_value.node is not None:
            return clone(broadcast_to(to(fill_value, dtype=dtype, device=device), _sizes(shape)))
        return creation.full(_sizes(shape), fill_value, **self._where(dtype, device))

    def zeros_like(self, x: Any, /, *, dtype: DType | None = None, device: Device = None) -> Any:
        """Zeros of the shape, dtype and device of `x`, unless others are given."""
        return creation.zeros_like(x, dtype=dtype, device=device)

    def ones_like(self, x: Any, /, *, dtype: DType | None = None, device: Device = None) -> Any:
        """Ones of the shape, dtype and device of `x`, unless others are given."""
        return creation.ones_like(x, dtype=dtype, device=device)

    def empty_like(self, x: Any, /, *, dtype: DType | None = None, device: Device = None) -> Any:
        """Whatever values the memory holds, in the shape, dtype and device of `x`, unless others are given."""
        return creation.empty_like(x, dtype=dtype, device=device)

    def full_like(self, x: Any, /, fill_value: Any, *, dtype: DType | None = None, device: Device = None) -> Any:
        """`fill_value` in the shape, dtype and device of `x`, unless others are given; a 0-d tensor stays on the
        tape."""
        if isinstance(fill_value, Tensor) and fill_value.node is not None:
            return self.full(x.shape, fill_value, dtype=dtype or x.space.dtype, device=device)
        return creation.full_like(x, fill_value, dtype=dtype, device=device)

    def from_dlpack(self, x: Any, /, *, device: Device = None, copy: bool | None = None) -> Any:
        """The array of another library as a tensor; the memory is shared where it can be."""
        return creation.asarray(x, copy=copy, **self._where(None, device))


def _sizes(shape: int | Shape) -> Shape:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _holds_tensors(obj: Any) -> bool:
    if isinstance(obj, (list, tuple)):
        return any(_holds_tensors(part) for part in cast(list[Any], obj))
    return isinstance(obj, Tensor)
