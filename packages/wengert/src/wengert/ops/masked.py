"""Floor 6: reductions and normalizations of the elements that a mask chooses. What it leaves out counts for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, nan
from typing import Any

from wengert.ops import exponential, normalization, reduction
from wengert.ops.arithmetic import div, maximum, mul, sqrt, sub
from wengert.ops.arithmetic.operands import checked
from wengert.ops.comparison import where
from wengert.ops.conversion.types import iinfo
from wengert.ops.linalg.norms import vector_norm
from wengert.ops.normalization.softmax import softmin as _softmin
from wengert.protocol.dtypes import DType, float32, int64
from wengert.tensor.base import TensorBase as Tensor

Dims = int | Sequence[int] | None


def _filled(name: str, input: Any, mask: Any, value: float) -> Any:
    """`input` with `value` where the mask, which broadcasts to it, is False."""
    checked(name, "input", input)
    if mask is None:
        return input
    if not isinstance(mask, Tensor) or mask.space.dtype.category != 0:
        raise TypeError(f"{name}: expected a mask of booleans; got {type(mask).__name__}")
    return where(mask, input, input.new_tensor(value))


def _lowest(input: Any) -> float:
    dtype = input.space.dtype
    return -inf if dtype.is_inexact else iinfo(dtype).min if dtype.category else 0


def _highest(input: Any) -> float:
    dtype = input.space.dtype
    return inf if dtype.is_inexact else iinfo(dtype).max if dtype.category else 1


def _summed(input: Any) -> DType | None:
    """The dtype of sums where none is asked for: that of `input`, int64 for booleans and integers."""
    return None if input.space.dtype.is_inexact else int64


def _axes(dim: Dims) -> Any:
    return tuple(dim) if isinstance(dim, list) else dim


def sum(
    input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.sum` of the elements where `mask` is True; 0 of none.

    Derivative: that of `sum`, 0 outside the mask. Source: torch.masked.sum.

    >>> wengert.masked.sum(tensor([1., 2., 4.]), mask=tensor([True, False, True]))
    tensor(5.)
    """
    x = _filled("sum", input, mask, 0)
    return reduction.sum(x, _axes(dim), bool(keepdim), dtype=dtype or _summed(x))


