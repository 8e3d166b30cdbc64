"""Automatic differentiation, with torch's names."""

from wengert.api.autograd import backward, grad
from wengert.api.function import Function
from wengert.api.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from wengert.autograd import forward_ad, function, graph
from wengert.autograd.gradcheck import gradcheck, gradgradcheck  # the function hides the module, as in torch

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "forward_ad",
    "function",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
]
