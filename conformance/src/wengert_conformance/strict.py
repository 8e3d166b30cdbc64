"""The backend `strict`: array_api_strict and nothing else.

It is made of the array API standard and the core's defaults, without one kernel of its own, and so shows whether the
protocol asks for more than it says. The library computes with NumPy, which warns at singular points; every kernel runs
with these warnings off.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import Any

from pluggy import HookimplMarker
from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, BackendSpec, Capabilities

INSTALL = 'pip install "wengert-conformance[strict]"'

hookimpl = HookimplMarker("wengert")


def owns(kind: type) -> bool:
    """Whether instances of `kind` are arrays of array_api_strict."""
    return kind.__module__.partition(".")[0] == "array_api_strict" and kind.__name__ == "Array"


def load() -> Backend:
    """Import array_api_strict and make the backend."""
    try:
        strict: Any = import_module("array_api_strict")
    except ImportError as error:
        raise ImportError(f"the backend 'strict' needs array_api_strict: {INSTALL}") from error
    numpy: Any = import_module("numpy")  # what array_api_strict is made of
    natives = {dtype: getattr(strict, dtype.name) for dtype in dtypes.ALL if hasattr(strict, dtype.name)}
    array_type = type(strict.asarray(0))
    xp = complete(strict, dtypes=natives, array_type=array_type)
    kernels = vars(xp)
    kernels |= {
        name: numpy.errstate(all="ignore")(kernel)
        for name, kernel in kernels.items()
        if callable(kernel) and name != "errstate"
    }
    kernels["errstate"] = lambda: numpy.errstate(all="ignore")
    return Backend(
        name="strict",
        xp=xp,
        array_type=array_type,
        dtypes=natives,
        capabilities=Capabilities(),
        device_of=lambda array: "cpu",
    )


@hookimpl
def wengert_backend() -> BackendSpec:
    """array_api_strict: for tests of the protocol."""
    return BackendSpec(
        name="strict",
        device_types=("cpu",),
        load=load,
        owns=owns,
        priority=-100,
        install=INSTALL,
        version=lambda: version("array-api-strict"),
    )
