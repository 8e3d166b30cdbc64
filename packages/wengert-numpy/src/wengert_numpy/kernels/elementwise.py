"""Elementwise kernels: NumPy's ufuncs, silent where they have singular points at ordinary numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet

_FLOAT16 = np.dtype(np.float16)


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
    if not getattr(y, "shape", ()) and getattr(x, "shape", ()) and x.dtype.kind == "f":
        short = _POWERS.get(y if isinstance(y, int | float) else y.item())
        if short is not None:
            return quiet.call(short, x)
    return quiet.call(np.power, x, y)


def add_into(x: Any, y: Any, /) -> Any:
    """`x + y` in the memory of `x`, which has dimensions or is a scalar that has no memory to share."""
    return np.add(x, y, x) if x.shape else np.add(x, y)


def expit(x: Any, /) -> Any:
    """`1 / (1 + exp(-x))`; exp overflows to inf where the result is 0."""
    return quiet.call(_expit, x)


def _expit(x: Any) -> Any:
    if x.dtype is _FLOAT16:
        return np.asarray(_expit(x.astype(np.float32))).astype(_FLOAT16)
    out = np.negative(x)
    if not out.shape:
        return np.reciprocal(np.exp(out) + out.dtype.type(1))
    np.exp(out, out)
    np.add(out, 1, out)
    return np.reciprocal(out, out)


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


kernels: dict[str, Any] = {
    "abs": np.absolute,
    "acos": quiet.unary(np.arccos),
    "acosh": quiet.unary(np.arccosh),
    "add": np.add,
    "add_into": add_into,
    "asin": quiet.unary(np.arcsin),
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "atanh": quiet.unary(np.arctanh),
    "bitwise_and": np.bitwise_and,
    "bitwise_invert": np.invert,
    "bitwise_left_shift": np.left_shift,
    "bitwise_or": np.bitwise_or,
    "bitwise_right_shift": np.right_shift,
    "bitwise_xor": np.bitwise_xor,
    "ceil": _rounding(np.ceil),
    "complex": complex,
    "conj": np.conjugate,
    "copysign": np.copysign,
    "cos": quiet.unary(np.cos),
    "cosh": quiet.unary(np.cosh),
    "divide": quiet.binary(np.divide),
    "equal": np.equal,
    "exp": quiet.unary(np.exp),
    "expit": expit,
    "expm1": quiet.unary(np.expm1),
    "floor": _rounding(np.floor),
    "floor_divide": quiet.binary(np.floor_divide),
    "fmod": quiet.binary(np.fmod),
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "hypot": quiet.binary(np.hypot),
    "imag": imag,
    "isfinite": np.isfinite,
    "isinf": np.isinf,
    "isnan": np.isnan,
    "less": np.less,
    "less_equal": np.less_equal,
    "log": quiet.unary(np.log),
    "log10": quiet.unary(np.log10),
    "log1p": quiet.unary(np.log1p),
    "log2": quiet.unary(np.log2),
    "logaddexp": quiet.binary(np.logaddexp),
    "logical_and": np.logical_and,
    "logical_not": np.logical_not,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "multiply": np.multiply,
    "negative": np.negative,
    "not_equal": np.not_equal,
    "positive": np.positive,
    "pow": pow,
    "real": real,
    "reciprocal": quiet.unary(np.reciprocal),
    "remainder": quiet.binary(np.remainder),
    "round": _keep_integers(np.rint),
    "sign": np.sign,
    "signbit": np.signbit,
    "sin": quiet.unary(np.sin),
    "sinh": quiet.unary(np.sinh),
    "sqrt": quiet.unary(np.sqrt),
    "square": np.square,
    "subtract": np.subtract,
    "tan": quiet.unary(np.tan),
    "tanh": np.tanh,
    "trunc": _rounding(np.trunc),
    "where": np.where,
}
