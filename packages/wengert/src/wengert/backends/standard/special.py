"""Floor 3: special functions to the last digits of double precision.

Narrower floats are computed in double precision where the library has it. No step branches on a value: every formula is
evaluated everywhere, on arguments put into its range, and `where` chooses.
"""

from __future__ import annotations

import math
from typing import Any

from wengert.backends.standard.coefficients import (
    DIGAMMA,
    DIGAMMA_ROOT,
    DIGAMMA_SERIES,
    ERF,
    ERFC,
    GAMMALN,
    STIRLING,
    chebyshev,
    polynomial,
)
from wengert.backends.standard.facts import Kernels, constant, in_double

_SERIES_FROM = 8.0  # where the asymptotic series of gammaln and digamma reach double precision


def expit(xp: Kernels, x: Any, /) -> Any:
    """1 / (1 + exp(-x)), by whichever exponential does not overflow."""
    if xp.facts.dtype(x).is_complex:
        return 1 / (1 + xp.exp(-x))
    small = xp.exp(xp.negative(xp.abs(x)))
    is_negative = xp.less(x, constant(xp, x, 0))
    return xp.divide(xp.where(is_negative, small, constant(xp, x, 1)), 1 + small)


@in_double
def erf(xp: Kernels, x: Any, /) -> Any:
    return _erf(xp, x)


@in_double
def erfc(xp: Kernels, x: Any, /) -> Any:
    return _erfc(xp, x)


@in_double
def erfinv(xp: Kernels, x: Any, /) -> Any:
    return _erfinv(xp, x)


@in_double
def gammaln(xp: Kernels, x: Any, /) -> Any:
    return _gammaln(xp, x)


@in_double
def digamma(xp: Kernels, x: Any, /) -> Any:
    return _digamma(xp, x)


@in_double
def erfcx(xp: Kernels, x: Any, /) -> Any:
    """exp(x**2) erfc(x), which neither underflows nor loses digits for large x."""
    return _erfcx(xp, x)


@in_double
def ndtri(xp: Kernels, p: Any, /) -> Any:
    """The inverse of the normal distribution function."""
    return _ndtri(xp, p)


# --- the error function -----------------------------------------------------------------------------------------------


def _erf(xp: Kernels, x: Any) -> Any:
    near = x * _erf_over_x(xp, x)
    far = xp.copysign(1 - _erfc_of_positive(xp, xp.abs(x)), x)
    return xp.where(xp.less(xp.abs(x), constant(xp, x, 1)), near, far)


def _erfc(xp: Kernels, x: Any) -> Any:
    tail = _erfc_of_positive(xp, xp.abs(x))
    far = xp.where(xp.less(x, constant(xp, x, 0)), 2 - tail, tail)
    near = 1 - x * _erf_over_x(xp, x)
    return xp.where(xp.less(xp.abs(x), constant(xp, x, 0.5)), near, far)


def _erf_over_x(xp: Kernels, x: Any) -> Any:
    """erf(x) / x where |x| < 1."""
    inside = xp.where(xp.less(xp.abs(x), constant(xp, x, 1)), x, constant(xp, x, 0))
    return chebyshev(ERF, 2 * inside * inside - 1)


def _erfc_of_positive(xp: Kernels, x: Any) -> Any:
    """erfc of x >= 0. exp(-x**2) is taken in two parts, the first with a square that is exact."""
    bounded = xp.minimum(x, constant(xp, x, 30))  # erfc(30) is 0 in double precision
    scaled = _erfcx_of_positive(xp, bounded)
    coarse = xp.floor(bounded * 16) * 0.0625
    rest = (bounded - coarse) * (bounded + coarse)
    return scaled * xp.exp(-rest) * xp.exp(-(coarse * coarse))


def _erfcx(xp: Kernels, x: Any) -> Any:
    size = xp.abs(x)
    tail = _erfcx_of_positive(xp, xp.where(xp.isinf(size), constant(xp, x, 0), size))
    tail = xp.where(xp.isinf(size), constant(xp, x, 0), tail)
    return xp.where(xp.less(x, constant(xp, x, 0)), 2 * xp.exp(x * x) - tail, tail)


