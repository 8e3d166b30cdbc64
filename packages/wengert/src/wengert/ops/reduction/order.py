"""Floor 6: medians, quantiles, and what else depends on the order of elements."""

from __future__ import annotations

from typing import Any, cast

from wengert.ops import return_types
from wengert.ops.arguments import one_axis, renamed, spoken
from wengert.ops.arithmetic import lerp, mul
from wengert.ops.arithmetic.operands import checked
from wengert.ops.comparison import isnan, masked_fill
from wengert.ops.indexing.along import gather
from wengert.ops.indexing.sorting import argsort, sort
from wengert.ops.movement import movedim, narrow, reshape, squeeze
from wengert.ops.reduction.truth import any
from wengert.protocol.dtypes import int64
from wengert.protocol.shapes import Shape
from wengert.rules import reduction as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.level import is_inside
from wengert.tensor.operation import kernel

_NAMES = {"x": "self", "index": "indices", "axis": "dim", "keepdims": "keepdim"}
_median = kernel(rules.median, "MedianBackward0", x="self", out="result")
_nanmedian = kernel(rules.median, "NanmedianBackward0", x="self", out="result")
_median_along = kernel(rules.picked, "MedianBackward1", **_NAMES)
_nanmedian_along = kernel(rules.picked, "NanmedianBackward1", **_NAMES)
_kth_along = kernel(rules.picked, "KthvalueBackward0", **_NAMES)
_mode_along = kernel(rules.picked, "ModeBackward0", **_NAMES)
_median_place, _mode_place = kernel(rules.median_place), kernel(rules.mode_place)

INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def median(input: Tensor, dim: int | None = None, keepdim: bool = False, **axis: Any) -> Any:
    """The median of `input`, the lower of two; with `dim` a named tuple (values, indices). nan wins.

    Shapes: any -> (); with `dim` (..., n, ...) -> (..., ...) twice, or (..., 1, ...) with `keepdim`.
    Dtype: that of `input`, int64 for the indices.
    Derivative: without `dim` shared evenly by all that equal it; with `dim` the one at the index takes it all.
    Errors: IndexError if `dim` is out of range or empty; NotImplementedError for complex numbers.
    Source: torch.median.

    >>> median(tensor([3., 1., 2., 4.]))
    tensor(2.)
    """
    return _middle("median", input, dim, keepdim, axis)


def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False, **axis: Any) -> Any:
    """`median` of the elements that are not nan; nan if all are.

    Shapes, dtype, derivative, errors: those of `median`. Source: torch.nanmedian.

    >>> nanmedian(tensor([3., float("nan"), 2., 4.]))
    tensor(3.)
    """
    return _middle("nanmedian", input, dim, keepdim, axis)


_FORMS: dict[str, tuple[Any, ...]] = {
    "median": (_median, _median_along, return_types.median),
    "nanmedian": (_nanmedian, _nanmedian_along, return_types.nanmedian),
}


def _middle(name: str, input: Any, dim: Any, keepdim: Any, keywords: dict[str, Any]) -> Any:
    of_all, along, returned = _FORMS[name]
    dim, keepdim = renamed(name, keywords, dim, keepdim)
    space = checked(name, "input", input).space
    _refuse_unordered("median_cpu" if dim is None else f"{name}_out", space.dtype, name)
    skip = name == "nanmedian"
    if dim is None:
        if 0 in input.shape:
            return mul(_nothing(input), float("nan")) if space.dtype.is_inexact else _nothing(input)
        return of_all(input, skip)
    x, one = _row(name, input, dim)
    return _picked(returned, along, x, _median_place(x, one, skip), one, keepdim, bool(input.shape))


def _nothing(input: Any) -> Any:
    """What stands for an element where there is none."""
    return input.new_ones(())


def _refuse_unordered(what: str, dtype: Any, name: str) -> None:
    if dtype.is_complex or dtype.category == 0:
        raise NotImplementedError(
            f"\"{what}\" not implemented for '{spoken(dtype)}'; {name} needs numbers in an order."
        )


def _row(name: str, input: Any, dim: Any) -> tuple[Any, int]:
    """`input` with an axis, and the axis; IndexError if it is empty."""
    one = one_axis(name, dim, len(input.shape))
    if input.shape and input.shape[one] == 0:
        raise IndexError(f"{name}(): Expected reduction dim {one} to have non-zero size.")
    return (input if input.shape else reshape(input, (1,))), one


def _picked(returned: Any, along: Any, x: Any, places: Any, axis: int, keepdim: bool, has_axes: bool) -> Any:
    """The named tuple of the elements at `places`, in which the axis is kept, and these."""
    keeps = bool(keepdim) and has_axes
    values = along(x, places, axis, keeps)
    return returned(values, places if keeps else reshape(places, values.shape))


def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> return_types.kthvalue:
    """The k-th smallest element along `dim`, counted from 1, and where it stands: (values, indices).

    Shapes: (..., n, ...) -> (..., ...) twice, or (..., 1, ...) with `keepdim`. Dtype: that of `input`, int64.
    Derivative: the element at the index takes it all.
    Errors: RuntimeError if there are less than `k`; IndexError if `dim` is out of range or empty.
    Source: torch.kthvalue.

    >>> kthvalue(tensor([3., 1., 2.]), 2).values
    tensor(2.)
    """
    _refuse_unordered("kthvalue_cpu", checked("kthvalue", "input", input).space.dtype, "kthvalue")
    x, axis = _row("kthvalue", input, dim)
    if not 1 <= k <= x.shape[axis]:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
    places = narrow(argsort(x, axis, stable=True), axis, k - 1, 1)
    return _picked(return_types.kthvalue, _kth_along, x, places, axis, keepdim, bool(input.shape))


