"""Floor 6: exponentials, logarithms and the error function."""

from __future__ import annotations

from wengert.ops.arithmetic.operands import checked
from wengert.rules import exponential as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct, kernel

_logaddexp = kernel(rules.logaddexp, "LogaddexpBackward0", x="self", y="other")
_logaddexp_complex = kernel(rules.logaddexp_complex, "LogaddexpBackward0", x="self", y="other")


@direct(rules.exp, "ExpBackward0", out="result")
def exp(input: Tensor) -> Tensor:
    """e to the power `input`, element by element.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(result).
    Source: torch.exp.

    >>> exp(tensor([0., 1.]))
    tensor([1.0000, 2.7183])
    """
    ...


@direct(rules.exp2, "Exp2Backward0", out="result")
def exp2(input: Tensor) -> Tensor:
    """2 to the power `input`, element by element.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(result) * log(2).
    Source: torch.exp2.

    >>> exp2(tensor([0., 3.]))
    tensor([1., 8.])
    """
    ...


@direct(rules.expm1, "Expm1Backward0", out="result")
def expm1(input: Tensor) -> Tensor:
    """e to the power `input`, less 1; exact near 0.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(result + 1).
    Source: torch.expm1.

    >>> expm1(tensor([0., 1.]))
    tensor([0.0000, 1.7183])
    """
    ...


@direct(rules.log, "LogBackward0", x="self")
def log(input: Tensor) -> Tensor:
    """The natural logarithm; nan of negative numbers, -inf of 0.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(input).
    Source: torch.log.

    >>> log(tensor([1., 2.]))
    tensor([0.0000, 0.6931])
    """
    ...


@direct(rules.log1p, "Log1PBackward0", x="self")
def log1p(input: Tensor) -> Tensor:
    """The natural logarithm of 1 plus `input`; exact near 0.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(input + 1).
    Source: torch.log1p.

    >>> log1p(tensor([0., 1.]))
    tensor([0.0000, 0.6931])
    """
    ...


@direct(rules.log2, "Log2Backward0", x="self")
def log2(input: Tensor) -> Tensor:
    """The logarithm to base 2.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(input * log(2)).
    Source: torch.log2.

    >>> log2(tensor([1., 8.]))
    tensor([0., 3.])
    """
    ...


@direct(rules.log10, "Log10Backward0", x="self")
def log10(input: Tensor) -> Tensor:
    """The logarithm to base 10.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(input * log(10)).
    Source: torch.log10.

    >>> log10(tensor([2., 5.]))
    tensor([0.3010, 0.6990])
    """
    ...


@direct(rules.expit, "SigmoidBackward0", out="result")
def sigmoid(input: Tensor) -> Tensor:
    """The logistic function 1 / (1 + exp(-input)).

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(result * (1 - result)).
    Source: torch.sigmoid.

    >>> sigmoid(tensor([0., 2.]))
    tensor([0.5000, 0.8808])
    """
    ...


@direct(rules.erf, "ErfBackward0", x="self")
def erf(input: Tensor) -> Tensor:
    """The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to `input`.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * 2 / sqrt(pi) * exp(-input^2).
    Errors: NotImplementedError for complex numbers.
    Source: torch.erf.

    >>> erf(tensor([0., 1.]))
    tensor([0.0000, 0.8427])
    """
    ...


@direct(rules.erfc, "ErfcBackward0", x="self")
def erfc(input: Tensor) -> Tensor:
    """1 less the error function; exact where that is nearly 1.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * 2 / sqrt(pi) * exp(-input^2).
    Errors: NotImplementedError for complex numbers.
    Source: torch.erfc.

    >>> erfc(tensor([0., 1.]))
    tensor([1.0000, 0.1573])
    """
    ...


def logaddexp(input: Tensor, other: Tensor) -> Tensor:
    """The logarithm of exp(input) + exp(other), without forming the exponentials.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g / (1 + exp(other - input)), g / (1 + exp(input - other)), conjugated.
    Errors: NotImplementedError if both are whole numbers; RuntimeError if the shapes do not broadcast.
    Source: torch.logaddexp.

    >>> logaddexp(tensor([0.]), tensor([0.]))
    tensor([0.6931])
    """
    spaces = checked("logaddexp", "input", input).space, checked("logaddexp", "other", other).space
    is_complex = spaces[0].dtype.is_complex or spaces[1].dtype.is_complex
    return (_logaddexp_complex if is_complex else _logaddexp)(input, other)


class ExponentialMethods(Tensor):
    """The methods of a Tensor for exponentials and logarithms."""

    __slots__ = ()

    exp = exp
    exp2 = exp2
    expm1 = expm1
    log = log
    log1p = log1p
    log2 = log2
    log10 = log10
    sigmoid = sigmoid
    erf = erf
    erfc = erfc
    logaddexp = logaddexp


__all__ = [
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "sigmoid",
]
