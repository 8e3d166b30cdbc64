"""The hooks that a plugin may implement. An entry point of group `wengert` names the plugin's module.

The entry point of a backend is named as its backend ("numpy"); one that only brings kernels for that backend is named
"numpy.something", so that both are found by name and no other plugin is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pluggy import HookspecMarker

from wengert.protocol.backend import Backend, BackendSpec

hookspec = HookspecMarker("wengert")


@hookspec
def wengert_backend() -> BackendSpec | None:
    """What the plugin says of its backend; nothing heavy may be imported yet."""


@hookspec
def wengert_kernels(backend: Backend) -> Mapping[str, Callable[..., Any]] | None:
    """Faster kernels for a backend that has just been loaded, by their names in the protocol."""


@hookspec
def wengert_scenarios() -> Sequence[Any] | None:
    """Cases for the conformance suite."""


@hookspec
def wengert_doctor() -> Sequence[str] | None:
    """Lines that `python -m wengert` prints."""
