"""Floor 6: convolution and padding."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.xp import namespace_of
from wengert.protocol.shapes import Shape
from wengert.rules import convolution as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

_convolve = kernel(rules.convolve, "ConvolutionBackward0", x="input", w="weight", step="stride")
_convolve_biased = kernel(rules.convolve_biased, "ConvolutionBackward0", x="input", w="weight", step="stride")
_pad = kernel(rules.pad, "ConstantPadNdBackward0")
_unbatched = kernel(movement.reshape, "SqueezeBackward1", x="self")
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
    for argument, value in (("input", input), ("weight", weight)):
        if not isinstance(value, Tensor):
            raise_not_tensor(name, argument, value)
    shape = input.shape
    if len(shape) not in (rank + 1, rank + 2):
        raise RuntimeError(
            f"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {name}, but got input of size: "
            f"{list(shape)}"
        )
    if input.space.dtype is not weight.space.dtype:
        raise RuntimeError(
            f"Input type ({spoken(input.space.dtype)}) and weight type ({spoken(weight.space.dtype)}) should be "
            "the same. "
            "Convert one of them with .to(...)."
        )
    batched = len(shape) == rank + 2
    x = input if batched else _batched(input, (1, *shape))
    step, spread = per_axis(name, "stride", stride, rank), per_axis(name, "dilation", dilation, rank)
    extent = tuple((k - 1) * d for k, d in zip(weight.shape[2:], spread, strict=False))
    if isinstance(padding, str):
        x, border = _named_padding(x, padding, extent, step, rank)
    else:
        border = per_axis(name, "padding", padding, rank)
    _check(x.shape, weight.shape, bias, step, border, spread, extent, groups, rank)
    if bias is None:
        out = _convolve(x, weight, step, border, spread, groups)
    else:
        out = _convolve_biased(x, weight, bias, step, border, spread, groups)
    return out if batched else _unbatched(out, out.shape[1:])


def _named_padding(x: Any, padding: str, extent: Shape, step: Shape, rank: int) -> tuple[Any, Shape]:
    """`x`, padded on the right where "same" asks for an odd number, and the padding on both sides."""
    if padding == "valid":
        return x, (0,) * rank
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'; expected 'same' or 'valid'.")
    if any(s != 1 for s in step):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    if any(e % 2 for e in extent):
        x = _pad(x, ((0, 0), (0, 0), *((0, e % 2) for e in extent)), 0)
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
    rank: int,
) -> None:
    """torch's refusals, in its order."""
    if len(weight) != rank + 2:
        raise RuntimeError(
            f"Expected a {rank + 2}-dimensional weight for a {rank + 2}-dimensional input, but got weight of size "
            f"{list(weight)} instead: expected stride to be a single integer value or a list of {len(weight) - 2} "
            "values "
            f"to match the convolution dimensions"
        )
    for name, values, least in (("padding", padding, 0), ("stride", step, 1), ("dilation", dilation, 1)):
        if min(values) < least:
            raise RuntimeError(f"{'negative' if not least else 'non-positive'} {name} is not supported")
    if groups < 1:
        raise RuntimeError("non-positive groups is not supported")
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


# --- padding ----------------------------------------------------------------------------------------------------------


def constant_pad_nd(input: Tensor, pad: Sequence[int], value: float = 0) -> Tensor:
    """`nn.functional.pad` with a constant. Derivative: g -> g cut to the input's place. Source: torch.constant_pad_nd.

    >>> constant_pad_nd(tensor([1., 2.]), (1, 0), 5.)
    tensor([5., 1., 2.])
    """
    return _padded(input, pad, "constant", value)


