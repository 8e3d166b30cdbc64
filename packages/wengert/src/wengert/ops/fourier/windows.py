"""Floor 6: window functions: the numbers that a stretch of samples is multiplied by before its transform."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import cos, exp, pi, sin, sqrt
from typing import Any

from wengert.ops.creation import tensor
from wengert.ops.placement import Device
from wengert.protocol.dtypes import float32, float64, get_default_dtype
from wengert.tensor.base import TensorBase as Tensor

Shape_ = Callable[[int, int], float]


def _made(name: str, count: int, dtype: Any, device: Device, requires_grad: bool, sym: bool, value: Shape_) -> Tensor:
    """`value(n, periods)` for each n, over one period less than `count` where `sym`."""
    chosen = get_default_dtype() if dtype is None else dtype
    if count < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={count}")
    if chosen not in (float32, float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: torch.{getattr(chosen, 'name', chosen)}")
    numbers = [1.0] if count == 1 else [value(n, count - 1 if sym else count) for n in range(count)]
    return tensor(numbers, dtype=chosen, device=device, requires_grad=requires_grad)


def _cosines(a: Iterable[float]) -> Shape_:
    """a0 - a1 cos(2 pi n / periods) + a2 cos(4 pi n / periods) - ..."""
    factors = [(-1) ** i * factor for i, factor in enumerate(a)]
    return lambda n, periods: sum(factor * cos(2 * pi * i * n / periods) for i, factor in enumerate(factors))


def general_cosine(
    M: int, *, a: Iterable[float], sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N) - ..., N one less than `M` where `sym`, else `M`.

    Shapes: (M,). Dtype: `dtype`, the default one unless given. Derivative: none, the result is a leaf.
    Errors: ValueError for a negative length, or a dtype other than float32 and float64; TypeError unless `a` is a list.
    Source: torch.signal.windows.general_cosine.

    >>> wengert.signal.windows.general_cosine(3, a=[0.5, 0.5])
    tensor([0., 1., 0.])
    """
    if not isinstance(a, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]  # users pass numbers
        raise TypeError("Coefficients must be a list/tuple")
    factors = list(a)
    if not factors:
        raise ValueError("Coefficients cannot be empty")
    return _made("general_cosine", M, dtype, device, requires_grad, sym, _cosines(factors))


def general_hamming(
    M: int, *, alpha: float = 0.54, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """alpha - (1 - alpha) cos(2 pi n / N); see `general_cosine`. Source: torch.signal.windows.general_hamming."""
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, dtype=dtype, device=device, requires_grad=requires_grad)