def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> return_types.mode:
    """The most frequent element along `dim`, the smallest of several, and where the last of it stands.

    Shapes: (..., n, ...) -> (..., ...) twice, or (..., 1, ...) with `keepdim`. Dtype: that of `input`, int64.
    Derivative: the element at the index takes it all.
    Errors: IndexError if `dim` is out of range or empty; NotImplementedError for complex numbers.
    Source: torch.mode.

    >>> mode(tensor([1, 2, 2, 3])).values
    tensor(2)
    """
    dtype = checked("mode", "input", input).space.dtype
    if dtype.is_complex:
        _refuse_unordered("mode_cpu", dtype, "mode")
    x, axis = _row("mode", input, dim)
    return _picked(return_types.mode, _mode_along, x, _mode_place(x, axis), axis, keepdim, bool(input.shape))


def quantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Tensor:
    """The value below which a part `q` of the elements along `dim` lies; over all of them without `dim`.

    Between two elements `interpolation` decides: "linear", "lower", "higher", "midpoint" or "nearest".
    Shapes: (..., n, ...) -> (..., ...), with an axis in front for each of a 1-d `q`. Dtype: that of `input`.
    Derivative: to the one or two elements that the value is made of. nan in a row makes it nan.
    Errors: RuntimeError unless `input` is of float32 or float64 and `q` in [0, 1], for an empty `input`, for an
    unknown `interpolation`.
    Source: torch.quantile.

    >>> quantile(tensor([0., 1., 2., 3.]), 0.5)
    tensor(1.5000)
    """
    return _quantile("quantile", input, q, dim, keepdim, interpolation)


def nanquantile(
    input: Tensor,
    q: float | Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
) -> Tensor:
    """`quantile` of the elements that are not nan; nan where all are.

    Shapes, dtype, derivative, errors: those of `quantile`. Source: torch.nanquantile.

    >>> nanquantile(tensor([0., 1., float("nan"), 2.]), 0.5)
    tensor(1.)
    """
    return _quantile("nanquantile", input, q, dim, keepdim, interpolation)


def _quantile(name: str, input: Any, q: Any, dim: Any, keepdim: bool, interpolation: str) -> Any:
    space = checked(name, "input", input).space
    q = _checked_parts(name, input, q, interpolation)
    shape = input.shape
    axis = 0 if dim is None else one_axis(name, dim, len(shape))
    row: Any = reshape(input, (-1,)) if dim is None or not shape else movedim(input, axis, -1)
    n = row.shape[-1]
    values = sort(row, -1).values
    missing = isnan(row.detach())
    if name == "quantile":
        last = mul(q, float(n - 1))
        values = masked_fill(values, any(missing, -1, True), float("nan"))
    else:
        count = (~missing).sum(-1, True).to(space.dtype)
        last = (q.reshape((-1, *(1,) * len(count.shape))) * (count - 1)).clamp(min=0)
    ranks = last if name == "nanquantile" else last.reshape((-1, *(1,) * len(row.shape)))
    ranks = ranks.expand((ranks.shape[0], *row.shape[:-1], 1))
    result = _interpolated(values, ranks, interpolation)
    if keepdim:
        whole = (1,) * len(shape) if dim is None or not shape else _with_one(shape, axis)
    else:
        whole = () if dim is None or not shape else (*shape[:axis], *shape[axis + 1 :])
    if keepdim and dim is not None and shape:
        result = movedim(result, -1, axis + 1)
    out = reshape(result, (result.shape[0], *whole))
    return out if q.shape else squeeze(out, 0)


def _with_one(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], 1, *shape[axis + 1 :])


def _checked_parts(name: str, input: Any, q: Any, interpolation: str) -> Any:
    """`q` as a tensor; RuntimeError in torch's words for what does not fit."""
    space = input.space
    if space.dtype.name not in ("float32", "float64"):
        raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
    if 0 in input.shape:
        raise RuntimeError(f"{name}() input tensor must be non-empty")
    if interpolation not in INTERPOLATIONS:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    if isinstance(q, Tensor):
        if len(q.shape) > 1:
            raise RuntimeError(f"{name}() q must be a scalar or 1D tensor")
        if q.space.dtype is not space.dtype:
            raise RuntimeError(f"{name}() q tensor must be same dtype as the input tensor")
        if q.space.backend is not space.backend or q.space.device != space.device:
            raise RuntimeError(f"{name}() q tensor must be on the same device as the input tensor")
    elif not 0 <= q <= 1:
        raise RuntimeError(f"{name}() q must be in the range [0, 1] but got {q}")
    else:
        return input.new_tensor(float(q))
    parts = cast(Any, q)
    if not is_inside(parts) and space.is_readable and bool(((parts < 0) | (parts > 1)).any()):
        raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
    return parts


def _interpolated(values: Any, ranks: Any, interpolation: str) -> Any:
    """The sorted `values` at fractional places along the last axis."""
    rows = values.expand((ranks.shape[0], *values.shape))

    def at(places: Any) -> Any:
        return gather(rows, -1, places.detach().to(int64))

    if interpolation == "lower":
        return at(ranks.floor())
    if interpolation == "higher":
        return at(ranks.ceil())
    if interpolation == "nearest":
        return at(ranks.round())
    below = ranks.floor()
    if interpolation == "midpoint":
        return lerp(at(below), at(ranks.ceil()), 0.5)
    return lerp(at(below), at(ranks.ceil()), ranks - below)


__all__ = ["kthvalue", "median", "mode", "nanmedian", "nanquantile", "quantile"]
