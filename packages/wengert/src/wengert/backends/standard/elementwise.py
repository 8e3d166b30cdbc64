"""Floor 3: signs, rounding, division, comparison, logic and the parts of complex numbers, element by element."""

from __future__ import annotations

from typing import Any

from wengert.backends.standard.facts import Kernels, constant, is_bool
from wengert.protocol import dtypes as ours

_INFINITY = float("inf")


def positive(xp: Kernels, x: Any, /) -> Any:
    return xp.copy(x)


def square(xp: Kernels, x: Any, /) -> Any:
    return xp.multiply(x, x)


def reciprocal(xp: Kernels, x: Any, /) -> Any:
    return xp.divide(constant(xp, x, 1), x)


# --- signs ------------------------------------------------------------------------------------------------------------


def sign(xp: Kernels, x: Any, /) -> Any:
    """-1, 0 or 1; NaN stays; z / |z| for complex z, 0 at 0."""
    zero, one = constant(xp, x, 0), constant(xp, x, 1)
    if xp.facts.dtype(x).is_complex:
        size = xp.astype(xp.abs(x), x.dtype)
        return xp.where(xp.equal(x, zero), zero, xp.divide(x, xp.where(xp.equal(size, zero), one, size)))
    if is_bool(xp, x):
        return xp.copy(x)
    if not xp.facts.dtype(x).is_signed:
        return xp.where(xp.less(zero, x), one, zero)
    return xp.where(xp.less(zero, x), one, xp.where(xp.less(x, zero), xp.negative(one), xp.add(x, zero)))


def signbit(xp: Kernels, x: Any, /) -> Any:
    """Whether the sign is minus, that of a zero included; the sign of a NaN is not seen."""
    zero = constant(xp, x, 0)
    is_negative = xp.less(x, zero)
    if not xp.facts.dtype(x).is_inexact:
        return is_negative
    is_zero = xp.equal(x, zero)
    inverse = xp.reciprocal(xp.where(is_zero, x, constant(xp, x, 1)))  # of a negative zero: -inf
    return xp.logical_or(is_negative, xp.less(inverse, zero))


def copysign(xp: Kernels, x: Any, y: Any, /) -> Any:
    size = xp.abs(x)
    return xp.where(xp.signbit(y), xp.negative(size), size)


# --- rounding ---------------------------------------------------------------------------------------------------------


def ceil(xp: Kernels, x: Any, /) -> Any:
    if not xp.facts.dtype(x).is_inexact:
        return xp.copy(x)
    return xp.negative(xp.floor(xp.negative(x)))


def trunc(xp: Kernels, x: Any, /) -> Any:
    if not xp.facts.dtype(x).is_inexact:
        return xp.copy(x)
    return xp.copysign(xp.floor(xp.abs(x)), x)


def round(xp: Kernels, x: Any, /) -> Any:
    if not xp.facts.dtype(x).is_inexact:
        return xp.copy(x)
    if xp.facts.dtype(x).is_complex:
        return xp.complex(xp.round(xp.real(x)), xp.round(xp.imag(x)))
    size = xp.abs(x)
    low = xp.floor(size)
    over = xp.subtract(size, low)
    half, one, two = (constant(xp, x, value) for value in (0.5, 1, 2))
    even = xp.add(low, xp.remainder(low, two))
    rounded = xp.where(xp.less(half, over), xp.add(low, one), xp.where(xp.equal(over, half), even, low))
    return xp.copysign(rounded, x)


# --- division ---------------------------------------------------------------------------------------------------------


def fmod(xp: Kernels, x: Any, y: Any, /) -> Any:
    if not xp.facts.dtype(x).is_signed:
        return xp.remainder(x, y)
    rest = xp.remainder(xp.abs(x), xp.abs(y))
    if xp.facts.dtype(x).is_inexact:
        return xp.copysign(rest, x)
    return xp.where(xp.less(x, constant(xp, x, 0)), xp.negative(rest), rest)


def floor_divide(xp: Kernels, x: Any, y: Any, /) -> Any:
    """The whole number of y's in x, rounded down. It comes from the remainder: 1.0 // 0.1 is 9 and not 10.

    A float divided by zero gives x / y.
    """
    exact = xp.subtract(x, xp.remainder(x, y))  # a multiple of y
    if not xp.facts.dtype(x).is_inexact:
        return _integer_quotient(xp, exact, y)
    quotient = xp.divide(exact, y)
    nearest = xp.round(quotient)
    whole = xp.where(xp.isfinite(nearest), nearest, xp.floor(quotient))
    signed_zero = xp.copysign(constant(xp, x, 0), xp.divide(x, y))
    zero = constant(xp, x, 0)
    whole = xp.where(xp.equal(whole, zero), signed_zero, whole)
    return xp.where(xp.equal(y, zero), xp.divide(x, y), whole)


