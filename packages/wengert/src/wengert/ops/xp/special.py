"""Floor 6: SciPy's special functions over Tensors, `xp.special`.

The standard has no such part. SciPy looks there for its own names before it falls back on compiled code, which takes
no tensor that requires grad.
"""

from __future__ import annotations

from math import log as _log
from math import pi
from typing import Any

from wengert.ops import arithmetic, exponential, trigonometric
from wengert.ops.arithmetic import absolute, add, div, mul, neg, sub
from wengert.ops.arithmetic import pow as power
from wengert.ops.comparison import isinf, ne, where
from wengert.ops.exponential import exp, expm1, log, log1p
from wengert.ops.special import bessel, distribution, gamma
from wengert.ops.xp.elementwise import Function, array_beside, as_functions, on_tensors, promoted
from wengert.rules import special as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_betainc = kernel(rules.betainc)


def _sign(x: Any) -> Any:
    """The sign of the gamma function beside its poles: it changes at each of them."""
    is_odd = ne(arithmetic.remainder(arithmetic.floor(x), 2), 0)
    return where((x < 0) & is_odd, x.new_full((), -1), where(x == 0, _ones_signed(x), x.new_full((), 1)))


def _ones_signed(x: Any) -> Any:
    return arithmetic.copysign(x.new_full((), 1), x)


def _is_pole(x: Any) -> Any:
    """Where gamma has no sign: at the negative integers."""
    return (x < 0) & (x == arithmetic.floor(x))


def _gammasgn(x: Any) -> Any:
    return where(_is_pole(x), float("nan"), _sign(x))


def _gamma(x: Any) -> Any:
    return where(_is_pole(x), float("nan"), mul(_sign(x), exp(gamma.lgamma(x))))


def _rgamma(x: Any) -> Any:
    return mul(_sign(x), exp(neg(gamma.lgamma(x))))


def _betaln(a: Any, b: Any) -> Any:
    above = add(gamma.lgamma(a), gamma.lgamma(b))
    is_pole = isinf(above)
    return where(is_pole, float("inf"), sub(where(is_pole, 0.0, above), gamma.lgamma(add(a, b))))


def _binom(n: Any, k: Any) -> Any:
    """n choose k by gamma functions; 0 where k is a whole number beyond the whole number n."""
    is_zero = (n >= 0) & (k > n) & (n == arithmetic.floor(n)) & (k == arithmetic.floor(k))
    n = where(is_zero, k, n)
    found = mul(_gamma(add(n, 1)), mul(_rgamma(add(k, 1)), _rgamma(add(sub(n, k), 1))))
    return where(is_zero, 0.0, found)


def _cbrt(x: Any) -> Any:
    return mul(arithmetic.sign(x), power(absolute(x), 1 / 3))


def _cosm1(x: Any) -> Any:
    return mul(arithmetic.square(trigonometric.sin(div(x, 2))), -2)


def _exprel(x: Any) -> Any:
    is_zero = x == 0
    safe = where(is_zero, 1.0, x)
    return where(is_zero, add(mul(x, 0.5), 1), div(expm1(safe), safe))


def _boxcox(x: Any, lmbda: Any) -> Any:
    """(x^lmbda - 1) / lmbda, its limit log(x) at 0."""
    return _boxed(log(x), lmbda)


def _boxcox1p(x: Any, lmbda: Any) -> Any:
    return _boxed(log1p(x), lmbda)


def _boxed(logarithm: Any, lmbda: Any) -> Any:
    is_zero = lmbda == 0
    safe = where(is_zero, 1.0, lmbda)
    slope = mul(arithmetic.square(where(isinf(logarithm), 0.0, logarithm)), 0.5)  # by lmbda, at 0
    return where(is_zero, add(logarithm, mul(slope, lmbda)), div(expm1(mul(logarithm, safe)), safe))


def _inv_boxcox1p(y: Any, lmbda: Any) -> Any:
    is_zero = lmbda == 0
    safe = where(is_zero, 1.0, lmbda)
    return where(is_zero, expm1(y), expm1(div(log1p(mul(safe, y)), safe)))


def _inv_boxcox(y: Any, lmbda: Any) -> Any:
    return add(_inv_boxcox1p(y, lmbda), 1)


