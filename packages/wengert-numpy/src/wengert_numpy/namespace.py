"""The NumPy backend: its namespace of kernels, and NumPy's dtypes against ours."""

from __future__ import annotations

from typing import Any

import numpy as np
from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, Capabilities

from wengert_numpy.kernels import (
    activation,
    classes,
    convolution,
    elementwise,
    fourier,
    fused,
    indexing,
    linalg,
    movement,
    random,
    reduction,
    special,
)

FAMILIES = (
    activation, classes, convolution, elementwise, fourier, fused, indexing, linalg, movement, random, reduction,
    special,
)  # fmt: skip
KERNELS: dict[str, Any] = {name: kernel for family in FAMILIES for name, kernel in family.kernels.items()}
DTYPES = {dtype: np.dtype(dtype.name) for dtype in dtypes.ALL if hasattr(np, dtype.name)}
_BY_NATIVE = {native: dtype for dtype, native in DTYPES.items()}


def dtype_of(array: Any) -> dtypes.DType:
    """Our dtype of a NumPy array; torch's error for one that has none."""
    native = array.dtype
    found = _BY_NATIVE.get(native)
    if found is not None:
        return found
    canonical = _BY_NATIVE.get(np.dtype(f"{native.kind}{native.itemsize}")) if native.kind in "biufc" else None
    if canonical is not None:
        if native.isnative:  # a second name of one type, as longlong is of int64
            return canonical
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
            "currently not supported: pass array.astype(array.dtype.newbyteorder('=')) instead."
        )
    raise TypeError(
        f"can't convert np.ndarray of type {native.type.__module__}.{native.type.__name__}. The only supported types "
        f"are: {', '.join(dtype.name for dtype in DTYPES)}. Pass array.astype(...) with one of them."
    )


def make_backend() -> Backend:
    """The backend as the core sees it."""
    return Backend(
        name="numpy",
        xp=complete(np, KERNELS, dtypes=DTYPES, array_type=np.ndarray, advanced_keys=True, returns_scalars=True),
        array_type=np.ndarray,
        dtypes=DTYPES,
        capabilities=Capabilities(mutable=True, views=True, complex=True, lazy=False, synchronous=True),
        dtype_of=dtype_of,
    )
