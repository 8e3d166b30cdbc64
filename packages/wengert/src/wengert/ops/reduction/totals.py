"""Floor 6: sums, means, products and what is made of them."""

from __future__ import annotations

from typing import Any, cast

from wengert.ops.arguments import Dims, reduction, renamed, spoken
from wengert.ops.arithmetic import div
from wengert.ops.comparison import isnan, logical_not
from wengert.protocol.dtypes import DType, bool_, get_default_dtype, int64
from wengert.protocol.shapes import Shape
from wengert.rules import reduction as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_combination
from wengert.tensor.operation import in_dtype, kernel

_NAMES = {"x": "self", "axis": "dim", "keepdims": "keepdim", "out": "result"}

_sum = kernel(rules.sum, "SumBackward0", **_NAMES)
_sum_along = kernel(rules.sum, "SumBackward1", **_NAMES)
_mean = kernel(rules.mean, "MeanBackward0", **_NAMES)
_mean_along = kernel(rules.mean, "MeanBackward1", **_NAMES)
_prod = kernel(rules.prod, "ProdBackward0", **_NAMES)
_prod_along = kernel(rules.prod, "ProdBackward1", **_NAMES)
_logsumexp = kernel(rules.logsumexp, "LogsumexpBackward0", **_NAMES)


def _as_truth(x: Any) -> Any:
    """Which elements are not zero: sums and products of bools in their own dtype are made of these."""
    return x.to(bool_)


def sum(input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, **axis: Any) -> Tensor:
    """Sum of the elements of `input` over `dim`, an int or a tuple; over all of them if `dim` is None or empty.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`.
    Dtype: that of `input`, int64 for bool and integers, or `dtype`, to which `input` is converted first.
    Derivative: g -> g in every place.
    Errors: IndexError if `dim` is out of range; RuntimeError if it names a dimension twice.
    Source: torch.sum.

    >>> sum(tensor([[1., 2.], [3., 4.]]), 0)
    tensor([4., 6.])
    """
    if dim is None and keepdim is False and dtype is None and not axis:  # the common case, with nothing to look at
        space = getattr(input, "space", None)
        if space is not None and space.dtype.is_inexact:
            return _sum(input, None, False)
    if dtype is bool_:
        return _as_truth(sum(_as_truth(input), dim, keepdim, **axis))
    axes, keepdim, space = reduction("sum", input, dim, keepdim, axis)
    function = _sum if dim is None and not (keepdim or axis) else _sum_along
    if dtype is None:
        if space.dtype.is_inexact or space.dtype is int64:
            return function(input, axes, keepdim)
        dtype = int64
    return in_dtype(dtype, function, input, axis=axes, keepdims=keepdim)


def mean(input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, **axis: Any) -> Tensor:
    """Mean of the elements of `input` over `dim`, an int or a tuple; over all of them if `dim` is None or empty.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`. Over nothing the mean is nan.
    Dtype: that of `input`, or `dtype`, to which `input` is converted first.
    Derivative: g -> g / n in every place.
    Errors: RuntimeError for bool and integers without `dtype`; IndexError if `dim` is out of range.
    Source: torch.mean.

    >>> mean(tensor([[1., 2.], [3., 4.]]), 1, keepdim=True)
    tensor([[1.5000],
            [3.5000]])
    """
    axes, keepdim, space = reduction("mean", input, dim, keepdim, axis)
    function = _mean if dim is None and not (keepdim or axis) else _mean_along
    if dtype is None:
        _require_inexact("mean", space.dtype, "Input")
        return function(input, axes, keepdim)
    _require_inexact("mean", dtype, "Optional")
    return in_dtype(dtype, function, input, axis=axes, keepdims=keepdim)


def _require_inexact(name: str, dtype: DType, which: str) -> None:
    if not dtype.is_inexact:
        raise RuntimeError(
            f"{name}(): could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
            f"Got: {spoken(dtype)}. Pass dtype=, for example {get_default_dtype()}."
        )


