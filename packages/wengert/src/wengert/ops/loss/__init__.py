"""Floor 6: losses."""

from wengert.ops.loss.binary import binary_cross_entropy, binary_cross_entropy_with_logits
from wengert.ops.loss.classes import cross_entropy, nll_loss
from wengert.ops.loss.regression import huber_loss, kl_div, l1_loss, mse_loss, smooth_l1_loss

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "nll_loss",
    "smooth_l1_loss",
]
