"""Floor 6: evenly spaced numbers."""

from __future__ import annotations

from math import ceil, isfinite
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.creation.sizes import Number, integer, number
from wengert.ops.placement import Device, checked_dtype, leaf, space_for
from wengert.protocol import dtypes
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType, get_default_dtype
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.level import is_inside


def arange(
    start: Number | Tensor = 0,
    end: Number | Tensor | None = None,
    step: Number | Tensor = 1,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """`start`, `start + step`, ... up to but without `end`; one argument alone is the end, from 0.

    Shapes: (ceil((end - start) / step),). Dtype: unless given, int64 for integers, else the default dtype.
    Errors: RuntimeError if `step` is 0, leads away from `end`, or a bound is not finite.
    Source: torch.arange.

    >>> arange(1, 10, 3)
    tensor([1, 4, 7])
    """
    first, last = (0, start) if end is None else (start, end)
    bounds = [
        _real(number("arange", name, position, value))
        for name, position, value in (("start", 1, first), ("end", 1 if end is None else 2, last), ("step", 3, step))
    ]
    begin, stop, stride = bounds
    chosen = checked_dtype("arange", dtype) or (
        get_default_dtype() if any(isinstance(value, float) for value in bounds) else dtypes.int64
    )
    _refuse("arange", chosen)
    if stride == 0:
        raise RuntimeError("step must be nonzero")
    if not (isfinite(begin) and isfinite(stop)):
        raise RuntimeError(f"unsupported range: {begin:g} -> {stop:g}")
    if (stride > 0) != (stop > begin) and stop != begin:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if chosen is dtypes.int64 and int(stride):
        begin, stop, stride = int(begin), int(stop), int(stride)  # torch rounds these first, for this dtype alone
    count = _count(begin, stop, stride)
    if not chosen.is_inexact:
        begin, stride = int(begin), int(stride)
        if stride == 0:
            raise ValueError("step must be nonzero")
    space = space_for("arange", chosen, device, backend)
    return leaf(space, _counted(space, count, begin, stride), requires_grad)


def linspace(
    start: Number | Tensor,
    end: Number | Tensor,
    steps: int,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """`steps` numbers evenly spaced from `start` to `end`, both included.

    Dtype: unless given, the default dtype, complex if a bound is.
    Errors: RuntimeError if `steps` is negative.
    Source: torch.linspace.

    >>> linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    bounds = [bound for bound in (start, end) if isinstance(bound, Tensor)]
    if bounds and is_inside(*bounds):
        return _between(start, end, steps, bounds[0], checked_dtype("linspace", dtype))
    space, values = _spaced("linspace", start, end, steps, dtype, device, backend)
    return leaf(space, _from_values(space, values), requires_grad)


def logspace(
    start: Number | Tensor,
    end: Number | Tensor,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """`base` to the power of `steps` numbers evenly spaced from `start` to `end`.

    Dtype and errors: those of `linspace`. Source: torch.logspace.

    >>> logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    bounds = [bound for bound in (start, end) if isinstance(bound, Tensor)]
    if bounds and is_inside(*bounds):
        powers: Any = base ** _between(start, end, steps, bounds[0], dtypes.float64)
        return powers.to(checked_dtype("logspace", dtype) or get_default_dtype())
    space, values = _spaced("logspace", start, end, steps, dtype, device, backend)
    return leaf(space, _from_values(space, [base**value for value in values]), requires_grad)


def _real(value: Number) -> int | float:
    if isinstance(value, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    return int(value) if isinstance(value, bool) else value


def _refuse(name: str, dtype: DType, *, complex_too: bool = True) -> None:
    if dtype is dtypes.bool_ or (complex_too and dtype.is_complex):
        raise NotImplementedError(
            f'"{name}_cpu" not implemented for {spoken(dtype)!r}; use a real dtype other than bool.'
        )


def _count(begin: float, stop: float, stride: float) -> int:
    """How many numbers a range has; exact for integers."""
    if isinstance(begin, int) and isinstance(stop, int) and isinstance(stride, int):
        return max(-((begin - stop) // stride), 0)
    return max(ceil((stop - begin) / stride), 0)


def _counted(space: Space, count: int, begin: float, stride: float) -> Any:
    """begin + i * stride, worked out in double precision where the backend has it and rounded once."""
    xp, native, where = space.xp, space.native, space.native_device
    if not space.dtype.is_inexact:
        return xp.arange(begin, begin + count * stride, stride, dtype=native, device=where)
    wide = space.backend.dtypes.get(dtypes.float64, native)
    if begin == 0 and stride == 1:
        return xp.arange(0, count, 1, dtype=native, device=where)
    steps = xp.multiply(xp.arange(0, count, 1, dtype=wide, device=where), float(stride))
    steps = xp.asarray(xp.add(steps, float(begin)))
    return steps if wide is native else xp.astype(steps, native)


def _spaced(
    name: str, start: Any, end: Any, steps: Any, dtype: Any, device: Device, backend: str | None
) -> tuple[Space, list[Any]]:
    """The numbers from start to end, counted from the nearer end as torch does, so that both ends are exact."""
    for bound in (start, end):
        if isinstance(bound, Tensor) and bound.shape:
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got one with {len(bound.shape)} "
                "dimension(s)."
            )
    first, last = number(name, "start", 1, start), number(name, "end", 2, end)
    count = integer(name, "steps", 3, steps)
    if count < 0:
        raise RuntimeError("number of steps must be non-negative")
    is_complex = isinstance(first, complex) or isinstance(last, complex)
    default = get_default_dtype().to_complex() if is_complex else get_default_dtype()
    chosen = checked_dtype(name, dtype) or default
    _refuse(name, chosen, complex_too=False)
    if is_complex and not chosen.is_complex:
        raise RuntimeError(f"{name}(): inferred dtype {default!r} can't be safely cast to passed dtype {chosen!r}")
    space = space_for(name, chosen, device, backend)
    if not chosen.is_inexact:
        first, last = int(_real(first)), int(_real(last))
    if count == 1:
        return space, [first]
    step = (last - first) / (count - 1) if count else 0
    half = count // 2
    values = [first + step * i if i < half else last - step * (count - 1 - i) for i in range(count)]
    return space, values


def _between(start: Any, end: Any, steps: int, like: Any, dtype: DType | None) -> Any:
    """The numbers from start to end beside `like`, for an element of a batch, whose bounds cannot be read."""
    numbers: Any = like.new_tensor(list(range(steps)), dtype=dtypes.float64)
    first, last = _wide(start), _wide(end)
    step = (last - first) / (steps - 1) if steps > 1 else 0.0
    is_near = numbers < max(steps // 2, int(steps == 1))
    from_end: Any = last - step * (steps - 1 - numbers)
    return from_end.where(~is_near, first + step * numbers).to(dtype or get_default_dtype())


def _wide(bound: Any) -> Any:
    return bound.to(dtypes.float64) if isinstance(bound, Tensor) else bound  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportAttributeAccessIssue]  # a method of class Tensor


def _from_values(space: Space, values: list[Any]) -> Any:
    xp = space.xp
    if not values:
        return xp.zeros((0,), dtype=space.native, device=space.native_device)
    if not space.dtype.is_inexact:
        values = [int(value) for value in values]
    elif space.dtype.is_complex:
        values = [complex(value) for value in values]
    else:
        values = [float(value) for value in values]
    with xp.errstate():
        return xp.asarray(values, dtype=space.native, device=space.native_device)
