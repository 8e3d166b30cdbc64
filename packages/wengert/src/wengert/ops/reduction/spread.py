"""Floor 6: variance and standard deviation."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.arguments import Dims, reduction
from wengert.protocol.shapes import Shape
from wengert.protocol.warned import warn_user
from wengert.rules import reduction as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_combination
from wengert.tensor.operation import kernel

_NAMES = {"x": "self", "axis": "dim", "keepdims": "keepdim", "out": "result"}

_var = kernel(rules.var, "VarBackward0", **_NAMES)
_std = kernel(rules.std, "StdBackward0", **_NAMES)
_var_of_pair = kernel(rules.var, "VarMeanBackward0", **_NAMES)
_mean_of_var = kernel(rules.mean, "VarMeanBackward0", **_NAMES)
_std_of_pair = kernel(rules.std, "StdMeanBackward0", **_NAMES)
_mean_of_std = kernel(rules.mean, "StdMeanBackward0", **_NAMES)

Number = int | float


def var(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
    **axis: Any,
) -> Tensor:
    """Variance of the elements of `input` over `dim`: the squares of their distance from the mean, over n - correction.

    `correction` is 1 unless given; `unbiased=False` is the older way to say 0. In two passes, so that nothing cancels.
    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`; over all if `dim` is None or empty.
    Dtype: the real one of `input`.
    Derivative: g -> 2 g (input - mean) / (n - correction).
    Errors: RuntimeError for bool and integers; IndexError if `dim` is out of range. Where n <= correction a warning,
    and nan or inf.
    Source: torch.var.

    >>> var(tensor([1., 2., 3., 4.]))
    tensor(1.6667)
    """
    return _var(input, *_arguments("var", input, dim, unbiased, keepdim, correction, axis))


def std(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
    **axis: Any,
) -> Tensor:
    """Standard deviation of the elements of `input` over `dim`: the root of `var`.

    Shapes, dtype, errors: those of `var`.
    Derivative: g -> g (input - mean) / (result (n - correction)), and 0 where the result is 0.
    Source: torch.std.

    >>> std(tensor([[1., 3.], [2., 2.]]), 1, correction=0)
    tensor([1., 0.])
    """
    return _std(input, *_arguments("std", input, dim, unbiased, keepdim, correction, axis))


def var_mean(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
    **axis: Any,
) -> tuple[Tensor, Tensor]:
    """`var` and `mean` of `input` over `dim`, a pair.

    Shapes, dtype, derivative, errors: those of `var` and `mean`.
    Source: torch.var_mean.

    >>> var_mean(tensor([1., 2., 3.]))
    (tensor(1.), tensor(2.))
    """
    axes, freedom, keepdim = _arguments("var_mean", input, dim, unbiased, keepdim, correction, axis)
    return _var_of_pair(input, axes, freedom, keepdim), _mean_of_var(input, axes, keepdim)


def std_mean(
    input: Tensor,
    dim: Dims | bool = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: Number | None = None,
    **axis: Any,
) -> tuple[Tensor, Tensor]:
    """`std` and `mean` of `input` over `dim`, a pair.

    Shapes, dtype, derivative, errors: those of `std` and `mean`.
    Source: torch.std_mean.

    >>> std_mean(tensor([1., 2., 3.]))
    (tensor(1.), tensor(2.))
    """
    axes, freedom, keepdim = _arguments("std_mean", input, dim, unbiased, keepdim, correction, axis)
    return _std_of_pair(input, axes, freedom, keepdim), _mean_of_std(input, axes, keepdim)


def _arguments(
    name: str,
    input: Tensor,
    dim: Any,
    unbiased: Any,
    keepdim: bool,
    correction: Number | None,
    keywords: dict[str, Any],
) -> tuple[Shape | None, Number, bool]:
    """Axes, correction and keepdim, checked; a bool in the place of `dim` means `unbiased`."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None and (not isinstance(unbiased, bool) or correction is not None):
        raise_combination(name, dim, unbiased, correction)
    axes, keepdim, space = reduction(name, input, dim, keepdim, keywords)
    if not space.dtype.is_inexact:
        raise RuntimeError(
            f"{name}: got {space.dtype}; std and var only support floating point and complex dtypes. "
            "Convert it first: t.float()."
        )
    taken = (1 if unbiased is not False else 0) if correction is None else correction
    shape = input.shape
    if (prod(shape) if axes is None else prod([shape[d] for d in axes])) - taken <= 0:
        warn_user(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
            "(input numel divided by output numel).",
        )
    return axes, taken, keepdim


__all__ = ["std", "std_mean", "var", "var_mean"]
