"""Floor 3: the zeta function of Hurwitz and the incomplete gamma and beta functions, in double precision.

All sums have a number of terms that is known beforehand, so no value is read.
"""

from __future__ import annotations

import math
from typing import Any

from wengert.backends.standard.facts import Kernels, constant, in_double, together

_STEPS = 12  # from here on the Euler-Maclaurin series of zeta has double precision
_BERNOULLI = (  # B(2 j) / (2 j)! for j = 1, 2, ...
    0.08333333333333333,
    -0.001388888888888889,
    3.306878306878307e-05,
    -8.267195767195768e-07,
    2.08767569878681e-08,
    -5.284190138687493e-10,
    1.3382536530684679e-11,
    -3.3896802963225827e-13,
    8.586062056277845e-15,
    -2.174868698558062e-16,
    5.5090028283602295e-18,
    -1.3954464685812522e-19,
)
_TERMS = 300


@in_double
def zeta(xp: Kernels, s: Any, q: Any, /) -> Any:
    """The sum of 1 / (k + q)**s over k = 0, 1, ...; inf at its poles, nan where s < 1."""
    return _zeta(xp, s, q)


@in_double
def gammainc(xp: Kernels, a: Any, x: Any, /) -> Any:
    """The lower incomplete gamma function over gamma(a)."""
    return _incomplete(xp, a, x)[0]


@in_double
def gammaincc(xp: Kernels, a: Any, x: Any, /) -> Any:
    """1 less `gammainc`."""
    return _incomplete(xp, a, x)[1]


@in_double
def betainc(xp: Kernels, a: Any, b: Any, x: Any, /) -> Any:
    """The incomplete beta function over the whole one: the fraction on that side of the mean where it converges."""
    zero, one = constant(xp, x, 0), constant(xp, x, 1)
    (a, b), (a, x) = together(xp, a, b), together(xp, a, x)
    a, b = together(xp, a, b)
    is_defined = xp.logical_and(xp.less(zero, a), xp.less(zero, b))
    is_inside = xp.logical_and(is_defined, xp.logical_and(xp.less(zero, x), xp.less(x, one)))
    inner_a, inner_b = xp.where(is_inside, a, one), xp.where(is_inside, b, one)
    inner_x = xp.where(is_inside, x, constant(xp, x, 0.5))
    is_high = xp.less(inner_a + 1, inner_x * (inner_a + inner_b + 2))
    first, second = xp.where(is_high, inner_b, inner_a), xp.where(is_high, inner_a, inner_b)
    part = xp.where(is_high, 1 - inner_x, inner_x)
    whole = xp.gammaln(first) + xp.gammaln(second) - xp.gammaln(first + second)
    front = xp.exp(first * xp.log(part) + second * xp.log1p(xp.negative(part)) - whole) / first
    found = front / _beta_fraction(xp, first, second, part)
    ends = xp.where(xp.equal(x, zero), zero, xp.where(xp.equal(x, one), one, constant(xp, x, math.nan)))
    ends = xp.where(is_defined, ends, constant(xp, x, math.nan))
    return xp.where(is_inside, xp.where(is_high, 1 - found, found), ends)


def _beta_fraction(xp: Kernels, a: Any, b: Any, x: Any) -> Any:
    """1 + d1 / (1 + d2 / (1 + ...)), evaluated from its far end. Source: DLMF 8.17.22."""
    result = xp.ones_like(x)
    for m in range(_TERMS, 0, -1):
        odd = xp.negative((a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)))
        even = m * (b - m) * x / ((a + (2 * m - 1)) * (a + 2 * m))
        result = 1 + even / (1 + odd / result)
    return 1 - (a + b) * x / ((a + 1) * result)


