"""Floor 6: what all Fourier transforms do first: read dimensions, sizes and norm, and fit the input to the sizes."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.convolution import pad
from wengert.ops.movement import narrow
from wengert.protocol.dtypes import DType, bfloat16, float16, get_default_dtype
from wengert.protocol.shapes import normalize_axis
from wengert.rules import fourier as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import in_dtype, kernel

Sizes = int | list[int] | tuple[int, ...] | None

_fftn = kernel(rules.fftn, "FftC2CBackward0", x="self", axes="dim")
_ifftn = kernel(rules.ifftn, "FftC2CBackward0", x="self", axes="dim")
_fft_of_real = kernel(rules.fftn, "FftR2CBackward0", x="self", axes="dim")
_ifft_of_real = kernel(rules.ifftn, "ConjBackward0", x="self", axes="dim")
_rfftn = kernel(rules.rfftn, "FftR2CBackward0", x="self", axes="dim")
_irfftn = kernel(rules.irfftn, "FftC2RBackward0", x="self", axes="dim", size="last_dim_size")
_SWAPPED = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


def check(name: str, input: Any) -> DType:
    """The dtype that `input` is transformed in: its own, or the default one for whole numbers."""
    if not isinstance(input, Tensor):
        raise_not_tensor(f"fft_{name}", "input", input, 1)
    dtype = input.space.dtype
    if dtype is float16 or dtype is bfloat16:
        raise RuntimeError(f"Unsupported dtype {spoken(dtype)}. Use t.float().")
    return dtype if dtype.is_inexact else get_default_dtype()


def scaling(norm: str | None) -> str:
    """The norm, "backward" unless given."""
    if norm is None:
        return "backward"
    if norm not in _SWAPPED:
        raise RuntimeError(f'Invalid normalization mode: "{norm}"; expected "backward", "forward" or "ortho".')
    return norm


def swapped(norm: str | None) -> str:
    """The norm of a transform written as one that goes the other way."""
    return _SWAPPED[scaling(norm)]


def one_axis(input: Tensor, dim: int) -> int:
    """`dim` counted from the front; a number has none."""
    if not input.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return normalize_axis(dim, len(input.shape))


def several_axes(name: str, input: Tensor, s: Sizes, dim: Sizes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes and the size wanted along each, -1 to leave it; `name` says who needs at least one."""
    ndim = len(input.shape)
    sizes = None if s is None else (s,) if isinstance(s, int) else tuple(s)
    if dim is None:
        axes = tuple(range(ndim)) if sizes is None else tuple(range(ndim - len(sizes), ndim))
        if sizes is not None and len(sizes) > ndim:
            raise RuntimeError(f"Got shape with {len(sizes)} values but input tensor only has {ndim} dimensions.")
    else:
        given = (dim,) if isinstance(dim, int) else tuple(dim)
        axes = tuple(one_axis(input, axis) for axis in given)
        if sizes is not None and len(sizes) != len(axes):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
    if len(set(axes)) != len(axes):
        raise RuntimeError("FFT dims must be unique")
    if not axes and name:
        raise RuntimeError(f"{name} must transform at least one axis")
    return axes, sizes or (-1,) * len(axes)


def checked_size(size: int) -> int:
    """A number of points."""
    if size < 1:
        raise RuntimeError(f"Invalid number of data points ({size}) specified")
    return size


def fitted(input: Any, axes: tuple[int, ...], sizes: tuple[int, ...]) -> Any:
    """`input` cut or filled up with zeros to `sizes` along `axes`."""
    widths = [0] * (2 * len(input.shape))
    for axis, size in zip(axes, sizes, strict=True):
        present = input.shape[axis]
        if size != -1 and checked_size(size) < present:
            input = narrow(input, axis, 0, size)
        elif size > present:
            widths[2 * (len(input.shape) - 1 - axis) + 1] = size - present
        checked_size(input.shape[axis] if size == -1 else size)
    return pad(input, widths) if any(widths) else input


def to_complex(dtype: DType, input: Any, axes: tuple[int, ...], norm: str, *, inverse: bool, one: bool = False) -> Any:
    """The transform of real or complex numbers to complex ones; `one` is torch's way for a single axis."""
    if not axes:
        return input.to(dtype.to_complex())
    if dtype.is_complex:
        function = _ifftn if inverse else _fftn
        return function(input, axes, norm)
    function = (_ifft_of_real if inverse else _fft_of_real) if one else _ifftn if inverse else _fftn
    return in_dtype(dtype.to_complex(), function, input, axes=axes, norm=norm)


def half_spectrum(dtype: DType, input: Any, axes: tuple[int, ...], norm: str) -> Any:
    """Half of the transform of real numbers."""
    return in_dtype(dtype, _rfftn, input, axes=axes, norm=norm)


def to_real(dtype: DType, input: Any, axes: tuple[int, ...], size: int, norm: str) -> Any:
    """The real numbers whose half spectrum is given."""
    return in_dtype(dtype.to_complex(), _irfftn, input, size=size, axes=axes, norm=norm)
