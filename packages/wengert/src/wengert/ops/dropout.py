"""Floor 6: dropout of whole channels, and dropout that keeps mean and variance."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic.operands import checked
from wengert.ops.attention import dropout_mask
from wengert.protocol.shapes import Shape
from wengert.protocol.warned import warn_user
from wengert.tensor.base import TensorBase as Tensor

_LOWEST = -1.7580993408473766  # where selu ends on the left


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`input` with whole channels set to 0 with probability `p`, the others divided by 1 - p.

    Shapes: input (n, channels, length) or (channels, length) -> the same. Dtype: kept.
    Derivative: g -> g times the same mask. Errors: ValueError if p is not in [0, 1]; RuntimeError for other shapes.
    Source: torch.nn.functional.dropout1d; Tompson and others, 2015.

    >>> wengert.nn.functional.dropout1d(tensor([[1., 2.]]), 1.)
    tensor([[0., 0.]])
    """
    if len(checked("dropout1d", "input", input).shape) not in (2, 3):
        raise RuntimeError(f"dropout1d: Expected 2D or 3D input, but received a {len(input.shape)}D input.")
    return _channels("dropout1d", input, p, training, inplace, len(input.shape) == 3)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`input` with whole channels set to 0 with probability `p`, the others divided by 1 - p.

    Shapes: input (n, channels, h, w) -> the same. Dtype: kept. Derivative: g -> g times the same mask.
    Errors: ValueError if p is not in [0, 1]. Source: torch.nn.functional.dropout2d; Tompson and others, 2015.

    >>> wengert.nn.functional.dropout2d(ones(1, 1, 1, 2), 1.)
    tensor([[[[0., 0.]]]])
    """
    if len(checked("dropout2d", "input", input).shape) not in (3, 4):
        warn_user(
            f"dropout2d: Received a {len(input.shape)}-D input to dropout2d, which is deprecated and will result in an "
            "error in a future release. To retain the behavior and silence this warning, please use dropout instead.",
        )
    return _channels("dropout2d", input, p, training, inplace, True)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """`input` with whole channels set to 0 with probability `p`, the others divided by 1 - p.

    Shapes: input (n, channels, d, h, w) or (channels, d, h, w) -> the same. Dtype: kept.
    Derivative: g -> g times the same mask. Errors: ValueError if p is not in [0, 1].
    Source: torch.nn.functional.dropout3d; Tompson and others, 2015.

    >>> wengert.nn.functional.dropout3d(ones(1, 1, 1, 2), 1.)
    tensor([[[[0., 0.]]]])
    """
    if len(checked("dropout3d", "input", input).shape) not in (4, 5):
        warn_user(
            f"dropout3d: Received a {len(input.shape)}-D input to dropout3d, which is deprecated and will result in an "
            "error in a future release. To retain the behavior and silence this warning, please use dropout instead.",
        )
    return _channels("dropout3d", input, p, training, inplace, len(input.shape) != 4)


def alpha_dropout(input: AnyTensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout for `selu`: what is dropped becomes its lowest value, and an affine map keeps mean and variance.

    Shapes: kept. Dtype: kept. Derivative: g -> g times the mask times the map's factor.
    Errors: ValueError if p is not in [0, 1]. Source: torch.nn.functional.alpha_dropout; Klambauer and others, 2017.

    >>> alpha_dropout(tensor([1., 2.]), 0.5)
    tensor([1., 2.])
    """
    return _alpha("alpha_dropout", input, p, training, inplace, input.shape)


def feature_alpha_dropout(input: AnyTensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """`alpha_dropout` of whole channels.

    Shapes: input (n, channels, ...) -> the same. Dtype: kept.
    Derivative: g -> g times the mask times the map's factor. Errors: ValueError if p is not in [0, 1].
    Source: torch.nn.functional.feature_alpha_dropout.

    >>> feature_alpha_dropout(tensor([[1., 2.]]), 0.5)
    tensor([[1., 2.]])
    """
    return _alpha("feature_alpha_dropout", input, p, training, inplace, _lines(input.shape, True))


def _lines(shape: Shape, batched: bool) -> Shape:
    """The shape of a mask of whole channels."""
    kept = 2 if batched else 1
    return (*shape[:kept], *(1,) * (len(shape) - kept))


def _channels(name: str, input: Any, p: float, training: bool, inplace: bool, batched: bool) -> Any:
    _check(name, input, p)
    if p == 0 or not training:
        return input
    mask = dropout_mask(input, p, _lines(input.shape, batched))
    return input.mul_(mask) if inplace else input * mask


def _alpha(name: str, input: Any, p: float, training: bool, inplace: bool, shape: Shape) -> Any:
    _check(name, input, p)
    if p == 0 or not training:
        return input
    if p == 1:
        return input.mul_(0.0) if inplace else input * 0.0
    kept = dropout_mask(input, p, shape) * (1 - p)
    scale = ((1 - p) * (1 + p * _LOWEST**2)) ** -0.5
    shift = (1 - kept) * (scale * _LOWEST) - scale * _LOWEST * p
    return input.mul_(kept * scale).add_(shift) if inplace else input * (kept * scale) + shift


def _check(name: str, input: Any, p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    checked(name, "input", input)
