"""What the toy backend is made of: where elements stand in a flat list, and numbers as IEEE 754 has them.

Python's math module raises an exception where an array library gives an infinity or NaN.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any, cast

from wengert.protocol.shapes import Shape

# --- positions in the flat list ---------------------------------------------------------------------------------------


def strides_of(shape: Shape) -> Shape:
    """How far apart neighbours along each axis stand."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def positions(shape: Shape, strides: Sequence[int], offset: int = 0) -> list[int]:
    """Where the elements of an array of `shape` stand, in row-major order."""
    result = [offset]
    for n, stride in zip(shape, strides, strict=True):
        result = [position + i * stride for position in result for i in range(n)]
    return result


def picked(key: Any, shape: Shape) -> tuple[Shape, list[int]]:
    """The shape of `x[key]`, for integers, slices, None and Ellipsis, and the positions that it reads."""
    entries = list(cast("tuple[Any, ...]", key)) if isinstance(key, tuple) else [key]
    missing = len(shape) - sum(entry is not None and entry is not Ellipsis for entry in entries)
    if missing < 0:
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
    place = entries.index(Ellipsis) if Ellipsis in entries else len(entries)
    entries[place : place + 1] = [slice(None)] * missing
    axes = iter(zip(shape, strides_of(shape), strict=True))
    taken: list[int] = []
    steps: list[int] = []
    offset = 0
    for entry in entries:
        n, stride = (1, 0) if entry is None else next(axes)
        chosen: Any = range(n)[slice(None) if entry is None else entry]
        if isinstance(chosen, range):
            taken.append(len(chosen))
            steps.append(stride * chosen.step)
        offset += stride * (chosen.start if isinstance(chosen, range) else chosen)
    return tuple(taken), positions(tuple(taken), steps, offset)


def flattened(value: Any) -> tuple[list[Any], Shape]:
    """Nested lists as one list, and the shape that they had."""
    values: list[Any] = [value]
    shape: Shape = ()
    while values and isinstance(values[0], (list, tuple)):
        shape = (*shape, len(cast("list[Any]", values[0])))
        values = [item for row in values for item in row]
    return values, shape


# --- numbers ----------------------------------------------------------------------------------------------------------


def single(value: float) -> float:
    """The value nearest to `value` that single precision has."""
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def wrapping(low: int, high: int) -> Callable[[Any], int]:
    return lambda value: (int(value) - low) % (high - low) + low if math.isfinite(value) else low


CONVERT: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "uint8": wrapping(0, 2**8),
    "int32": wrapping(-(2**31), 2**31),
    "int64": wrapping(-(2**63), 2**63),
    "float32": single,
    "float64": float,
}


def dtype_of(values: list[Any]) -> str:
    """The dtype that the first of some Python numbers asks for."""
    if not values or isinstance(values[0], float):
        return "float64"
    return "bool" if isinstance(values[0], bool) else "int64"


def total(function: Callable[[float], float], at_minus_infinity: float = math.nan) -> Callable[[float], float]:
    """`function` without exceptions: -inf at the argument given, NaN where it is not defined, inf on overflow."""

    def value_at(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return -math.inf if x == at_minus_infinity else math.nan
        except OverflowError:
            return math.inf

    return value_at


def divide(x: float, y: float) -> float:
    if y:
        return x / y
    return math.nan if x == 0 or x != x else math.copysign(math.inf, x) * math.copysign(1, y)


def remainder(x: Any, y: Any) -> Any:
    if isinstance(x, float) and (math.isinf(x) or y == 0):
        return math.nan
    return x % y if y else 0


def power(x: Any, y: Any) -> Any:
    if isinstance(x, int):
        return x**y if y >= 0 else int(x**y) if x in (-1, 1) else 0
    is_odd = math.isfinite(y) and y % 2 == 1
    try:
        return math.pow(x, y)
    except ValueError:
        return math.nan if x else math.copysign(math.inf, x) if is_odd else math.inf
    except OverflowError:
        return -math.inf if x < 0 and is_odd else math.inf


def round_down(x: Any) -> Any:
    """The largest whole number that is not above x, of x's type."""
    return x // 1 if math.isfinite(x) else x


def both(x: Any, y: Any) -> bool:
    """Whether neither is zero."""
    return bool(x and y)


def order(value: Any) -> tuple[bool, Any]:
    """What values are sorted by: NaN above every number."""
    return (True, 0) if value != value else (False, value)


def largest(line: list[Any]) -> Any:
    """The largest value, NaN if there is one."""
    return max(line, key=order)
