"""Floor 6: activations made of pieces: thresholds, shrinking, and straight lines that meet."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.activation.basic import leaky_relu
from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic.operands import checked
from wengert.ops.comparison import where
from wengert.ops.conversion.types import finfo
from wengert.ops.random.draws import uniform
from wengert.rules.activation import pieces as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.inplace import in_place
from wengert.tensor.level import random_space
from wengert.tensor.operation import kernel

_threshold = kernel(rules.threshold, "ThresholdBackward0", x="self")
_hardshrink = kernel(rules.hardshrink, "HardshrinkBackward0", x="self")
_softshrink = kernel(rules.softshrink, "SoftshrinkBackward0", x="self")
_hardsigmoid = kernel(rules.hardsigmoid, "HardsigmoidBackward0", x="self")
_hardswish = kernel(rules.hardswish, "HardswishBackward0", x="self")
_prelu = kernel(rules.prelu, "PreluKernelBackward0", x="self", slope="weight")


def threshold(input: AnyTensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """`input` where it is above `threshold`, else `value`; nan stays.

    Shapes: kept. Dtype: kept. Derivative: g where `input` is above the threshold, else 0.
    Errors: those of comparison: RuntimeError for complex numbers. Source: torch.nn.functional.threshold.

    >>> threshold(tensor([1., 3.]), 2., 0.)
    tensor([0., 3.])
    """
    if inplace:
        return threshold_(input, threshold, value)
    return _threshold(checked("threshold", "input", input), threshold, value)


def hardshrink(input: AnyTensor, lambd: float = 0.5) -> Tensor:
    """`input`, but 0 where it lies between -lambd and lambd; nan stays.

    Shapes: kept. Dtype: kept. Derivative: g where the result is `input`, else 0.
    Errors: those of comparison: RuntimeError for complex numbers. Source: torch.nn.functional.hardshrink.

    >>> hardshrink(tensor([-1., 0.2]))
    tensor([-1.,  0.])
    """
    return _hardshrink(checked("hardshrink", "input", input), lambd)


def softshrink(input: AnyTensor, lambd: float = 0.5) -> Tensor:
    """`input` moved towards 0 by `lambd`, and 0 where it is nearer than that.

    Shapes: kept. Dtype: kept. Derivative: g where `input` is farther from 0 than lambd, else 0.
    Errors: RuntimeError for a negative lambd. Source: torch.nn.functional.softshrink.

    >>> wengert.nn.functional.softshrink(tensor([-1., 0.2]))
    tensor([-0.5000,  0.0000])
    """
    checked("softshrink", "input", input)
    if not lambd >= 0:
        highest, dtype = finfo(input.space.dtype).max, input.space.dtype.spoken
        raise RuntimeError(f"lambda must be in range [0, {highest:g}] for input dtype {dtype}, but found {lambd:g}")
    return _softshrink(input, lambd)


def tanhshrink(input: Any) -> Tensor:
    """`input` less its hyperbolic tangent. Derivative: g -> g tanh(input)^2. Source: torch.nn.functional.tanhshrink.

    >>> wengert.nn.functional.tanhshrink(tensor([0., 1.]))
    tensor([0.0000, 0.2384])
    """
    return input - checked("tanhshrink", "input", input).tanh()


def hardsigmoid(input: AnyTensor, inplace: bool = False) -> Tensor:
    """A sigmoid of three straight pieces: (input + 3) / 6, at least 0 and at most 1.

    Shapes: kept. Dtype: kept. Derivative: g / 6 strictly between -3 and 3, else 0.
    Errors: as `hardtanh`. Source: torch.nn.functional.hardsigmoid.

    >>> wengert.nn.functional.hardsigmoid(tensor([-4., 0.]))
    tensor([0.0000, 0.5000])
    """
    if inplace:
        return hardsigmoid_(input)
    return _hardsigmoid(checked("hardsigmoid", "input", input))


def hardswish(input: AnyTensor, inplace: bool = False) -> Tensor:
    """`input` times its `hardsigmoid`.

    Shapes: kept. Dtype: kept. Derivative: 0 up to -3, g from 3, and g (input / 3 + 1 / 2) between.
    Errors: as `hardtanh`. Source: torch.nn.functional.hardswish; Howard and others, "MobileNetV3", 2019.

    >>> wengert.nn.functional.hardswish(tensor([-4., 3.]))
    tensor([-0., 3.])
    """
    if inplace:
        return hardswish_(input)
    return _hardswish(checked("hardswish", "input", input))


def prelu(input: AnyTensor, weight: AnyTensor) -> Tensor:
    """`input` where it is positive, else `weight` times it: a `leaky_relu` whose slope is learnt.

    Shapes: input (n, channels, ...), weight (channels,), (1,) or () -> that of `input`. Dtype: that of both.
    Derivative: g -> g or g weight; and the sum of g input where `input` is not positive.
    Errors: RuntimeError if the numbers of channels or the dtypes differ.
    Source: torch.nn.functional.prelu; He and others, "Delving Deep into Rectifiers", 2015.

    >>> prelu(tensor([[-2., 3.]]), tensor(0.5))
    tensor([[-1.,  3.]])
    """
    shape, given = checked("prelu", "input", input).shape, checked("prelu", "weight", weight).shape
    if len(given) > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {len(given)}.")
    if input.space.dtype is not weight.space.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.space.dtype.spoken.lower()} and "
            f"{weight.space.dtype.spoken.lower()}. Convert one of them with .to(...)."
        )
    if prod(given) != 1:
        if not shape:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = shape[1] if len(shape) > 1 else 1
        if channels != given[0]:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {given[0]} and "
                f"channel size = {channels}."
            )
    slope = weight.reshape((-1, *(1,) * (len(shape) - 2)) if shape else ()) if given else weight
    return _prelu(input, slope)


def rrelu(
    input: AnyTensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """A `leaky_relu` whose slope is drawn for each element between `lower` and `upper`; their mean when not `training`.

    Shapes: kept. Dtype: kept. Derivative: g, times the slope where `input` is not positive.
    Errors: RuntimeError if `lower` is above `upper`.
    Source: torch.nn.functional.rrelu; Xu and others, "Empirical Evaluation of Rectified Activations", 2015.

    >>> rrelu(tensor([-1., 2.]), 0.5, 0.5)
    tensor([-0.5000,  2.0000])
    """
    if inplace:
        return rrelu_(input, lower, upper, training)
    checked("rrelu", "input", input)
    if lower > upper:
        raise RuntimeError(f"Lower bound should be less than or equal to the upper bound, got {lower} and {upper}.")
    if not training:
        return leaky_relu(input, (lower + upper) / 2)
    space = random_space(input.space)
    return where(input > 0, input, input * make(space, uniform(space, input.shape, lower, upper)))


threshold_, hardsigmoid_, hardswish_, rrelu_ = in_place(threshold, hardsigmoid, hardswish, rrelu)
