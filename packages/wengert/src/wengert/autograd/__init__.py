"""Automatic differentiation, with torch's names."""

from wengert.api.autograd import backward, grad
from wengert.api.function import Function
from wengert.api.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from wengert.autograd import forward_ad, function, graph

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "forward_ad",
    "function",
    "grad",
    "graph",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
]