def pad(input: Any, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """`input` with elements added before and after its last axes: `pad` names (before, after) of the last axis first.

    `mode` says what is added: "constant" `value` (0 unless given), "reflect" the input mirrored at its edge,
    "replicate" the edge itself, "circular" the other end. A negative number cuts (constant and circular).
    Shapes: each padded axis grows by its two numbers. Dtype: that of `input`.
    Derivative: g -> g cut to the input's place; for the other modes each copy's gradient adds to its source.
    Errors: RuntimeError for an odd number of sizes or one too many; NotImplementedError for an unknown mode.
    Source: torch.nn.functional.pad.

    >>> wengert.nn.functional.pad(tensor([1., 2.]), (1, 0))
    tensor([0., 1., 2.])
    """
    return _padded(input, pad, mode, value)


def _padded(input: Any, pad: Sequence[int], mode: str, value: float | None) -> Any:
    if not isinstance(input, Tensor):
        raise_not_tensor("pad", "input", input)
    sizes, ndim = tuple(pad), len(input.shape)
    if len(sizes) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(sizes) > 2 * ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(sizes)} and input of dimension {ndim}"
        )
    pairs = [(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 2, -1, -2)]
    widths = ((0, 0),) * (ndim - len(pairs)) + tuple(pairs)
    if mode == "constant":
        if any(n + low + high < 0 for n, (low, high) in zip(input.shape, widths, strict=True)):
            raise RuntimeError(
                f"narrow(): length must be non-negative. The input size {list(input.shape)}, plus padding "
                f"{list(sizes)}, "
                "resulted in a negative output size."
            )
        number = 0 if value is None else value
        return _pad(input, widths, number if input.space.dtype.is_inexact else int(number))
    if mode not in _PLACES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}; expected one of constant, {', '.join(_PLACES)}.")
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if len(sizes) not in (2, 4, 6) or ndim - len(pairs) not in (1, 2):
        raise NotImplementedError(
            f"Padding size {len(sizes)} is not supported for {ndim}D input tensor.\n"
            "Supported combinations for non-constant padding:\n"
            "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
            "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
            "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
        )
    return _by_positions(input, widths, mode, len(pairs))


def _by_positions(input: Tensor, widths: Sequence[tuple[int, int]], mode: str, count: int) -> Any:
    """The last `count` axes taken at the positions that `mode` means."""
    xp = namespace_of(input.space.backend)
    positions: list[Any] = []
    for axis in range(len(input.shape) - 1, len(input.shape) - 1 - count, -1):
        n, (low, high) = input.shape[axis], widths[axis]
        if mode == "reflect" and max(low, high) >= n and (low or high):
            raise RuntimeError(
                "Padding size should be less than the corresponding input dimension, but got: padding "
                f"({low}, {high}) at dimension {axis} of input {list(input.shape)}"
            )
        if mode == "circular" and max(low, high) > n:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if n + low + high <= 0 and prod(input.shape):
            raise RuntimeError(
                f"pad: input {list(input.shape)}, padding ({low}, {high}) at dimension {axis} leaves nothing."
            )
        places = _PLACES[mode](n, low, high)
        positions.append(xp.asarray(places, dtype=xp.int64, device=input.space.device))
    if mode != "circular":
        return _PADS[mode][count - 1](input, *positions)
    for back, (place, pair) in enumerate(zip(positions, reversed(widths), strict=False)):
        if any(pair):
            input = xp.take(input, place, axis=len(widths) - 1 - back)
    return input


def _reflected(n: int, low: int, high: int) -> list[int]:
    return [-i if i < 0 else 2 * (n - 1) - i if i >= n else i for i in range(-low, n + high)]


def _clamped(n: int, low: int, high: int) -> list[int]:
    return [min(max(i, 0), n - 1) for i in range(-low, n + high)]


def _wrapped(n: int, low: int, high: int) -> list[int]:
    """What is cut off goes first: the rest wraps around."""
    start, stop = max(-low, 0), n - max(-high, 0)
    return [start + i % (stop - start) for i in range(-max(low, 0), stop - start + max(high, 0))]


_PLACES = {"reflect": _reflected, "replicate": _clamped, "circular": _wrapped}
_PADS = {
    mode: [kernel(rules.pad_from_within, f"{name}Pad{rank}DBackward0", x="self") for rank in (1, 2, 3)]
    for mode, name in (("reflect", "Reflection"), ("replicate", "Replication"))
}

__all__ = ["constant_pad_nd", "conv1d", "conv2d"]
