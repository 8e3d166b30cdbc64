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
    """A data type of tensor elements, such as `wengert.float32`; one object each, compared by identity.

    `spoken` is what torch's messages call it: "Long" for int64.
    """

    __slots__ = ("category", "is_complex", "is_floating_point", "is_inexact", "is_signed", "itemsize", "name", "spoken")

    name: str
    spoken: str
    category: int
    itemsize: int
    is_signed: bool
    is_floating_point: bool
    is_complex: bool
    is_inexact: bool

    @classmethod
    def declared(cls, name: str, spoken: str, category: int, itemsize: int, is_signed: bool = True) -> DType:
        """A dtype of this module. Calling the class makes none, as in torch."""
        self = object.__new__(cls)
        self.name, self.spoken = name, spoken
        self.category, self.itemsize, self.is_signed = category, itemsize, is_signed
        self.is_floating_point = category == FLOATING
        self.is_complex = category == COMPLEX
        self.is_inexact = category >= FLOATING
        return self

    def __new__(cls, *args: object, **keywords: object) -> DType:
        raise TypeError("cannot create 'wengert.dtype' instances; take wengert.float32, for example.")

    def __repr__(self) -> str:
        return f"wengert.{self.name}"

    def __reduce__(self) -> tuple[object, ...]:
        return named, (self.name,)

    @property
    def abbr(self) -> str:
        """The short name: "f32", "i64"."""
        kind = "b" if self is bool_ else "biu"[2 - self.is_signed] if self.category == INTEGER else self.name[0]
        return f"{'bf' if self is bfloat16 else kind}{8 * self.itemsize}"

    def to_real(self) -> DType:
        """The dtype of the real part."""
        return _REAL_OF.get(self, self)

    def to_complex(self) -> DType:
        """The complex dtype whose parts have this dtype; RuntimeError for integers and booleans."""
        if not self.is_inexact:
            raise RuntimeError(f"Unknown Complex ScalarType for {self.spoken}")
        return self if self.is_complex else _COMPLEX_OF.get(self, complex64)


bool_ = DType.declared("bool", "Bool", BOOL, 1, is_signed=False)
uint8 = DType.declared("uint8", "Byte", INTEGER, 1, is_signed=False)
uint16 = DType.declared("uint16", "UInt16", INTEGER, 2, is_signed=False)
uint32 = DType.declared("uint32", "UInt32", INTEGER, 4, is_signed=False)
uint64 = DType.declared("uint64", "UInt64", INTEGER, 8, is_signed=False)
int8 = DType.declared("int8", "Char", INTEGER, 1)
int16 = DType.declared("int16", "Short", INTEGER, 2)
int32 = DType.declared("int32", "Int", INTEGER, 4)
int64 = DType.declared("int64", "Long", INTEGER, 8)
float16 = DType.declared("float16", "Half", FLOATING, 2)
bfloat16 = DType.declared("bfloat16", "BFloat16", FLOATING, 2)
float32 = DType.declared("float32", "Float", FLOATING, 4)
float64 = DType.declared("float64", "Double", FLOATING, 8)
complex32 = DType.declared("complex32", "ComplexHalf", COMPLEX, 4)
complex64 = DType.declared("complex64", "ComplexFloat", COMPLEX, 8)
complex128 = DType.declared("complex128", "ComplexDouble", COMPLEX, 16)

ALL = (
    *(bool_, uint8, uint16, uint32, uint64, int8, int16, int32, int64),
    *(float16, bfloat16, float32, float64, complex32, complex64, complex128),
)
_BY_NAME = {dtype.name: dtype for dtype in ALL}
_REAL_OF = {complex32: float16, complex64: float32, complex128: float64}
_COMPLEX_OF = {float16: complex32, float32: complex64, float64: complex128}
_SIGNED_OF_SIZE = {2: int16, 4: int32, 8: int64}


def named(name: str) -> DType:
    """The dtype called `name` ("float32", ...)."""
    return _BY_NAME[name]


@cache
def promote_types(first: DType, second: DType) -> DType:
    """The smallest dtype that holds both, by torch's table.

    torch refuses most pairs with uint16, uint32 or uint64; here they follow the array API standard, which leaves out
    uint64 beside a signed integer alone.
    """
    if first is second:
        return first
    low, high = sorted((first, second), key=lambda d: (d.category, d.itemsize))
    if high.category == COMPLEX:
        return promote_types(low.to_real(), high.to_real()).to_complex() if low.is_inexact else high
    if high.category == FLOATING:
        return float32 if low.category == FLOATING and low.itemsize == high.itemsize else high
    if low is bool_ or low.is_signed is high.is_signed:
        return high
    signed, unsigned = (low, high) if low.is_signed else (high, low)
    if signed.itemsize > unsigned.itemsize:
        return signed
    if unsigned is uint64:
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote "
            f"{first.spoken} and {second.spoken}; convert one of them."
        )
    return _SIGNED_OF_SIZE[2 * unsigned.itemsize]


class _Default:
    """The default floating dtype, in one place that creation and promotion read."""

    dtype: DType = float32


def get_default_dtype() -> DType:
    """The dtype that Python floats and float functions of integers get."""
    return _Default.dtype


def set_default_dtype(dtype: DType) -> None:
    """Make the floating `dtype` the default; TypeError for any other kind."""
    if not isinstance(dtype, DType) or not dtype.is_floating_point:  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise TypeError(
            "invalid dtype object: only floating-point types are supported as the default type; "
            f"got {dtype!r}. Take wengert.float64, for example."
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
