"""Floor 6: pooling over windows."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.protocol.backend import Space
from wengert.protocol.shapes import Shape
from wengert.rules import convolution as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

_max_pool = kernel(rules.max_pool, "MaxPool2DWithIndicesBackward0", x="self", positions="result1")
_avg_pool = kernel(rules.avg_pool, "AvgPool2DBackward0", x="self")
_max_pool1d = kernel(rules.max_pool, "SqueezeBackward1", x="self", positions="result1")  # the last of torch's nodes
_avg_pool1d = kernel(rules.avg_pool, "SqueezeBackward1", x="self")  # likewise
kernel(rules.plane_gather, "MaxPool2DWithIndicesBackwardBackward0")
kernel(rules.plane_scatter, "MaxPool2DWithIndicesBackwardBackward0")
kernel(rules.pool_spread, "AvgPool2DBackwardBackward0")

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
    x = _checked(name, rank, input)
    size = _per_axis(name, "kernel_size", kernel_size, rank)
    step = size if _absent(stride) else _per_axis(name, "stride", stride, rank)
    border, spread = _per_axis(name, "padding", padding, rank), _per_axis(name, "dilation", dilation, rank)
    if min(spread) <= 0:
        raise RuntimeError(
            f"{name}: dilation should be greater than zero, but got dilation: {', '.join(map(str, spread))}"
        )
    output = _output(name, x.shape[-rank - 1 :], size, step, border, spread, ceil_mode)
    return (_max_pool if rank == 2 else _max_pool1d)(x, size, step, border, spread, output)


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
    x = _checked(name, rank, input)
    size = _per_axis(name, "kernel_size", kernel_size, rank)
    step = size if _absent(stride) else _per_axis(name, "stride", stride, rank)
    border = _per_axis(name, "padding", padding, rank)
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    output = _output(name, x.shape[-rank - 1 :], size, step, border, (1,) * rank, ceil_mode)
    counts, number = (None, divisor) if divisor is not None else _counts(x, size, step, border, output, include)
    if not x.space.dtype.is_inexact:
        return _whole_average(x, counts, number, size, step, border, output)
    return (_avg_pool if rank == 2 else _avg_pool1d)(x, counts, size, step, border, output, number)


def _whole_average(x: Any, counts: Any, number: int, size: Shape, step: Shape, padding: Shape, output: Shape) -> Any:
    """Averages of integers, rounded towards zero."""
    space, xp = x.space, x.space.xp
    lead = x.shape[: -len(size)]
    array = xp.reshape(x.array, (1, *x.shape)[-len(size) - 2 :])
    total = xp.pool_sum(array, size=size, step=step, padding=padding, output=output)
    total = xp.reshape(total, (*lead, *output))
    divisor = xp.full_like(total, number) if counts is None else counts.array
    quotient = xp.floor_divide(xp.abs(total), divisor)
    return make(space, xp.asarray(xp.multiply(xp.sign(total), quotient)))


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


def _checked(name: str, rank: int, input: Any) -> Any:
    """`input`, which has to have the axes of a batch of planes or of one sample."""
    if not isinstance(input, Tensor):
        raise_not_tensor(name, "input", input)
    shape = input.shape
    if len(shape) not in (rank + 1, rank + 2) or 0 in shape[-rank - 1 :]:
        raise RuntimeError(
            f"{name}: Expected {rank + 1}D or {rank + 2}D (batch mode) tensor with optional 0 dim batch size for "
            "input, "
            f"but got:{list(shape)}; non-empty {rank + 1}D or {rank + 2}D (batch mode) tensor expected for input"
        )
    return input


def _absent(stride: Any) -> bool:
    return stride is None or (not isinstance(stride, int) and len(stride) == 0)


def _per_axis(name: str, argument: str, value: Any, rank: int) -> Shape:
    if isinstance(value, int):
        return (value,) * rank
    values = tuple(value)
    if len(values) not in (1, rank):
        words = {1: "one", 2: "two"}
        raise RuntimeError(
            f"{name}: {argument} must either be a single int, or a tuple of {words.get(rank, rank)} ints"
        )
    return values if len(values) == rank else values * rank


def _output(
    name: str, shape: Shape, size: Shape, step: Shape, padding: Shape, dilation: Shape, ceil_mode: bool
) -> Shape:
    """The number of windows along each axis of a sample of `shape` (channels, ...); torch's refusals."""
    if min(size) <= 0:
        raise RuntimeError(f"{name}: kernel size should be greater than zero, but got {list(size)}")
    if min(step) <= 0:
        raise RuntimeError(f"{name}: stride should not be zero, but got {list(step)}")
    result: list[int] = []
    for n, k, s, p, d in zip(shape[1:], size, step, padding, dilation, strict=True):
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > ((k - 1) * d + 1) // 2:
            raise RuntimeError(
                f"{name}() padding should be at most half of kernel size: pad should be at most half of effective "
                "kernel "
                f"size, but got pad={p}, kernel_size={k} and dilation={d}"
            )
        room = n + 2 * p - d * (k - 1) - 1
        count = -(-room // s) + 1 if ceil_mode else room // s + 1
        if ceil_mode and (count - 1) * s >= n + p:
            count -= 1  # the last window has to start inside the input or its left padding
        result.append(count)
    if min(result) < 1:
        given, found = ("x".join(map(str, (shape[0], *line))) for line in (shape[1:], [max(n, 0) for n in result]))
        raise RuntimeError(
            f"{name}: Given input size: ({given}). Calculated output size: ({found}). Output size is too small; "
            f"Invalid computed output size: {min(result)}"
        )
    return tuple(result)


__all__ = ["avg_pool1d", "max_pool1d", "max_pool2d"]
