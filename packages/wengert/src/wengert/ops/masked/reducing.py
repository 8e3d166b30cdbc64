"""Floor 6: reductions of the elements that a mask chooses."""

from __future__ import annotations

from math import inf, nan
from typing import Any

from wengert.ops import reduction
from wengert.ops.arithmetic import div, maximum, mul, sqrt, sub
from wengert.ops.arithmetic.operands import checked
from wengert.ops.linalg.norms import vector_norm
from wengert.ops.masked.filling import Dims, axes_of, cast, dtype_of_sums, filled, highest, lowest
from wengert.protocol.dtypes import DType, float32, int64
from wengert.tensor.base import TensorBase as Tensor


def sum(
    input: Tensor, dim: Dims = None, *, keepdim: Any = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.sum` of the elements where `mask` is True; 0 of none.

    Derivative: that of `sum`, 0 outside the mask. Source: torch.masked.sum.

    >>> wengert.masked.sum(tensor([1., 2., 4.]), mask=tensor([True, False, True]))
    tensor(5.)
    """
    x = filled("sum", input, mask, 0)
    return reduction.sum(x, axes_of(dim), bool(keepdim), dtype=dtype or dtype_of_sums(x))


def prod(
    input: Tensor, dim: Dims = None, *, keepdim: Any = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.prod` of the elements where `mask` is True, over one or several dimensions; 1 of none.

    Derivative: that of `prod`, 0 outside the mask. Source: torch.masked.prod.

    >>> wengert.masked.prod(tensor([1., 2., 4.]), mask=tensor([True, False, True]))
    tensor(4.)
    """
    x = filled("prod", input, mask, 1)
    dtype, ndim = dtype or dtype_of_sums(x), len(x.shape)
    if isinstance(dim, int):
        return reduction.prod(x, dim, bool(keepdim), dtype=dtype)
    axes = sorted({d % ndim for d in dim} if dim else range(ndim), reverse=True) if ndim else []
    for axis in axes:
        x = reduction.prod(x, axis, bool(keepdim), dtype=dtype)
    return x if axes else reduction.prod(x, dtype=dtype)


def amax(
    input: Tensor, dim: Dims = None, *, keepdim: Any = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.amax` of the elements where `mask` is True; -inf of none, of integers their least.

    Derivative: that of `amax`. Source: torch.masked.amax.

    >>> wengert.masked.amax(tensor([1., 5., 4.]), mask=tensor([True, False, True]))
    tensor(4.)
    """
    return cast(reduction.amax(filled("amax", input, mask, lowest(input)), axes_of(dim), bool(keepdim)), dtype)


def amin(
    input: Tensor, dim: Dims = None, *, keepdim: Any = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.amin` of the elements where `mask` is True; inf of none, of integers their greatest.

    Derivative: that of `amin`. Source: torch.masked.amin.

    >>> wengert.masked.amin(tensor([2., 1., 4.]), mask=tensor([True, False, True]))
    tensor(2.)
    """
    return cast(reduction.amin(filled("amin", input, mask, highest(input)), axes_of(dim), bool(keepdim)), dtype)


def argmax(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: Any = False,
    dtype: DType | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """`wengert.argmax` of the elements where `mask` is True, in the dtype of `input` unless `dtype` is given.

    Derivative: none. Source: torch.masked.argmax.

    >>> wengert.masked.argmax(tensor([1, 5, 4]), mask=tensor([True, False, True]))
    tensor(2)
    """
    x = filled("argmax", input, mask, lowest(input))
    return cast(reduction.argmax(x, dim, bool(keepdim)), dtype or input.space.dtype)


def argmin(
    input: Tensor,
    dim: int | None = None,
    *,
    keepdim: Any = False,
    dtype: DType | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """`wengert.argmin` of the elements where `mask` is True, in the dtype of `input` unless `dtype` is given.

    Derivative: none. Source: torch.masked.argmin.

    >>> wengert.masked.argmin(tensor([2, 1, 4]), mask=tensor([True, False, True]))
    tensor(0)
    """
    x = filled("argmin", input, mask, highest(input))
    return cast(reduction.argmin(x, dim, bool(keepdim)), dtype or input.space.dtype)


def _count(input: Any, dim: Dims, keepdim: bool, mask: Any) -> Any:
    """How many elements the mask chooses."""
    chosen = input.new_ones((), dtype=int64).expand(input.shape)
    return sum(chosen, dim, keepdim=keepdim, mask=mask)


def mean(
    input: Tensor, dim: Dims = None, *, keepdim: Any = False, dtype: DType | None = None, mask: Tensor | None = None
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
    input: Tensor, dim: int = -1, *, keepdim: Any = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.median` of the elements where `mask` is True; nan of none.

    Derivative: the median's element takes it. Errors: ValueError for integers of which a row is masked wholly.
    Source: torch.masked.median.

    >>> wengert.masked.median(tensor([1., 9., 2., 4.]), mask=tensor([True, False, True, True]))
    tensor(2.)
    """
    checked("median", "input", input)
    wanted = input.space.dtype if dtype is None else dtype
    x = input if input.space.dtype.is_floating_point else cast(input, float32)
    values = reduction.nanmedian(filled("median", x, mask, nan), dim, bool(keepdim)).values
    if not wanted.is_inexact and bool(values.isnan().any()):
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return cast(values, wanted)


def var(
    input: Tensor,
    dim: Dims = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: Any = False,
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
    x = cast(input, None if here.is_inexact else compute)
    count = _count(x, dim, True, mask)
    centred: Any = sub(x, div(sum(x, dim, keepdim=True, dtype=compute, mask=mask), count))
    total: Any = sum(mul(centred, centred.conj()), dim, keepdim=keepdim, dtype=compute, mask=mask)
    left: Any = sub(cast(count.reshape(total.shape), compute.to_real()), lost)
    return cast(div(total, maximum(left, left.new_zeros(()))), wanted)


def std(
    input: Tensor,
    dim: Dims = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: Any = False,
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
    keepdim: Any = False,
    dtype: DType | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The vector norm of order `ord` of the elements where `mask` is True; 0 of none.

    Derivative: that of `norm`. Source: torch.masked.norm.

    >>> wengert.masked.norm(tensor([3., 9., 4.]), mask=tensor([True, False, True]))
    tensor(5.)
    """
    order = 2.0 if ord is None else ord
    x = filled("norm", input, mask, inf if order == -inf else 0.0)
    return vector_norm(cast(x, dtype), order, axes_of(dim), bool(keepdim))
