"""Floor 6: questions about dtypes."""

from __future__ import annotations

from typing import Any, ClassVar

from wengert.ops.placement import PYTHON_TYPES
from wengert.protocol import dtypes
from wengert.protocol.dtypes import DType, get_default_dtype, result_dtype, scalar_dtype
from wengert.protocol.dtypes import promote_types as _promoted
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_combination


class _Limits:
    """What `finfo` and `iinfo` have in common: their fields compare and print, and cannot be written."""

    __slots__ = ("bits", "dtype", "max", "min")
    __hash__ = None  # pyright: ignore[reportAssignmentType]  # as in torch
    _printed: ClassVar[tuple[str, ...]] = ("min", "max")

    bits: int
    dtype: str
    max: Any
    min: Any

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self).__name__
        if name in dir(self):
            raise AttributeError(f"attribute {name!r} of 'wengert.{kind}' objects is not writable")
        raise AttributeError(f"'wengert.{kind}' object has no attribute {name!r}")

    def _fill(self, **fields: Any) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.dtype == self.dtype and other.bits == self.bits

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name):g}" for name in self._printed)
        return f"{type(self).__name__}({values}, dtype={self.dtype})"


class finfo(_Limits):  # torch's name
    """The limits of a floating dtype, the default one without an argument; of a complex dtype, those of its parts.

    `eps` is the distance from 1 to the next larger number, `tiny` (also `smallest_normal`) the least positive normal
    one, `resolution` the decimal resolution, `max`, `min` and `bits` what they say.
    Errors: TypeError for any other dtype. Source: torch.finfo.

    >>> finfo(wengert.float32).bits
    32
    """

    __slots__ = ("eps", "resolution", "smallest_normal", "tiny")
    _printed = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")

    #: bits of the fraction, largest exponent, decimal digits that hold
    _FORMATS: ClassVar[dict[DType, tuple[int, int, int]]] = {
        dtypes.float16: (10, 15, 3),
        dtypes.bfloat16: (7, 127, 2),
        dtypes.float32: (23, 127, 6),
        dtypes.float64: (52, 1023, 15),
    }

    def __init__(self, type: DType | None = None) -> None:
        dtype = _checked("finfo", "type", 1, get_default_dtype() if type is None else type)
        if not dtype.is_inexact:
            raise TypeError("wengert.finfo() requires a floating point input type. Use wengert.iinfo for integers.")
        real = dtype.to_real()
        fraction, exponent, digits = self._FORMATS[real]
        eps, tiny = 2.0**-fraction, 2.0 ** (1 - exponent)
        largest = (2.0 - eps) * 2.0**exponent
        self._fill(dtype=real.name, bits=8 * real.itemsize, min=-largest, max=largest)
        self._fill(eps=eps, tiny=tiny, smallest_normal=tiny, resolution=float(f"1e-{digits}"))


class iinfo(_Limits):  # torch's name
    """The limits of an integer dtype: `min`, `max`, `bits`. Errors: TypeError for any other dtype. Source: torch.iinfo.

    >>> iinfo(wengert.uint8).max
    255
    """

    __slots__ = ()

    def __init__(self, type: DType) -> None:
        dtype = _checked("iinfo", "type", 1, type)
        if dtype.is_inexact:
            raise TypeError("wengert.iinfo() requires an integer input type. Use wengert.finfo for floating dtypes.")
        if dtype is dtypes.bool_:
            raise TypeError("wengert.bool is not supported by wengert.iinfo")
        span = 1 << 8 * dtype.itemsize
        low, high = (-(span >> 1), (span >> 1) - 1) if dtype.is_signed else (0, span - 1)
        self._fill(dtype=dtype.name, bits=8 * dtype.itemsize, min=low, max=high)


def promote_types(type1: DType, type2: DType) -> DType:
    """The smallest dtype that holds both, of no less a kind than either. Source: torch.promote_types.

    >>> promote_types(wengert.int32, wengert.float16)
    wengert.float16
    """
    return _promoted(_checked("promote_types", "type1", 1, type1), _checked("promote_types", "type2", 2, type2))


def result_type(tensor1: Any, tensor2: Any) -> DType:
    """The dtype of arithmetic between two tensors or numbers. Source: torch.result_type.

    >>> result_type(tensor([1, 2]), 1.5)
    wengert.float32
    """
    ranks: tuple[list[DType], list[DType], list[DType]] = ([], [], [])
    for operand in (tensor1, tensor2):
        if isinstance(operand, Tensor):
            ranks[0 if operand.shape else 1].append(operand.space.dtype)
        elif isinstance(operand, (bool, int, float, complex)):
            ranks[2].append(scalar_dtype(operand))
        else:
            raise_combination("result_type", tensor1, tensor2)
    return result_dtype(*ranks)


def can_cast(from_: DType, to: DType) -> bool:
    """Whether an in-place operation may write a result of dtype `from_` into `to`. Source: torch.can_cast.

    >>> can_cast(wengert.float32, wengert.int32)
    False
    """
    return _checked("can_cast", "from_", 1, from_).category <= _checked("can_cast", "to", 2, to).category


def _checked(name: str, argument: str, position: int, dtype: Any) -> DType:
    found = dtype if isinstance(dtype, DType) else PYTHON_TYPES.get(dtype) if isinstance(dtype, type) else None
    if found is None:
        kind = type(dtype).__name__
        raise TypeError(f"{name}(): argument {argument!r} (position {position}) must be wengert.dtype, not {kind}")
    return found
