"""Floor 6: the standard's questions about data types."""

from __future__ import annotations

from typing import Any

from wengert.ops.conversion.moving import to
from wengert.ops.conversion.types import finfo as _finfo
from wengert.ops.conversion.types import iinfo as _iinfo
from wengert.ops.xp.elementwise import common_dtype
from wengert.protocol.dtypes import ALL, INTEGER, DType, bool_, promote_types, result_dtype, scalar_dtype
from wengert.tensor.base import TensorBase as Tensor

#: The standard's words for kinds of dtypes.
_KINDS: dict[str, frozenset[DType]] = {
    "bool": frozenset({bool_}),
    "signed integer": frozenset(dtype for dtype in ALL if dtype.category == INTEGER and dtype.is_signed),
    "unsigned integer": frozenset(dtype for dtype in ALL if dtype.category == INTEGER and not dtype.is_signed),
    "integral": frozenset(dtype for dtype in ALL if dtype.category == INTEGER),
    "real floating": frozenset(dtype for dtype in ALL if dtype.is_floating_point),
    "complex floating": frozenset(dtype for dtype in ALL if dtype.is_complex),
    "numeric": frozenset(ALL) - {bool_},
}


def astype(x: Any, dtype: DType, /, *, copy: bool = True, device: Any = None) -> Any:
    """`x` with its elements converted to `dtype`, recorded; without `copy` x itself where nothing changes."""
    return to(x, dtype=dtype, device=device, copy=copy)


def isdtype(dtype: DType, kind: Any) -> bool:
    """Whether `dtype` is of a `kind`: a dtype, one of the standard's words for kinds, or a tuple of these."""
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)  # pyright: ignore[reportUnknownVariableType]  # of either
    if isinstance(kind, DType):
        return dtype is kind
    if kind not in _KINDS:
        raise ValueError(f"isdtype: got kind {kind!r}; expected a dtype or one of {', '.join(map(repr, _KINDS))}.")
    return dtype in _KINDS[kind]


def can_cast(from_: Any, to: DType, /) -> bool:
    """Whether promotion may turn `from_`, a dtype or an array, into `to`: within a kind, and reals into complex."""
    source = _dtype_of("can_cast", from_)
    if source.category == INTEGER == to.category and source.is_signed is not to.is_signed:
        return to.is_signed and source.itemsize < to.itemsize
    same_kind = source.category == to.category or (source.is_inexact and to.is_inexact)
    return same_kind and promote_types(source, to) is to


def finfo(type: Any, /) -> Any:
    """The limits of a floating dtype, or of an array's."""
    return FloatingLimits(_dtype_of("finfo", type))


class FloatingLimits:
    """What the standard's `finfo` tells; `dtype` is the real dtype itself, where torch's says its name."""

    __slots__ = ("bits", "dtype", "eps", "max", "min", "smallest_normal")

    def __init__(self, dtype: DType) -> None:
        limits = _finfo(dtype)
        self.bits, self.eps, self.max, self.min = limits.bits, limits.eps, limits.max, limits.min
        self.smallest_normal, self.dtype = limits.smallest_normal, dtype.to_real()


class IntegerLimits:
    """What the standard's `iinfo` tells."""

    __slots__ = ("bits", "dtype", "max", "min")

    def __init__(self, dtype: DType) -> None:
        limits = _iinfo(dtype)
        self.bits, self.max, self.min, self.dtype = limits.bits, limits.max, limits.min, dtype


def iinfo(type: Any, /) -> Any:
    """The limits of an integer dtype, or of an array's."""
    return IntegerLimits(_dtype_of("iinfo", type))


def result_type(*arrays_and_dtypes: Any) -> DType:
    """The dtype in which arrays, dtypes and Python numbers meet; numbers change its kind only."""
    dtypes: list[DType] = []
    scalars: list[DType] = []
    for operand in arrays_and_dtypes:
        if isinstance(operand, DType):
            dtypes.append(operand)
        elif isinstance(operand, Tensor):
            dtypes.append(operand.space.dtype)
        elif isinstance(operand, (bool, int, float, complex)):
            scalars.append(scalar_dtype(operand))
        else:
            raise TypeError(f"result_type: got {type(operand).__name__}; expected arrays, dtypes or Python numbers.")
    if not dtypes:
        raise ValueError("result_type: at least one array or dtype is required.")
    return result_dtype(dtypes, (), scalars)


def _dtype_of(name: str, value: Any) -> DType:
    if isinstance(value, DType):
        return value
    dtype = common_dtype(value)
    if dtype is None:
        raise TypeError(f"{name}: got {type(value).__name__}; expected a dtype or an array.")
    return dtype


FUNCTIONS = {function.__name__: function for function in (astype, can_cast, finfo, iinfo, isdtype, result_type)}