def prod(
    input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.prod` of the elements where `mask` is True, over one or several dimensions; 1 of none.

    Derivative: that of `prod`, 0 outside the mask. Source: torch.masked.prod.

    >>> wengert.masked.prod(tensor([1., 2., 4.]), mask=tensor([True, False, True]))
    tensor(4.)
    """
    x = _filled("prod", input, mask, 1)
    dtype, ndim = dtype or _summed(x), len(x.shape)
    if isinstance(dim, int):
        return reduction.prod(x, dim, bool(keepdim), dtype=dtype)
    axes = sorted({d % ndim for d in dim} if dim else range(ndim), reverse=True) if ndim else []
    for axis in axes:
        x = reduction.prod(x, axis, bool(keepdim), dtype=dtype)
    return x if axes else reduction.prod(x, dtype=dtype)


def amax(
    input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.amax` of the elements where `mask` is True; -inf of none, of integers their least.

    Derivative: that of `amax`. Source: torch.masked.amax.

    >>> wengert.masked.amax(tensor([1., 5., 4.]), mask=tensor([True, False, True]))
    tensor(4.)
    """
    return _cast(reduction.amax(_filled("amax", input, mask, _lowest(input)), _axes(dim), bool(keepdim)), dtype)


def amin(
    input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.amin` of the elements where `mask` is True; inf of none, of integers their greatest.

    Derivative: that of `amin`. Source: torch.masked.amin.

    >>> wengert.masked.amin(tensor([2., 1., 4.]), mask=tensor([True, False, True]))
    tensor(2.)
    """
    return _cast(reduction.amin(_filled("amin", input, mask, _highest(input)), _axes(dim), bool(keepdim)), dtype)


def argmax(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """`wengert.argmax` of the elements where `mask` is True, in the dtype of `input` unless `dtype` is given.

    Derivative: none. Source: torch.masked.argmax.

    >>> wengert.masked.argmax(tensor([1, 5, 4]), mask=tensor([True, False, True]))
    tensor(2)
    """
    x = _filled("argmax", input, mask, _lowest(input))
    return _cast(reduction.argmax(x, dim, bool(keepdim)), dtype or input.space.dtype)


def argmin(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """`wengert.argmin` of the elements where `mask` is True, in the dtype of `input` unless `dtype` is given.

    Derivative: none. Source: torch.masked.argmin.

    >>> wengert.masked.argmin(tensor([2, 1, 4]), mask=tensor([True, False, True]))
    tensor(0)
    """
    x = _filled("argmin", input, mask, _highest(input))
    return _cast(reduction.argmin(x, dim, bool(keepdim)), dtype or input.space.dtype)


def _cast(result: Any, dtype: DType | None) -> Any:
    return result if dtype is None else result.to(dtype)


def _count(input: Any, dim: Dims, keepdim: bool, mask: Any) -> Any:
    """How many elements the mask chooses."""
    chosen = input.new_ones((), dtype=int64).expand(input.shape)
    return sum(chosen, dim, keepdim=keepdim, mask=mask)


def mean(
    input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.mean` of the elements where `mask` is True; nan of none.

    Derivative: g -> g / n in the places that are counted. Errors: ValueError for integers without `dtype`.
    Source: torch.masked.mean.

    >>> wengert.masked.mean(tensor([1., 2., 5.]), mask=tensor([True, False, True]))
    tensor(3.)
    """
    found = checked("mean", "input", input).space.dtype if dtype is None else dtype
    if not found.is_inexact:
        raise ValueError(
            "mean(): Could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {found!r}"
        )
    total = sum(input, dim, keepdim=keepdim, dtype=dtype, mask=mask)
    return div(total, _count(input, dim, bool(keepdim), mask))


def median(
    input: Tensor, dim: int = -1, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.median` of the elements where `mask` is True; nan of none.

    Derivative: the median's element takes it. Errors: ValueError for integers of which a row is masked wholly.
    Source: torch.masked.median.

    >>> wengert.masked.median(tensor([1., 9., 2., 4.]), mask=tensor([True, False, True, True]))
    tensor(2.)
    """
    checked("median", "input", input)
    wanted = input.space.dtype if dtype is None else dtype
    x = input if input.space.dtype.is_floating_point else _cast(input, float32)
    values = reduction.nanmedian(_filled("median", x, mask, nan), dim, bool(keepdim)).values
    if not wanted.is_inexact and bool(values.isnan().any()):
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return _cast(values, wanted)


def var(
    input: Tensor,
    dim: Dims = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """`wengert.var` of the elements where `mask` is True.

    Derivative: g -> 2 g (x - mean) / (n - correction) in the places that are counted. Source: torch.masked.var.

    >>> wengert.masked.var(tensor([1., 9., 3.]), mask=tensor([True, False, True]))
    tensor(2.)
    """
    if unbiased is not None and correction is not None:
        raise ValueError("Only one of unbiased and correction may be given")
    lost = correction if correction is not None else 1.0 if unbiased is None or unbiased else 0.0
    here = checked("var", "input", input).space.dtype
    wanted = dtype if dtype is not None else here if here.is_inexact else float32
    compute = wanted if wanted.is_inexact else float32
    x = _cast(input, None if here.is_inexact else compute)
    count = _count(x, dim, True, mask)
    centred: Any = sub(x, div(sum(x, dim, keepdim=True, dtype=compute, mask=mask), count))
    total: Any = sum(mul(centred, centred.conj()), dim, keepdim=keepdim, dtype=compute, mask=mask)
    left: Any = sub(count.reshape(total.shape), lost)
    return _cast(div(total, maximum(left, left.new_zeros(()))), wanted)


def std(
    input: Tensor,
    dim: Dims = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """`wengert.std` of the elements where `mask` is True: the root of `var`.

    Derivative: that of sqrt and `var`. Source: torch.masked.std.

    >>> wengert.masked.std(tensor([1., 9., 5.]), mask=tensor([True, False, True]), unbiased=False)
    tensor(2.)
    """
    return sqrt(var(input, dim, unbiased, correction=correction, keepdim=keepdim, dtype=dtype, mask=mask))


def norm(
    input: Tensor,
    ord: float | None = 2.0,
    dim: Dims = None,
    *,
    keepdim: bool = False,
    dtype: DType | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The vector norm of order `ord` of the elements where `mask` is True; 0 of none.

    Derivative: that of `norm`. Source: torch.masked.norm.

    >>> wengert.masked.norm(tensor([3., 9., 4.]), mask=tensor([True, False, True]))
    tensor(5.)
    """
    order = 2.0 if ord is None else ord
    x = _filled("norm", input, mask, inf if order == -inf else 0.0)
    return vector_norm(_cast(x, dtype), order, _axes(dim), bool(keepdim))


def _whole(input: Any, dtype: DType | None) -> Any:
    return _cast(input, dtype if dtype is not None else _summed(input))


def cumsum(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`wengert.cumsum` in which an element where `mask` is False adds nothing. Derivative: that of `cumsum`.

    Source: torch.masked.cumsum.

    >>> wengert.masked.cumsum(tensor([1, 2, 4]), 0, mask=tensor([True, False, True]))
    tensor([1, 1, 5])
    """
    return reduction.cumsum(_whole(_filled("cumsum", input, mask, 0), dtype), dim)


def cumprod(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`wengert.cumprod` in which an element where `mask` is False counts as 1. Derivative: that of `cumprod`.

    Source: torch.masked.cumprod.

    >>> wengert.masked.cumprod(tensor([3, 2, 4]), 0, mask=tensor([True, False, True]))
    tensor([ 3,  3, 12])
    """
    return reduction.cumprod(_whole(_filled("cumprod", input, mask, 1), dtype), dim)


def softmax(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`softmax` over the elements where `mask` is True, 0 elsewhere. Derivative: that of `softmax`.

    Source: torch.masked.softmax.

    >>> wengert.masked.softmax(tensor([0., 9., 0.]), 0, mask=tensor([True, False, True]))
    tensor([0.5000, 0.0000, 0.5000])
    """
    return normalization.softmax(_cast(_filled("softmax", input, mask, -inf), dtype), dim)


def log_softmax(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`log_softmax` over the elements where `mask` is True, -inf elsewhere. Derivative: that of `log_softmax`.

    Source: torch.masked.log_softmax.

    >>> wengert.masked.log_softmax(tensor([0., 0.]), 0, mask=tensor([True, True]))
    tensor([-0.6931, -0.6931])
    """
    return normalization.log_softmax(_cast(_filled("log_softmax", input, mask, -inf), dtype), dim)


def softmin(input: Tensor, dim: int, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`softmin` over the elements where `mask` is True, 0 elsewhere. Derivative: that of `softmin`.

    Source: torch.masked.softmin.

    >>> wengert.masked.softmin(tensor([0., 9., 0.]), 0, mask=tensor([True, False, True]))
    tensor([0.5000, 0.0000, 0.5000])
    """
    return _softmin(_cast(_filled("softmin", input, mask, inf), dtype), dim)


def normalize(
    input: Tensor, ord: float, dim: int, *, eps: float = 1e-12, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """The elements where `mask` is True over their norm of order `ord`, which is at least `eps`; 0 elsewhere.

    Derivative: that of `norm` and division. Source: torch.masked.normalize.

    >>> wengert.masked.normalize(tensor([3., 9., 4.]), 2.0, 0, mask=tensor([True, False, True]))
    tensor([0.6000, 0.0000, 0.8000])
    """
    x = _cast(_filled("normalize", input, mask, 0.0), dtype)
    size: Any = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return div(x, maximum(size, size.new_tensor(eps)))


def logsumexp(
    input: Tensor, dim: Dims = None, *, keepdim: bool = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.logsumexp` of the elements where `mask` is True; -inf of none. Derivative: that of `logsumexp`.

    Source: torch.masked.logsumexp.

    >>> wengert.masked.logsumexp(tensor([0., 9., 0.]), 0, mask=tensor([True, False, True]))
    tensor(0.6931)
    """
    x = _cast(_filled("logsumexp", input, mask, _lowest(input)), dtype)
    axes = tuple(range(len(x.shape))) if dim is None else _axes(dim)
    return _cast(reduction.logsumexp(x, axes, bool(keepdim)), dtype or x.space.dtype)


def logaddexp(
    input: Tensor,
    other: Tensor,
    *,
    dtype: DType | None = None,
    input_mask: Tensor | None = None,
    other_mask: Tensor | None = None,
) -> Tensor:
    """`wengert.logaddexp` in which an element where its mask is False adds nothing. Derivative: that of `logaddexp`.

    Source: torch.masked.logaddexp.

    >>> wengert.masked.logaddexp(tensor([0.]), tensor([5.]), other_mask=tensor([False]))
    tensor([0.])
    """
    first, second = _filled("logaddexp", input, input_mask, -inf), _filled("logaddexp", other, other_mask, -inf)
    return _cast(exponential.logaddexp(first, second), dtype)


__all__ = [
    "amax", "amin", "argmax", "argmin", "cumprod", "cumsum", "log_softmax", "logaddexp", "logsumexp", "mean", "median",
    "norm", "normalize", "prod", "softmax", "softmin", "std", "sum", "var",
]  # fmt: skip
