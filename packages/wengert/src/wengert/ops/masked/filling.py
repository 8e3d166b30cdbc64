"""Floor 6: a tensor with a value that counts for nothing where its mask is False."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from wengert.ops.arithmetic.operands import checked
from wengert.ops.comparison import where
from wengert.ops.conversion.types import iinfo
from wengert.protocol.dtypes import DType, int64
from wengert.tensor.base import TensorBase as Tensor

Dims = int | Sequence[int] | None


def filled(name: str, input: Any, mask: Any, value: float) -> Any:
    """`input` with `value` where the mask, which broadcasts to it, is False."""
    checked(name, "input", input)
    if mask is None:
        return input
    if not isinstance(mask, Tensor) or mask.space.dtype.category != 0:
        raise TypeError(f"{name}: expected a mask of booleans; got {type(mask).__name__}")
    return where(mask, input, input.new_tensor(value))


def lowest(input: Any) -> float:
    """What no element of the dtype of `input` is less than."""
    dtype = input.space.dtype
    return -inf if dtype.is_inexact else iinfo(dtype).min if dtype.category else 0


def highest(input: Any) -> float:
    """What no element of the dtype of `input` is greater than."""
    dtype = input.space.dtype
    return inf if dtype.is_inexact else iinfo(dtype).max if dtype.category else 1


def dtype_of_sums(input: Any) -> DType | None:
    """The dtype of sums where none is asked for: that of `input`, int64 for booleans and integers."""
    return None if input.space.dtype.is_inexact else int64


def axes_of(dim: Dims) -> Any:
    """The dimensions that `dim` names, as the reductions take them."""
    return tuple(dim) if isinstance(dim, list) else dim


def cast(result: Any, dtype: DType | None) -> Any:
    """`result` in a dtype, as it is for None."""
    return result if dtype is None else result.to(dtype)
