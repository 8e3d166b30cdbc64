"""Floor 6: trigonometric and hyperbolic functions and their inverses; angles in radians."""

from __future__ import annotations

from wengert.ops.arithmetic.operands import checked
from wengert.rules import trigonometric as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct, kernel

_acosh = kernel(rules.acosh, "AcoshBackward0", x="self")
_acosh_complex = kernel(rules.acosh_complex, "AcoshBackward0", x="self")


@direct(rules.sin, "SinBackward0", x="self")
def sin(input: Tensor) -> Tensor:
    """The sine of an angle in radians.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(cos(input)).
    Source: torch.sin.

    >>> sin(tensor([0., 1.]))
    tensor([0.0000, 0.8415])
    """
    ...


@direct(rules.cos, "CosBackward0", x="self")
def cos(input: Tensor) -> Tensor:
    """The cosine of an angle in radians.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * conj(sin(input)).
    Source: torch.cos.

    >>> cos(tensor([0., 1.]))
    tensor([1.0000, 0.5403])
    """
    ...


@direct(rules.tan, "TanBackward0", out="result")
def tan(input: Tensor) -> Tensor:
    """The tangent of an angle in radians.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(1 + result^2).
    Source: torch.tan.

    >>> tan(tensor([0., 1.]))
    tensor([0.0000, 1.5574])
    """
    ...


@direct(rules.asin, "AsinBackward0", x="self")
def asin(input: Tensor) -> Tensor:
    """The angle in radians whose sine is `input`; nan outside [-1, 1].

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(sqrt(1 - input^2)).
    Source: torch.asin.

    >>> asin(tensor([0., 1.]))
    tensor([0.0000, 1.5708])
    """
    ...


@direct(rules.acos, "AcosBackward0", x="self")
def acos(input: Tensor) -> Tensor:
    """The angle in radians whose cosine is `input`; nan outside [-1, 1].

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g / conj(sqrt(1 - input^2)).
    Source: torch.acos.

    >>> acos(tensor([0., 1.]))
    tensor([1.5708, 0.0000])
    """
    ...


@direct(rules.atan, "AtanBackward0", x="self")
def atan(input: Tensor) -> Tensor:
    """The angle in radians whose tangent is `input`.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(1 + input^2).
    Source: torch.atan.

    >>> atan(tensor([0., 1.]))
    tensor([0.0000, 0.7854])
    """
    ...


@direct(rules.sinh, "SinhBackward0", x="self")
def sinh(input: Tensor) -> Tensor:
    """The hyperbolic sine.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(cosh(input)).
    Source: torch.sinh.

    >>> sinh(tensor([0., 1.]))
    tensor([0.0000, 1.1752])
    """
    ...


@direct(rules.cosh, "CoshBackward0", x="self")
def cosh(input: Tensor) -> Tensor:
    """The hyperbolic cosine.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(sinh(input)).
    Source: torch.cosh.

    >>> cosh(tensor([0., 1.]))
    tensor([1.0000, 1.5431])
    """
    ...


@direct(rules.tanh, "TanhBackward0", out="result")
def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * conj(1 - result^2).
    Source: torch.tanh.

    >>> tanh(tensor([0., 1.]))
    tensor([0.0000, 0.7616])
    """
    ...


@direct(rules.asinh, "AsinhBackward0", x="self")
def asinh(input: Tensor) -> Tensor:
    """The number whose hyperbolic sine is `input`.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(sqrt(input^2 + 1)).
    Source: torch.asinh.

    >>> asinh(tensor([0., 1.]))
    tensor([0.0000, 0.8814])
    """
    ...


def acosh(input: Tensor) -> Tensor:
    """The number whose hyperbolic cosine is `input`; nan below 1.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(sqrt(input - 1) * sqrt(input + 1)).
    Source: torch.acosh.

    >>> acosh(tensor([1., 2.]))
    tensor([0.0000, 1.3170])
    """
    return (_acosh_complex if checked("acosh", "input", input).space.dtype.is_complex else _acosh)(input)


@direct(rules.atanh, "AtanhBackward0", x="self")
def atanh(input: Tensor) -> Tensor:
    """The number whose hyperbolic tangent is `input`; nan outside [-1, 1].

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / conj(1 - input^2).
    Source: torch.atanh.

    >>> atanh(tensor([0., 0.5]))
    tensor([0.0000, 0.5493])
    """
    ...


arcsin = asin
arccos = acos
arctan = atan
arcsinh = asinh
arccosh = acosh
arctanh = atanh


class TrigonometricMethods(Tensor):
    """The methods of a Tensor for trigonometric and hyperbolic functions."""

    __slots__ = ()

    sin = sin
    cos = cos
    tan = tan
    asin = asin
    acos = acos
    atan = atan
    sinh = sinh
    cosh = cosh
    tanh = tanh
    asinh = asinh
    acosh = acosh
    atanh = atanh
    arcsin = asin
    arccos = acos
    arctan = atan
    arcsinh = asinh
    arccosh = acosh
    arctanh = atanh


__all__ = [
    "acos",
    "acosh",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "cos",
    "cosh",
    "sin",
    "sinh",
    "tan",
    "tanh",
]
