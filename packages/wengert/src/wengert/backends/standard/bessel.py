"""Floor 3: Bessel and Airy functions, in double precision.

Where an argument is moderate an integral representation is summed with the trapezoidal rule, which converges faster
than any power on these integrands; beyond, the asymptotic series has all digits. Both are evaluated everywhere, on
arguments put into their range, and `where` chooses.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from wengert.backends.standard.facts import Kernels, constant, in_double

_EULER = 0.5772156649015329
_NODES = 128
_ANGLES = tuple(math.pi * (i + 0.5) / _NODES for i in range(_NODES))  # midpoints of [0, pi]
_FAR_SCALED = 800.0  # where the series of i0e and i1e takes over
_FAR_WAVES = 50.0  # where those of the oscillating ones do
_FAR_AIRY = 10.0


@in_double
def i0e(xp: Kernels, x: Any, /) -> Any:
    """exp(-|x|) times the modified Bessel function of the first kind of order 0."""
    return _scaled_first(xp, xp.abs(x), 0)


@in_double
def i1e(xp: Kernels, x: Any, /) -> Any:
    """The same of order 1."""
    return xp.sign(x) * _scaled_first(xp, xp.abs(x), 1)


@in_double
def bessel_j0(xp: Kernels, x: Any, /) -> Any:
    """The Bessel function of the first kind of order 0."""
    return _waves(xp, xp.abs(x), 0)[0]


@in_double
def bessel_j1(xp: Kernels, x: Any, /) -> Any:
    """The same of order 1."""
    return xp.sign(x) * _waves(xp, xp.abs(x), 1)[0]


@in_double
def bessel_y0(xp: Kernels, x: Any, /) -> Any:
    """The Bessel function of the second kind of order 0; -inf at 0, nan below."""
    return _from_zero(xp, x, lambda x: _waves(xp, x, 0)[1], -math.inf)


@in_double
def bessel_y1(xp: Kernels, x: Any, /) -> Any:
    """The same of order 1."""
    return _from_zero(xp, x, lambda x: _waves(xp, x, 1)[1], -math.inf)


@in_double
def bessel_k0e(xp: Kernels, x: Any, /) -> Any:
    """exp(x) times the modified Bessel function of the second kind of order 0; inf at 0, nan below."""
    return _from_zero(xp, x, lambda x: _scaled_second(xp, x, 0), math.inf)


@in_double
def bessel_k1e(xp: Kernels, x: Any, /) -> Any:
    """The same of order 1."""
    return _from_zero(xp, x, lambda x: _scaled_second(xp, x, 1), math.inf)


@in_double
def airy(xp: Kernels, x: Any, /) -> Any:
    """The Airy function Ai."""
    return _airy(xp, x)


def _from_zero(xp: Kernels, x: Any, function: Callable[[Any], Any], at_zero: float) -> Any:
    """`function` of the positive ones; `at_zero` at 0, nan below."""
    zero = constant(xp, x, 0)
    is_positive = xp.less(zero, x)
    ends = xp.where(xp.equal(x, zero), constant(xp, x, at_zero), constant(xp, x, math.nan))
    return xp.where(is_positive, function(xp.where(is_positive, x, constant(xp, x, 1))), ends)


def _hankel(xp: Kernels, x: Any, order: int, terms: int) -> list[Any]:
    """The terms of the asymptotic series in 1 / x, all with positive signs of their factors."""
    result = [xp.ones_like(x)]
    for k in range(1, terms):
        result.append(result[-1] * ((4 * order * order - (2 * k - 1) ** 2) / (8 * k)) / x)
    return result


def _scaled_first(xp: Kernels, x: Any, order: int) -> Any:
    far = constant(xp, x, _FAR_SCALED)
    is_far = xp.less(far, x)
    near_x, far_x = xp.where(is_far, far, x), xp.where(is_far, x, far)
    near = xp.zeros_like(x)
    for angle in _ANGLES:  # for order 1 by parts, which keeps the digits of small x
        weight = math.sin(angle) ** 2 if order else 1.0
        near = near + xp.exp(near_x * (math.cos(angle) - 1)) * (weight / _NODES)
    near = near * near_x if order else near
    series = xp.zeros_like(x)
    for k, term in enumerate(_hankel(xp, far_x, order, 8)):
        series = series + (-1) ** k * term
    return xp.where(is_far, series / xp.sqrt(2 * math.pi * far_x), near)


def _waves(xp: Kernels, x: Any, order: int) -> tuple[Any, Any]:
    """J and Y of x >= 0. Y0 comes from J0 and the sum of all J of even order (C. Neumann), Y1 is its derivative."""
    far, one = constant(xp, x, _FAR_WAVES), constant(xp, x, 1)
    is_far = xp.less(far, x)
    near_x, far_x = xp.where(is_far, far, x), xp.where(is_far, x, far)
    j0 = j1 = even = slope = xp.zeros_like(x)
    for angle in _ANGLES:
        sine = math.sin(angle)
        cosine_part, sine_part = xp.cos(near_x * sine), xp.sin(near_x * sine)
        weight = -4 / math.pi * sum((-1) ** k / k * math.cos(2 * k * angle) for k in range(1, 51)) / _NODES
        j0, j1 = j0 + cosine_part / _NODES, j1 + sine_part * (sine / _NODES)
        even, slope = even + cosine_part * weight, slope - sine_part * (sine * weight)
    positive = xp.where(xp.less(constant(xp, x, 0), near_x), near_x, one)
    logarithm = 2 / math.pi * (xp.log(positive / 2) + _EULER)
    y0 = logarithm * j0 + even
    y1 = logarithm * j1 - 2 / math.pi * j0 / positive - slope
    near = (j0, y0) if order == 0 else (j1, y1)
    terms = _hankel(xp, far_x, order, 16)
    in_phase = out_of_phase = xp.zeros_like(x)
    for k in range(0, 16, 2):
        in_phase = in_phase + (-1) ** (k // 2) * terms[k]
        out_of_phase = out_of_phase + (-1) ** (k // 2) * terms[k + 1]
    phase = xp.where(xp.isinf(far_x), far, far_x) - (order * math.pi / 2 + math.pi / 4)
    size = xp.sqrt(2 / math.pi / far_x)
    cosine, sine = xp.cos(phase), xp.sin(phase)
    j_far = size * (in_phase * cosine - out_of_phase * sine)
    y_far = size * (in_phase * sine + out_of_phase * cosine)
    return xp.where(is_far, j_far, near[0]), xp.where(is_far, y_far, near[1])


def _scaled_second(xp: Kernels, x: Any, order: int) -> Any:
    """exp(x) K of x > 0: a power series to 2, then the integral of exp(-x (cosh t - 1)) cosh(order t)."""
    two = constant(xp, x, 2)
    is_small = xp.less_equal(x, two)
    low, high = xp.where(is_small, x, two), xp.where(is_small, two, x)
    quarter, logarithm = low * low / 4, xp.log(low / 2)
    term, digamma = xp.ones_like(x), -_EULER
    small = xp.zeros_like(x)
    for k in range(20):
        if order == 0:
            small = small + term * (digamma - logarithm)
        else:
            small = small + term * (logarithm - digamma - 0.5 / (k + 1)) * (low / 2)
        term = term * quarter / ((k + 1) * (k + 1 + order))
        digamma = digamma + 1 / (k + 1)
    if order:
        small = small + 1 / low
    cut = 50 / high
    end = xp.log1p(cut + xp.sqrt(cut) * xp.sqrt(cut + 2))
    nodes = 64
    large = 0.5 * xp.ones_like(x)
    for i in range(1, nodes + 1):
        t = end * (i / nodes)
        half = (xp.exp(t / 2) - xp.exp(-(t / 2))) / 2
        growth = (xp.exp(t) + xp.exp(-t)) / 2 if order else 1
        large = large + xp.exp(-2 * high * half * half) * growth
    large = xp.where(xp.isinf(high), constant(xp, x, 0), large * end / nodes)
    return xp.where(is_small, small * xp.exp(low), large)


def _airy(xp: Kernels, x: Any) -> Any:
    """On a vertical line through the saddle, exp(z**3 / 3 - x z) integrates to Ai; far out by series of waves."""
    one, far = constant(xp, x, 1), constant(xp, x, -_FAR_AIRY)
    is_far = xp.less(x, far)
    near = xp.where(is_far, far, x)
    near = xp.where(xp.isinf(near), one, near)
    centre = xp.where(xp.less(one, near), xp.sqrt(xp.abs(near)), 1 / xp.maximum(xp.abs(near), one))
    end = 7.0 / xp.sqrt(centre)
    nodes = 1500
    total = 0.5 * xp.ones_like(x)
    for i in range(1, nodes + 1):
        t = end * (i / nodes)
        total = total + xp.exp(-(centre * t * t)) * xp.cos(t * (centre * centre - near) - t * t * t / 3)
    front = xp.exp(centre * (centre * centre / 3 - near)) / math.pi
    inside = front * total * end / nodes
    size = xp.abs(xp.where(is_far, x, far))
    size = xp.where(xp.isinf(size), xp.abs(far), size)
    argument = size * xp.sqrt(size) * (2 / 3)
    terms: list[Any] = [xp.ones_like(x)]
    factor = 1.0
    for k in range(1, 12):
        factor = factor * ((6 * k - 5) * (6 * k - 3) * (6 * k - 1)) / (216 * k * (2 * k - 1))
        terms.append(factor / xp.pow(argument, k * xp.ones_like(x)))
    phase = argument - math.pi / 4
    even = odd = xp.zeros_like(x)
    for k in range(0, 12, 2):
        even, odd = even + (-1) ** (k // 2) * terms[k], odd + (-1) ** (k // 2) * terms[k + 1]
    waves = (xp.cos(phase) * even + xp.sin(phase) * odd) / (math.sqrt(math.pi) * xp.sqrt(xp.sqrt(size)))
    return xp.where(xp.isinf(x), constant(xp, x, math.nan), xp.where(is_far, waves, inside))
