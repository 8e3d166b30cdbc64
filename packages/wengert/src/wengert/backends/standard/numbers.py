"""Floor 3: the parts of floating-point numbers, and the divisors of whole ones."""

from __future__ import annotations

from typing import Any

from wengert.backends.standard.facts import Kernels, constant, together
from wengert.protocol import dtypes as ours
from wengert.protocol.dtypes import int32

#: Of a floating dtype: the digits of its fraction, the smallest positive number, the greatest.
_FORMATS = {
    ours.float16: (11, 2.0**-24, 65504.0),
    ours.bfloat16: (8, 2.0**-133, (2 - 2.0**-7) * 2.0**127),
    ours.float32: (24, 2.0**-149, (2 - 2.0**-23) * 2.0**127),
    ours.float64: (53, 2.0**-1074, (2 - 2.0**-52) * 2.0**1023),
}


def frexp(xp: Kernels, x: Any, /) -> tuple[Any, Any]:
    """x as mantissa times 2**exponent, the mantissa in [0.5, 1); 0, inf and nan as they are, with exponent 0."""
    one, half = constant(xp, x, 1), constant(xp, x, 0.5)
    is_special = xp.logical_or(xp.equal(x, constant(xp, x, 0)), xp.logical_not(xp.isfinite(x)))
    size = xp.where(is_special, half, xp.abs(x))
    exponent = xp.floor(xp.log2(size)) + 1
    upper = xp.trunc(exponent * 0.5)  # in two steps, neither of which overflows
    two = constant(xp, x, 2)
    mantissa = size / xp.pow(two + 0 * x, upper) / xp.pow(two + 0 * x, exponent - upper)
    is_large, is_small = xp.less_equal(one, mantissa), xp.less(mantissa, half)
    mantissa = xp.where(is_large, mantissa * 0.5, xp.where(is_small, mantissa * 2, mantissa))
    exponent = xp.where(is_large, exponent + 1, xp.where(is_small, exponent - 1, exponent))
    mantissa = xp.where(is_special, x, xp.copysign(mantissa, x))
    exponent = xp.where(is_special, constant(xp, x, 0), exponent)
    return mantissa, xp.astype(exponent, xp.facts.dtypes[int32])


def nextafter(xp: Kernels, x: Any, y: Any, /) -> Any:
    """The number next to x in the direction of y."""
    digits, smallest, greatest = _FORMATS[xp.facts.dtype(x)]
    x, y = together(xp, x, y)
    zero = constant(xp, x, 0)
    mantissa, exponent = xp.frexp(x)
    is_inward = xp.equal(xp.less(y, x), xp.less(zero, x))
    at_power = xp.logical_and(is_inward, xp.equal(xp.abs(mantissa), constant(xp, x, 0.5)))
    steps = xp.astype(exponent, x.dtype) - digits
    two = constant(xp, x, 2) + 0 * x
    step = xp.pow(two, xp.where(at_power, steps - 1, steps))
    step = xp.maximum(xp.where(xp.equal(x, zero), zero, step), constant(xp, x, smallest))
    moved = xp.where(xp.less(x, y), x + step, x - step)
    moved = xp.where(xp.isinf(x), xp.copysign(constant(xp, x, greatest), x), moved)
    moved = xp.where(xp.equal(x, y), y, moved)
    return xp.where(xp.logical_or(xp.isnan(x), xp.isnan(y)), x + y, moved)


def gcd(xp: Kernels, x: Any, y: Any, /) -> Any:
    """The greatest common divisor, by Euclid's algorithm in as many steps as 64 bits can need."""
    x, y = xp.abs(x), xp.abs(y)
    x, y = together(xp, x, y)
    for _ in range(92):
        is_done = xp.equal(y, constant(xp, y, 0))
        rest = xp.remainder(x, xp.where(is_done, constant(xp, y, 1), y))
        x, y = xp.where(is_done, x, y), xp.where(is_done, y, rest)
    return x


def lcm(xp: Kernels, x: Any, y: Any, /) -> Any:
    """The least common multiple; 0 if either is 0."""
    divisor = xp.gcd(x, y)
    safe = xp.where(xp.equal(divisor, constant(xp, divisor, 0)), constant(xp, divisor, 1), divisor)
    return xp.abs(xp.multiply(xp.floor_divide(x, safe), y))
