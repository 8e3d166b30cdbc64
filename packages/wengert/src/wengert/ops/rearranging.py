"""Floor 6: windows laid out as columns and put back, and channels exchanged for places."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic.operands import checked
from wengert.ops.convolution.correlation import per_axis
from wengert.ops.convolution.padding import zero_padded
from wengert.protocol.dtypes import INTEGER, int64
from wengert.protocol.shapes import Shape
from wengert.rule.refusals import refuse

Sizes = int | Sequence[int]


def unfold(input: AnyTensor, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> Any:
    """The windows of a batch of images as columns: what a convolution multiplies its weight with.

    Shapes: input (n, channels, h, w) or (channels, h, w) -> (n, channels kh kw, windows). Dtype: kept.
    Derivative: g -> `fold` of g. Errors: RuntimeError if a number is out of range or no window fits.
    Source: torch.nn.functional.unfold.

    >>> wengert.nn.functional.unfold(tensor([[[1., 2., 3.]]]), (1, 2))
    tensor([[1., 2.],
            [2., 3.]])
    """
    shape = tuple(checked("unfold", "input", input).shape)
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(shape)}"
        )
    size, spread, border, step = _checked("unfold", kernel_size, dilation, padding, stride)
    refuse("im2col_out_cpu", input.space.dtype, INTEGER)
    x = zero_padded(input, ((0, 0),) * (len(shape) - 2) + tuple((p, p) for p in border), 0)
    counts = _counts(tuple(x.shape[-2:]), size, spread, step)
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size {shape[-2:]}, kernel_size={size}, dilation={spread}, padding={border}, "
            f"stride={step}, calculated shape of the array of sliding blocks as {counts}, but its components must be "
            "at least one."
        )
    places = _places(x, x.shape[-1], size, spread, step, counts)
    columns = x.reshape((*shape[:-2], prod(x.shape[-2:]))).index_select(-1, places)
    return columns.reshape((*shape[:-3], shape[-3] * prod(size), prod(counts)))


def fold(
    input: Any, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> Any:
    """Columns put back at their windows' places in an image, added up where windows overlap: the transpose of `unfold`.

    Shapes: input (n, channels kh kw, windows) or (channels kh kw, windows) -> (n, channels, h, w). Dtype: kept.
    Derivative: g -> `unfold` of g. Errors: RuntimeError if the shapes do not fit or a number is out of range.
    Source: torch.nn.functional.fold.

    >>> wengert.nn.functional.fold(tensor([[1., 2.], [2., 3.]]), (1, 3), (1, 2))
    tensor([[[1., 4., 3.]]])
    """
    shape, output = tuple(checked("fold", "input", input).shape), per_axis("fold", "output_size", output_size, 2)
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(shape)}"
        )
    size, spread, border, step = _checked("fold", kernel_size, dilation, padding, stride)
    if shape[-2] % prod(size):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={shape[-2]} and kernel_size={size}."
        )
    whole = tuple(n + 2 * p for n, p in zip(output, border, strict=True))
    counts = _counts(whole, size, spread, step)
    if prod(counts) != shape[-1] or min(counts) < 1:
        raise RuntimeError(
            f"Given output_size={output}, kernel_size={size}, dilation={spread}, padding={border}, stride={step}, "
            f"expected size of input's dimension 2 to match the calculated number of sliding blocks {counts[0]} * "
            f"{counts[1]} = {prod(counts)}, but got input.size(2)={shape[-1]}."
        )
    lead = (*shape[:-2], shape[-2] // prod(size))
    places = _places(input, whole[1], size, spread, step, counts)
    flat = input.reshape((*lead, prod(size) * shape[-1]))
    image = input.new_zeros((*lead, prod(whole))).index_add(-1, places, flat).reshape((*lead, *whole))
    return image[(..., *(slice(p, p + n) for p, n in zip(border, output, strict=True)))]


def _checked(name: str, kernel_size: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes) -> tuple[Shape, ...]:
    values = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    found = {argument: per_axis(name, argument, value, 2) for argument, value in values.items()}
    for argument, pair in found.items():
        if min(pair) < (argument != "padding"):
            words = "non-negative" if argument == "padding" else "greater than zero"
            raise RuntimeError(
                f"{argument} should be {words}, but got {argument}_height: {pair[0]} {argument}_width: {pair[1]}"
            )
    return tuple(found.values())


def _counts(whole: Shape, size: Shape, spread: Shape, step: Shape) -> Shape:
    return tuple((n - d * (k - 1) - 1) // s + 1 for n, k, d, s in zip(whole, size, spread, step, strict=True))


def _places(x: Any, width: int, size: Shape, spread: Shape, step: Shape, counts: Shape) -> Any:
    """For each element of a window and each window the flat position in the image, in that order."""
    lines = [
        [[i * d + j * s for j in range(m)] for i in range(k)]
        for k, d, s, m in zip(size, spread, step, counts, strict=True)
    ]
    down, along = (x.new_tensor(line, dtype=int64) for line in lines)

    return (down.reshape((size[0], 1, counts[0], 1)) * width + along.reshape((1, size[1], 1, counts[1]))).reshape(-1)


def pixel_shuffle(input: AnyTensor, upscale_factor: int) -> Any:
    """Each r^2 channels become r rows and r columns of one, r the `upscale_factor`.

    Shapes: input (..., channels r^2, h, w) -> (..., channels, h r, w r). Dtype: kept.
    Derivative: g -> `pixel_unshuffle` of g. Errors: RuntimeError if the channels do not divide by r^2.
    Source: torch.nn.functional.pixel_shuffle; Shi and others, 2016.

    >>> pixel_shuffle(tensor([[[1.]], [[2.]], [[3.]], [[4.]]]), 2)
    tensor([[[1., 2.],
             [3., 4.]]])
    """
    shape, r = tuple(checked("pixel_shuffle", "input", input).shape), upscale_factor
    if len(shape) < 3:
        raise RuntimeError(
            f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, channels, h, w = shape
    if channels % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={channels} is not divisible by {r * r}"
        )
    n = len(lead)
    apart = input.reshape((*lead, channels // (r * r), r, r, h, w))
    mixed = apart.permute((*range(n + 1), n + 3, n + 1, n + 4, n + 2))
    return mixed.reshape((*lead, channels // (r * r), h * r, w * r))


def pixel_unshuffle(input: AnyTensor, downscale_factor: int) -> Any:
    """Each r rows and r columns become r^2 channels, r the `downscale_factor`: the inverse of `pixel_shuffle`.

    Shapes: input (..., channels, h r, w r) -> (..., channels r^2, h, w). Dtype: kept.
    Derivative: g -> `pixel_shuffle` of g. Errors: RuntimeError if height or width do not divide by r.
    Source: torch.nn.functional.pixel_unshuffle.

    >>> pixel_unshuffle(tensor([[[1., 2.]]]).expand(1, 2, 2), 2)[:, 0, 0]
    tensor([1., 2., 1., 2.])
    """
    shape, r = tuple(checked("pixel_unshuffle", "input", input).shape), downscale_factor
    if len(shape) < 3:
        raise RuntimeError(
            f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)"
        )
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, channels, h, w = shape
    for axis, size in (("height", h), ("width", w)):
        if size % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {axis} to be divisible by downscale_factor, but {size} is not divisible by "
                f"{r}"
            )
    n = len(lead)
    apart = input.reshape((*lead, channels, h // r, r, w // r, r))
    mixed = apart.permute((*range(n + 1), n + 2, n + 4, n + 1, n + 3))
    return mixed.reshape((*lead, channels * r * r, h // r, w // r))


def channel_shuffle(input: AnyTensor, groups: int) -> Any:
    """The channels dealt out: the first of each of `groups` groups, then the second of each, and so on.

    Shapes: input (n, channels, ...) -> the same. Dtype: kept. Derivative: g -> g in the order before.
    Errors: RuntimeError if the channels do not divide into the groups.
    Source: torch.nn.functional.channel_shuffle; Zhang and others, "ShuffleNet", 2018.

    >>> channel_shuffle(tensor([[[1.], [2.], [3.], [4.]]]), 2).flatten()
    tensor([1., 3., 2., 4.])
    """
    shape = tuple(checked("channel_shuffle", "input", input).shape)
    if len(shape) <= 2:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    n, channels = shape[:2]
    if channels % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {channels} channels and {groups} groups."
        )
    return input.reshape((n, groups, channels // groups, *shape[2:])).transpose(1, 2).reshape(shape)
