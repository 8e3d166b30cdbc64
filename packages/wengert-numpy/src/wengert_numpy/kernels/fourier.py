"""Fourier transforms: NumPy's, which keep single precision."""

from __future__ import annotations

from typing import Any

import numpy as np

Shape = tuple[int, ...]


def fftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Of complex arrays."""
    return np.fft.fft(x, axis=axes[0], norm=norm) if len(axes) == 1 else np.fft.fftn(x, axes=axes, norm=norm)


def ifftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Its inverse."""
    return np.fft.ifft(x, axis=axes[0], norm=norm) if len(axes) == 1 else np.fft.ifftn(x, axes=axes, norm=norm)


def rfftn(x: Any, /, *, axes: Shape, norm: str) -> Any:
    """Of real arrays: half of the last of the axes."""
    return np.fft.rfft(x, axis=axes[0], norm=norm) if len(axes) == 1 else np.fft.rfftn(x, axes=axes, norm=norm)


def irfftn(x: Any, /, *, size: int, axes: Shape, norm: str) -> Any:
    """Its inverse, with `size` elements along the last of the axes."""
    if len(axes) == 1:
        return np.fft.irfft(x, size, axes[0], norm)
    return np.fft.irfftn(x, (*(x.shape[axis] for axis in axes[:-1]), size), axes, norm)


kernels: dict[str, Any] = {"fftn": fftn, "ifftn": ifftn, "irfftn": irfftn, "rfftn": rfftn}
