"""Floor 6: the parts of complex numbers, and complex numbers from their parts."""

from __future__ import annotations

from typing import Any

from wengert.ops.movement.axes import transpose
from wengert.ops.movement.splitting import take_one
from wengert.ops.movement.strides import layout_of, tells_layout
from wengert.protocol.dtypes import DType, float16, float32, float64
from wengert.protocol.warned import warn_user
from wengert.rules import complex as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import history_of
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel, view_kernel

_view_as_real = view_kernel(rules.view_as_real, "ViewAsRealBackward0", keeps_name=True, x="self")
_view_as_complex = view_kernel(rules.view_as_complex, "ViewAsComplexBackward0", keeps_name=True, x="self")
_conj_physical = kernel(rules.conjugate, "ConjPhysicalBackward0")
_real_copy = kernel(rules.view_as_real, "ViewAsRealBackward0", x="self")
_complex_copy = kernel(rules.view_as_complex, "ViewAsComplexBackward0", x="self")
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
    return _part(input, 0) if _dtype_of("real", input).is_complex else input


def imag(input: Tensor) -> Tensor:
    """The imaginary part; shares memory with `input` where the backend has views.

    Shapes: kept. Dtype: the real one. Derivative: g -> 0 + gi. Errors: RuntimeError for a real tensor.
    Source: torch.imag.

    >>> imag(tensor([1+2j]))
    tensor([2.])
    """
    if not _dtype_of("imag", input).is_complex:
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return _part(input, 1)


def _part(input: Tensor, number: int) -> Any:
    return take_one(_as_real(input), (*(slice(None),) * len(input.shape), number))


def _as_real(input: Tensor) -> Any:
    return (_view_as_real if tells_layout(input) else _real_copy)(input)


def view_as_real(input: Tensor) -> Tensor:
    """The real and imaginary parts of `input` as a last axis of size 2, a view where the library tells its layout.

    Shapes: (...) -> (..., 2). Dtype: the real one. Derivative: g -> view_as_complex(g).
    Errors: RuntimeError for a real tensor. Source: torch.view_as_real.

    >>> view_as_real(tensor([1+2j]))
    tensor([[1., 2.]])
    """
    if not _dtype_of("view_as_real", input).is_complex:
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return _as_real(input)


def view_as_complex(input: Tensor) -> Tensor:
    """The complex numbers whose parts lie along the last axis of `input`, a view.

    Shapes: (..., 2) -> (...). Dtype: the complex one. Derivative: g -> view_as_real(g).
    Errors: RuntimeError if the last axis has not size 2 or its elements are no neighbours in memory, or for a dtype
    without a complex one. Source: torch.view_as_complex.

    >>> view_as_complex(tensor([[1., 2.]]))
    tensor([1.+2.j])
    """
    dtype = _dtype_of("view_as_complex", input)
    history_of(input)  # a view whose history cannot go on is refused first, as in torch
    if dtype not in (float16, float32, float64):
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{dtype.spoken}"
        )
    if not input.shape:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if input.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    layout = layout_of(input)
    if layout.stride[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1. Use input.contiguous().")
    if any(step % 2 for n, step in zip(input.shape[:-1], layout.stride[:-1], strict=True) if n != 1):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    if layout.offset % 2:
        raise RuntimeError("Tensor must have a storage_offset divisible by 2")
    return (_view_as_complex if tells_layout(input) else _complex_copy)(input)


def adjoint(input: Tensor) -> Tensor:
    """The conjugate transpose of a matrix or a batch of matrices: a view of a real tensor, else a copy.

    Derivative: g -> adjoint(g). Errors: RuntimeError for less than two axes. Source: torch.adjoint.

    >>> adjoint(tensor([[1j, 2]]))
    tensor([[0.-1.j],
            [2.-0.j]])
    """
    return _adjoint("adjoint()", input)


def _adjoint(name: str, input: Tensor) -> Tensor:
    ndim = len(input.shape)
    if ndim == 1:
        raise RuntimeError(f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if not ndim:
        _warn_of_0d(name, "Consider using x.conj().")
        return conj(input)
    return conj(transpose(input, -2, -1))


def _warn_of_0d(name: str, advice: str) -> None:
    warn_user(f"Tensor.{name} is deprecated on 0-D tensors. {advice}", UserWarning)


def _conjugate_transpose(self: Tensor) -> Tensor:
    """The conjugate transpose of a matrix; see `wengert.adjoint`."""
    ndim = len(self.shape)
    if not ndim:
        _warn_of_0d("H", "Consider using x.conj().")
    elif ndim != 2:
        ending = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{ending}")
    return conj(transpose(self, 0, 1) if ndim else self)


def _conjugate_transposes(self: Tensor) -> Tensor:
    """The conjugate transpose of the last two axes; see `wengert.adjoint`."""
    return _adjoint("mH", self)


def conj(input: Tensor) -> Tensor:
    """The complex conjugate, a copy; a real tensor is returned as it is.

    Shapes: kept. Dtype: kept. Derivative: g -> conj(g). Source: torch.conj, which is lazy.

    >>> conj(tensor([1+2j]))
    tensor([1.-2.j])
    """
    return _conj(input) if _dtype_of("conj", input).is_complex else input


def conj_physical(input: Tensor) -> Tensor:
    """The complex conjugate, a copy as `conj` is here. Derivative: g -> conj(g). Source: torch.conj_physical.

    >>> conj_physical(tensor([1+2j]))
    tensor([1.-2.j])
    """
    return _conj_physical(input) if _dtype_of("conj_physical", input).is_complex else input


def resolve_neg(input: Tensor) -> Tensor:
    """`input` itself: no tensor here carries the mark that says "negative". Source: torch.resolve_neg.

    >>> resolve_neg(tensor([1.]))
    tensor([1.])
    """
    return input


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
    resolve_conj, resolve_neg, conj_physical = resolve_conj, resolve_neg, conj_physical
    angle = angle

    adjoint = adjoint
    H = property(_conjugate_transpose)
    mH = property(_conjugate_transposes)
    real = property(real, doc="The real part; see `wengert.real`.")
    imag = property(imag, doc="The imaginary part; see `wengert.imag`.")


__all__ = [
    "adjoint", "angle", "complex", "conj", "conj_physical", "imag", "polar", "real", "resolve_conj", "resolve_neg",
    "view_as_complex", "view_as_real",
]  # fmt: skip
