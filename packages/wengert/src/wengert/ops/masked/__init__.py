"""Floor 6: reductions and normalizations of the elements that a mask chooses. What it leaves out counts for nothing."""

from wengert.ops.masked.normalizing import (
    cumprod,
    cumsum,
    log_softmax,
    logaddexp,
    logsumexp,
    normalize,
    softmax,
    softmin,
)  # fmt: skip
from wengert.ops.masked.reducing import amax, amin, argmax, argmin, mean, median, norm, prod, std, sum, var

__all__ = [
    "amax", "amin", "argmax", "argmin", "cumprod", "cumsum", "log_softmax", "logaddexp", "logsumexp", "mean", "median",
    "norm", "normalize", "prod", "softmax", "softmin", "std", "sum", "var",
]  # fmt: skip
