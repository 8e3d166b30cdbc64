"""Floor 3: trigonometric and hyperbolic functions and logarithms, from sin, cos, atan, exp, log, expm1 and log1p.

Each is arranged so that it keeps its digits near zero and does not overflow where its value does not.
"""

from __future__ import annotations

import math
from typing import Any

from wengert.backends.standard.facts import Kernels, constant

_LARGE = 2.0**28  # from here on 1 + 1 / x**2 is 1 in double precision


def tan(xp: Kernels, x: Any, /) -> Any:
    return xp.divide(xp.sin(x), xp.cos(x))


def asin(xp: Kernels, x: Any, /) -> Any:
    return xp.atan(xp.divide(x, xp.sqrt((1 - x) * (1 + x))))


def acos(xp: Kernels, x: Any, /) -> Any:
    return 2 * xp.atan(xp.sqrt(xp.divide(1 - x, 1 + x)))


def atan2(xp: Kernels, y: Any, x: Any, /) -> Any:
    height, width = xp.abs(y), xp.abs(x)
    both_zero = xp.logical_and(xp.equal(height, constant(xp, y, 0)), xp.equal(width, constant(xp, x, 0)))
    both_infinite = xp.logical_and(xp.isinf(y), xp.isinf(x))
    one = constant(xp, x, 1)
    slope = xp.divide(
        xp.where(both_infinite, one, height), xp.where(xp.logical_or(both_zero, both_infinite), one, width)
    )
    angle = xp.atan(slope)
    return xp.copysign(xp.where(xp.signbit(x), math.pi - angle, angle), y)


def sinh(xp: Kernels, x: Any, /) -> Any:
    size = xp.abs(x)
    is_small = xp.less(size, constant(xp, x, 1))
    grown = xp.expm1(xp.where(is_small, size, constant(xp, x, 0)))
    near = 0.5 * (grown + grown / (grown + 1))
    half = xp.exp(0.5 * size)
    far = (0.5 * half) * half - (0.5 / half) / half
    return xp.copysign(xp.where(is_small, near, far), x)


def cosh(xp: Kernels, x: Any, /) -> Any:
    half = xp.exp(0.5 * xp.abs(x))
    return (0.5 * half) * half + (0.5 / half) / half


def asinh(xp: Kernels, x: Any, /) -> Any:
    size = xp.abs(x)
    is_large = xp.less(constant(xp, x, _LARGE), size)
    one = constant(xp, x, 1)
    usual = xp.where(is_large, one, size)
    near = xp.log1p(usual + usual * usual / (1 + xp.sqrt(usual * usual + 1)))
    far = xp.log(xp.where(is_large, size, one)) + math.log(2)
    return xp.copysign(xp.where(is_large, far, near), x)


def acosh(xp: Kernels, x: Any, /) -> Any:
    one = constant(xp, x, 1)
    is_large = xp.less(constant(xp, x, _LARGE), x)
    above = xp.where(is_large, one, x) - 1
    near = xp.log1p(above + xp.sqrt(2 * above + above * above))
    far = xp.log(xp.where(is_large, x, one)) + math.log(2)
    return xp.where(xp.less(x, one), constant(xp, x, math.nan), xp.where(is_large, far, near))


def atanh(xp: Kernels, x: Any, /) -> Any:
    size = xp.abs(x)
    return xp.copysign(0.5 * xp.log1p(2 * size / (1 - size)), x)


def hypot(xp: Kernels, x: Any, y: Any, /) -> Any:
    x, y = xp.abs(x), xp.abs(y)
    long, short = xp.maximum(x, y), xp.minimum(x, y)
    is_plain = xp.logical_and(xp.isfinite(long), xp.less(constant(xp, long, 0), long))
    ratio = xp.divide(short, xp.where(is_plain, long, constant(xp, long, 1)))
    is_infinite = xp.logical_or(xp.isinf(x), xp.isinf(y))
    length = xp.where(is_plain, long * xp.sqrt(1 + ratio * ratio), long)
    return xp.where(is_infinite, constant(xp, length, math.inf), length)


def log2(xp: Kernels, x: Any, /) -> Any:
    return _logarithm(xp, x, 2)


def log10(xp: Kernels, x: Any, /) -> Any:
    return _logarithm(xp, x, 10)


def _logarithm(xp: Kernels, x: Any, base: int) -> Any:
    """log x / log base, and exact for a power of the base."""
    near = xp.log(x) / math.log(base)
    if xp.facts.dtype(x).is_complex:
        return near
    whole = xp.round(near)
    return xp.where(xp.equal(xp.pow(constant(xp, x, base), whole), x), whole, near)


def logaddexp(xp: Kernels, x: Any, y: Any, /) -> Any:
    high = xp.maximum(x, y)
    equal = xp.equal(x, y)  # infinities among them, whose difference would be NaN
    gap = xp.where(equal, constant(xp, high, 0), xp.negative(xp.abs(xp.subtract(x, y))))
    return xp.add(high, xp.log1p(xp.exp(gap)))
