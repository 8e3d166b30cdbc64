"""Elementwise kernels: torch's functions, which take Python numbers beside tensors as NumPy's do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def binary(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """`function` of two tensors, or of one and a Python number, which leaves the dtype of its kind alone."""

    def kernel(x: Any, y: Any, /) -> Any:
        if isinstance(x, Tensor) and isinstance(y, Tensor):
            return function(x, y)
        if isinstance(x, Tensor):
            return function(x, torch.asarray(y, dtype=torch.result_type(x, y), device=x.device))
        return function(torch.asarray(x, dtype=torch.result_type(x, y), device=y.device), y)

    kernel.__name__ = kernel.__qualname__ = getattr(function, "__name__", "kernel")
    return kernel


def pow(x: Any, y: Any, /) -> Any:
    """`x ** y`."""
    return torch.pow(x, y)


def sign(x: Any, /) -> Any:
    """-1, 0 or 1; of a complex number, the number of size 1 in its direction."""
    return torch.sgn(x) if x.is_complex() else torch.sign(x)


def imag(x: Any, /) -> Any:
    """The imaginary part, a view; zeros of a real array."""
    return torch.imag(x) if x.is_complex() else torch.zeros_like(x)


def add_into(x: Any, y: Any, /) -> Any:
    """`x + y` in the memory of `x`."""
    return x.add_(y)


def masked(x: Any, mask: Any, /) -> Any:
    """`x` where `mask` is true, else 0."""
    return torch.where(mask, x, 0)


def gelu_slope(x: Any, /) -> Any:
    """The derivative of gelu: the normal distribution function plus `x` times the density."""
    return torch.special.ndtr(x) + x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


_BINARY = (
    "add atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor complex copysign divide "
    "floor_divide fmod gcd greater greater_equal hypot lcm less less_equal logaddexp logical_and logical_or "
    "logical_xor maximum minimum multiply nextafter not_equal remainder subtract"
)
_UNARY = (
    "abs acos acosh asin asinh atan atanh ceil cos cosh digamma erf erfc erfinv exp expm1 floor isfinite isinf "
    "isnan log log10 log1p log2 logical_not negative positive real reciprocal round signbit sin sinh sqrt square "
    "tan tanh trunc"
)


def _in_single(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which torch has for single and double precision only, worked out in single for narrower numbers."""

    def kernel(x: Any, /, *others: Any) -> Any:
        if x.dtype.itemsize > 2:
            return function(x, *others)
        return function(x.float(), *[other.float() for other in others]).to(x.dtype)

    return kernel


_SPECIAL = "bessel_j0 bessel_j1 bessel_y0 bessel_y1 erfcx gammainc gammaincc i0e i1e ndtri zeta"


def orthogonal(x: Any, n: Any, /, *, family: str) -> Any:
    """A polynomial of degree `n` at `x`."""
    return _in_single(getattr(torch.special, family))(x, n)


def frexp(x: Any, /) -> tuple[Any, Any]:
    """Mantissa and exponent."""
    return tuple(torch.frexp(x))


kernels: dict[str, Any] = {
    **{name: binary(getattr(torch, name)) for name in _BINARY.split()},
    **{name: getattr(torch, name) for name in _UNARY.split()},
    **{name: _in_single(getattr(torch.special, name)) for name in _SPECIAL.split()},
    "add_into": add_into,
    "airy": _in_single(torch.special.airy_ai),
    "bessel_k0e": _in_single(torch.special.scaled_modified_bessel_k0),
    "bessel_k1e": _in_single(torch.special.scaled_modified_bessel_k1),
    "bitwise_invert": torch.bitwise_not,
    "conj": torch.conj_physical,  # torch.conj is a view that writes through
    "equal": binary(torch.eq),
    "expit": torch.sigmoid,
    "frexp": frexp,
    "gammaln": torch.lgamma,
    "gelu": torch.nn.functional.gelu,
    "gelu_slope": gelu_slope,
    "imag": imag,
    "masked": masked,
    "orthogonal": orthogonal,
    "pow": pow,
    "sign": sign,
    "where": torch.where,
}
