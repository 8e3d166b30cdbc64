"""Floor 6: pooling by the maximum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ops.pooling.arguments import windows
from wengert.rules import convolution as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_MAX_POOLS = tuple(
    kernel(rules.max_pool, name, x="self", positions="result1")
    for name in (
        "SqueezeBackward1",  # the last of torch's nodes
        "MaxPool2DWithIndicesBackward0",
        "MaxPool3DWithIndicesBackward0",
    )
)
kernel(rules.plane_gather, "MaxPool2DWithIndicesBackwardBackward0")
kernel(rules.plane_scatter, "MaxPool2DWithIndicesBackwardBackward0")

Sizes = int | Sequence[int]


def max_pool1d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window along the last axis.

    Shapes: input (n, channels, length) or (channels, length) -> the same with
    (length + 2 padding - dilation (k - 1) - 1) // stride + 1 places, rounded up with `ceil_mode`. Dtype: that of
    `input`.
    With `return_indices` the pair of this and the positions (int64).
    Derivative: g goes to the element that was chosen, the first among equals.
    Errors: RuntimeError if a number is out of range or the output would be empty.
    Source: torch.nn.functional.max_pool1d.

    >>> wengert.nn.functional.max_pool1d(tensor([[1., 3., 2., 0.]]), 2)
    tensor([[3., 2.]])
    """
    values, positions = _maximum("max_pool1d", 1, input, kernel_size, stride, padding, dilation, ceil_mode)
    return (values, positions) if return_indices else values


def max_pool2d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window over the last two axes.

    Shapes: input (n, channels, h, w) or (channels, h, w) -> the same with
    (h + 2 padding - dilation (k - 1) - 1) // stride + 1 rows, rounded up with `ceil_mode`, and so the columns.
    Dtype: that of `input`. With `return_indices` the pair of this and the flat positions in the plane (int64).
    Derivative: g goes to the element that was chosen, the first among equals.
    Errors: RuntimeError if a number is out of range or the output would be empty.
    Source: torch.nn.functional.max_pool2d.

    >>> wengert.nn.functional.max_pool2d(tensor([[[1., 3.], [2., 0.]]]), 2)
    tensor([[[3.]]])
    """
    values, positions = _maximum("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode)
    return (values, positions) if return_indices else values


def max_pool3d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window over the last three axes.

    Shapes: input (n, channels, d, h, w) or (channels, d, h, w) -> the same with as many places along each axis as
    `max_pool2d` has. Dtype: that of `input`.
    With `return_indices` the pair of this and the flat positions in the volume (int64).
    Derivative: g goes to the element that was chosen, the first among equals.
    Errors: RuntimeError if a number is out of range or the output would be empty.
    Source: torch.nn.functional.max_pool3d.

    >>> wengert.nn.functional.max_pool3d(tensor([[[[1., 3.], [2., 0.]]]]), (1, 2, 2))
    tensor([[[[3.]]]])
    """
    values, positions = _maximum("max_pool3d", 3, input, kernel_size, stride, padding, dilation, ceil_mode)
    return (values, positions) if return_indices else values


def _maximum(
    name: str,
    rank: int,
    input: Any,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    dilation: Sizes,
    ceil_mode: bool,
) -> tuple[Any, Any]:
    return _MAX_POOLS[rank - 1](input, *windows(name, rank, input, kernel_size, stride, padding, dilation, ceil_mode))
