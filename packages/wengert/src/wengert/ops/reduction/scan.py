"""Floor 6: running sums and products."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import one_axis, renamed
from wengert.protocol.dtypes import DType, int64
from wengert.rules import reduction as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import in_dtype, kernel

_cumsum = kernel(rules.cumsum, "CumsumBackward0", axis="dim")
_cumprod = kernel(rules.cumprod, "CumprodBackward0", x="self", axis="dim", out="result")


def cumsum(input: Tensor, dim: int | None = None, *, dtype: DType | None = None, **axis: Any) -> Tensor:
    """Running sums of `input` along `dim`: each element with all before it.

    Shapes: unchanged. Dtype: that of `input`, int64 for bool and integers, or `dtype`.
    Derivative: g -> its running sums from the end.
    Errors: TypeError if `dim` is no integer; IndexError if it is out of range.
    Source: torch.cumsum.

    >>> cumsum(tensor([1., 2., 3.]), 0)
    tensor([1., 3., 6.])
    """
    return _scanned("cumsum", _cumsum, input, dim, dtype, axis)


def cumprod(input: Tensor, dim: int | None = None, *, dtype: DType | None = None, **axis: Any) -> Tensor:
    """Running products of `input` along `dim`: each element with all before it.

    Shapes: unchanged. Dtype: that of `input`, int64 for bool and integers, or `dtype`.
    Derivative: g -> the sum over all products an element is in, without it; right beside zeros too.
    Errors: TypeError if `dim` is no integer; IndexError if it is out of range.
    Source: torch.cumprod.

    >>> cumprod(tensor([1., 2., 3.]), 0)
    tensor([1., 2., 6.])
    """
    return _scanned("cumprod", _cumprod, input, dim, dtype, axis)


def _scanned(name: str, function: Any, input: Any, dim: Any, dtype: DType | None, keywords: dict[str, Any]) -> Tensor:
    if keywords:
        dim, _ = renamed(name, keywords, dim)
    if not isinstance(input, Tensor):
        raise_not_tensor(name, "input", input)
    axis = one_axis(name, dim, len(input.shape))
    here = input.space.dtype
    if dtype is None and (here.is_inexact or here is int64):
        return function(input, axis)
    return in_dtype(dtype or int64, function, input, axis=axis)


__all__ = ["cumprod", "cumsum"]
