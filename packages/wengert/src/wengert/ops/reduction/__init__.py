"""Floor 6: reductions over dimensions, as functions and as methods."""

from __future__ import annotations

from wengert.ops.reduction.counting import bincount, hash_tensor, histc, histogram, histogramdd
from wengert.ops.reduction.extremes import amax, amin, aminmax, argmax, argmin, max, min
from wengert.ops.reduction.gradient import gradient
from wengert.ops.reduction.order import kthvalue, median, mode, nanmedian, nanquantile, quantile
from wengert.ops.reduction.scan import cummax, cummin, cumprod, cumsum, diff, logcumsumexp
from wengert.ops.reduction.spread import std, std_mean, var, var_mean
from wengert.ops.reduction.totals import logsumexp, mean, nanmean, nansum, prod, sum
from wengert.ops.reduction.truth import all, any, count_nonzero
from wengert.tensor.base import TensorBase as Tensor

__all__ = [
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "bincount", "count_nonzero", "cummax", "cummin",
    "cumprod", "cumsum", "diff", "gradient", "hash_tensor", "histc", "histogram", "histogramdd", "kthvalue",
    "logcumsumexp", "logsumexp", "max", "mean", "median", "min", "mode", "nanmean", "nanmedian", "nanquantile",
    "nansum", "prod", "quantile", "std", "std_mean", "sum", "var", "var_mean",
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
    median, nanmedian, mode, kthvalue = median, nanmedian, mode, kthvalue
    quantile, nanquantile, nanmean = quantile, nanquantile, nanmean
    cummax, cummin, logcumsumexp = cummax, cummin, logcumsumexp
    bincount, histc, histogram, hash_tensor = bincount, histc, histogram, hash_tensor
