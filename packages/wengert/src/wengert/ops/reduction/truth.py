"""Floor 6: whether any, all or how many elements are not zero."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import Dims, reduction, renamed
from wengert.protocol.dtypes import int64, uint8
from wengert.rules import movement
from wengert.rules import reduction as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import in_dtype, kernel

_is_true = kernel(rules.is_true)
_any = kernel(rules.any)
_all = kernel(rules.all)
_count = kernel(rules.sum, "SumBackward1")
_astype = kernel(movement.astype, "ToCopyBackward0")


def any(input: Tensor, dim: Dims = None, keepdim: bool = False, **axis: Any) -> Tensor:
    """Whether some element of `input` over `dim`, an int or a tuple, is not zero; nan is not.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`; all if `dim` is None, none if it is empty.
    Dtype: bool, uint8 for uint8.
    Derivative: none.
    Errors: IndexError if `dim` is out of range; RuntimeError if it names a dimension twice.
    Source: torch.any.

    >>> any(tensor([[0., 1.], [0., 0.]]), 1)
    tensor([ True, False])
    """
    return _tested("any", _any, input, dim, keepdim, axis)


def all(input: Tensor, dim: Dims = None, keepdim: bool = False, **axis: Any) -> Tensor:
    """Whether no element of `input` over `dim`, an int or a tuple, is zero; nothing at all counts as true.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`; all if `dim` is None, none if it is empty.
    Dtype: bool, uint8 for uint8.
    Derivative: none.
    Errors: IndexError if `dim` is out of range; RuntimeError if it names a dimension twice.
    Source: torch.all.

    >>> all(tensor([[1., 1.], [0., 1.]]), 1)
    tensor([ True, False])
    """
    return _tested("all", _all, input, dim, keepdim, axis)


def _tested(name: str, function: Any, input: Tensor, dim: Any, keepdim: bool, keywords: dict[str, Any]) -> Tensor:
    dim, keepdim = renamed(name, keywords, dim, keepdim)
    axes, keepdim, space = reduction(name, input, dim, keepdim, {})
    result = _is_true(input) if isinstance(dim, (tuple, list)) and not dim else function(input, axes, keepdim)
    return _astype(result, dtype=uint8) if space.dtype is uint8 else result


def count_nonzero(input: Tensor, dim: Dims = None) -> Tensor:
    """How many elements of `input` over `dim`, an int or a tuple, are not zero.

    Shapes: (..., n, ...) -> (..., ...); over all if `dim` is None or empty. Dtype: int64.
    Derivative: none.
    Errors: IndexError if `dim` is out of range; RuntimeError if it names a dimension twice.
    Source: torch.count_nonzero.

    >>> count_nonzero(tensor([[0., 1.], [2., 3.]]), 0)
    tensor([1, 2])
    """
    axes, _, _ = reduction("count_nonzero", input, dim, False, {})
    return in_dtype(int64, _count, _is_true(input), axis=axes, keepdims=False)


__all__ = ["all", "any", "count_nonzero"]
