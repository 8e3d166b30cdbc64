"""The hooks of the NumPy backend. NumPy itself is imported by `load` alone."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from pluggy import HookimplMarker
from wengert.protocol.backend import BackendSpec

if TYPE_CHECKING:
    from wengert.protocol.backend import Backend

hookimpl = HookimplMarker("wengert")


def owns(kind: type) -> bool:
    """Whether instances of `kind` are NumPy arrays or NumPy scalars."""
    return any(base.__module__ == "numpy" and base.__name__ in ("ndarray", "generic") for base in kind.__mro__)


def load() -> Backend:
    """Import NumPy and make the backend."""
    backend: Backend = import_module("wengert_numpy.namespace").make_backend()
    return backend


@hookimpl
def wengert_backend() -> BackendSpec:
    """NumPy: the CPU's default."""
    return BackendSpec(
        name="numpy",
        device_types=("cpu",),
        load=load,
        owns=owns,
        priority=100,
        install='pip install "wengert[numpy]"',
        version=lambda: version("numpy"),
    )
