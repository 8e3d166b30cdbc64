"""Floor 6: sizes and numbers as creation functions take them, with torch's refusals."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from operator import index
from typing import Any, cast

from wengert.protocol.dtypes import BOOL, COMPLEX, FLOATING, INTEGER, DType
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import overflow

Number = bool | int | float | complex
#: The largest finite number of a dtype, where Python's floats go beyond.
LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38}


def shape_from(name: str, args: Sequence[Any], size: Any = None) -> Shape:
    """The shape that `f(2, 3)`, `f((2, 3))` or `f(size=(2, 3))` means."""
    if size is not None:
        if args:
            raise TypeError(f"{name}() got multiple values for argument 'size'")
        return sequence_shape(name, size)
    if not args:
        raise TypeError(f'{name}() missing 1 required positional arguments: "size"')
    first = args[0]
    if isinstance(first, (tuple, list)):
        if len(args) > 1:
            raise TypeError(f"{name}() takes 1 positional argument but {len(args)} were given")
        return sequence_shape(name, first)
    if not _is_integer(first):
        raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {type(first).__name__}")
    return sequence_shape(name, args)


def sequence_shape(name: str, size: Any) -> Shape:
    """A sequence of sizes as a shape; RuntimeError for a negative one."""
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}")
    shape: list[int] = []
    for position, n in enumerate(size):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # any tuple
        if not _is_integer(n):
            kind = type(n).__name__  # pyright: ignore[reportUnknownArgumentType]  # likewise
            raise TypeError(
                f"{name}(): argument 'size' failed to unpack the object at pos {position + 1} with error "
                f'"type must be tuple of ints,but got {kind}"'
            )
        shape.append(index(n))  # pyright: ignore[reportUnknownArgumentType]  # likewise
    for n in shape:
        if n < 0:
            raise RuntimeError(
                f"{name}: Dimension size must be non-negative. "
                f"Trying to create tensor with negative dimension {n}: {shape}"
            )
    return tuple(shape)


def _is_integer(n: Any) -> bool:
    if n.__class__ is int:
        return True
    if isinstance(n, Tensor):
        return not n.shape and n.space.dtype.category == INTEGER
    return not isinstance(n, bool) and hasattr(cast(type[Any], type(n)), "__index__")


def integer(name: str, argument: str, position: int, value: Any) -> int:
    """An integer argument; TypeError for anything else."""
    if not _is_integer(value):
        raise TypeError(
            f"{name}(): argument {argument!r} (position {position}) must be int, not {type(value).__name__}"
        )
    return index(value)


def number(name: str, argument: str, position: int, value: Any) -> Number:
    """A number, also from a 0-d tensor or a NumPy scalar; TypeError for anything else."""
    if isinstance(value, Tensor) and not value.shape:
        return value.space.xp.tolist(value.array)
    if isinstance(value, (bool, int, float, complex)):
        return value
    if not isinstance(value, Tensor) and getattr(value, "shape", None) == () and hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{name}(): argument {argument!r} (position {position}) must be Number, not {type(value).__name__}")


def fitted(dtype: DType, values: list[Any], *, saturating: bool = False) -> list[Any]:
    """Numbers as Python numbers of the kind of `dtype`; torch's errors where one does not fit.

    An integer may be negative where `dtype` has no sign and wraps around. `saturating` lets floats that are too large
    become infinite, as data does; a single fill value must not.
    """
    category = dtype.category
    if category == BOOL:
        return [bool(value) for value in values]
    if category == INTEGER:
        return _fitted_integers(dtype, values)
    if category == FLOATING:
        floats = [value if value.__class__ is float else _real(dtype, value, saturating) for value in values]
        largest = LARGEST.get(dtype.name)
        if largest is not None and not saturating:
            for value in floats:
                if isfinite(value) and abs(value) > largest:
                    raise overflow(dtype)
        return floats
    assert category == COMPLEX
    return [complex(value) for value in values]


def _real(dtype: DType, value: Any, saturating: bool) -> float:
    if isinstance(value, complex):
        if saturating:
            raise TypeError("must be real number, not complex")
        if value.imag:
            raise overflow(dtype)
        return value.real
    return float(value)


def _fitted_integers(dtype: DType, values: list[Any]) -> list[Any]:
    span = 1 << 8 * dtype.itemsize
    low, high = (-(span >> 1), (span >> 1) - 1) if dtype.is_signed else (0, span - 1)
    result: list[int] = []
    for value in values:
        if value.__class__ is not int:
            if isinstance(value, complex):
                raise TypeError("'complex' object cannot be interpreted as an integer")
            if isinstance(value, float) and (isnan(value) or not isfinite(value)):
                raise overflow(dtype)
            value = int(value)
        if not low <= value <= high:
            if dtype.is_signed or value < -high or value > high:
                raise overflow(dtype)
            value += span
        result.append(value)
    return result
