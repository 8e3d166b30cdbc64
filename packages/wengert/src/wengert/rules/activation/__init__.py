"""Floor 2: the nonlinear functions of neural networks."""

from wengert.rules.activation.basic import (
    elu,
    gelu,
    gelu_slope,
    gelu_tanh,
    glu,
    hardtanh,
    leaky_relu,
    logsigmoid,
    relu,
    silu,
    softplus,
)

__all__ = [
    "elu",
    "gelu",
    "gelu_slope",
    "gelu_tanh",
    "glu",
    "hardtanh",
    "leaky_relu",
    "logsigmoid",
    "relu",
    "silu",
    "softplus",
]
