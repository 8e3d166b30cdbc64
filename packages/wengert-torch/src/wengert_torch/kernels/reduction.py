"""Reductions, scans, sorting, products of matrices, and torch's fused row functions."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

Axes = int | tuple[int, ...] | None


def _tuple(x: Any, axis: Axes) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(x.ndim))
    return (axis,) if isinstance(axis, int) else axis


def sum(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The sum over `axis`."""
    axes = _tuple(x, axis)
    return torch.sum(x, axes, keepdims) if axes or not x.ndim else x.clone()  # to torch, no axis means all


def prod(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The product over `axis`."""
    axes = _tuple(x, axis)
    out = x if axes else torch.prod(x, 0) if not x.ndim else x.clone()
    for one in sorted((a % x.ndim for a in axes), reverse=True):
        out = torch.prod(out, one, keepdims)
    return out


def max(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The largest over `axis`; NaN wins."""
    axes = _tuple(x, axis)
    return torch.amax(x, axes, keepdims) if axes else x.clone()


def min(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """The smallest over `axis`; NaN wins."""
    axes = _tuple(x, axis)
    return torch.amin(x, axes, keepdims) if axes else x.clone()


def any(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """Whether some element over `axis` is not 0."""
    axes, truth = _tuple(x, axis), x != 0
    return torch.any(truth, axes, keepdims) if axes else truth


def all(x: Any, /, *, axis: Axes = None, keepdims: bool = False) -> Any:
    """Whether no element over `axis` is 0."""
    axes, truth = _tuple(x, axis), x != 0
    return torch.all(truth, axes, keepdims) if axes else truth


def argmax(x: Any, /, *, axis: int, keepdims: bool = False) -> Any:
    """The first position of the largest element along `axis`."""
    return torch.argmax(x.to(torch.uint8) if x.dtype is torch.bool else x, axis, keepdims)


def argmin(x: Any, /, *, axis: int, keepdims: bool = False) -> Any:
    """The first position of the smallest element along `axis`."""
    return torch.argmin(x.to(torch.uint8) if x.dtype is torch.bool else x, axis, keepdims)


def cumulative_sum(x: Any, /, *, axis: int) -> Any:
    """Running sums along `axis`."""
    return torch.cumsum(x, axis)


def cumulative_prod(x: Any, /, *, axis: int) -> Any:
    """Running products along `axis`."""
    return torch.cumprod(x, axis)


def sort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """The elements along `axis` in order, NaN as the largest."""
    return torch.sort(x, dim=axis, descending=descending, stable=stable).values


def argsort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    """The positions that `sort` takes the elements from."""
    return torch.sort(x, dim=axis, descending=descending, stable=stable).indices


def searchsorted(sorted_values: Any, values: Any, /, *, side: str = "left") -> Any:
    """Where in the sorted 1-d array each value belongs."""
    return torch.searchsorted(sorted_values, values, side=side)


def softmax(x: Any, /, *, axis: int) -> Any:
    """`exp(x) / sum(exp(x))` along `axis`."""
    return torch.softmax(x, axis)


def log_softmax(x: Any, /, *, axis: int) -> Any:
    """The logarithm of `softmax`."""
    return torch.log_softmax(x, axis)


def logsumexp(x: Any, /, *, axis: int | tuple[int, ...], keepdims: bool) -> Any:
    """`log(sum(exp(x)))` over `axis`."""
    return torch.logsumexp(x, axis, keepdims)


def errstate() -> AbstractContextManager[None]:
    """Nothing: torch gives no floating-point warnings."""
    return nullcontext()


kernels: dict[str, Any] = {
    "all": all,
    "any": any,
    "argmax": argmax,
    "argmin": argmin,
    "argsort": argsort,
    "cumulative_prod": cumulative_prod,
    "cumulative_sum": cumulative_sum,
    "errstate": errstate,
    "log_softmax": log_softmax,
    "logsumexp": logsumexp,
    "matmul": torch.matmul,
    "max": max,
    "min": min,
    "prod": prod,
    "searchsorted": searchsorted,
    "softmax": softmax,
    "sort": sort,
    "sum": sum,
}
