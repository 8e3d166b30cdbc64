"""Floor 6: rounding, signs and neighbours, and functions of two coordinates."""

from __future__ import annotations

from wengert.rules import arithmetic as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct, kernel

Number = bool | int | float | complex

_copysign = kernel(rules.copysign, "CopysignBackward0", x="self", y="other", out="result")
_copysign_by_number = kernel(rules.copysign, "CopysignBackward1", x="self", y="other", out="result")
_round = kernel(rules.round, "RoundBackward0")
_round_decimals = kernel(rules.round_decimals, "RoundBackward1")
_round_tens = kernel(rules.round_tens, "RoundBackward1")


@direct(rules.floor, "FloorBackward0")
def floor(input: Tensor) -> Tensor:
    """The greatest whole number that is not above `input`.

    Shapes: kept. Dtype: kept. Derivative: zeros. Errors: NotImplementedError for booleans and complex numbers.
    Source: torch.floor.

    >>> floor(tensor([-1.5, 1.5]))
    tensor([-2.,  1.])
    """
    ...


@direct(rules.ceil, "CeilBackward0")
def ceil(input: Tensor) -> Tensor:
    """The smallest whole number that is not below `input`.

    Shapes: kept. Dtype: kept. Derivative: zeros. Errors: NotImplementedError for booleans and complex numbers.
    Source: torch.ceil.

    >>> ceil(tensor([-1.5, 1.5]))
    tensor([-1.,  2.])
    """
    ...


@direct(rules.trunc, "TruncBackward0")
def trunc(input: Tensor) -> Tensor:
    """`input` without its fraction.

    Shapes: kept. Dtype: kept. Derivative: zeros. Errors: NotImplementedError for booleans and complex numbers.
    Source: torch.trunc.

    >>> trunc(tensor([-1.5, 1.5]))
    tensor([-1.,  1.])
    """
    ...


def round(input: Tensor, *, decimals: int | None = None) -> Tensor:
    """The nearest whole number, the even one of two; the nearest with `decimals` digits behind the point.

    Shapes: kept. Dtype: kept. Derivative: zeros.
    Errors: NotImplementedError for booleans and complex numbers, and with `decimals` for integers.
    Source: torch.round.

    >>> round(tensor([0.5, 1.5, 2.6]))
    tensor([0., 2., 3.])
    >>> round(tensor([1.234]), decimals=2)
    tensor([1.2300])
    """
    if decimals is None:
        return _round(input)
    return _round_decimals(input, 10.0**decimals) if decimals >= 0 else _round_tens(input, 10.0**-decimals)


def copysign(input: Tensor, other: Tensor | Number) -> Tensor:
    """The size of `input` with the sign of `other`, which a zero has too.

    Shapes: any two that broadcast. Dtype: by torch's promotion; integers give the default floating dtype.
    Derivative: g -> g where the sign stayed, -g where it changed, 0 at 0; zeros for `other`.
    Errors: NotImplementedError for complex numbers. Source: torch.copysign.

    >>> copysign(tensor([1., -2.]), -0.)
    tensor([-1., -2.])
    """
    return (_copysign if isinstance(other, Tensor) else _copysign_by_number)(input, other)


@direct(rules.nextafter, "NextafterBackward0", x="self", y="other")
def nextafter(input: Tensor, other: Tensor) -> Tensor:
    """The next number that the dtype has after `input`, in the direction of `other`.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g, 0 where the two are equal; zeros for `other`.
    Errors: NotImplementedError for integers and complex numbers. Source: torch.nextafter.

    >>> nextafter(tensor([1.]), tensor([2.])) > 1
    tensor([True])
    """
    ...


@direct(rules.hypot, "HypotBackward0", x="self", y="other", out="result")
def hypot(input: Tensor, other: Tensor) -> Tensor:
    """The length of the hypotenuse over `input` and `other`: sqrt(input^2 + other^2).

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g * input / result, g * other / result.
    Errors: NotImplementedError for integers and complex numbers. Source: torch.hypot.

    >>> hypot(tensor([3.]), tensor([4.]))
    tensor([5.])
    """
    ...


@direct(rules.atan2, "Atan2Backward0", x="self", y="other")
def atan2(input: Tensor, other: Tensor) -> Tensor:
    """The angle of the point with height `input` and distance `other`, in radians from -pi to pi.

    Shapes: any two that broadcast. Dtype: by torch's promotion; integers give the default floating dtype.
    Derivative: g -> g * other / (input^2 + other^2), -g * input / (input^2 + other^2), 0 at the origin.
    Errors: NotImplementedError for complex numbers. Source: torch.atan2.

    >>> atan2(tensor([1., -1.]), tensor([1., 1.]))
    tensor([ 0.7854, -0.7854])
    """
    ...


__all__ = ["atan2", "ceil", "copysign", "floor", "hypot", "nextafter", "round", "trunc"]
