"""Floor 6: the parts of complex numbers, and complex numbers from their parts."""

from __future__ import annotations

from typing import Any

from wengert.protocol.dtypes import DType, float16, float32, float64
from wengert.rules import complex as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel
from wengert.tensor.view import as_view

_real = kernel(rules.real_part, "RealBackward0")
_imag = kernel(rules.imag, "ImagBackward0")
_conj = kernel(rules.conjugate, "ConjBackward0")
_angle = kernel(rules.angle, "AngleBackward0", x="self")
_angle_of_real = kernel(rules.angle_of_real, "AngleBackward0")
_complex = kernel(rules.complex_, "ComplexBackward0")
_polar = kernel(rules.polar, "PolarBackward0")


def real(input: Tensor) -> Tensor:
    """The real part; shares memory with `input` where the backend has views. A real tensor is returned as it is.

    Shapes: kept. Dtype: the real one. Derivative: g -> g + 0i. Source: torch.real.

    >>> real(tensor([1+2j]))
    tensor([1.])
    """
    return _part(_real, input) if _dtype_of("real", input).is_complex else input


def imag(input: Tensor) -> Tensor:
    """The imaginary part; shares memory with `input` where the backend has views.

    Shapes: kept. Dtype: the real one. Derivative: g -> 0 + gi. Errors: RuntimeError for a real tensor.
    Source: torch.imag.

    >>> imag(tensor([1+2j]))
    tensor([2.])
    """
    if not _dtype_of("imag", input).is_complex:
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return _part(_imag, input)


def _part(function: Any, input: Tensor) -> Any:
    out = function(input)
    return as_view(out, input, function) if input.space.backend.capabilities.views else out


def conj(input: Tensor) -> Tensor:
    """The complex conjugate, a copy; a real tensor is returned as it is.

    Shapes: kept. Dtype: kept. Derivative: g -> conj(g). Source: torch.conj, which is lazy.

    >>> conj(tensor([1+2j]))
    tensor([1.-2.j])
    """
    return _conj(input) if _dtype_of("conj", input).is_complex else input


def resolve_conj(input: Tensor) -> Tensor:
    """`input` itself: conjugates are never lazy here. Source: torch.resolve_conj."""
    _dtype_of("resolve_conj", input)
    return input


def angle(input: Tensor) -> Tensor:
    """The angle of a complex number in radians from -pi to pi; 0 or pi of a real one.

    Shapes: kept. Dtype: the real one; the default floating dtype for integers.
    Derivative: g -> g * i * input / abs(input)^2, 0 at 0; zeros for real tensors. Source: torch.angle.

    >>> angle(tensor([1j, -1+0j]))
    tensor([1.5708, 3.1416])
    """
    return (_angle if _dtype_of("angle", input).is_complex else _angle_of_real)(input)


def complex(real: Tensor, imag: Tensor) -> Tensor:
    """The complex numbers with the parts `real` and `imag`.

    Shapes: any two that broadcast. Dtype: complex64 of float32, complex128 of float64.
    Derivative: g -> its real part, its imaginary part.
    Errors: RuntimeError unless both have one floating dtype. Source: torch.complex.

    >>> complex(tensor([1.]), tensor([2.]))
    tensor([1.+2.j])
    """
    _check_parts("complex", ("real", real), ("imag", imag))
    return _complex(real, imag)


def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """The complex numbers at distance `abs` from 0 in the direction `angle`, in radians.

    Shapes: any two that broadcast. Dtype: complex64 of float32, complex128 of float64.
    Derivative: g -> its part along the direction, its part across times `abs`.
    Errors: RuntimeError unless both have one floating dtype. Source: torch.polar.

    >>> polar(tensor([2.]), tensor([0.]))
    tensor([2.+0.j])
    """
    _check_parts("polar", ("abs", abs), ("angle", angle))
    return _polar(abs, angle)


def _check_parts(name: str, first: tuple[str, Any], second: tuple[str, Any]) -> None:
    here, there = _dtype_of(name, first[1], first[0]), _dtype_of(name, second[1], second[0])
    if here not in (float16, float32, float64) or there not in (float16, float32, float64):
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {here.spoken} and {there.spoken}"
        )
    if here is not there:
        raise RuntimeError(
            f"Expected object of scalar type {here.spoken} but got scalar type {there.spoken} for second argument"
        )


def _dtype_of(name: str, input: Any, argument: str = "input") -> DType:
    if not isinstance(input, Tensor):
        raise_not_tensor(name, argument, input)
    return input.space.dtype


class ComplexMethods(Tensor):
    """The methods of a Tensor for complex numbers; `real` and `imag` are attributes, as in torch."""

    __slots__ = ()

    conj = conj
    resolve_conj = resolve_conj
    angle = angle

    real = property(real, doc="The real part; see `wengert.real`.")
    imag = property(imag, doc="The imaginary part; see `wengert.imag`.")


__all__ = ["angle", "complex", "conj", "imag", "polar", "real", "resolve_conj"]