def _integer_quotient(xp: Kernels, exact: Any, y: Any) -> Any:
    """exact / y for a multiple of y: a quotient in floating point, then once more for what it missed."""
    wide = xp.facts.dtypes[ours.float64 if ours.float64 in xp.facts.dtypes else ours.float32]
    divisor = xp.where(xp.equal(y, constant(xp, y, 0)), constant(xp, y, 1), y)

    def quotient(dividend: Any) -> Any:
        return xp.astype(xp.round(xp.divide(xp.astype(dividend, wide), xp.astype(divisor, wide))), y.dtype)

    first = quotient(exact)
    return xp.add(first, quotient(xp.subtract(exact, xp.multiply(first, divisor))))


# --- comparison and logic ---------------------------------------------------------------------------------------------


def maximum(xp: Kernels, x: Any, y: Any, /) -> Any:
    y = _beside(xp, x, y)
    return xp.where(xp.logical_or(xp.less(x, y), xp.isnan(y)), y, x)


def minimum(xp: Kernels, x: Any, y: Any, /) -> Any:
    y = _beside(xp, x, y)
    return xp.where(xp.logical_or(xp.less(y, x), xp.isnan(y)), y, x)


def _beside(xp: Kernels, x: Any, y: Any) -> Any:
    """y as an array beside x, where it is a Python number."""
    return constant(xp, x, y) if isinstance(y, (bool, int, float)) else y


def isnan(xp: Kernels, x: Any, /) -> Any:
    return xp.logical_not(xp.equal(x, x))


def isinf(xp: Kernels, x: Any, /) -> Any:
    if not xp.facts.dtype(x).is_inexact:
        return xp.not_equal(x, x)
    size = xp.abs(x)
    return xp.equal(size, constant(xp, size, _INFINITY))


def isfinite(xp: Kernels, x: Any, /) -> Any:
    if not xp.facts.dtype(x).is_inexact:
        return xp.equal(x, x)
    size = xp.abs(x)
    return xp.less(size, constant(xp, size, _INFINITY))


def not_equal(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.logical_not(xp.equal(x, y))


def less_equal(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.logical_or(xp.less(x, y), xp.equal(x, y))


def greater(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.less(y, x)


def greater_equal(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.less_equal(y, x)


def logical_or(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.logical_not(xp.logical_and(xp.logical_not(x), xp.logical_not(y)))


def logical_xor(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.not_equal(xp.logical_not(x), xp.logical_not(y))


def masked(xp: Kernels, x: Any, mask: Any, /) -> Any:
    """x where the mask is true, else 0."""
    return xp.where(mask, x, constant(xp, x, 0))


# --- bits -------------------------------------------------------------------------------------------------------------


def bitwise_or(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.bitwise_xor(xp.bitwise_xor(x, y), xp.bitwise_and(x, y))


def bitwise_invert(xp: Kernels, x: Any, /) -> Any:
    dtype = xp.facts.dtype(x)
    if dtype is ours.bool_:
        return xp.logical_not(x)
    return xp.bitwise_xor(x, constant(xp, x, -1 if dtype.is_signed else 2 ** (8 * dtype.itemsize) - 1))


def bitwise_left_shift(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.multiply(x, xp.pow(constant(xp, x, 2), y))


def bitwise_right_shift(xp: Kernels, x: Any, y: Any, /) -> Any:
    return xp.floor_divide(x, xp.pow(constant(xp, x, 2), y))


# --- complex numbers --------------------------------------------------------------------------------------------------


def real(xp: Kernels, x: Any, /) -> Any:
    """The real part; `astype` to a real dtype keeps it."""
    dtype = xp.facts.dtype(x)
    return xp.astype(x, xp.facts.dtypes[dtype.to_real()]) if dtype.is_complex else x


def imag(xp: Kernels, x: Any, /) -> Any:
    dtype = xp.facts.dtype(x)
    return xp.real(x * -1j) if dtype.is_complex else xp.zeros_like(x)


def conj(xp: Kernels, x: Any, /) -> Any:
    return xp.complex(xp.real(x), xp.negative(xp.imag(x))) if xp.facts.dtype(x).is_complex else x
