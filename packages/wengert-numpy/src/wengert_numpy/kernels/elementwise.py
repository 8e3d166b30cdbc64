"""Elementwise kernels: NumPy's ufuncs, silent where they have singular points at ordinary numbers."""

from __future__ import annotations

from collections.abc import Callable
from operator import iadd
from typing import Any

import numpy as np

from wengert_numpy.kernels import blocks, quiet

add = np.add


def _keep_integers(ufunc: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`ufunc`, which turns integers into floats, on floats; integers as they are."""

    def kernel(x: Any, /) -> Any:
        return ufunc(x) if x.dtype.kind == "f" else x.copy()

    return kernel


def _rounding(ufunc: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return ufunc if ufunc(np.int64(1)).dtype.kind == "i" else _keep_integers(ufunc)  # NumPy 2.0 makes floats


def _inverse_square(x: Any) -> Any:
    return np.reciprocal(np.multiply(x, x))


def _cube(x: Any) -> Any:
    return np.multiply(np.multiply(x, x), x)


# np.power is up to a hundred times slower than these; torch takes the same short ways
_POWERS: dict[float, Callable[[Any], Any]] = {
    2.0: np.square,
    3.0: _cube,
    0.5: np.sqrt,
    -1.0: np.reciprocal,
    -2.0: _inverse_square,
}


def pow(x: Any, y: Any, /) -> Any:
    """`x ** y`; short ways for a floating base and the small exponents that are one number."""
    if not getattr(y, "shape", ()) and getattr(x, "shape", ()) and x.dtype.kind in "fc":
        short = _POWERS.get(y.item() if isinstance(y, np.generic | np.ndarray) else y)
        if short is not None:
            return quiet.call(short, x)
    return quiet.call(np.power, x, y)


def complex(real: Any, imag: Any, /) -> Any:
    """The complex array of two parts; `real + 1j * imag` would spoil infinities."""
    out = np.empty(np.broadcast_shapes(real.shape, imag.shape), np.result_type(real.dtype, np.complex64))
    out.real = real
    out.imag = imag
    return out


def real(x: Any, /) -> Any:
    """The real part, a view."""
    return x.real


def imag(x: Any, /) -> Any:
    """The imaginary part, a view; zeros of a real array."""
    return x.imag


def conj(x: Any, /) -> Any:
    """The complex conjugate; a real array itself, which NumPy would copy."""
    return np.conjugate(x) if x.dtype.kind == "c" else x


def tanh(x: Any, /) -> Any:
    """The hyperbolic tangent, which has no singular point."""
    return np.tanh(x) if x.size < blocks.VERY_LONG or x.dtype.kind != "f" else blocks.unary(np.tanh, x)


_UNSIGNED = {np.dtype(f"f{size}"): np.dtype(f"u{size}") for size in (2, 4, 8)}


def maximum(x: Any, y: Any, /, out: Any = None) -> Any:
    """The larger of two."""
    return _beside_zero(np.maximum, x, y, out)


def minimum(x: Any, y: Any, /, out: Any = None) -> Any:
    """The smaller of two."""
    return _beside_zero(np.minimum, x, y, out)


def _beside_zero(ufunc: Callable[..., Any], x: Any, y: Any, out: Any) -> Any:
    """`ufunc`, which has SIMD for two arrays only: beside a plain zero (relu) this is three times faster."""
    if not (y.__class__ is int and y == 0 and x.dtype in _ZEROS and x.flags.c_contiguous and x.shape):
        return ufunc(x, y, out=out)
    zeros = _ZEROS[x.dtype]
    if x.size <= zeros.size:
        return ufunc(x, zeros[: x.size].reshape(x.shape), out=out)
    if out is None or not out.flags.c_contiguous:
        out = np.empty_like(x)
    flat, result = x.reshape(-1), out.reshape(-1)
    for start in range(0, x.size, zeros.size):
        part = flat[start : start + zeros.size]
        ufunc(part, zeros[: part.size], out=result[start : start + zeros.size])
    return out


_ZEROS = {np.dtype(kind): np.zeros(1 << 16, kind) for kind in ("f4", "f8")}


def masked(x: Any, mask: Any, /, out: Any = None) -> Any:
    """`x` where `mask` is true, else 0. The bits are multiplied by 0 or 1: ten times faster than `where`, and exact."""
    bits = _UNSIGNED.get(x.dtype)
    if bits is None:
        return np.where(mask, x, x.dtype.type(0))
    if mask.shape != x.shape or not mask.shape:
        return np.multiply(x.view(bits), mask).view(x.dtype)
    factor = mask.astype(bits)
    return np.multiply(x.view(bits), factor, factor if out is None else out.view(bits)).view(x.dtype)


kernels: dict[str, Any] = {
    "abs": np.absolute,
    "acos": blocks.shared(np.arccos),
    "acosh": blocks.shared(np.arccosh),
    "add": np.add,
    "add_into": iadd,  # in the memory of x; a 0-d scalar, which has none to share, gives a new one
    "asin": blocks.shared(np.arcsin),
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "atanh": blocks.shared(np.arctanh),
    "bitwise_and": np.bitwise_and,
    "bitwise_invert": np.invert,
    "bitwise_left_shift": np.left_shift,
    "bitwise_or": np.bitwise_or,
    "bitwise_right_shift": np.right_shift,
    "bitwise_xor": np.bitwise_xor,
    "ceil": _rounding(np.ceil),
    "complex": complex,
    "conj": conj,
    "copysign": np.copysign,
    "cos": blocks.shared(np.cos),
    "cosh": blocks.shared(np.cosh),
    "divide": quiet.binary(np.divide),
    "equal": np.equal,
    "exp": blocks.shared(np.exp),
    "expm1": blocks.shared(np.expm1),
    "floor": _rounding(np.floor),
    "floor_divide": quiet.binary(np.floor_divide),
    "fmod": quiet.binary(np.fmod),
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "hypot": quiet.binary(np.hypot),
    "nextafter": np.nextafter,
    "imag": imag,
    "isfinite": np.isfinite,
    "isinf": np.isinf,
    "isnan": np.isnan,
    "less": np.less,
    "less_equal": np.less_equal,
    "log": blocks.shared(np.log),
    "log10": blocks.shared(np.log10),
    "log1p": blocks.shared(np.log1p),
    "log2": blocks.shared(np.log2),
    "logaddexp": quiet.binary(np.logaddexp),
    "logical_and": np.logical_and,
    "logical_not": np.logical_not,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "masked": masked,
    "maximum": maximum,
    "minimum": np.minimum,
    "multiply": np.multiply,
    "negative": np.negative,
    "not_equal": np.not_equal,
    "positive": np.positive,
    "pow": pow,
    "real": real,
    "reciprocal": blocks.shared(np.reciprocal),
    "remainder": quiet.binary(np.remainder),
    "round": _keep_integers(np.rint),
    "sign": np.sign,
    "signbit": np.signbit,
    "sin": blocks.shared(np.sin),
    "sinh": blocks.shared(np.sinh),
    "sqrt": blocks.shared(np.sqrt),
    "square": np.square,
    "subtract": np.subtract,
    "tan": blocks.shared(np.tan),
    "tanh": tanh,
    "trunc": _rounding(np.trunc),
    "where": np.where,
}