def _erfcx_of_positive(xp: Kernels, x: Any) -> Any:
    return chebyshev(ERFC, (x - 4) / (x + 4)) / (1 + 2 * x)


def _ndtri(xp: Kernels, p: Any) -> Any:
    """sqrt(2) times the inverse of erfc: near the middle by erfinv, in the tails by three steps of Newton's method on
    the logarithm of erfc."""
    half, one = constant(xp, p, 0.5), constant(xp, p, 1)
    is_low = xp.less_equal(p, half)
    tail = 2 * xp.where(is_low, p, 1 - p)
    is_middle = xp.less(constant(xp, p, 0.25), tail)
    is_inside = xp.less(constant(xp, p, 0), tail)
    inside = xp.where(xp.logical_or(is_middle, xp.logical_not(is_inside)), half, tail)
    logarithm = xp.log(inside)
    x = xp.sqrt(xp.negative(logarithm))
    for _ in range(6):
        scaled = _erfcx_of_positive(xp, x)
        slope = -2 / math.sqrt(math.pi) / scaled
        x = xp.maximum(x - (xp.log(scaled) - x * x - logarithm) / slope, constant(xp, p, 0.1))
    middle = _erfinv(xp, xp.where(is_middle, 1 - tail, constant(xp, p, 0)))
    size = math.sqrt(2) * xp.where(is_middle, middle, x)
    size = xp.where(xp.equal(tail, constant(xp, p, 0)), constant(xp, p, math.inf), size)
    result = xp.where(is_low, xp.negative(size), size)
    outside = xp.logical_or(xp.less(p, constant(xp, p, 0)), xp.less(one, p))
    return xp.where(xp.logical_or(outside, xp.isnan(p)), constant(xp, p, math.nan), result)


def _erfinv(xp: Kernels, y: Any) -> Any:
    """A rough inverse (S. Winitzki, 2008), then two steps of Halley's method on erf, in the tails on erfc."""
    size = xp.abs(y)
    one = constant(xp, y, 1)
    is_inside = xp.less(size, one)
    inside = xp.where(is_inside, size, constant(xp, y, 0))
    a = 0.147
    logarithm = xp.negative(xp.log1p(-inside) + xp.log1p(inside))
    middle = 2 / (math.pi * a) - 0.5 * logarithm
    product = logarithm / a
    x = xp.sqrt(product / (xp.sqrt(middle * middle + product) + middle))
    is_tail = xp.less(constant(xp, y, 0.5), inside)
    for _ in range(2):
        error = xp.where(is_tail, (1 - inside) - _erfc(xp, x), _erf(xp, x) - inside)
        step = error * (0.5 * math.sqrt(math.pi)) * xp.exp(x * x)
        x = x - step / (1 + x * step)
    outside = xp.where(xp.equal(size, one), constant(xp, y, math.inf), constant(xp, y, math.nan))
    return xp.copysign(xp.where(is_inside, x, outside), y)


# --- the gamma function -----------------------------------------------------------------------------------------------


def _gammaln(xp: Kernels, x: Any) -> Any:
    """log |gamma(x)|. For x < 0.5 by the reflection gamma(x) gamma(1 - x) = pi / sin(pi x)."""
    half, one = constant(xp, x, 0.5), constant(xp, x, 1)
    is_reflected = xp.less(x, half)
    above = _gammaln_from_half(xp, xp.where(is_reflected, 1 - x, x))
    sine = _sine_of_half_turns(xp, xp.where(is_reflected, x, half))
    is_small = xp.less(xp.abs(x), half)  # here gamma(x + 1) / x, with no digits lost
    small = _gammaln_from_half(xp, xp.where(is_small, x + 1, one)) - xp.log(xp.abs(xp.where(is_small, x, one)))
    reflected = math.log(math.pi) - xp.log(xp.abs(sine)) - above
    result = xp.where(is_small, small, xp.where(is_reflected, reflected, above))
    return xp.where(xp.isinf(x), xp.abs(x), result)


