"""Floor 6: softmax and its kin, and normalization over axes."""

from wengert.ops.normalization.softmax import (
    functional_log_softmax,
    functional_softmax,
    log_softmax,
    raise_not_implemented,
    softmax,
    softmin,
)
from wengert.ops.normalization.standardizing import batch_norm, group_norm, layer_norm, normalize, rms_norm
from wengert.tensor.base import TensorBase as Tensor


class NormalizationMethods(Tensor):
    """The methods softmax and log_softmax of a Tensor."""

    __slots__ = ()

    softmax = softmax
    log_softmax = log_softmax


__all__ = [
    "batch_norm",
    "functional_log_softmax",
    "functional_softmax",
    "group_norm",
    "layer_norm",
    "log_softmax",
    "normalize",
    "raise_not_implemented",
    "rms_norm",
    "softmax",
    "softmin",
]
