"""Floor 6: convolution over one, two and three axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.convolution.padding import zero_padded
from wengert.protocol.shapes import Shape
from wengert.rules import convolution as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

_convolve = kernel(rules.convolve, "ConvolutionBackward0", x="input", w="weight", step="stride")
_convolve_biased = kernel(rules.convolve_biased, "ConvolutionBackward0", x="input", w="weight", step="stride")
unbatched = kernel(movement.reshape, "SqueezeBackward1", x="self")
_batched = kernel(movement.reshape, "UnsqueezeBackward0", x="self")
kernel(rules.convolve_input, "ConvolutionBackwardBackward0")
kernel(rules.convolve_weight, "ConvolutionBackwardBackward0")

Sizes = int | Sequence[int]


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Any:
    """The sum over each window of `input` times `weight`, plus `bias`, along one axis (a cross-correlation).

    Shapes: input (n, channels, length) or (channels, length), weight (outputs, channels / groups, k), bias (outputs,)
    -> (n, outputs, places), places = (length + 2 padding - dilation (k - 1) - 1) // stride + 1. Dtype: that of all.
    Derivative: g -> the transposed convolution of g with weight; g against the windows of input; sum of g.
    Errors: RuntimeError if the shapes do not fit or a number is out of range.
    Source: torch.nn.functional.conv1d.

    >>> wengert.nn.functional.conv1d(tensor([[1., 2., 3.]]), tensor([[[1., 1.]]]))
    tensor([[3., 5.]])
    """
    return _convolution("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Any:
    """The sum over each window of `input` times `weight`, plus `bias`, over two axes (a cross-correlation).

    `padding` counts zeros on both sides of each axis; "same" keeps the input's size, "valid" adds nothing.
    Shapes: input (n, channels, h, w) or (channels, h, w), weight (outputs, channels / groups, kh, kw), bias (outputs,)
    -> (n, outputs, oh, ow), oh = (h + 2 padding - dilation (kh - 1) - 1) // stride + 1, and so ow. Dtype: that of all.
    Derivative: g -> the transposed convolution of g with weight; g against the windows of input; sum of g.
    Errors: RuntimeError if the shapes do not fit or a number is out of range.
    Source: torch.nn.functional.conv2d.

    >>> wengert.nn.functional.conv2d(ones(1, 1, 2, 2), ones(1, 1, 2, 2))
    tensor([[[[4.]]]])
    """
    return _convolution("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Any:
    """The sum over each window of `input` times `weight`, plus `bias`, over three axes (a cross-correlation).

    Shapes: input (n, channels, d, h, w) or (channels, d, h, w), weight (outputs, channels / groups, kd, kh, kw), bias
    (outputs,) -> (n, outputs, od, oh, ow), as `conv2d`. Dtype: that of all.
    Derivative: g -> the transposed convolution of g with weight; g against the windows of input; sum of g.
    Errors: RuntimeError if the shapes do not fit or a number is out of range.
    Source: torch.nn.functional.conv3d.

    >>> wengert.nn.functional.conv3d(ones(1, 1, 1, 2, 2), ones(1, 1, 1, 2, 2))
    tensor([[[[[4.]]]]])
    """
    return _convolution("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def _convolution(
    name: str,
    rank: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Sizes,
    padding: Sizes | str,
    dilation: Sizes,
    groups: int,
) -> Any:
    batch, batched = as_batch(name, rank, input, weight, bias)
    x = batch
    if groups < 1:
        raise RuntimeError("non-positive groups is not supported")
    step, spread = per_axis(name, "stride", stride, rank), per_axis(name, "dilation", dilation, rank)
    extent = tuple((k - 1) * d for k, d in zip(weight.shape[2:], spread, strict=False))
    if isinstance(padding, str):
        x, border = _named_padding(x, padding, extent, step, rank)
    else:
        border = per_axis(name, "padding", padding, rank)
    _check(x.shape, weight.shape, bias, step, border, spread, extent, groups)
    if bias is None:
        out = _convolve(x, weight, step, border, spread, groups)
    else:
        out = _convolve_biased(x, weight, bias, step, border, spread, groups)
    return out if batched else unbatched(out, out.shape[1:])


def as_batch(name: str, rank: int, input: Any, weight: Any, bias: Any) -> tuple[Any, bool]:
    """`input` as a batch, and whether it was one; refusals of the number of axes and of mixed dtypes."""
    for argument, value in (("input", input), ("weight", weight)):
        if not isinstance(value, Tensor):
            raise_not_tensor(name, argument, value)
    shape, axes = input.shape, len(weight.shape)
    if len(shape) not in (rank + 1, rank + 2):
        raise RuntimeError(
            f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {name}, but got input of size: "
            f"{list(shape)}"
        )
    for argument, value in (("weight", weight), ("bias", bias)):
        if value is not None and input.space.dtype is not value.space.dtype:
            raise RuntimeError(
                f"Input type ({spoken(input.space.dtype)}) and {argument} type ({spoken(value.space.dtype)}) should be "
                "the same. Convert one of them with .to(...)."
            )
    if axes < 3:
        raise RuntimeError("weight should have at least three dimensions")
    if axes != rank + 2:
        raise RuntimeError(
            f"Expected {axes}-dimensional input for {axes}-dimensional weight{list(weight.shape)}, but got "
            f"{rank + 2}-dimensional input of size {list(shape)} instead: expected stride to be a single integer "
            f"value or a list of {axes - 2} values to match the convolution dimensions"
        )
    batched = len(shape) == rank + 2
    return (input if batched else _batched(input, (1, *shape))), batched


def _named_padding(x: Any, padding: str, extent: Shape, step: Shape, rank: int) -> tuple[Any, Shape]:
    """`x`, padded on the right where "same" asks for an odd number, and the padding on both sides."""
    if padding == "valid":
        return x, (0,) * rank
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'; expected 'same' or 'valid'.")
    if any(s != 1 for s in step):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    if any(e % 2 for e in extent):
        x = zero_padded(x, ((0, 0), (0, 0), *((0, e % 2) for e in extent)), 0)
    return x, tuple(e // 2 for e in extent)


def _check(
    shape: Shape,
    weight: Shape,
    bias: Tensor | None,
    step: Shape,
    padding: Shape,
    dilation: Shape,
    extent: Shape,
    groups: int,
) -> None:
    """torch's refusals, in its order."""
    for name, values, least in (("padding", padding, 0), ("stride", step, 1), ("dilation", dilation, 1)):
        if min(values) < least:
            if name == "dilation":
                raise RuntimeError("dilation should be greater than zero")
            raise RuntimeError(f"{'negative' if not least else 'non-positive'} {name} is not supported")
    if weight[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(weight)} instead"
        )
    if weight[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight "
            "of size "
            f"[{list(weight)}] instead"
        )
    if shape[1] != weight[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight)}, expected input{list(shape)} to have "
            f"{weight[1] * groups} channels, but got {shape[1]} channels instead"
        )
    if bias is not None and bias.shape != weight[:1]:
        raise RuntimeError(
            f"Given weight of size {list(weight)}, expected bias to be 1-dimensional with {weight[0]} elements, "
            "but got "
            f"bias of size {list(bias.shape)} instead"
        )
    padded = [n + 2 * p for n, p in zip(shape[2:], padding, strict=True)]
    if any(n < e + 1 for n, e in zip(padded, extent, strict=True)):
        sizes = [" x ".join(str(n) for n in line) for line in (padded, [e + 1 for e in extent])]
        raise RuntimeError(
            f"Calculated padded input size per channel: ({sizes[0]}). Kernel size: ({sizes[1]}). "
            "Kernel size can't be greater than actual input size"
        )


def per_axis(name: str, argument: str, value: Sizes, rank: int) -> Shape:
    """A number for each axis, from one for all or a sequence of `rank` of them (or of one)."""
    if isinstance(value, int):
        return (value,) * rank
    values = tuple(value)
    if len(values) == 1:
        return values * rank
    if len(values) != rank:
        raise RuntimeError(
            f"{name}: expected {argument} to be a single integer value or a list of {rank} values to match the "
            "convolution "
            f"dimensions, but got {argument}={list(values)}"
        )
    return values
