"""Floor 6: transposed convolution: what a convolution's gradient does to its input's place."""

from __future__ import annotations

from typing import Any

from wengert.ops.convolution.correlation import Sizes, as_batch, per_axis, unbatched
from wengert.ops.convolution.padding import zero_padded
from wengert.rules import convolution as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_transposed = kernel(rules.convolve_input, "ConvolutionBackward0", y="input", w="weight", step="stride")


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Any:
    """Each element of `input` times `weight`, added up at its window's place, plus `bias`: the transpose of `conv1d`.

    Shapes: input (n, channels, length) or (channels, length), weight (channels, outputs / groups, k), bias (outputs,)
    -> (n, outputs, (length - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1). Dtype: that of all.
    Derivative: g -> the convolution of g with weight; input against the windows of g; sum of g.
    Errors: RuntimeError if the shapes do not fit or a number is out of range.
    Source: torch.nn.functional.conv_transpose1d.

    >>> wengert.nn.functional.conv_transpose1d(tensor([[1., 2.]]), tensor([[[1., 1.]]]))
    tensor([[1., 3., 2.]])
    """
    return _spread("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Any:
    """Each element of `input` times `weight`, added up at its window's place, plus `bias`: the transpose of `conv2d`.

    Shapes: input (n, channels, h, w) or (channels, h, w), weight (channels, outputs / groups, kh, kw), bias (outputs,)
    -> (n, outputs, oh, ow), oh = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1, and so ow.
    Dtype: that of all. Derivative: g -> the convolution of g with weight; input against the windows of g; sum of g.
    Errors: RuntimeError if the shapes do not fit or a number is out of range.
    Source: torch.nn.functional.conv_transpose2d.

    >>> wengert.nn.functional.conv_transpose2d(ones(1, 1, 1), ones(1, 1, 2, 2))
    tensor([[[1., 1.],
             [1., 1.]]])
    """
    return _spread("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Any:
    """Each element of `input` times `weight`, added up at its window's place, plus `bias`: the transpose of `conv3d`.

    Shapes: input (n, channels, d, h, w) or (channels, d, h, w), weight (channels, outputs / groups, kd, kh, kw), bias
    (outputs,) -> (n, outputs, od, oh, ow), as `conv_transpose2d`. Dtype: that of all.
    Derivative: g -> the convolution of g with weight; input against the windows of g; sum of g.
    Errors: RuntimeError if the shapes do not fit or a number is out of range.
    Source: torch.nn.functional.conv_transpose3d.

    >>> wengert.nn.functional.conv_transpose3d(ones(1, 1, 1, 1), ones(1, 1, 1, 1, 2))
    tensor([[[[1., 1.]]]])
    """
    return _spread("conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def _spread(
    name: str,
    rank: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Sizes,
    padding: Sizes,
    output_padding: Sizes,
    groups: int,
    dilation: Sizes,
) -> Any:
    x, batched = as_batch(name, rank, input, weight, bias)
    step, spread = per_axis(name, "stride", stride, rank), per_axis(name, "dilation", dilation, rank)
    border, extra = per_axis(name, "padding", padding, rank), per_axis(name, "output_padding", output_padding, rank)
    given, kernel = tuple(x.shape), tuple(weight.shape)
    for argument, values, least in (("padding", border, 0), ("output_padding", extra, 0), ("stride", step, 1)):
        if min(values) < least:
            raise RuntimeError(f"{'non-positive' if least else 'negative'} {argument} is not supported")
    if min(spread) < 1:
        raise RuntimeError("dilation should be greater than zero")
    if groups < 1:
        raise RuntimeError("non-positive groups is not supported")
    if given[1] != kernel[0] or kernel[0] % groups:
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(kernel)}, expected input{list(given)} to have {kernel[0]} "
            f"channels, a multiple of {groups}, but got {given[1]} channels instead"
        )
    channels = kernel[1] * groups
    if bias is not None and tuple(bias.shape) != (channels,):
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(kernel)}, expected bias to be 1-dimensional with {channels} "
            f"elements, but got bias of size {list(bias.shape)} instead"
        )
    if any(e >= max(s, d) for e, s, d in zip(extra, step, spread, strict=True)):
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, but got "
            f"output_padding={list(extra)}, stride={list(step)}, dilation={list(spread)}"
        )
    whole = [(n - 1) * s + d * (k - 1) + 1 for n, s, d, k in zip(given[2:], step, spread, kernel[2:], strict=True)]
    size = [n - 2 * p + e for n, p, e in zip(whole, border, extra, strict=True)]
    if min(size) < 1:
        raise RuntimeError(
            f"Given input size per channel: {list(given[2:])}. Calculated output size per channel: {size}. Output "
            "size is too small"
        )
    if all(e < s for e, s in zip(extra, step, strict=True)):
        out = _transposed(x, weight, (given[0], channels, *size), step, border, spread, groups)
    else:  # a convolution would see more windows than input has elements
        out = _transposed(x, weight, (given[0], channels, *whole), step, (0,) * rank, spread, groups)
        out = zero_padded(out, ((0, 0), (0, 0), *((-p, e - p) for p, e in zip(border, extra, strict=True))), 0)
    if bias is not None:
        out = out + bias.reshape((-1, *(1,) * rank))
    return out if batched else unbatched(out, out.shape[1:])
