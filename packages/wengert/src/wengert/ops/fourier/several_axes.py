"""Floor 6: Fourier transforms along several dimensions, and the order and the numbers of frequencies."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.complex import conj
from wengert.ops.creation import arange
from wengert.ops.fourier import plans
from wengert.ops.fourier.plans import Sizes
from wengert.ops.movement import cat, roll
from wengert.ops.placement import Device
from wengert.protocol.dtypes import get_default_dtype
from wengert.tensor.base import TensorBase as Tensor


def fftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The Fourier transform along each of `dim`, all dimensions unless given; cut or filled up with zeros to `s`.

    Shapes: each of `dim` gets its size of `s`, -1 leaves it. Dtype: the complex one of `input`.
    `norm` is that of `fft`, with the number of all elements for n.
    Derivative: g -> ifftn(g) times n.
    Errors: RuntimeError for sizes below 1, two equal dimensions, an unknown norm, or half precision.
    Source: torch.fft.fftn.

    >>> wengert.fft.fftn(tensor([[1., 0.], [0., 0.]])).real
    tensor([[1., 1.],
            [1., 1.]])
    """
    return _complex("fftn", input, s, dim, norm)


def ifftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The inverse of `fftn`.

    Shapes, dtype, errors: those of `fftn`. Derivative: g -> fftn(g) / n. Source: torch.fft.ifftn.

    >>> wengert.fft.ifftn(tensor([[4., 0.], [0., 0.]])).real
    tensor([[1., 1.],
            [1., 1.]])
    """
    return _complex("ifftn", input, s, dim, norm)


def _complex(name: str, input: Tensor, s: Sizes, dim: Sizes, norm: str | None) -> Tensor:
    dtype = plans.check(name, input)
    axes, sizes = plans.several_axes("", input, s, dim)
    scaling = plans.scaling(norm)
    return plans.to_complex(dtype, plans.fitted(input, axes, sizes), axes, scaling, inverse=name == "ifftn")


def rfftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The `fftn` of real numbers, of the last of `dim` the first n // 2 + 1 elements.

    Shapes: as `fftn`, n // 2 + 1 along the last of `dim`. Dtype: the complex one of `input`.
    Derivative: g -> the real part of the inverse of g filled up with zeros, times n.
    Errors: those of `fftn`, and RuntimeError for complex numbers. Source: torch.fft.rfftn.

    >>> wengert.fft.rfftn(tensor([[1., 0.], [0., 0.]])).shape
    (2, 2)
    """
    dtype, input, axes = _real_input("rfftn", input, s, dim)
    return plans.half_spectrum(dtype, input, axes, plans.scaling(norm))


def ihfftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The inverse of `hfftn`: the conjugate of `rfftn`, divided by n.

    Shapes, dtype, errors: those of `rfftn`. Derivative: that of `rfftn`, of the conjugate. Source: torch.fft.ihfftn.

    >>> wengert.fft.ihfftn(tensor([[4., 0.], [0., 0.]])).real
    tensor([[1., 1.],
            [1., 1.]])
    """
    dtype, input, axes = _real_input("ihfftn", input, s, dim)
    half = conj(plans.half_spectrum(dtype, input, axes[-1:], plans.swapped(norm)))
    if len(axes) == 1:
        return half
    return plans.to_complex(half.space.dtype, half, axes[:-1], plans.scaling(norm), inverse=True)


def _real_input(name: str, input: Any, s: Sizes, dim: Sizes) -> tuple[Any, Any, tuple[int, ...]]:
    dtype = plans.check(name, input)
    if dtype.is_complex:
        if name == "ihfftn":
            raise RuntimeError(f"Only supports floating-point dtypes, but found: {spoken(dtype)}")
        raise RuntimeError(f"{name} expects a real-valued input tensor, but got {spoken(dtype)}")
    axes, sizes = plans.several_axes(name, input, s, dim)
    return dtype, plans.fitted(input, axes, sizes), axes


def irfftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The inverse of `rfftn`: real, with 2 (m - 1) elements along the last of `dim` unless `s` says it.

    Shapes: as `fftn`, for `input` with n // 2 + 1 along the last. Dtype: the real one of `input`.
    Derivative: g -> rfftn(g) / n, twice that where an element stands for two.
    Errors: those of `fftn`. Source: torch.fft.irfftn.

    >>> wengert.fft.irfftn(tensor([[4., 0.], [0., 0.]]))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return _real("irfftn", input, s, dim, plans.scaling(norm))


def hfftn(input: Tensor, s: Sizes = None, dim: Sizes = None, norm: str | None = None) -> Tensor:
    """The `fftn` of numbers whose other half, along the last of `dim`, is the conjugate: real.

    Shapes, dtype, errors: those of `irfftn`. Derivative: that of `irfftn` times n, conjugated.
    Source: torch.fft.hfftn.

    >>> wengert.fft.hfftn(tensor([[1., 0.], [0., 0.]]))
    tensor([[1., 1.],
            [1., 1.]])
    """
    return _real("hfftn", input, s, dim, plans.swapped(norm))


def _real(name: str, input: Any, s: Sizes, dim: Sizes, norm: str) -> Tensor:
    dtype = plans.check(name, input)
    axes, sizes = plans.several_axes(name, input, s, dim)
    last = sizes[-1] if s is not None and sizes[-1] != -1 else 2 * (input.shape[axes[-1]] - 1)
    size = plans.checked_size(last)
    halves = -1 if s is None or sizes[-1] == -1 else size // 2 + 1
    input = plans.fitted(input, axes, (*sizes[:-1], halves))
    if name[0] == "h" and dtype.is_complex:
        input = conj(input)
    return plans.to_real(dtype, input, axes, size, norm)


def fft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """`fftn` along the last two dimensions. Source: torch.fft.fft2."""
    return fftn(input, s, dim, norm)


def ifft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """`ifftn` along the last two dimensions. Source: torch.fft.ifft2."""
    return ifftn(input, s, dim, norm)


def rfft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """`rfftn` along the last two dimensions. Source: torch.fft.rfft2."""
    return rfftn(input, s, dim, norm)


def irfft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """`irfftn` along the last two dimensions. Source: torch.fft.irfft2."""
    return irfftn(input, s, dim, norm)


def hfft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """`hfftn` along the last two dimensions. Source: torch.fft.hfft2."""
    return hfftn(input, s, dim, norm)


def ihfft2(input: Tensor, s: Sizes = None, dim: Sizes = (-2, -1), norm: str | None = None) -> Tensor:
    """`ihfftn` along the last two dimensions. Source: torch.fft.ihfft2."""
    return ihfftn(input, s, dim, norm)


def fftshift(input: Tensor, dim: Sizes = None) -> Tensor:
    """`input` with the frequency 0 moved from the front to the middle of each of `dim`, all unless given.

    Shapes, dtype: those of `input`. Derivative: g -> ifftshift(g).
    Errors: IndexError if there is no such dimension. Source: torch.fft.fftshift.

    >>> wengert.fft.fftshift(wengert.fft.fftfreq(4))
    tensor([-0.5000, -0.2500,  0.0000,  0.2500])
    """
    return _shifted(input, dim, 0)


def ifftshift(input: Tensor, dim: Sizes = None) -> Tensor:
    """The inverse of `fftshift`.

    Shapes, dtype: those of `input`. Derivative: g -> fftshift(g).
    Errors: IndexError if there is no such dimension. Source: torch.fft.ifftshift.

    >>> wengert.fft.ifftshift(tensor([-1., 0., 1.]))
    tensor([ 0.,  1., -1.])
    """
    return _shifted(input, dim, 1)


def _shifted(input: Tensor, dim: Sizes, up: int) -> Tensor:
    axes = tuple(range(len(input.shape))) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    return roll(input, tuple((input.shape[axis] + up) // 2 for axis in axes), axes)


def fftfreq(n: int, d: float = 1.0, *, dtype: Any = None, device: Device = None, requires_grad: bool = False) -> Tensor:
    """The frequency of each element of an `fft` of `n` samples `d` apart: 0, 1, ..., -2, -1 over n d.

    Shapes: (n,). Dtype: `dtype`, the default one unless given. Units: cycles for each unit of `d`.
    Errors: RuntimeError for an integer dtype. Source: torch.fft.fftfreq.

    >>> wengert.fft.fftfreq(4)
    tensor([ 0.0000,  0.2500, -0.5000, -0.2500])
    """
    options = _options("fftfreq", dtype, device)
    middle = (n + 1) // 2
    whole: Any = cat((arange(0, middle, **options), arange(-(n // 2), 0, **options)))
    return (whole * (1.0 / (n * d) if n else 1.0)).requires_grad_(requires_grad)


def rfftfreq(
    n: int, d: float = 1.0, *, dtype: Any = None, device: Device = None, requires_grad: bool = False
) -> Tensor:
    """The frequency of each element of an `rfft` of `n` samples `d` apart.

    Shapes: (n // 2 + 1,). Dtype: `dtype`, the default one unless given. Units: cycles for each unit of `d`.
    Errors: RuntimeError for an integer dtype. Source: torch.fft.rfftfreq.

    >>> wengert.fft.rfftfreq(4)
    tensor([0.0000, 0.2500, 0.5000])
    """
    whole: Any = arange(0, n // 2 + 1, **_options("rfftfreq", dtype, device))
    return (whole * (1.0 / (n * d) if n else 1.0)).requires_grad_(requires_grad)


def _options(name: str, dtype: Any, device: Device) -> dict[str, Any]:
    chosen = get_default_dtype() if dtype is None else dtype
    if not chosen.is_inexact:
        raise RuntimeError(f"{name} requires a floating point or complex dtype")
    return {"dtype": chosen, "device": device}
