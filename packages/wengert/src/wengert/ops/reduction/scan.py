"""Floor 6: running sums and products, and differences of neighbours."""

from __future__ import annotations

from typing import Any

from wengert.ops import return_types
from wengert.ops.arguments import one_axis, renamed, spoken
from wengert.ops.arithmetic import sub
from wengert.ops.logic import logical_xor
from wengert.ops.movement import cat, clone, narrow, reshape
from wengert.protocol.dtypes import DType, bool_, int64
from wengert.rules import indexing
from wengert.rules import reduction as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import in_dtype, kernel

_cumsum = kernel(rules.cumsum, "CumsumBackward0", axis="dim")
_cumprod = kernel(rules.cumprod, "CumprodBackward0", x="self", axis="dim", out="result")
_logcumsumexp = kernel(rules.logcumsumexp, "LogcumsumexpBackward0", x="self", axis="dim", out="result")
_cummax = kernel(indexing.gather, "CummaxBackward0", x="self", axis="dim")
_cummin = kernel(indexing.gather, "CumminBackward0", x="self", axis="dim")
_running_largest, _running_smallest = kernel(rules.running_largest), kernel(rules.running_smallest)


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


def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """The logarithm of the running sums of exp(input) along `dim`, without overflow.

    Shapes: unchanged. Dtype: that of `input`.
    Derivative: g -> the sum of g[i] * exp(input[j] - result[i]) over i >= j, conjugated.
    Errors: NotImplementedError for booleans and integers; IndexError if `dim` is out of range.
    Source: torch.logcumsumexp.

    >>> logcumsumexp(tensor([0., 0., 0.]), 0)
    tensor([0.0000, 0.6931, 1.0986])
    """
    if not isinstance(input, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise_not_tensor("logcumsumexp", "input", input)
    axis = one_axis("logcumsumexp", dim, len(input.shape))
    if not input.space.dtype.is_inexact:
        raise NotImplementedError(f"\"logcumsumexp_out_cpu\" not implemented for '{spoken(input.space.dtype)}'")
    return _logcumsumexp(input, axis)


def cummax(input: Tensor, dim: int) -> return_types.cummax:
    """The largest element up to each along `dim`, and where it stands, the last of several; nan wins.

    Shapes: unchanged. Dtype: that of `input`, int64 for the indices.
    Derivative: the element at the index takes it. Errors: NotImplementedError for complex numbers; IndexError if `dim`
    is out of range. Source: torch.cummax.

    >>> cummax(tensor([1., 3., 2.]), 0).values
    tensor([1., 3., 3.])
    """
    return _extremes("cummax", _cummax, _running_largest, return_types.cummax, input, dim)


def cummin(input: Tensor, dim: int) -> return_types.cummin:
    """The smallest element up to each along `dim`, and where it stands, the last of several; nan wins.

    Shapes: unchanged. Dtype: that of `input`, int64 for the indices.
    Derivative: the element at the index takes it. Errors: NotImplementedError for complex numbers; IndexError if `dim`
    is out of range. Source: torch.cummin.

    >>> cummin(tensor([2., 3., 1.]), 0).values
    tensor([2., 2., 1.])
    """
    return _extremes("cummin", _cummin, _running_smallest, return_types.cummin, input, dim)


def _extremes(name: str, along: Any, places_of: Any, returned: Any, input: Any, dim: Any) -> Any:
    if not isinstance(input, Tensor):
        raise_not_tensor(name, "input", input)
    axis = one_axis(name, dim, len(input.shape))
    if input.space.dtype.is_complex:
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{spoken(input.space.dtype)}'")
    row: Any = input if input.shape else reshape(input, (1,))
    places = places_of(row, axis)
    values = along(row, places, axis)
    return returned(values, places) if input.shape else returned(reshape(values, ()), reshape(places, ()))


def diff(input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None) -> Any:
    """The difference of each element along `dim` and the one before it, `n` times over.

    Shapes: (..., m, ...) -> (..., m - n, ...), after `prepend` and `append` are joined on, unless n is 0.
    Dtype: that of `input`; of booleans it is whether the two differ.
    Derivative: g -> differences of g with zeros around it.
    Errors: RuntimeError for a 0-d `input` or a negative `n`; IndexError if `dim` is out of range. Source: torch.diff.

    >>> diff(tensor([1., 3., 6.]))
    tensor([2., 3.])
    """
    if not isinstance(input, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise_not_tensor("diff", "input", input)
    if not input.shape:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    axis = one_axis("diff", dim, len(input.shape))
    if n == 0:
        return clone(input)
    beside = [part for part in (prepend, input, append) if part is not None]
    result: Any = input if len(beside) == 1 else cat(beside, axis)
    for _ in range(min(n, result.shape[axis])):
        rest = result.shape[axis] - 1
        later, earlier = narrow(result, axis, min(1, rest + 1), rest), narrow(result, axis, 0, rest)
        result = (logical_xor if result.space.dtype is bool_ else sub)(later, earlier)
    return result


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


__all__ = ["cummax", "cummin", "cumprod", "cumsum", "diff", "logcumsumexp"]