def hamming(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """0.54 - 0.46 cos(2 pi n / N); see `general_cosine`. Source: torch.signal.windows.hamming."""
    return _made("general_cosine", M, dtype, device, requires_grad, sym, _cosines([0.54, 0.46]))


def hann(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """0.5 - 0.5 cos(2 pi n / N); see `general_cosine`. Source: torch.signal.windows.hann."""
    return _made("general_cosine", M, dtype, device, requires_grad, sym, _cosines([0.5, 0.5]))


def blackman(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N). Source: torch.signal.windows.blackman."""
    return _made("blackman", M, dtype, device, requires_grad, sym, _cosines([0.42, 0.5, 0.08]))


def nuttall(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Four cosines with the lowest side lobes, by A. Nuttall (1981). Source: torch.signal.windows.nuttall."""
    return general_cosine(
        M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], sym=sym, dtype=dtype, device=device,
        requires_grad=requires_grad,
    )  # fmt: skip


def bartlett(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A triangle: 1 - |2 n / N - 1|. Source: torch.signal.windows.bartlett."""
    return _made("bartlett", M, dtype, device, requires_grad, sym, lambda n, periods: 1 - abs(2 * n / periods - 1))


def cosine(
    M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Half a sine: sin(pi (n + 1/2) / (N + 1)). Source: torch.signal.windows.cosine."""
    return _made("cosine", M, dtype, device, requires_grad, sym, lambda n, periods: sin(pi * (n + 0.5) / (periods + 1)))


def exponential(
    M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, dtype: Any = None, layout: Any = None,
    device: Device = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """exp(-|n - center| / tau), about the middle unless `center` is given. Source: torch.signal.windows.exponential."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    return _made(
        "exponential", M, dtype, device, requires_grad, sym,
        lambda n, periods: exp(-abs(n - (periods / 2 if center is None else center)) / tau),
    )  # fmt: skip


def gaussian(
    M: int, *, std: float = 1.0, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """exp(-((n - N / 2) / std)^2 / 2). Source: torch.signal.windows.gaussian."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    return _made(
        "gaussian", M, dtype, device, requires_grad, sym, lambda n, periods: exp(-0.5 * ((n - periods / 2) / std) ** 2)
    )


def kaiser(
    M: int, *, beta: float = 12.0, sym: bool = True, dtype: Any = None, layout: Any = None, device: Device = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """i0(beta sqrt(1 - (2 n / N - 1)^2)) / i0(beta), i0 the Bessel function. Source: torch.signal.windows.kaiser."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    return _made("kaiser", M, dtype, device, requires_grad, sym, _kaiser(beta))


def _kaiser(beta: float) -> Shape_:
    whole = _bessel(beta)
    return lambda n, periods: _bessel(beta * sqrt(max(0.0, 1 - (2 * n / periods - 1) ** 2))) / whole


def _bessel(x: float) -> float:
    """i0 by its power series, whose terms are all positive."""
    term = total = 1.0
    k = 0
    while term > total * 1e-17:
        k += 1
        term *= (x / 2 / k) ** 2
        total += term
    return total


def _older(
    name: str, window_length: int, periodic: bool, dtype: Any, device: Device, requires_grad: bool, value: Shape_
) -> Tensor:
    """A window under torch's first names, with their refusals."""
    chosen = get_default_dtype() if dtype is None else dtype
    if window_length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={window_length}")
    if not chosen.is_floating_point:
        raise RuntimeError(f"{name} expects floating point dtypes, got: {chosen!r}")
    found: Any = _made(name, window_length, float64, device, False, not periodic, value)
    return found.to(chosen).requires_grad_(requires_grad)


def hann_window(
    window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None, device: Device = None,
    pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """0.5 - 0.5 cos(2 pi n / N), N the length, one less unless `periodic`. Source: torch.hann_window.

    >>> hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return _older("hann_window", window_length, periodic, dtype, device, requires_grad, _cosines([0.5, 0.5]))


def hamming_window(
    window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, *, dtype: Any = None,
    layout: Any = None, device: Device = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """alpha - beta cos(2 pi n / N), N the length, one less unless `periodic`. Source: torch.hamming_window.

    >>> hamming_window(4)
    tensor([0.0800, 0.5400, 1.0000, 0.5400])
    """
    return _older("hamming_window", window_length, periodic, dtype, device, requires_grad, _cosines([alpha, beta]))


def blackman_window(
    window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None, device: Device = None,
    pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N), N the length. Source: torch.blackman_window.

    >>> blackman_window(4)[2]
    tensor(1.)
    """
    value = _cosines([0.42, 0.5, 0.08])
    return _older("blackman_window", window_length, periodic, dtype, device, requires_grad, value)


def bartlett_window(
    window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None, device: Device = None,
    pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A triangle, 1 - |2 n / N - 1|, N the length, one less unless `periodic`. Source: torch.bartlett_window.

    >>> bartlett_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return _older(
        "bartlett_window", window_length, periodic, dtype, device, requires_grad,
        lambda n, periods: 1 - abs(2 * n / periods - 1),
    )  # fmt: skip


def kaiser_window(
    window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: Any = None, layout: Any = None,
    device: Device = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """i0(beta sqrt(1 - (2 n / N - 1)^2)) / i0(beta), N the length. Source: torch.kaiser_window.

    >>> kaiser_window(4)[2]
    tensor(1.)
    """
    return _older("kaiser_window", window_length, periodic, dtype, device, requires_grad, _kaiser(beta))