def nanmean(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, **axis: Any
) -> Tensor:
    """Mean of the elements of `input` that are not nan, over `dim`; nan where all are.

    Shapes, dtype: those of `mean`. Derivative: g -> g / n in the places that are counted.
    Errors: RuntimeError for bool and integers. Source: torch.nanmean.

    >>> nanmean(tensor([1., float("nan"), 3.]))
    tensor(2.)
    """
    axes, keepdim, space = reduction("nanmean", input, dim, keepdim, axis)
    if not space.dtype.is_inexact:
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but got " + spoken(space.dtype)
        )
    counted = logical_not(isnan(cast(Any, input).detach()))
    return div(nansum(input, axes, keepdim, dtype=dtype), sum(counted, axes, keepdim))


def nansum(
    input: Tensor, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, **axis: Any
) -> Tensor:
    """Sum of the elements of `input` that are not nan.

    Shapes, dtype, errors: those of `sum`.
    Derivative: g -> g, 0 where `input` is nan.
    Source: torch.nansum.

    >>> nansum(tensor([1., float("nan"), 2.]))
    tensor(3.)
    """
    axes, keepdim, space = reduction("nansum", input, dim, keepdim, axis)
    if space.dtype.is_complex:
        raise RuntimeError("nansum on CPU does not support complex inputs")
    if dtype is None:
        dtype = space.dtype if space.dtype.is_inexact else int64
    return in_dtype(dtype, _nansum, input, axis=axes, keepdims=keepdim)


_nansum = kernel(rules.nansum, "NansumBackward0", **_NAMES)


def prod(
    input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None, **axis: Any
) -> Tensor:
    """Product of the elements of `input` over one `dim`, or over all of them.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`. The product of nothing is 1.
    Dtype: that of `input`, int64 for bool and integers, or `dtype`, to which `input` is converted first.
    Derivative: g -> g times the product of the other elements, which is right beside zeros too.
    Errors: TypeError if `dim` is a tuple; IndexError if it is out of range.
    Source: torch.prod.

    >>> prod(tensor([[1., 2.], [3., 4.]]), 1)
    tensor([ 2., 12.])
    """
    if isinstance(dim, (tuple, list)) or (dim is None and keepdim and not axis):
        raise_combination("prod", dim, keepdim)
    if dtype is bool_:
        return _as_truth(prod(_as_truth(input), dim, keepdim, **axis))
    axes, keepdim, space = reduction("prod", input, dim, keepdim, axis)
    function = _prod if dim is None and not (keepdim or axis) else _prod_along
    if dtype is None:
        if space.dtype.is_inexact or space.dtype is int64:
            return function(input, axes, keepdim)
        dtype = int64
    return in_dtype(dtype, function, input, axis=axes, keepdims=keepdim)


def logsumexp(input: Tensor, dim: int | Shape | None = None, keepdim: bool = False, **axis: Any) -> Tensor:
    """`log(sum(exp(input)))` over `dim`, an int or a tuple (empty for all), without overflow.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`. Over nothing it is -inf.
    Dtype: that of `input`, the default dtype for bool and integers.
    Derivative: g -> g * exp(input - result).
    Errors: TypeError without `dim`; IndexError if it is out of range.
    Source: torch.logsumexp.

    >>> logsumexp(tensor([100., 100.]), 0)
    tensor(100.6931)
    """
    dim, keepdim = renamed("logsumexp", axis, dim, keepdim)
    if dim is None:
        raise TypeError(
            "logsumexp(): argument 'dim' must be tuple of ints, not NoneType. Name the dimensions to sum over."
        )
    axes, keepdim, space = reduction("logsumexp", input, dim, keepdim, {})
    every = tuple(range(len(input.shape))) if axes is None else axes
    if space.dtype.is_inexact:
        return _logsumexp(input, every, keepdim)
    return in_dtype(get_default_dtype(), _logsumexp, input, axis=every, keepdims=keepdim)


__all__ = ["logsumexp", "mean", "nanmean", "nansum", "prod", "sum"]
