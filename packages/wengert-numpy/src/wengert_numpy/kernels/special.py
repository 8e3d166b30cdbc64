"""Special functions. They come from SciPy where it is installed; it is imported by the first call."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet

_NAMES = ("erf", "erfc", "erfinv", "gammaln", "digamma")


@cache
def _library() -> Any:
    return import_module("scipy.special")


def _from_scipy(name: str) -> Callable[[Any], Any]:
    def kernel(x: Any, /) -> Any:
        out = quiet.call(getattr(_library(), name), x)
        return out if out.dtype == x.dtype else np.asarray(out).astype(x.dtype)

    kernel.__name__ = kernel.__qualname__ = name
    return kernel


kernels: dict[str, Any] = {name: _from_scipy(name) for name in _NAMES} if find_spec("scipy") else {}
