"""Floor 6: the standard's Fourier transforms, over Tensors: torch's functions under the standard's names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.ops.creation import arange
from wengert.ops.fourier import one_axis, several_axes
from wengert.ops.movement import roll
from wengert.ops.placement import Device
from wengert.protocol.backend import Backend
from wengert.protocol.dtypes import DType, get_default_dtype
from wengert.protocol.shapes import normalize_axes

Function = Callable[..., Any]


def _along_one(name: str) -> Function:
    function = getattr(one_axis, name)

    def transform(x: Any, /, *, n: int | None = None, axis: int = -1, norm: str = "backward") -> Any:
        return function(x, n, axis, norm)

    return _named(transform, name)


def _along_several(name: str) -> Function:
    function = getattr(several_axes, name)

    def transform(
        x: Any, /, *, s: Sequence[int] | None = None, axes: Sequence[int] | None = None, norm: str = "backward"
    ) -> Any:
        return function(x, s, axes, norm)

    return _named(transform, name)


def _named(function: Function, name: str) -> Function:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`fft.{name}` of the array API standard: `wengert.fft.{name}`."
    return function


def fftshift(x: Any, /, *, axes: int | Sequence[int] | None = None) -> Any:
    """The zero frequency moved to the middle of `axes`."""
    chosen = normalize_axes(axes, len(x.shape))
    return roll(x, tuple(x.shape[d] // 2 for d in chosen), chosen)


def ifftshift(x: Any, /, *, axes: int | Sequence[int] | None = None) -> Any:
    """The inverse of `fftshift`."""
    chosen = normalize_axes(axes, len(x.shape))
    return roll(x, tuple(-(x.shape[d] // 2) for d in chosen), chosen)


FUNCTIONS: dict[str, Function] = {
    **{name: _along_one(name) for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")},
    **{name: _along_several(name) for name in ("fftn", "ifftn", "rfftn", "irfftn")},
    "fftshift": fftshift,
    "ifftshift": ifftshift,
}


class FourierNamespace:
    """`xp.fft`: the transforms, and the frequencies on the backend of their namespace."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.__name__ = "wengert.xp.fft"
        vars(self).update(FUNCTIONS)

    def fftfreq(self, n: int, /, *, d: float = 1.0, dtype: DType | None = None, device: Device = None) -> Any:
        """The frequencies that `fft` gives for `n` samples a distance `d` apart."""
        return roll(self._counted(-(n // 2), (n + 1) // 2, n * d, dtype, device), (n + 1) // 2, 0)

    def rfftfreq(self, n: int, /, *, d: float = 1.0, dtype: DType | None = None, device: Device = None) -> Any:
        """The frequencies that `rfft` gives for `n` samples a distance `d` apart."""
        return self._counted(0, n // 2 + 1, n * d, dtype, device)

    def _counted(self, start: int, stop: int, over: float, dtype: DType | None, device: Device) -> Any:
        wanted = dtype or get_default_dtype()
        return arange(start, stop, dtype=wanted, device=device, backend=self._backend.name) / over
