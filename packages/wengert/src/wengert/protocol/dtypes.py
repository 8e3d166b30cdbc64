"""Floor 0: the data types and torch's promotion between them, decided before any backend is called.

A `DType` is ours; a backend maps each one it has to its library's own object. Promotion looks at three ranks:
tensors with dimensions, 0-d tensors, Python scalars. A lower rank may change the kind of the result
(bool < integer < floating < complex) but never its width.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

BOOL, INTEGER, FLOATING, COMPLEX = range(4)


class DType:
    """A data type of tensor elements, such as `wengert.float32`; one object each, compared by identity."""

    __slots__ = ("category", "is_complex", "is_floating_point", "is_inexact", "is_signed", "itemsize", "name")

    name: str
    category: int
    itemsize: int
    is_signed: bool
    is_floating_point: bool
    is_complex: bool
    is_inexact: bool

    def __init__(self, name: str, category: int, itemsize: int, is_signed: bool = True) -> None:
        self.name, self.category, self.itemsize, self.is_signed = name, category, itemsize, is_signed
        self.is_floating_point = category == FLOATING
        self.is_complex = category == COMPLEX
        self.is_inexact = category >= FLOATING

    def __repr__(self) -> str:
        return f"wengert.{self.name}"

    def __reduce__(self) -> tuple[object, ...]:
        return named, (self.name,)

    def to_real(self) -> DType:
        """The dtype of the real part."""
        return {complex64: float32, complex128: float64}.get(self, self)

    def to_complex(self) -> DType:
        """The complex dtype whose parts have this dtype."""
        if self.is_complex:
            return self
        return {float64: complex128}.get(self, complex64)


bool_ = DType("bool", BOOL, 1, is_signed=False)
uint8 = DType("uint8", INTEGER, 1, is_signed=False)
int8 = DType("int8", INTEGER, 1)
int16 = DType("int16", INTEGER, 2)
int32 = DType("int32", INTEGER, 4)
int64 = DType("int64", INTEGER, 8)
float16 = DType("float16", FLOATING, 2)
bfloat16 = DType("bfloat16", FLOATING, 2)
float32 = DType("float32", FLOATING, 4)
float64 = DType("float64", FLOATING, 8)
complex64 = DType("complex64", COMPLEX, 8)
complex128 = DType("complex128", COMPLEX, 16)

ALL = (bool_, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, complex64, complex128)
_BY_NAME = {dtype.name: dtype for dtype in ALL}


def named(name: str) -> DType:
    """The dtype called `name` ("float32", ...)."""
    return _BY_NAME[name]


@cache
def promote_types(first: DType, second: DType) -> DType:
    """The smallest dtype that holds both, by torch's table."""
    if first is second:
        return first
    low, high = sorted((first, second), key=lambda d: (d.category, d.itemsize))
    if high.category == COMPLEX:
        return complex128 if complex128 in (low, high) or low is float64 else complex64
    if high.category == FLOATING:
        return float32 if low.category == FLOATING and low.itemsize == high.itemsize else high
    if low is not bool_ and not (low.is_signed and high.is_signed):  # uint8 beside a signed integer
        return int16 if high.itemsize == 1 else high
    return high


class _Default:
    """The default floating dtype, in one place that creation and promotion read."""

    dtype: DType = float32


def get_default_dtype() -> DType:
    """The dtype that Python floats and float functions of integers get."""
    return _Default.dtype


def set_default_dtype(dtype: DType) -> None:
    """Make the floating `dtype` the default; TypeError for any other kind."""
    if not dtype.is_floating_point:
        raise TypeError(
            f"only floating-point types are supported as the default type; got {dtype!r}. Take wengert.float64, for "
            "example."
        )
    _Default.dtype = dtype


def scalar_dtype(value: bool | int | float | complex) -> DType:
    """The dtype that a Python number has in promotion."""
    if isinstance(value, bool):
        return bool_
    if isinstance(value, int):
        return int64
    return _Default.dtype if isinstance(value, float) else _Default.dtype.to_complex()


def result_dtype(dimensioned: Iterable[DType], zero_dim: Iterable[DType], scalars: Iterable[DType]) -> DType:
    """The dtype of an operation on operands of the three ranks; each argument lists that rank's dtypes."""
    ranks = [_promote_all(rank) for rank in (dimensioned, zero_dim, scalars)]
    result = _let_kind_rise(ranks[0], _let_kind_rise(ranks[1], ranks[2]))
    assert result is not None, "an operation has at least one operand"
    return result


def _promote_all(dtypes: Iterable[DType]) -> DType | None:
    result = None
    for dtype in dtypes:
        result = dtype if result is None else promote_types(result, dtype)
    return result


def _let_kind_rise(higher: DType | None, lower: DType | None) -> DType | None:
    """`higher` unless `lower` is of a later kind; then that kind, at the width `higher` has if it has one."""
    if higher is None or lower is None:
        return higher or lower
    if higher.is_inexact:
        return higher.to_complex() if lower.is_complex else higher
    return lower if lower.category > higher.category else higher
