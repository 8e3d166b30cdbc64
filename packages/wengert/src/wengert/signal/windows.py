"""Window functions, with torch.signal.windows' names."""

from __future__ import annotations

from wengert.ops.forms import public_forms
from wengert.ops.fourier.windows import (
    bartlett,
    blackman,
    cosine,
    exponential,
    gaussian,
    general_cosine,
    general_hamming,
    hamming,
    hann,
    kaiser,
    nuttall,
)

globals().update(public_forms(globals()))

__all__ = [
    "bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming", "hamming", "hann",
    "kaiser", "nuttall",
]  # fmt: skip
