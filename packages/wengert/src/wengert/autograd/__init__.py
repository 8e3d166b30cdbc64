"""Automatic differentiation, with torch's names."""

from typing import TYPE_CHECKING

from wengert.api.autograd import backward, grad
from wengert.api.function import Function
from wengert.api.modes import (
    enable_grad,
    inference_mode,
    is_multithreading_enabled,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)
from wengert.autograd import forward_ad, function, graph
from wengert.autograd.gradcheck import gradcheck, gradgradcheck  # the function hides the module, as in torch
from wengert.extras import deferred

if TYPE_CHECKING:
    from wengert.api.anomaly import detect_anomaly, set_detect_anomaly
    from wengert.api.multi_grad import Variable
    from wengert.autograd import anomaly_mode, functional, grad_mode, profiler

__all__ = [
    "Function",
    "Variable",
    "anomaly_mode",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "forward_ad",
    "function",
    "functional",
    "grad",
    "grad_mode",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "is_multithreading_enabled",
    "no_grad",
    "profiler",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_multithreading_enabled",
]

__getattr__ = deferred(
    __name__,
    {
        "Variable": "wengert.api.multi_grad:Variable",
        "detect_anomaly": "wengert.api.anomaly:detect_anomaly",
        "anomaly_mode": "wengert.autograd.anomaly_mode",
        "grad_mode": "wengert.autograd.grad_mode",
        "functional": "wengert.autograd.functional",
        "profiler": "wengert.autograd.profiler",
        "set_detect_anomaly": "wengert.api.anomaly:set_detect_anomaly",
    },
)
