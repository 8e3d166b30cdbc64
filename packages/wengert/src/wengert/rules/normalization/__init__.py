"""Floor 2: softmax and its logarithm, and standardizing over axes (layer, group and batch normalization)."""

from wengert.rules.normalization.softmax import (
    log_softmax,
    log_softmax_of_one,
    log_softmax_pullback,
    softmax,
    softmax_of_one,
    softmax_pullback,
)
from wengert.rules.normalization.standardizing import restandardized, standardize_pullback, standardized

__all__ = [
    "softmax",
    "softmax_of_one",
    "log_softmax_of_one",
    "softmax_pullback",
    "log_softmax",
    "log_softmax_pullback",
    "standardized",
    "restandardized",
    "standardize_pullback",
]