def _gammaln_from_half(xp: Kernels, x: Any) -> Any:
    """log gamma(x), x >= 0.5: below 8 from [1, 2] by gamma(x + 1) = x gamma(x), above by Stirling's series."""
    moved, product = _to_one_two(xp, x)
    near = (moved - 1) * (moved - 2) * chebyshev(GAMMALN, 2 * moved - 3)
    one = constant(xp, x, 1)
    is_low = xp.less(x, one)
    near = near + xp.where(is_low, xp.negative(xp.log(xp.where(is_low, x, one))), xp.log(product))
    large = xp.maximum(x, constant(xp, x, _SERIES_FROM))
    logarithm = xp.log(large)
    series = polynomial(STIRLING, (1 / large) * (1 / large)) / large
    far = large * (logarithm - 1) - 0.5 * logarithm + 0.5 * math.log(2 * math.pi) + series
    return xp.where(xp.less(x, constant(xp, x, _SERIES_FROM)), near, far)


def _to_one_two(xp: Kernels, x: Any) -> tuple[Any, Any]:
    """x in [0.5, 8) moved into [1, 2] by whole steps, and the product of the numbers passed on the way down."""
    one, two = constant(xp, x, 1), constant(xp, x, 2)
    x = xp.where(xp.less(x, constant(xp, x, _SERIES_FROM)), x, one)
    product = xp.ones_like(x)
    for _ in range(int(_SERIES_FROM) - 2):
        is_above = xp.less(two, x)
        x = xp.where(is_above, x - 1, x)
        product = xp.where(is_above, product * x, product)
    return xp.where(xp.less(x, one), x + 1, x), product


def _digamma(xp: Kernels, x: Any) -> Any:
    """For x < 0.5 by the reflection digamma(1 - x) - digamma(x) = pi / tan(pi x)."""
    half, zero = constant(xp, x, 0.5), constant(xp, x, 0)
    is_reflected = xp.less(x, half)
    above = _digamma_from_half(xp, xp.where(is_reflected, 1 - x, x))
    turns = xp.where(is_reflected, x, half)
    sine, cosine = _sine_of_half_turns(xp, turns), _sine_of_half_turns(xp, turns + 0.5)
    reflected = above - math.pi * (cosine / sine)
    is_small = xp.less(xp.abs(x), half)
    small = _digamma_from_half(xp, xp.where(is_small, x + 1, constant(xp, x, 1))) - 1 / x
    result = xp.where(is_small, small, xp.where(is_reflected, reflected, above))
    is_pole = xp.logical_and(xp.less(x, zero), xp.equal(xp.floor(x), x))
    return xp.where(is_pole, constant(xp, x, math.nan), result)


def _digamma_from_half(xp: Kernels, x: Any) -> Any:
    one, two = constant(xp, x, 1), constant(xp, x, 2)
    is_low, is_far = xp.less(x, one), xp.less_equal(constant(xp, x, _SERIES_FROM), x)
    moved = xp.where(is_far, one, x)
    passed = xp.where(is_low, -1 / moved, xp.zeros_like(x))
    for _ in range(int(_SERIES_FROM) - 2):
        is_above = xp.less(two, moved)
        moved = xp.where(is_above, moved - 1, moved)
        passed = xp.where(is_above, passed + 1 / moved, passed)
    moved = xp.where(is_low, moved + 1, moved)
    near = ((moved - DIGAMMA_ROOT[0]) - DIGAMMA_ROOT[1]) * chebyshev(DIGAMMA, 2 * moved - 3) + passed
    large = xp.where(is_far, x, constant(xp, x, _SERIES_FROM))
    square = (1 / large) * (1 / large)
    far = xp.log(large) - 0.5 / large - polynomial(DIGAMMA_SERIES, square) * square
    return xp.where(is_far, far, xp.where(xp.isnan(x), x, near))


def _sine_of_half_turns(xp: Kernels, x: Any) -> Any:
    """sin(pi x), with x reduced before it is multiplied, so that whole numbers give 0."""
    whole = xp.round(x)
    rest = xp.subtract(x, whole)
    size = xp.sin(math.pi * rest)
    is_odd = xp.equal(xp.remainder(whole, constant(xp, x, 2)), constant(xp, x, 1))
    return xp.where(is_odd, xp.negative(size), size)
