"""Floor 6: the gamma function and its kin."""

from __future__ import annotations

from operator import index

from wengert.ops.arithmetic.operands import checked
from wengert.rules import special as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct, kernel

Number = bool | int | float | complex

_polygamma = kernel(rules.polygamma, "PolygammaBackward0", x="self")
_mvlgamma = kernel(rules.mvlgamma, "MvlgammaBackward0", x="self")


@direct(rules.lgamma, "LgammaBackward0", x="self")
def lgamma(input: Tensor) -> Tensor:
    """The logarithm of the absolute value of the gamma function.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * digamma(input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.lgamma.

    >>> lgamma(tensor([0.5, 1.0, 5.0]))
    tensor([0.5724, 0.0000, 3.1781])
    """
    ...


@direct(rules.digamma, "DigammaBackward0", x="self")
def digamma(input: Tensor) -> Tensor:
    """The derivative of the logarithm of the gamma function.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * polygamma(1, input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.digamma.

    >>> digamma(tensor([1.0, 0.5]))
    tensor([-0.5772, -1.9635])
    """
    ...


def polygamma(n: int, input: Tensor) -> Tensor:
    """The n-th derivative of digamma.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * polygamma(n + 1, input).
    Errors: RuntimeError for a negative `n`; NotImplementedError for complex numbers.
    Source: torch.polygamma; DLMF 5.15.

    >>> polygamma(1, tensor([1.0, 0.5]))
    tensor([1.6449, 4.9348])
    """
    try:
        order = index(n)
    except TypeError:
        raise TypeError(f"polygamma(): argument 'n' (position 1) must be int, not {type(n).__name__}") from None
    if order < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    checked("polygamma", "input", input)
    return _polygamma(input, order) if order else digamma(input)


def polygamma_method(self: Tensor, n: int) -> Tensor:
    """`polygamma(n, self)`."""
    return polygamma(n, self)


def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the multivariate gamma function of dimension `p`.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * the sum of digamma(input - j / 2) over j = 0, ..., p - 1.
    Errors: RuntimeError for `p` below 1 and for booleans.
    Source: torch.mvlgamma; DLMF 35.3.

    >>> mvlgamma(tensor([3.0]), 2)
    tensor([1.5502])
    """
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    if checked("mvlgamma", "input", input).space.dtype.category == 0:
        raise RuntimeError("The input tensor may not be a boolean tensor.")
    return _mvlgamma(input, p)


@direct(rules.gammainc, "IgammaBackward0", x="self", y="other")
def igamma(input: Tensor, other: Tensor) -> Tensor:
    """The lower incomplete gamma function of `other` over gamma(input).

    Shapes: any two that broadcast. Dtype: by torch's promotion, the default floating dtype for integers.
    Derivative: exp(-other) * other^(input - 1) / gamma(input) by `other`; none by `input`: backward raises.
    Errors: NotImplementedError for complex numbers and if both are whole numbers.
    Source: torch.special.gammainc; DLMF 8.2.4.

    >>> igamma(tensor([4.0]), tensor([3.0, 5.0]))
    tensor([0.3528, 0.7350])
    """
    ...


@direct(rules.gammaincc, "IgammacBackward0", x="self", y="other")
def igammac(input: Tensor, other: Tensor) -> Tensor:
    """The upper incomplete gamma function of `other` over gamma(input): 1 - igamma.

    Shapes: any two that broadcast. Dtype: by torch's promotion, the default floating dtype for integers.
    Derivative: that of igamma, negative; none by `input`: backward raises.
    Errors: NotImplementedError for complex numbers and if both are whole numbers.
    Source: torch.special.gammaincc; DLMF 8.2.4.

    >>> igammac(tensor([4.0]), tensor([3.0, 5.0]))
    tensor([0.6472, 0.2650])
    """
    ...


@direct(rules.zeta, "SpecialZetaBackward0", x="self", y="other")
def zeta(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """The zeta function of Hurwitz: the sum of (k + other)^-input over k = 0, 1, ...

    Shapes: any two that broadcast. Dtype: by torch's promotion, the default floating dtype for integers.
    Derivative: -input * zeta(input + 1, other) by `other`; none by `input`: backward raises.
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.zeta; DLMF 25.11.1.

    >>> zeta(tensor([2.0, 4.0]), tensor([1.0]))
    tensor([1.6449, 1.0823])
    """
    ...


gammaln, psi, multigammaln, gammainc, gammaincc = lgamma, digamma, mvlgamma, igamma, igammac
