"""Floor 6: Fourier transforms, windows and short-time transforms, imported at their first use."""

from __future__ import annotations

from wengert.extras import deferred

_LATE = {
    "one_axis": ("fft", "hfft", "ifft", "ihfft", "irfft", "rfft"),
    "several_axes": (
        "fft2", "fftfreq", "fftn", "fftshift", "hfft2", "hfftn", "ifft2", "ifftn", "ifftshift", "ihfft2", "ihfftn",
        "irfft2", "irfftn", "rfft2", "rfftfreq", "rfftn",
    ),
}  # fmt: skip
__getattr__ = deferred(
    __name__, {name: f"{__name__}.{module}:{name}" for module, names in _LATE.items() for name in names}
)
