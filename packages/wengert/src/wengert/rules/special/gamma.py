"""Floor 2: the gamma function and its kin."""

from __future__ import annotations

import math

from wengert.protocol.array import Array
from wengert.protocol.dtypes import COMPLEX
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import refusing, refusing_all_whole


@elementwise(floating=True)
def lgamma(xp: Namespace, x: Array) -> Array:
    return xp.gammaln(x)


lgamma.partials(x=lambda xp, x: xp.digamma(x))
lgamma.refusal = refusing("lgamma_vml_cpu", COMPLEX)


@elementwise(floating=True)
def digamma(xp: Namespace, x: Array) -> Array:
    return xp.digamma(x)


digamma.partials(x=lambda xp, x: _polygamma(xp, x, 1))
digamma.refusal = refusing("digamma", COMPLEX)


def _polygamma(xp: Namespace, x: Array, n: int) -> Array:
    """The n-th derivative of digamma, n > 0."""
    return xp.zeta(xp.full_like(x, n + 1), x) * float((-1) ** (n + 1) * math.factorial(n))


@elementwise(floating=True)
def polygamma(xp: Namespace, x: Array, *, n: int) -> Array:
    return _polygamma(xp, x, n)


polygamma.partials(x=lambda xp, x, n: _polygamma(xp, x, n + 1))
polygamma.refusal = refusing("polygamma", COMPLEX)


@elementwise(floating=True)
def zeta(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.zeta(x, y)


zeta.partials(y=lambda xp, x, y: xp.negative(xp.multiply(x, xp.zeta(x + 1, y))))
zeta.refusal = refusing("zeta_cpu", COMPLEX)


@elementwise(floating=True)
def mvlgamma(xp: Namespace, x: Array, *, p: int) -> Array:
    """The logarithm of the multivariate gamma function of dimension p."""
    total = xp.gammaln(x)
    for j in range(1, p):
        total = xp.add(total, xp.gammaln(x - j / 2))
    return total + p * (p - 1) / 4 * math.log(math.pi)


mvlgamma.partials(x=lambda xp, x, p: _mvlgamma_slope(xp, x, p))
mvlgamma.refusal = refusing("arange_cpu", COMPLEX)


def _mvlgamma_slope(xp: Namespace, x: Array, p: int) -> Array:
    total = xp.digamma(x)
    for j in range(1, p):
        total = xp.add(total, xp.digamma(x - j / 2))
    return total


@elementwise(floating=True)
def gammainc(xp: Namespace, x: Array, y: Array) -> Array:
    """The lower incomplete gamma function of y, over gamma(x)."""
    return xp.gammainc(x, y)


gammainc.partials(y=lambda xp, x, y: _gamma_density(xp, x, y))
gammainc.refusal = refusing_all_whole("igamma_cpu", COMPLEX)


@elementwise(floating=True)
def gammaincc(xp: Namespace, x: Array, y: Array) -> Array:
    """1 less `gammainc`."""
    return xp.gammaincc(x, y)


gammaincc.partials(y=lambda xp, x, y: xp.negative(_gamma_density(xp, x, y)))
gammaincc.refusal = refusing_all_whole("igammac_cpu", COMPLEX)


@elementwise(floating=True)
def betainc(xp: Namespace, x: Array, y: Array, z: Array) -> Array:
    """The incomplete beta function of x and y up to z, over the whole one."""
    return xp.betainc(x, y, z)


betainc.partials(z=lambda xp, x, y, z: _beta_density(xp, x, y, z))
betainc.refusal = refusing_all_whole("betainc_cpu", COMPLEX)


def _beta_density(xp: Namespace, x: Array, y: Array, z: Array) -> Array:
    """z^(x - 1) (1 - z)^(y - 1) / beta(x, y)."""
    powers = xp.add(xp.multiply(x - 1, xp.log(z)), xp.multiply(y - 1, xp.log1p(xp.negative(z))))
    whole = xp.subtract(xp.add(xp.gammaln(x), xp.gammaln(y)), xp.gammaln(xp.add(x, y)))
    return xp.exp(xp.subtract(powers, whole))


def _gamma_density(xp: Namespace, x: Array, y: Array) -> Array:
    """exp(-y) y^(x - 1) / gamma(x)."""
    return xp.exp(xp.subtract(xp.subtract(xp.multiply(x - 1, xp.log(y)), y), xp.gammaln(x)))