def _kl_div(x: Any, y: Any) -> Any:
    both = (x > 0) & (y > 0)
    ratio = div(where(both, x, 1.0), where(both, y, 1.0))
    inside = add(sub(mul(x, log(ratio)), x), y)
    return where(both, inside, where((x == 0) & (y >= 0), y, float("inf")))


def _huber(delta: Any, r: Any) -> Any:
    size = absolute(r)
    far = mul(delta, sub(size, mul(delta, 0.5)))
    return where(delta < 0, float("inf"), where(size <= delta, mul(arithmetic.square(r), 0.5), far))


def _pseudo_huber(delta: Any, r: Any) -> Any:
    is_positive = delta > 0
    safe = where(is_positive, delta, 1.0)
    root = arithmetic.sqrt(add(arithmetic.square(div(r, safe)), 1))
    inside = mul(arithmetic.square(safe), sub(root, 1))
    return where(is_positive, inside, where(delta < 0, float("inf"), 0.0))


def _exp10(x: Any) -> Any:
    return exp(mul(x, _log(10)))


def _cotangent(x: Any) -> Any:
    return arithmetic.reciprocal(trigonometric.tan(x))


def _degrees(function: Function) -> Function:
    def of_degrees(x: Any) -> Any:
        return function(mul(x, pi / 180))

    return of_degrees


_UNARY: dict[str, Function] = {
    "cbrt": _cbrt,
    "cosdg": _degrees(trigonometric.cos),
    "cosm1": _cosm1,
    "cotdg": _degrees(_cotangent),
    "digamma": gamma.digamma,
    "entr": distribution.entr,
    "erf": exponential.erf,
    "erfc": exponential.erfc,
    "erfcx": distribution.erfcx,
    "erfinv": distribution.erfinv,
    "exp10": _exp10,
    "exp2": exponential.exp2,
    "expit": exponential.sigmoid,
    "expm1": expm1,
    "exprel": _exprel,
    "gamma": _gamma,
    "gammaln": gamma.lgamma,
    "gammasgn": _gammasgn,
    "i0": bessel.i0,
    "i0e": bessel.i0e,
    "i1": bessel.i1,
    "i1e": bessel.i1e,
    "j0": bessel.bessel_j0,
    "j1": bessel.bessel_j1,
    "k0": bessel.modified_bessel_k0,
    "k0e": bessel.scaled_modified_bessel_k0,
    "k1": bessel.modified_bessel_k1,
    "k1e": bessel.scaled_modified_bessel_k1,
    "log1p": log1p,
    "log_ndtr": distribution.log_ndtr,
    "logit": distribution.logit,
    "ndtr": distribution.ndtr,
    "ndtri": distribution.ndtri,
    "psi": gamma.digamma,
    "rgamma": _rgamma,
    "sinc": distribution.sinc,
    "sindg": _degrees(trigonometric.sin),
    "tandg": _degrees(trigonometric.tan),
    "y0": bessel.bessel_y0,
    "y1": bessel.bessel_y1,
}

_BINARY: dict[str, Function] = {
    "betaln": _betaln,
    "binom": _binom,
    "boxcox": _boxcox,
    "boxcox1p": _boxcox1p,
    "gammainc": gamma.igamma,
    "gammaincc": gamma.igammac,
    "huber": _huber,
    "inv_boxcox": _inv_boxcox,
    "inv_boxcox1p": _inv_boxcox1p,
    "kl_div": _kl_div,
    "pseudo_huber": _pseudo_huber,
    "xlog1py": distribution.xlog1py,
    "xlogy": distribution.xlogy,
    "zeta": gamma.zeta,
}


def betainc(a: Any, b: Any, x: Any, /) -> Any:
    """The incomplete beta function up to `x`, over the whole one; differentiable by `x`."""
    beside = next(value for value in (a, b, x) if isinstance(value, Tensor))
    return _betainc(*promoted(*[array_beside(beside, value) for value in (a, b, x)]))


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension `d`."""
    return gamma.mvlgamma(a, int(d))


def polygamma(n: Any, x: Any) -> Any:
    """The `n`th derivative of the digamma function."""
    return gamma.polygamma(int(n), x)


FUNCTIONS: dict[str, Function] = {
    **as_functions(_UNARY, {name: on_tensors(function) for name, function in _BINARY.items()}, "SciPy"),
    "betainc": betainc,
    "multigammaln": multigammaln,
    "polygamma": polygamma,
}
