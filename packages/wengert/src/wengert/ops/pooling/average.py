"""Floor 6: pooling by the mean."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.ops.pooling.arguments import windows
from wengert.protocol.backend import Space
from wengert.protocol.shapes import Shape
from wengert.rules import convolution as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

_AVG_POOLS = tuple(
    kernel(rules.avg_pool, name, x="self")
    for name in ("SqueezeBackward1", "AvgPool2DBackward0", "AvgPool3DBackward0")  # the last of torch's nodes
)
kernel(rules.pool_spread, "AvgPool2DBackwardBackward0")

Sizes = int | Sequence[int]


def avg_pool1d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """The mean of each window along the last axis.

    Shapes: input (n, channels, length) or (channels, length) -> the same with (length + 2 padding - k) // stride + 1
    places, rounded up with `ceil_mode`. Dtype: that of `input`.
    Derivative: g -> each window's g over its count, added up.
    Errors: RuntimeError if a number is out of range or the output would be empty.
    Source: torch.nn.functional.avg_pool1d.

    >>> wengert.nn.functional.avg_pool1d(tensor([[1., 3., 2., 0.]]), 2)
    tensor([[2., 1.]])
    """
    return _average("avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The mean of each window over the last two axes.

    Padding counts as zeros, and as elements unless `count_include_pad` is False; `divisor_override` is divided by
    instead.
    Shapes: input (n, channels, h, w) or (channels, h, w) -> the same with (h + 2 padding - k) // stride + 1 rows,
    rounded
    up with `ceil_mode`, and so the columns. Dtype: that of `input`.
    Derivative: g -> each window's g over its count, added up.
    Errors: RuntimeError if a number is out of range or the output would be empty.
    Source: torch.nn.functional.avg_pool2d.

    >>> wengert.nn.functional.avg_pool2d(tensor([[[1., 3.], [2., 0.]]]), 2)
    tensor([[[1.5000]]])
    """
    return _average(
        "avg_pool2d", 2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def avg_pool3d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The mean of each window over the last three axes; padding counts as in `avg_pool2d`.

    Shapes: input (n, channels, d, h, w) or (channels, d, h, w) -> the same with as many places along each axis as
    `avg_pool2d` has. Dtype: that of `input`.
    Derivative: g -> each window's g over its count, added up.
    Errors: RuntimeError if a number is out of range or the output would be empty.
    Source: torch.nn.functional.avg_pool3d.

    >>> wengert.nn.functional.avg_pool3d(tensor([[[[1., 3.], [2., 0.]]]]), (1, 2, 2))
    tensor([[[[1.5000]]]])
    """
    return _average(
        "avg_pool3d", 3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def _average(
    name: str,
    rank: int,
    input: Any,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    ceil_mode: bool,
    include: bool,
    divisor: int | None,
) -> Any:
    if not isinstance(input, Tensor):
        raise_not_tensor(name, "input", input)
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    size, step, border, _, output = windows(name, rank, input, kernel_size, stride, padding, 1, ceil_mode)
    counts, number = (None, divisor) if divisor is not None else _counts(input, size, step, border, output, include)
    if not input.space.dtype.is_inexact:
        return _whole_average(input, counts, number, size, step, border, output)
    return _AVG_POOLS[rank - 1](input, counts, size, step, border, output, number)


def _whole_average(x: Any, counts: Any, number: int, size: Shape, step: Shape, padding: Shape, output: Shape) -> Any:
    """Averages of integers, rounded towards zero."""
    space, xp = x.space, x.space.xp
    lead = x.shape[: -len(size)]
    array = xp.reshape(x.array, (1, *x.shape)[-len(size) - 2 :])
    total = xp.pool_sum(array, size=size, step=step, padding=padding, output=output)
    total = xp.reshape(total, (*lead, *output))
    divisor = xp.full_like(total, number) if counts is None else counts.array
    quotient = xp.floor_divide(xp.abs(total), xp.abs(divisor))
    return make(space, xp.asarray(xp.multiply(xp.multiply(xp.sign(total), xp.sign(divisor)), quotient)))


def _counts(x: Any, size: Shape, step: Shape, padding: Shape, output: Shape, include: bool) -> tuple[Any, int]:
    """How many elements each window averages: None and one number, or a tensor where they differ."""
    lines: list[list[int]] = []
    for n, k, s, p, places in zip(x.shape[-len(size) :], size, step, padding, output, strict=True):
        low, high = (-p, n + p) if include else (0, n)
        lines.append([min(i * s - p + k, high) - max(i * s - p, low) for i in range(places)])
    if all(count == line[0] for line in lines for count in line):
        return None, prod(line[0] for line in lines)
    products = [1]
    for line in lines:
        products = [a * b for a in products for b in line]
    space: Space = x.space
    flat = space.xp.asarray(products, dtype=space.native, device=space.native_device)
    return make(space, space.xp.reshape(flat, output)), 1
