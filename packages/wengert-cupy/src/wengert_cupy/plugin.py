"""The hooks of the CuPy backend. CuPy itself is imported by `load`, and to tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from pluggy import HookimplMarker
from wengert.protocol.backend import BackendSpec

from wengert_cupy.facts import lines, why_unavailable

if TYPE_CHECKING:
    from wengert.protocol.backend import Backend

hookimpl = HookimplMarker("wengert")

WHEELS = ("cupy-cuda12x", "cupy-cuda13x", "cupy")
INSTALL = 'pip install "wengert[cuda12]" or pip install "wengert[cuda13]", as the CUDA driver is'


def owns(kind: type) -> bool:
    """Whether instances of `kind` are CuPy arrays."""
    return any(base.__module__.partition(".")[0] == "cupy" and base.__name__ == "ndarray" for base in kind.__mro__)


def installed_wheels() -> list[str]:
    """The distributions here that own the module `cupy`, with their versions."""
    found: list[str] = []
    for name in WHEELS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return found


def load() -> Backend:
    """Import CuPy and make the backend; ImportError without CuPy, RuntimeError without a GPU that it can use."""
    try:
        cupy = import_module("cupy")
    except ModuleNotFoundError as error:
        raise ImportError(f"CuPy is not installed; install it with: {INSTALL}.") from error
    if not cupy.is_available():
        raise RuntimeError(
            f"CuPy {cupy.__version__} is installed without a GPU that it can use: {why_unavailable(cupy)}"
        )
    backend: Backend = import_module("wengert_cupy.namespace").make_backend()
    return backend


@hookimpl
def wengert_backend() -> BackendSpec:
    """CuPy: the default of NVIDIA GPUs."""
    return BackendSpec(
        name="cupy",
        device_types=("cuda",),
        load=load,
        owns=owns,
        priority=100,
        install='pip install "wengert[cuda12]"',
        version=lambda: ", ".join(installed_wheels()),
        device_module="wengert_cupy.devices",
    )


@hookimpl
def wengert_doctor() -> Sequence[str]:
    """The CUDA driver, runtime and devices that CuPy finds; a warning where two CuPy wheels lie over each other.

    Nothing where CuPy is not installed: the state of the backend says so.
    """
    found = installed_wheels()
    both = f"cupy: {' and '.join(found)} both own the folder cupy/; uninstall both, then install one."
    warnings = [both] if len(found) > 1 else []
    try:
        cupy = import_module("cupy")
    except ModuleNotFoundError:
        return warnings
    return [*warnings, *lines(cupy)]
