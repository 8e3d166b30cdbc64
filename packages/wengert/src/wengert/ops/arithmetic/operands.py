"""Floor 6: what arithmetic takes beside tensors: Python numbers, and how they join a tensor's dtype."""

from __future__ import annotations

from typing import Any

from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType, get_default_dtype, int64, scalar_dtype
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import NUMBERS, number, raise_not_tensor

Number = bool | int | float | complex


def checked(name: str, argument: str, value: Any) -> Any:
    """`value` if it is a Tensor; TypeError otherwise."""
    if not isinstance(value, Tensor):
        raise_not_tensor(name, argument, value)
    return value


def is_operand(value: Any) -> bool:
    """Whether an operator takes `value`: a Tensor or a Python number."""
    return isinstance(value, (Tensor, *NUMBERS))


def number_like(input: Tensor, value: Number) -> Any:
    """A Python number as a 0-d tensor with dtype and place of `input`."""
    return number(input.space, value)


def raised_by(input: Tensor, *numbers: Number | None) -> DType | None:
    """The dtype that `input` is converted to beside Python numbers of a later kind; None if it stays as it is."""
    kinds = [scalar_dtype(value).category for value in numbers if value is not None]
    highest, dtype = max(kinds, default=0), input.space.dtype
    if highest <= dtype.category:
        return None
    default = get_default_dtype()
    if highest == 3:
        return dtype.to_complex() if dtype.is_floating_point else default.to_complex()
    return default if highest == 2 else int64


def is_whole(*operands: Any) -> bool:
    """Whether all operands, tensors or numbers, are integers or booleans."""
    return all(
        not operand.space.dtype.is_inexact if isinstance(operand, Tensor) else isinstance(operand, int)
        for operand in operands
    )


def _is_bool(operand: Any) -> bool:
    return operand.space.dtype.category == 0 if isinstance(operand, Tensor) else isinstance(operand, bool)


def refuse_zero_divisor(input: Any, other: Any) -> None:
    """RuntimeError for integers divided by zero, where looking at the divisor costs nothing."""
    if not is_whole(input, other) or (_is_bool(input) and _is_bool(other)):
        return
    if not isinstance(other, Tensor):
        has_zero = other == 0
    elif other.space.__class__ is Space and other.space.is_readable:
        xp = other.space.xp
        has_zero = xp.tolist(xp.any(xp.equal(other.array, xp.zeros_like(other.array)), axis=None, keepdims=False))
    else:
        has_zero = False
    if has_zero:
        raise RuntimeError("ZeroDivisionError: integers divided by zero. Convert to a floating dtype for inf and nan.")
