"""Floor 6: Bessel functions and the Airy function. Where torch gives no derivative of one, there is one here."""

from __future__ import annotations

from wengert.rules import special as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct


@direct(rules.i0, "I0Backward0", x="self")
def i0(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 0.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * i1(input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.i0.

    >>> i0(tensor([0.5, 2.0]))
    tensor([1.0635, 2.2796])
    """
    ...


@direct(rules.i0e, "SpecialI0EBackward0", x="self", out="result")
def i0e(input: Tensor) -> Tensor:
    """exp(-abs(input)) * i0(input), which does not overflow.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * (i1e(input) - sign(input) * result).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.i0e.

    >>> i0e(tensor([0.5, 2.0]))
    tensor([0.6450, 0.3085])
    """
    ...


@direct(rules.i1, "SpecialI1Backward0", x="self", out="result")
def i1(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 1.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * (i0(input) - result / input), g / 2 at 0.
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.i1.

    >>> i1(tensor([0.5, 2.0]))
    tensor([0.2579, 1.5906])
    """
    ...


@direct(rules.i1e, "SpecialI1EBackward0", x="self", out="result")
def i1e(input: Tensor) -> Tensor:
    """exp(-abs(input)) * i1(input), which does not overflow.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * (i0e(input) - result * (sign(input) + 1 / input)), g / 2 at 0.
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.i1e.

    >>> i1e(tensor([0.5, 2.0]))
    tensor([0.1564, 0.2153])
    """
    ...


@direct(rules.bessel_j0, "SpecialBesselJ0Backward0")
def bessel_j0(input: Tensor) -> Tensor:
    """The Bessel function of the first kind of order 0.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * bessel_j1(input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.bessel_j0, which has no derivative; DLMF 10.6.2.

    >>> bessel_j0(tensor([0.5, 2.0]))
    tensor([0.9385, 0.2239])
    """
    ...


@direct(rules.bessel_j1, "SpecialBesselJ1Backward0")
def bessel_j1(input: Tensor) -> Tensor:
    """The Bessel function of the first kind of order 1.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * (bessel_j0(input) - result / input), g / 2 at 0.
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.bessel_j1, which has no derivative; DLMF 10.6.2.

    >>> bessel_j1(tensor([0.5, 2.0]))
    tensor([0.2423, 0.5767])
    """
    ...


@direct(rules.bessel_y0, "SpecialBesselY0Backward0")
def bessel_y0(input: Tensor) -> Tensor:
    """The Bessel function of the second kind of order 0; -inf at 0, nan below.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * bessel_y1(input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.bessel_y0, which has no derivative; DLMF 10.6.2.

    >>> bessel_y0(tensor([0.5, 2.0]))
    tensor([-0.4445,  0.5104])
    """
    ...


@direct(rules.bessel_y1, "SpecialBesselY1Backward0")
def bessel_y1(input: Tensor) -> Tensor:
    """The Bessel function of the second kind of order 1; -inf at 0, nan below.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * (bessel_y0(input) - result / input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.bessel_y1, which has no derivative; DLMF 10.6.2.

    >>> bessel_y1(tensor([0.5, 2.0]))
    tensor([-1.4715, -0.1070])
    """
    ...


@direct(rules.modified_bessel_i0, "SpecialModifiedBesselI0Backward0")
def modified_bessel_i0(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 0.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * i1(input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.modified_bessel_i0, which has no derivative.

    >>> modified_bessel_i0(tensor([0.5, 2.0]))
    tensor([1.0635, 2.2796])
    """
    ...


@direct(rules.modified_bessel_i1, "SpecialModifiedBesselI1Backward0")
def modified_bessel_i1(input: Tensor) -> Tensor:
    """The modified Bessel function of the first kind of order 1.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g * (i0(input) - result / input), g / 2 at 0.
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.modified_bessel_i1, which has no derivative.

    >>> modified_bessel_i1(tensor([0.5, 2.0]))
    tensor([0.2579, 1.5906])
    """
    ...


@direct(rules.modified_bessel_k0, "SpecialModifiedBesselK0Backward0")
def modified_bessel_k0(input: Tensor) -> Tensor:
    """The modified Bessel function of the second kind of order 0; inf at 0, nan below.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * modified_bessel_k1(input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.modified_bessel_k0, which has no derivative; DLMF 10.29.3.

    >>> modified_bessel_k0(tensor([0.5, 2.0]))
    tensor([0.9244, 0.1139])
    """
    ...


@direct(rules.modified_bessel_k1, "SpecialModifiedBesselK1Backward0")
def modified_bessel_k1(input: Tensor) -> Tensor:
    """The modified Bessel function of the second kind of order 1; inf at 0, nan below.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * (modified_bessel_k0(input) + result / input).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.modified_bessel_k1, which has no derivative; DLMF 10.29.2.

    >>> modified_bessel_k1(tensor([0.5, 2.0]))
    tensor([1.6564, 0.1399])
    """
    ...


@direct(rules.scaled_modified_bessel_k0, "SpecialScaledModifiedBesselK0Backward0")
def scaled_modified_bessel_k0(x: Tensor) -> Tensor:
    """exp(x) times the modified Bessel function of the second kind of order 0.

    Shapes: kept. Dtype: that of `x`, the default floating dtype for integers.
    Derivative: g -> g * (result - scaled_modified_bessel_k1(x)).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.scaled_modified_bessel_k0, which has no derivative.

    >>> scaled_modified_bessel_k0(tensor([0.5, 2.0]))
    tensor([1.5241, 0.8416])
    """
    ...


@direct(rules.scaled_modified_bessel_k1, "SpecialScaledModifiedBesselK1Backward0")
def scaled_modified_bessel_k1(x: Tensor) -> Tensor:
    """exp(x) times the modified Bessel function of the second kind of order 1.

    Shapes: kept. Dtype: that of `x`, the default floating dtype for integers.
    Derivative: g -> g * (result - scaled_modified_bessel_k0(x) - result / x).
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.scaled_modified_bessel_k1, which has no derivative.

    >>> scaled_modified_bessel_k1(tensor([0.5, 2.0]))
    tensor([2.7310, 1.0335])
    """
    ...


@direct(rules.spherical_bessel_j0, "SpecialSphericalBesselJ0Backward0")
def spherical_bessel_j0(x: Tensor) -> Tensor:
    """sin(x) / x, the spherical Bessel function of order 0; 1 at 0.

    Shapes: kept. Dtype: that of `x`, the default floating dtype for integers.
    Derivative: g -> g * (cos(x) - result) / x, 0 at 0.
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.spherical_bessel_j0, which has no derivative.

    >>> spherical_bessel_j0(tensor([0.5, 2.0]))
    tensor([0.9589, 0.4546])
    """
    ...


@direct(rules.airy_ai, "SpecialAiryAiBackward0")
def airy_ai(x: Tensor) -> Tensor:
    """The Airy function Ai.

    Shapes: kept. Dtype: that of `x`, the default floating dtype for integers.
    Derivative: none: backward raises.
    Errors: NotImplementedError for complex numbers.
    Source: torch.special.airy_ai; DLMF 9.2.

    >>> airy_ai(tensor([0.5, 2.0]))
    tensor([0.2317, 0.0349])
    """
    ...
