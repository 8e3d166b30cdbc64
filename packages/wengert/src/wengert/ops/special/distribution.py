"""Floor 6: functions of probabilities: the normal distribution, entropies, odds."""

from __future__ import annotations

import math

from wengert.ops.arithmetic import mul
from wengert.ops.arithmetic.operands import checked
from wengert.ops.exponential import erfc
from wengert.rules import special as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct, kernel

Number = bool | int | float | complex

_logit = kernel(rules.logit, "LogitBackward0", x="self")


@direct(rules.erfinv, "ErfinvBackward0", out="result")
def erfinv(input: Tensor) -> Tensor:
    """The inverse of the error function; infinite at -1 and 1, nan outside.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * sqrt(pi) / 2 * exp(result^2).
    Errors: NotImplementedError for complex numbers.
    Source: torch.erfinv.

    >>> erfinv(tensor([0.0, 0.5, -1.0]))
    tensor([0.0000, 0.4769,   -inf])
    """
    ...


@direct(rules.erfcx, "SpecialErfcxBackward0", x="self", out="result")
def erfcx(input: Tensor) -> Tensor:
    """exp(input^2) * erfc(input), which does not underflow.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * (2 * input * result - 2 / sqrt(pi)).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.erfcx.

    >>> erfcx(tensor([0.0, -1.0, 10.0]))
    tensor([1.0000, 5.0090, 0.0561])
    """
    ...


@direct(rules.ndtri, "SpecialNdtriBackward0", out="result")
def ndtri(input: Tensor) -> Tensor:
    """The value that a standard normal variable stays below with probability `input`.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * sqrt(2 pi) * exp(result^2 / 2).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.ndtri.

    >>> ndtri(tensor([0.0, 0.25, 0.5, 1.0]))
    tensor([   -inf, -0.6745,  0.0000,     inf])
    """
    ...


@direct(rules.log_ndtr, "SpecialLogNdtrBackward0", x="self")
def log_ndtr(input: Tensor) -> Tensor:
    """The logarithm of the standard normal distribution function, exact in the lower tail.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * sqrt(2 / pi) / erfcx(-input / sqrt(2)).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.log_ndtr.

    >>> log_ndtr(tensor([-20.0, 0.0, 3.0]))
    tensor([-2.0392e+02, -6.9315e-01, -1.3508e-03])
    """
    ...


@direct(rules.entr, "SpecialEntrBackward0", x="self")
def entr(input: Tensor) -> Tensor:
    """-input * log(input); 0 at 0, -inf below.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * (log(input) + 1).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.entr.

    >>> entr(tensor([-0.5, 0.0, 0.5]))
    tensor([  -inf, 0.0000, 0.3466])
    """
    ...


@direct(rules.sinc, "SincBackward0", x="self")
def sinc(input: Tensor) -> Tensor:
    """sin(pi * input) / (pi * input); 1 at 0.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * (pi x cos(pi x) - sin(pi x)) / (pi x^2), 0 at 0; conjugated.
    Source: torch.sinc.

    >>> sinc(tensor([0.0, 0.5, 1.5]))
    tensor([ 1.0000,  0.6366, -0.2122])
    """
    ...


@direct(rules.xlogy, "XlogyBackward0", x="self", y="other")
def xlogy(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """input * log(other); 0 where `input` is 0 and `other` is not nan.

    Shapes: any two that broadcast. Dtype: by torch's promotion, the default floating dtype for integers.
    Derivative: g -> g * log(other), g * input / other; the first 0 where `input` is 0.
    Errors: NotImplementedError for complex numbers.
    Source: torch.xlogy.

    >>> xlogy(tensor([0.0, 2.0]), tensor([0.0, 3.0]))
    tensor([0.0000, 2.1972])
    """
    ...


@direct(rules.xlog1py, "SpecialXlog1PyBackward0", x="self", y="other")
def xlog1py(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """input * log(1 + other); 0 where `input` is 0 and `other` is not nan.

    Shapes: any two that broadcast. Dtype: by torch's promotion, the default floating dtype for integers.
    Derivative: g -> g * log1p(other), g * input / (1 + other); the first 0 where `input` is 0.
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.xlog1py.

    >>> xlog1py(tensor([0.0, 2.0]), tensor([-1.0, 3.0]))
    tensor([0.0000, 2.7726])
    """
    ...


def ndtr(input: Tensor) -> Tensor:
    """How likely a standard normal variable is below `input`.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * exp(-input^2 / 2) / sqrt(2 pi).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.ndtr.

    >>> ndtr(tensor([-1.0, 0.0, 3.0]))
    tensor([0.1587, 0.5000, 0.9987])
    """
    return mul(erfc(mul(checked("special_ndtr", "input", input), -1 / math.sqrt(2))), 0.5)


def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """log(input / (1 - input)); with `eps` input is first moved into [eps, 1 - eps], else nan outside [0, 1].

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / (input (1 - input)); outside of where `input` is taken as it is 0, without `eps` nan.
    Errors: NotImplementedError for complex numbers.
    Source: torch.logit.

    >>> logit(tensor([0.25, 0.5, 1.0]), 0.125)
    tensor([-1.0986,  0.0000,  1.9459])
    """
    return _logit(checked("logit", "input", input), eps)
