"""The hooks of the torch backend. torch itself is imported by `load` alone."""

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
    """Whether instances of `kind` are torch tensors."""
    return any(base.__module__ == "torch" and base.__name__ == "Tensor" for base in kind.__mro__)


def load() -> Backend:
    """Import torch and make the backend."""
    backend: Backend = import_module("wengert_torch.namespace").make_backend()
    return backend


@hookimpl
def wengert_backend() -> BackendSpec:
    """torch as an array library: the reference."""
    return BackendSpec(
        name="torch",
        device_types=("cpu", "cuda"),
        load=load,
        owns=owns,
        priority=10,
        install='pip install "wengert[torch]"',
        version=lambda: version("torch"),
    )
