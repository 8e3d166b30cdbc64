"""Floor 6: reductions over dimensions, as functions and as methods."""

from __future__ import annotations

from wengert.ops.reduction.extremes import amax, amin, aminmax, argmax, argmin, max, min
from wengert.ops.reduction.scan import cumprod, cumsum, diff
from wengert.ops.reduction.spread import std, std_mean, var, var_mean
from wengert.ops.reduction.totals import logsumexp, mean, nansum, prod, sum
from wengert.ops.reduction.truth import all, any, count_nonzero
from wengert.tensor.base import TensorBase as Tensor

__all__ = [
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "diff",
    "logsumexp", "max", "mean", "min", "nansum", "prod", "std", "std_mean", "sum", "var", "var_mean",
]  # fmt: skip


class ReductionMethods(Tensor):
    """The reductions of a Tensor."""

    __slots__ = ()

    all = all
    amax = amax
    amin = amin
    aminmax = aminmax
    any = any
    argmax = argmax
    argmin = argmin
    count_nonzero = count_nonzero
    cumprod = cumprod
    cumsum = cumsum
    diff = diff
    logsumexp = logsumexp
    max = max
    mean = mean
    min = min
    nansum = nansum
    prod = prod
    std = std
    sum = sum
    var = var
