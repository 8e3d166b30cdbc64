"""Elementwise kernels: CuPy's ufuncs, which give no warnings."""

from __future__ import annotations

from typing import Any

import cupy
from cupyx.scipy import special


def complex(real: Any, imag: Any, /) -> Any:
    """The complex array of two parts; `real + 1j * imag` would spoil infinities."""
    out = cupy.empty(cupy.broadcast(real, imag).shape, cupy.result_type(real.dtype, cupy.complex64))
    out.real = real
    out.imag = imag
    return out


def real(x: Any, /) -> Any:
    """The real part, a view."""
    return x.real


def imag(x: Any, /) -> Any:
    """The imaginary part, a view; zeros of a real array."""
    return x.imag


def round(x: Any, /) -> Any:
    """The nearest integer, half to even."""
    return cupy.rint(x) if x.dtype.kind == "f" else x.copy()


def add_into(x: Any, y: Any, /) -> Any:
    """`x + y` in the memory of `x`."""
    return cupy.add(x, y, x)


def masked(x: Any, mask: Any, /) -> Any:
    """`x` where the mask is, else 0, which no array is made for."""
    return cupy.where(mask, x, x.dtype.type(0))


def _keeping_dtype(function: Any) -> Any:
    """`function`, which computes in single or double precision, with the result in the dtype of its arguments."""

    def kernel(x: Any, /, *others: Any) -> Any:
        return function(x, *others).astype(x.dtype, copy=False)

    return kernel


def expit(x: Any, /) -> Any:
    """1 / (1 + exp(-x)); CuPy's own is for real numbers."""
    if x.dtype.kind == "c":
        return 1 / (1 + cupy.exp(-x))
    return special.expit(x).astype(x.dtype, copy=False)


_SPECIAL = "betainc digamma erf erfc erfcx erfinv gammainc gammaincc gammaln i0e i1e ndtri zeta"
_BESSEL = "j0 j1 k0e k1e y0 y1"
_SAME = (
    "add bitwise_and bitwise_or bitwise_xor ceil copysign cos cosh divide equal exp expm1 floor floor_divide fmod "
    "frexp gcd greater greater_equal hypot isfinite isinf isnan lcm less less_equal log log10 log1p log2 "
    "logaddexp logical_and logical_not logical_or logical_xor maximum minimum multiply negative nextafter "
    "not_equal reciprocal remainder sign signbit sin sinh sqrt square subtract tan tanh trunc where"
)
_RENAMED = {
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "bitwise_invert": "invert",
    "bitwise_left_shift": "left_shift",
    "bitwise_right_shift": "right_shift",
    "conj": "conjugate",
    "pow": "power",
}

kernels: dict[str, Any] = {
    **{name: getattr(cupy, name) for name in _SAME.split()},
    **{name: getattr(cupy, theirs) for name, theirs in _RENAMED.items()},
    **{name: _keeping_dtype(getattr(special, name)) for name in _SPECIAL.split()},
    **{f"bessel_{name}": _keeping_dtype(getattr(special, name)) for name in _BESSEL.split()},
    "add_into": add_into,
    "complex": complex,
    "expit": expit,
    "imag": imag,
    "masked": masked,
    "real": real,
    "round": round,
}
