"""The NumPy backend: its namespace of kernels, and NumPy's dtypes against ours."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, Capabilities

from wengert_numpy.kernels import (
    activation,
    attention,
    blocks,
    classes,
    convolution,
    elementwise,
    formulas,
    fourier,
    fused,
    indexing,
    linalg,
    movement,
    narrow,
    random,
    reduction,
    special,
)

FAMILIES = (
    activation, attention, classes, convolution, elementwise, formulas, fourier, fused, indexing, linalg, movement,
    random, reduction, special,
)  # fmt: skip
KERNELS: dict[str, Any] = {name: kernel for family in FAMILIES for name, kernel in family.kernels.items()}
DTYPES: dict[dtypes.DType, Any] = {dtype: np.dtype(dtype.name) for dtype in dtypes.ALL if hasattr(np, dtype.name)}
if find_spec("ml_dtypes") is not None:  # optional: it gives NumPy bfloat16
    DTYPES[dtypes.bfloat16] = np.dtype(import_module("ml_dtypes").bfloat16)
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
    xp = complete(np, KERNELS, dtypes=DTYPES, array_type=np.ndarray, advanced_keys=True, returns_scalars=True)
    formulas.FUSION.xp = xp
    bfloat16: Any = DTYPES.get(dtypes.bfloat16)
    narrow_ones: Any = {} if bfloat16 is None else {dtypes.bfloat16: narrow.NarrowNamespace(xp, bfloat16)}
    return Backend(
        name="numpy",
        xp=xp,
        array_type=np.ndarray,
        dtypes=DTYPES,
        capabilities=Capabilities(
            mutable=True,
            views=True,
            complex=True,
            lazy=False,
            synchronous=True,
            fuses=formulas.LONG,
            defers=blocks.VERY_LONG,
            recycles=True,
            has_scalars=True,
        ),
        dtype_of=dtype_of,
        namespaces=narrow_ones,
    )