def _zeta(xp: Kernels, s: Any, q: Any) -> Any:
    """Below 0 by what lies between the steps: with f the fraction of q, the terms before f are those of 1 - f up to
    -q, with the sign of the power."""
    zero, one = constant(xp, s, 0), constant(xp, s, 1)
    s, q = together(xp, s, q)
    is_negative, is_whole_power = xp.less(q, zero), xp.equal(xp.floor(s), s)
    is_pole = xp.logical_and(xp.less_equal(q, zero), xp.equal(xp.floor(q), q))
    power = xp.where(xp.less(one, s), s, 2 * xp.ones_like(s))
    safe = xp.where(xp.logical_or(is_pole, xp.logical_not(xp.isfinite(q))), one, q)
    fraction = xp.subtract(safe, xp.floor(safe))
    first = _zeta_of_positive(xp, power, xp.where(is_negative, fraction, safe))
    fraction = xp.where(is_negative, fraction, xp.full_like(q, 0.5))
    between = xp.subtract(
        _zeta_of_positive(xp, power, 1 - fraction),
        _zeta_of_positive(xp, power, xp.where(is_negative, 1 - safe, one)),
    )
    is_odd = xp.equal(xp.remainder(power, constant(xp, s, 2)), one)
    between = xp.where(is_odd, xp.negative(between), between)
    total = xp.where(is_negative, first + between, first)
    nan, inf = constant(xp, s, math.nan), constant(xp, s, math.inf)
    result = xp.where(xp.isinf(q), zero, total)
    is_undefined = xp.logical_and(is_negative, xp.logical_not(is_whole_power))
    result = xp.where(is_pole, inf, xp.where(is_undefined, nan, result))
    undefined = xp.logical_or(xp.less(s, one), xp.logical_or(xp.isnan(s), xp.isnan(q)))
    return xp.where(xp.equal(s, one), inf, xp.where(undefined, nan, result))


def _zeta_of_positive(xp: Kernels, s: Any, q: Any) -> Any:
    """Euler and Maclaurin's sum for s > 1, q > 0."""
    total = xp.zeros_like(q)
    for step in range(_STEPS):
        total = total + xp.pow(q + step, xp.negative(s))
    far = q + _STEPS
    end = xp.pow(far, xp.negative(s))
    total = total + end * far / (s - 1) + 0.5 * end
    factor, order = s * end / far, 1
    for coefficient in _BERNOULLI:
        total = total + factor * coefficient
        factor = factor * (s + order) * (s + order + 1) / (far * far)
        order += 2
    return total


def _incomplete(xp: Kernels, a: Any, x: Any) -> tuple[Any, Any]:
    """Lower and upper incomplete gamma functions over gamma(a): by a series below x = a + 1, by a fraction above."""
    zero, one = constant(xp, x, 0), constant(xp, x, 1)
    a, x = together(xp, a, x)
    is_inside = xp.logical_and(xp.less(zero, a), xp.logical_and(xp.less(zero, x), xp.isfinite(x)))
    inner_a, inner_x = xp.where(is_inside, a, one), xp.where(is_inside, x, one)
    is_low = xp.less(inner_x, inner_a + 1)
    front = xp.exp(inner_a * xp.log(inner_x) - inner_x - xp.gammaln(inner_a + 1))
    low_x = xp.where(is_low, inner_x, one)
    term = xp.ones_like(low_x)
    series = term
    for k in range(1, _TERMS):
        term = term * low_x / (inner_a + k)
        series = series + term
    lower = front * series
    upper = front * inner_a * _fraction(xp, inner_a, xp.where(is_low, inner_a + 2, inner_x))
    low, high = xp.where(is_low, lower, 1 - upper), xp.where(is_low, 1 - lower, upper)
    is_zero = xp.logical_and(xp.equal(x, zero), xp.less(zero, a))
    is_one = xp.logical_or(
        xp.logical_and(xp.equal(a, zero), xp.less(zero, x)),
        xp.logical_and(xp.equal(x, constant(xp, x, math.inf)), xp.less_equal(zero, a)),
    )
    nan = constant(xp, x, math.nan)
    ends = xp.where(is_zero, zero, xp.where(is_one, one, nan))
    return xp.where(is_inside, low, ends), xp.where(is_inside, high, 1 - ends)


def _fraction(xp: Kernels, a: Any, x: Any) -> Any:
    """The continued fraction of the upper function, x**-a exp(x) gamma(a, x), evaluated from its far end."""
    result = x + (2 * _TERMS + 1) - a
    for k in range(_TERMS, 0, -1):
        result = x + (2 * k - 1) - a - k * (k - a) / result
    return 1 / result
