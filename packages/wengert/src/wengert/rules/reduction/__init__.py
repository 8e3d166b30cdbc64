"""Floor 2: reductions over axes, and scans along one."""

from wengert.rules.reduction.extremes import amax, amin, argmax, argmin, largest, picked, smallest
from wengert.rules.reduction.scan import cumprod, cumsum
from wengert.rules.reduction.spread import std, var
from wengert.rules.reduction.totals import logsumexp, mean, nansum, prod, sum, vector_norm
from wengert.rules.reduction.truth import all, any, is_true

__all__ = [
    "all", "amax", "amin", "any", "argmax", "argmin", "cumprod", "cumsum", "is_true", "largest", "logsumexp", "mean",
    "nansum", "picked", "prod", "smallest", "std", "sum", "var", "vector_norm",
]  # fmt: skip
