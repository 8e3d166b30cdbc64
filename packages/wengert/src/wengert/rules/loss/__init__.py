"""Floor 2: losses. A `reduction` of "mean", "sum" or "none" belongs to the operation, so that a loss is one node."""

from wengert.rules.loss.binary import binary_cross_entropy, binary_cross_entropy_with_logits
from wengert.rules.loss.classes import class_loss_pullback, cross_entropy, nll_loss
from wengert.rules.loss.regression import huber_loss, mse_loss, smooth_l1_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "class_loss_pullback",
    "cross_entropy",
    "huber_loss",
    "mse_loss",
    "nll_loss",
    "smooth_l1_loss",
]
