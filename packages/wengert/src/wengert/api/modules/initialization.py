"""Floor 7: filling new parameters, without recording it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from math import prod
from typing import Any

from wengert.api.modes import no_grad
from wengert.ops.creation import eye, ones_like, zeros_like
from wengert.ops.linalg.factors import qr
from wengert.ops.movement import diag

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
_CONVOLUTIONS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much weights should grow so that what passes them and `nonlinearity` keeps its variance.

    `param` is the slope of "leaky_relu". Errors: ValueError for an unknown name. Source: torch.nn.init.

    >>> nn.init.calculate_gain("tanh")
    1.6666666666666667
    """
    if nonlinearity in _CONVOLUTIONS:
        return 1.0
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return _GAINS[nonlinearity]


def fans(tensor: Any) -> tuple[int, int]:
    """How many inputs each output of a weight has, and how many outputs each input."""
    if len(tensor.shape) < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _fan(tensor: Any, mode: str) -> int:
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode.lower()} not supported, please use one of ['fan_in', 'fan_out']")
    return fans(tensor)[mode.lower() == "fan_out"]


@no_grad()
def uniform_(tensor: Any, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Any:
    """Fill `tensor` with random numbers from [a, b); returns it. Source: torch.nn.init.uniform_."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor: Any, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Any:
    """Fill `tensor` with normal random numbers; returns it. Source: torch.nn.init.normal_."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def constant_(tensor: Any, val: float) -> Any:
    """Fill `tensor` with one value; returns it. Source: torch.nn.init.constant_.

    >>> nn.init.constant_(zeros(2), 3.)
    tensor([3., 3.])
    """
    return tensor.fill_(val)


def ones_(tensor: Any) -> Any:
    """Fill `tensor` with ones; returns it."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Any) -> Any:
    """Fill `tensor` with zeros; returns it."""
    return constant_(tensor, 0.0)


@no_grad()
def eye_(tensor: Any) -> Any:
    """Fill a matrix with the identity; returns it. Errors: ValueError for another number of axes.

    >>> nn.init.eye_(zeros(2, 2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    if len(tensor.shape) != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return tensor.copy_(eye(*tensor.shape).to(tensor))


@no_grad()
def dirac_(tensor: Any, groups: int = 1) -> Any:
    """Fill the weight of a convolution so that it passes on its input channels; returns it.

    Errors: ValueError for other numbers of axes than 3, 4, 5. Source: torch.nn.init.dirac_.
    """
    if len(tensor.shape) not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    per_group = tensor.shape[0] // groups
    middle = tuple(size // 2 for size in tensor.shape[2:])
    tensor.zero_()
    for group in range(groups):
        for channel in range(min(per_group, tensor.shape[1])):
            tensor[(group * per_group + channel, channel, *middle)] = 1
    return tensor


def xavier_uniform_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Any:
    """Fill a weight so that variances stay about the same in both directions; returns it.

    Source: torch.nn.init.xavier_uniform_; Glorot, Bengio, 2010.
    """
    bound = gain * math.sqrt(6.0 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Any:
    """As `xavier_uniform_`, with normal random numbers."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(fans(tensor))), generator)


def kaiming_uniform_(
    tensor: Any, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Any:
    """Fill a weight so that what passes it and a relu of slope `a` keeps its variance; returns it.

    Source: torch.nn.init.kaiming_uniform_; He et al., 2015.
    """
    return _kaiming(
        tensor, a, mode, nonlinearity, lambda std: uniform_(tensor, -(3**0.5) * std, 3**0.5 * std, generator)
    )


def kaiming_normal_(
    tensor: Any, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Any:
    """As `kaiming_uniform_`, with normal random numbers."""
    return _kaiming(tensor, a, mode, nonlinearity, lambda std: normal_(tensor, 0.0, std, generator))


def _kaiming(tensor: Any, a: float, mode: str, nonlinearity: str, fill: Callable[[float], Any]) -> Any:
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", UserWarning, stacklevel=3)
        return tensor
    return fill(calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)))


@no_grad()
def orthogonal_(tensor: Any, gain: float = 1, generator: Any = None) -> Any:
    """Fill a weight, seen as a matrix, with orthonormal rows or columns times `gain`; returns it.

    Errors: ValueError for fewer than two axes. Source: torch.nn.init.orthogonal_; Saxe et al., 2013.
    """
    if len(tensor.shape) < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if 0 in tensor.shape:
        return tensor
    rows, columns = tensor.shape[0], prod(tensor.shape[1:])
    drawn = zeros_like(tensor).reshape(rows, columns).normal_(generator=generator)
    q: Any
    q, r = qr(drawn.t() if rows < columns else drawn)
    signs: Any = diag(r)
    q = q * signs.sign()  # makes the distribution uniform
    return tensor.copy_((q.t() if rows < columns else q).reshape(tensor.shape)).mul_(gain)


@no_grad()
def trunc_normal_(
    tensor: Any, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator: Any = None
) -> Any:
    """Fill `tensor` with normal random numbers from [a, b]; returns it.

    Source: torch.nn.init.trunc_normal_; the inverse of the distribution function of uniform numbers.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The "
            "distribution of values may be incorrect.",
            UserWarning,
            stacklevel=2,
        )
    low, high = ((1 + math.erf((bound - mean) / (std * math.sqrt(2)))) / 2 for bound in (a, b))
    tensor.uniform_(2 * low - 1, 2 * high - 1, generator=generator)
    return tensor.erfinv_().mul_(std * math.sqrt(2)).add_(mean).clamp_(a, b)


@no_grad()
def sparse_(tensor: Any, sparsity: float, std: float = 0.01, generator: Any = None) -> Any:
    """Fill a matrix with normal random numbers, and a share `sparsity` of each column with zeros; returns it.

    Errors: ValueError for another number of axes. Source: torch.nn.init.sparse_; Martens, 2010.
    """
    if len(tensor.shape) != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows = tensor.shape[0]
    order = ones_like(tensor).uniform_(generator=generator).argsort(0).argsort(0)
    tensor.normal_(0, std, generator=generator)
    return tensor.masked_fill_(order < math.ceil(sparsity * rows), 0.0)
