"""The torch backend: its namespace of kernels, and torch's dtypes and devices against ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from array_api_compat import torch as library
from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, Capabilities

from wengert_torch.kernels import elementwise, indexing, layers, linalg, movement, random, reduction

FAMILIES = (elementwise, indexing, layers, linalg, movement, random, reduction)
KERNELS: dict[str, Any] = {name: kernel for family in FAMILIES for name, kernel in family.kernels.items()}
DTYPES: dict[dtypes.DType, Any] = {dtype: getattr(torch, dtype.name) for dtype in dtypes.ALL}
_BY_NATIVE = {native: dtype for dtype, native in DTYPES.items()}


def dtype_of(array: Any) -> dtypes.DType | None:
    """Our dtype of a torch tensor; TypeError for one without strides, RuntimeError for one that requires grad."""
    if array.requires_grad:
        raise RuntimeError(
            "a torch tensor that requires grad cannot become a wengert tensor: its history would be lost. detach() it "
            "first."
        )
    if array.layout is not torch.strided:
        raise TypeError(
            f"a torch tensor of layout {array.layout} cannot become a wengert tensor; pass tensor.to_dense()."
        )
    return _BY_NATIVE.get(array.dtype)


def devices() -> Sequence[str]:
    """The CPU and torch's CUDA devices."""
    return ("cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count())))


def device_of(array: Any) -> str:
    """The device of a torch tensor, "cpu" or "cuda:0"."""
    return str(array.device)


def make_backend() -> Backend:
    """The backend as the core sees it."""
    return Backend(
        name="torch",
        xp=complete(library, KERNELS, dtypes=DTYPES, array_type=torch.Tensor, advanced_keys=True),
        array_type=torch.Tensor,
        dtypes=DTYPES,
        capabilities=Capabilities(synchronous=not torch.cuda.is_available()),
        devices=devices,
        device_of=device_of,
        native_device=torch.device,
        dtype_of=dtype_of,
    )
