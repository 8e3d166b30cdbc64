"""Floor 2: reductions over axes, and scans along one."""

from wengert.rules.reduction.extremes import amax, amin, argmax, argmin, largest, picked, smallest
from wengert.rules.reduction.order import median, median_place, mode_place, running_largest, running_smallest
from wengert.rules.reduction.scan import cumprod, cumsum, logcumsumexp
from wengert.rules.reduction.spread import std, var
from wengert.rules.reduction.totals import logsumexp, mean, nansum, prod, sum, vector_norm
from wengert.rules.reduction.truth import all, any, is_true

__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "cumprod", "cumsum", "is_true", "largest", "logcumsumexp",
    "logsumexp", "mean", "median", "median_place", "mode_place", "nansum", "picked", "prod", "running_largest",
    "running_smallest", "smallest", "std", "sum", "var", "vector_norm",
]  # fmt: skip
