"""Floor 6: Fourier transforms along one dimension."""

from __future__ import annotations

from wengert.ops.arguments import spoken
from wengert.ops.complex import conj
from wengert.ops.fourier import plans
from wengert.tensor.base import TensorBase as Tensor


def fft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The Fourier transform along `dim`: X[k] = sum over j of x[j] exp(-2 pi i j k / n).

    `input` is cut or filled up with zeros to `n` elements. `norm` "backward" scales nothing here and the inverse by
    1/n, "forward" the other way round, "ortho" both by 1/sqrt(n).
    Shapes: (..., m, ...) -> (..., n, ...). Dtype: the complex one of `input`.
    Derivative: g -> ifft(g) times n.
    Errors: RuntimeError for `n` below 1, an unknown norm, or half precision.
    Source: torch.fft.fft.

    >>> wengert.fft.fft(tensor([1., 0., 0., 0.]))
    tensor([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j])
    """
    return _complex(input, n, dim, norm, inverse=False)


def ifft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `fft`: x[j] = sum over k of X[k] exp(2 pi i j k / n) / n.

    Shapes, dtype, `norm`, errors: those of `fft`.
    Derivative: g -> fft(g) / n.
    Source: torch.fft.ifft.

    >>> wengert.fft.ifft(tensor([4., 0., 0., 0.]))
    tensor([1.+0.j, 1.+0.j, 1.+0.j, 1.+0.j])
    """
    return _complex(input, n, dim, norm, inverse=True)


def _complex(input: Tensor, n: int | None, dim: int, norm: str | None, *, inverse: bool) -> Tensor:
    dtype = plans.check("ifft" if inverse else "fft", input)
    axes = (plans.one_axis(input, dim),)
    input = plans.fitted(input, axes, (-1 if n is None else plans.checked_size(n),))
    return plans.to_complex(dtype, input, axes, plans.scaling(norm), inverse=inverse, one=True)


def rfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The first n // 2 + 1 elements of the `fft` of real numbers; the rest are their conjugates.

    Shapes: (..., m, ...) -> (..., n // 2 + 1, ...), m for n unless given. Dtype: the complex one of `input`.
    Derivative: g -> the real part of the inverse of g filled up with zeros, times n.
    Errors: those of `fft`, and RuntimeError for complex numbers.
    Source: torch.fft.rfft.

    >>> wengert.fft.rfft(tensor([1., 0., 0., 0.]))
    tensor([1.+0.j, 1.+0.j, 1.+0.j])
    """
    return _half("rfft", input, n, dim, plans.scaling(norm))


def ihfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `hfft`: the conjugate of `rfft`, divided by n.

    Shapes, dtype, errors: those of `rfft`. Derivative: that of `rfft`, of the conjugate.
    Source: torch.fft.ihfft.

    >>> wengert.fft.ihfft(tensor([4., 0., 0., 0.])).real
    tensor([1., 1., 1.])
    """
    return conj(_half("ihfft", input, n, dim, plans.swapped(norm)))


def _half(name: str, input: Tensor, n: int | None, dim: int, norm: str) -> Tensor:
    dtype = plans.check(name, input)
    if dtype.is_complex:
        raise RuntimeError(f"{name} expects a real input tensor, but got {spoken(dtype)}")
    axes = (plans.one_axis(input, dim),)
    input = plans.fitted(input, axes, (-1 if n is None else plans.checked_size(n),))
    return plans.half_spectrum(dtype, input, axes, norm)


def irfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `rfft`: `n` real numbers, 2 (m - 1) unless given, from half a spectrum.

    Shapes: (..., m, ...) -> (..., n, ...). Dtype: the real one of `input`.
    Derivative: g -> rfft(g) / n, twice that where an element stands for two.
    Errors: those of `fft`.
    Source: torch.fft.irfft.

    >>> wengert.fft.irfft(tensor([4., 0., 0.]))
    tensor([1., 1., 1., 1.])
    """
    return _real("irfft", input, n, dim, plans.scaling(norm))


def hfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The `fft` of a sequence whose other half is the conjugate: `n` real numbers, 2 (m - 1) unless given.

    Shapes, dtype, errors: those of `irfft`. Derivative: that of `irfft` times n, conjugated.
    Source: torch.fft.hfft.

    >>> wengert.fft.hfft(tensor([1., 0., 0.]))
    tensor([1., 1., 1., 1.])
    """
    return _real("hfft", input, n, dim, plans.swapped(norm))


def _real(name: str, input: Tensor, n: int | None, dim: int, norm: str) -> Tensor:
    dtype = plans.check(name, input)
    axes = (plans.one_axis(input, dim),)
    size = plans.checked_size(2 * (input.shape[axes[0]] - 1) if n is None else n)
    if n is not None:
        input = plans.fitted(input, axes, (n // 2 + 1,))
    if name == "hfft" and dtype.is_complex:
        input = conj(input)
    return plans.to_real(dtype, input, axes, size, norm)
