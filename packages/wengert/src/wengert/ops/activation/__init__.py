"""Floor 6: the nonlinear functions of neural networks."""

from wengert.ops.activation.basic import (
    ActivationMethods,
    elu,
    gelu,
    hardtanh,
    leaky_relu,
    logsigmoid,
    relu,
    relu6,
    silu,
    softplus,
)
from wengert.ops.exponential import sigmoid
from wengert.ops.trigonometric import tanh

__all__ = [
    "ActivationMethods",
    "elu",
    "gelu",
    "hardtanh",
    "leaky_relu",
    "logsigmoid",
    "relu",
    "relu6",
    "sigmoid",
    "silu",
    "softplus",
    "tanh",
]
