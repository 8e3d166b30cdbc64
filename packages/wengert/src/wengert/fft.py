"""Fourier transforms, with torch.fft's names."""

from __future__ import annotations

from wengert.ops.forms import public_forms
from wengert.ops.fourier.one_axis import fft, hfft, ifft, ihfft, irfft, rfft
from wengert.ops.fourier.several_axes import (
    fft2,
    fftfreq,
    fftn,
    fftshift,
    hfft2,
    hfftn,
    ifft2,
    ifftn,
    ifftshift,
    ihfft2,
    ihfftn,
    irfft2,
    irfftn,
    rfft2,
    rfftfreq,
    rfftn,
)

#: The functions that take `out=`.
_WITH_OUT = """
    fft fft2 fftfreq fftn hfft hfft2 hfftn ifft ifft2 ifftn ihfft ihfft2 ihfftn irfft irfft2 irfftn rfft rfft2
    rfftfreq rfftn
"""
globals().update(public_forms(globals(), _WITH_OUT))

__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "hfft2", "hfftn", "ifft", "ifft2", "ifftn", "ifftshift",
    "ihfft", "ihfft2", "ihfftn", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn",
]  # fmt: skip
