"""Floor 6: the parts of numbers (fraction, mantissa), powers of 2, divisors, and angles in degrees."""

from __future__ import annotations

from typing import Any

from wengert.ops import return_types
from wengert.ops.arithmetic.operands import checked
from wengert.protocol.dtypes import INTEGER
from wengert.rule.refusals import unsupported
from wengert.rules import arithmetic as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct, kernel

_frexp = kernel(rules.frexp, "FrexpBackward0", exponent="exponent")
_heaviside = kernel(rules.heaviside, "HeavisideBackward0", x="self", y="values")
_gcd, _lcm = kernel(rules.gcd), kernel(rules.lcm)


@direct(rules.frac, "FracBackward0")
def frac(input: Tensor) -> Tensor:
    """`input` less its whole part: what `trunc` takes away.

    Shapes: kept. Dtype: kept.
    Derivative: g -> g.
    Errors: NotImplementedError unless of a floating dtype.
    Source: torch.frac.

    >>> frac(tensor([1.5, -2.25]))
    tensor([ 0.5000, -0.2500])
    """
    ...


@direct(rules.ldexp, "LdexpBackward0", y="other", out="result")
def ldexp(input: Tensor, other: Tensor) -> Tensor:
    """`input` times 2 to the power `other`.

    Shapes: any two that broadcast. Dtype: by torch's promotion, the default floating dtype for integers.
    Derivative: g -> g * 2^other, g * result * log(2).
    Source: torch.ldexp.

    >>> ldexp(tensor([1.5]), tensor([1, 3]))
    tensor([ 3., 12.])
    """
    ...


@direct(rules.deg2rad, "Deg2RadBackward0")
def deg2rad(input: Tensor) -> Tensor:
    """Degrees as radians.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers. Units: degrees -> radians.
    Derivative: g -> g * pi / 180.
    Errors: RuntimeError for complex numbers.
    Source: torch.deg2rad.

    >>> deg2rad(tensor([180.0, -90.0]))
    tensor([ 3.1416, -1.5708])
    """
    ...


@direct(rules.rad2deg, "Rad2DegBackward0")
def rad2deg(input: Tensor) -> Tensor:
    """Radians as degrees.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers. Units: radians -> degrees.
    Derivative: g -> g * 180 / pi.
    Errors: RuntimeError for complex numbers.
    Source: torch.rad2deg.

    >>> rad2deg(tensor([1.0, -0.5]))
    tensor([ 57.2958, -28.6479])
    """
    ...


@direct(rules.logaddexp2, "Logaddexp2Backward0", x="self", y="other")
def logaddexp2(input: Tensor, other: Tensor) -> Tensor:
    """The logarithm to base 2 of 2^input + 2^other, without forming the powers.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g / (1 + 2^(other - input)), g / (1 + 2^(input - other)).
    Errors: NotImplementedError for complex numbers and if both are whole numbers.
    Source: torch.logaddexp2.

    >>> logaddexp2(tensor([1.0]), tensor([1.0]))
    tensor([2.])
    """
    ...


def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """0 where `input` is negative, 1 where it is positive, `values` where it is 0.

    Shapes: any two that broadcast. Dtype: that of both. Derivative: none, backward raises.
    Errors: RuntimeError for two dtypes and for complex numbers. Source: torch.heaviside.

    >>> heaviside(tensor([-1.5, 0.0, 2.0]), tensor([0.5]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    first, second = checked("heaviside", "input", input).space, checked("heaviside", "values", values).space
    if first.dtype.is_complex or second.dtype.is_complex:
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if first.dtype is not second.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return _heaviside(input, values)


def gcd(input: Tensor, other: Tensor) -> Tensor:
    """The greatest common divisor.

    Shapes: any two that broadcast. Dtype: by torch's promotion. Errors: NotImplementedError unless integers.
    Source: torch.gcd.

    >>> gcd(tensor([12, 7]), tensor([18]))
    tensor([6, 1])
    """
    return _gcd(*_integers("gcd", input, other))


def lcm(input: Tensor, other: Tensor) -> Tensor:
    """The least common multiple.

    Shapes: any two that broadcast. Dtype: by torch's promotion. Errors: NotImplementedError unless integers.
    Source: torch.lcm.

    >>> lcm(tensor([12, 7]), tensor([18]))
    tensor([ 36, 126])
    """
    return _lcm(*_integers("lcm", input, other))


def _integers(name: str, input: Any, other: Any) -> tuple[Any, Any]:
    dtypes = [checked(name, "input", input).space.dtype, checked(name, "other", other).space.dtype]
    highest = max(dtypes, key=lambda dtype: (dtype.category, dtype.itemsize))
    if highest.category != INTEGER:
        raise unsupported(f"{name}_cpu", highest)
    return input, other


def frexp(input: Tensor) -> return_types.frexp:
    """`input` as mantissa times 2^exponent, the mantissa in [0.5, 1) or 0.

    Shapes: kept. Dtype: that of `input`; int32 for the exponent.
    Derivative: g -> g / 2^exponent. Errors: RuntimeError unless of a floating dtype. Source: torch.frexp.

    >>> frexp(tensor([10.0, -0.75]))[1]
    tensor([4, 0], dtype=wengert.int32)
    """
    if not checked("frexp", "input", input).space.dtype.is_floating_point:
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    return return_types.frexp(*_frexp(input))
