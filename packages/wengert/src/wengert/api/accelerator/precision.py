"""Floor 7: how exact products of float32 matrices are."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import Any

from wengert.api.accelerator.devices import KIND
from wengert.backends import registry

_chosen = ["highest"]


def get_float32_matmul_precision() -> str:
    """How exact products of float32 matrices are: "highest", "high" or "medium".

    Source: torch.get_float32_matmul_precision.

    >>> wengert.get_float32_matmul_precision()
    'highest'
    """
    return _chosen[0]


def set_float32_matmul_precision(precision: Any) -> None:
    """Let products of float32 matrices be less exact and faster, where a device can: "high" and "medium" allow
    TensorFloat32 on CUDA; on the CPU they change nothing.

    Errors: RuntimeError unless `precision` is a str; another word than "highest", "high" and "medium" warns and changes
    nothing. Source: torch.set_float32_matmul_precision.

    >>> wengert.set_float32_matmul_precision("high")
    >>> wengert.get_float32_matmul_precision()
    'high'
    >>> wengert.set_float32_matmul_precision("highest")
    """
    if not isinstance(precision, str):
        raise RuntimeError(f"set_float32_matmul_precision expects a str, but got {type(precision).__name__}")
    if precision not in ("highest", "high", "medium"):
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current setFloat32MatmulPrecision call has "
            "no effect.",
            stacklevel=2,
        )
        return
    _chosen[0] = precision
    with suppress(RuntimeError):  # there is no such device
        registry.device_module(KIND).set_float32_matmul_precision(precision)
