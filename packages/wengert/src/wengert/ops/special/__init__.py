"""Floor 6: special functions and methods."""

from __future__ import annotations

from wengert.ops.special import distribution, gamma
from wengert.ops.special.bessel import i0
from wengert.ops.special.distribution import erfinv, logit, sinc, xlogy
from wengert.ops.special.gamma import digamma, igamma, igammac, lgamma, mvlgamma, polygamma
from wengert.tensor.base import TensorBase as Tensor


class SpecialMethods(Tensor):
    """The methods of a Tensor for special functions."""

    __slots__ = ()

    lgamma, digamma, igamma, igammac = gamma.lgamma, gamma.digamma, gamma.igamma, gamma.igammac
    polygamma, mvlgamma = gamma.polygamma_method, gamma.mvlgamma
    erfinv, logit, sinc, xlogy = distribution.erfinv, distribution.logit, distribution.sinc, distribution.xlogy
    i0 = i0


__all__ = [
    "SpecialMethods",
    "digamma",
    "erfinv",
    "i0",
    "igamma",
    "igammac",
    "lgamma",
    "logit",
    "mvlgamma",
    "polygamma",
    "sinc",
    "xlogy",
]
