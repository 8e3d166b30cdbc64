"""The CuPy backend: its namespace of kernels, and CuPy's dtypes and devices against ours."""

from __future__ import annotations

from typing import Any

import cupy
from array_api_compat import cupy as library
from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, Capabilities

from wengert_cupy import devices
from wengert_cupy.kernels import elementwise, fused, indexing, linalg, movement, rowwise

FAMILIES = (elementwise, fused, indexing, linalg, movement, rowwise)
KERNELS: dict[str, Any] = {name: kernel for family in FAMILIES for name, kernel in family.kernels.items()}
DTYPES: dict[dtypes.DType, Any] = {dtype: cupy.dtype(dtype.name) for dtype in dtypes.ALL if hasattr(cupy, dtype.name)}


def device_of(array: Any) -> str:
    """The device of a CuPy array, "cuda:0"."""
    return f"cuda:{array.device.id}"


def native_device(device: str) -> Any:
    """CuPy's device of a name, "cuda:0"."""
    return cupy.cuda.Device(int(device.partition(":")[2]))


def make_backend() -> Backend:
    """The backend as the core sees it."""
    several = {} if devices.device_count() == 1 else {"asarray": devices.crossing(library.asarray)}
    xp = complete(library, KERNELS | several, dtypes=DTYPES, array_type=cupy.ndarray, advanced_keys=True)
    fused.FUSION.xp = xp
    return Backend(
        name="cupy",
        xp=xp,
        array_type=cupy.ndarray,
        dtypes=DTYPES,
        capabilities=Capabilities(synchronous=False, fuses=1),
        devices=devices.names,
        device_of=device_of,
        native_device=native_device,
        guard=devices.guard,
    )
