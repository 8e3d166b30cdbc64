"""Floor 6: normalization over axes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index
from typing import Any

from wengert.ops.normalization.softmax import raise_not_implemented
from wengert.ops.xp import namespace_of
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, bfloat16, float16, float32, float64
from wengert.protocol.shapes import Shape, normalize_axis
from wengert.rule.refusals import refuse
from wengert.rules import normalization as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import depth_of, inner_space
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

_layer_norm = kernel(rules.standardized, "NativeLayerNormBackward0", x="input", mean="result1", rstd="result2")
_group_norm = kernel(rules.standardized, "NativeGroupNormBackward0", x="input", mean="result1", rstd="result2")
_batch_norm = kernel(rules.standardized, "NativeBatchNormBackward0", x="input", mean="result1", rstd="result2")
_evaluated = kernel(rules.restandardized, "NativeBatchNormBackward0", x="input")
kernel(rules.standardize_pullback, "NativeLayerNormBackwardBackward0")


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """`input` less its mean and over its standard deviation over the last axes, times `weight`, plus `bias`.

    Shapes: input (..., *normalized_shape), weight and bias normalized_shape -> that of `input`. Dtype: that of all.
    Derivative: with u the normalized input: g -> (h - mean(h) - u mean(h u)) / deviation for h = g weight; g u; g.
    Errors: RuntimeError if the shapes do not fit; NotImplementedError for integers.
    Source: torch.nn.functional.layer_norm; Ba, Kiros, Hinton, "Layer Normalization", 2016.

    >>> wengert.nn.functional.layer_norm(tensor([1., 3.]), (2,), eps=0.)
    tensor([-1.,  1.])
    """
    return layer_norm_with_statistics(input, normalized_shape, weight, bias, eps)[0]


def layer_norm_with_statistics(
    input: Any, normalized_shape: Sequence[int], weight: Any, bias: Any, eps: float
) -> tuple[Any, Any, Any]:
    """The result of `layer_norm`, the means and the reciprocal deviations."""
    try:
        last: Shape = tuple(normalized_shape)
        shape, count = input.shape, len(last)
    except TypeError:
        kind = type(normalized_shape).__name__
        raise TypeError(
            f"layer_norm(): argument 'normalized_shape' (position 2) must be tuple of ints, not {kind}."
        ) from None
    except AttributeError:
        raise_not_tensor("layer_norm", "input", input)
    _check_normalized(shape, last, weight=weight, bias=bias)
    if not input.space.dtype.is_floating_point:
        raise_not_implemented("LayerNormKernelImpl", input)
    _check_same_dtype(input, weight, bias)
    return _layer_norm(input, weight, bias, shape, last, tuple(range(len(shape) - count, len(shape))), eps)


def _check_normalized(shape: Shape, last: Shape, **parameters: Tensor | None) -> None:
    """torch's refusals of axes that `normalized_shape` does not fit."""
    count = len(last)
    if not count:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for name, parameter in parameters.items():
        if parameter is not None and parameter.shape != last:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(parameter.shape)} and normalized_shape = {list(last)}"
            )
    if shape[-count:] != last:
        raise RuntimeError(
            f"Given normalized_shape={list(last)}, expected input with shape [*, {', '.join(map(str, last))}], "
            f"but got input of size{list(shape)}"
        )


def _check_same_dtype(input: Tensor, *parameters: Tensor | None) -> None:
    for parameter in parameters:
        if parameter is not None and parameter.space.dtype is not input.space.dtype:
            raise RuntimeError(
                f"mixed dtype (CPU): all inputs must share same datatype, but got {input.space.dtype} and "
                f"{parameter.space.dtype}. Convert one of them with .to(...)."
            )


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Each group of channels of each sample less its mean and over its deviation, times `weight`, plus `bias`.

    Shapes: input (n, channels, ...), weight and bias (channels,) -> that of `input`. Dtype: that of all.
    Derivative: as `layer_norm`, within each group.
    Errors: RuntimeError if the channels do not divide into the groups or the shapes do not fit.
    Source: torch.nn.functional.group_norm; Wu, He, "Group Normalization", 2018.

    >>> wengert.nn.functional.group_norm(tensor([[1., 3.]]), 1, eps=0.)
    tensor([[-1.,  1.]])
    """
    return group_norm_with_statistics(input, num_groups, weight, bias, eps)[0]


def group_norm_with_statistics(input: Any, num_groups: int, weight: Any, bias: Any, eps: float) -> tuple[Any, Any, Any]:
    """The result of `group_norm`, the means and the reciprocal deviations of the groups."""
    shape = input.shape
    if len(shape) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(shape)}")
    if num_groups <= 0 or shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}"
        )
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter is not None and parameter.shape != shape[1:2]:
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {list(parameter.shape)} and input of shape {list(shape)}"
            )
    if not input.space.dtype.is_floating_point:
        raise_not_implemented("GroupNormKernelImpl", input)
    _check_same_dtype(input, weight, bias)
    view = (shape[0], num_groups, shape[1] // num_groups, prod(shape[2:]))
    out, mean, rstd = _group_norm(input, weight, bias, view, (1, num_groups, view[2], 1), (2, 3), eps)
    return out, mean, rstd


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel less its mean and over its deviation in the batch, times `weight`, plus `bias`.

    When not `training`, the running mean and variance are used instead; when `training`, they are moved towards
    those of
    the batch by `momentum` (the variance with n - 1), in place.
    Shapes: input (n, channels, ...), the others (channels,) -> that of `input`. Dtype: that of all.
    Derivative: as `layer_norm`, over all axes but the channels'; none for the running statistics.
    Errors: ValueError if a channel has a single value in training; RuntimeError if a shape does not fit or the running
    statistics are missing where they are needed.
    Source: torch.nn.functional.batch_norm; Ioffe, Szegedy, "Batch Normalization", 2015.

    >>> wengert.nn.functional.batch_norm(tensor([[1.], [3.]]), None, None, training=True, eps=0.)
    tensor([[-1.],
            [ 1.]])
    """
    shape: tuple[int, ...] = input.shape
    if 0 in shape:  # nothing to normalise; the parameters stay in the graph
        xp = namespace_of(input.space.backend)
        out = xp.copy(input)
        out = out if weight is None else xp.multiply(out, xp.getitem(weight, (0,)))
        return out if bias is None else xp.add(out, xp.getitem(bias, (0,)))
    if len(shape) < 2:
        raise ValueError(f"batch_norm: got input size {list(shape)}; expected (n, channels, ...).")
    refuse("batch_norm", input.space.dtype, BOOL, INTEGER, COMPLEX)
    channels = shape[1]
    count = prod(shape) // channels if channels else 0
    if training and count == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {list(shape)}")
    if (running_mean is None) is not (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    named = {"weight": weight, "bias": bias, "running_mean": running_mean, "running_var": running_var}
    for name, value in named.items():
        if value is None:
            if not training and name.startswith("running"):
                raise RuntimeError(f"{name} must be defined in evaluation mode")
        elif value.shape != (channels,):
            raise RuntimeError(f"{name} should contain {channels} elements not {_spoken_size(value.shape)}")
    affine = (1, channels, *(1,) * (len(shape) - 2))
    if not training:
        assert running_mean is not None  # checked above
        assert running_var is not None
        space = running_var.space
        rstd = make(space, space.xp.asarray(space.xp.reciprocal(space.xp.sqrt(space.xp.add(running_var.array, eps)))))
        return _evaluated(input, make(running_mean.space, running_mean.array), rstd, weight, bias, affine)
    beside = [value.space for value in (weight, bias) if value is not None]
    if beside and depth_of(inner_space(*beside)) > depth_of(input.space.plain):
        # inside of a vmap that the statistics know nothing of
        xp, out = (
            namespace_of(input.space.backend),
            batch_norm(input, running_mean, running_var, training=True, momentum=momentum, eps=eps),
        )
        out = out if weight is None else xp.multiply(out, xp.reshape(weight, affine))
        return out if bias is None else xp.add(out, xp.reshape(bias, affine))
    axes = (0, *range(2, len(shape)))
    out, mean, _ = _batch_norm(input, weight, bias, shape, affine, axes, eps)
    if running_mean is not None or running_var is not None:
        _track(input, mean, running_mean, running_var, axes, momentum, count)
    return out


def _spoken_size(shape: Shape) -> str:
    return str(shape[0]) if len(shape) == 1 else f"{prod(shape)}, in the shape {list(shape)}"


def _track(
    input: Tensor, mean: Any, running_mean: Any, running_var: Any, axes: Shape, momentum: float, count: int
) -> None:
    """Move the running statistics towards those of the batch."""
    xp = namespace_of(input.space.backend)
    x, centre = (make(t.space.plain, t.array) for t in (input, mean))
    if running_mean is not None:
        running_mean.mul_(1 - momentum).add_(xp.reshape(centre, running_mean.shape), alpha=momentum)
    if running_var is not None:
        variance = xp.sum(xp.square(xp.subtract(x, centre)), axis=axes) / (count - 1)
        running_var.mul_(1 - momentum).add_(xp.reshape(variance, running_var.shape), alpha=momentum)


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """`input` over the root of its mean square over the last axes, times `weight`.

    Shapes: input (..., *normalized_shape), weight normalized_shape -> that of `input`. Dtype: that of both.
    Derivative: of the composite of square, mean, square root and division.
    Errors: RuntimeError if the shapes do not fit.
    Source: torch.nn.functional.rms_norm; Zhang, Sennrich, "Root Mean Square Layer Normalization", 2019.

    >>> wengert.nn.functional.rms_norm(tensor([2., -2.]), (2,))
    tensor([ 1., -1.])
    """
    last = tuple(index(n) for n in normalized_shape)
    shape, count = input.shape, len(last)
    _check_normalized(shape, last, weight=weight)
    refuse("rms_norm", input.space.dtype, BOOL, INTEGER)
    xp = namespace_of(input.space.backend)
    if eps is None:
        eps = _EPSILON[input.space.dtype.to_real()]
    axes = tuple(range(len(shape) - count, len(shape)))
    mean_square = xp.mean(xp.square(input), axis=axes, keepdims=True)
    out = xp.multiply(input, xp.reciprocal(xp.sqrt(mean_square + eps)))
    return out if weight is None else xp.multiply(out, weight)


_EPSILON = {float16: 2.0**-10, bfloat16: 2.0**-7, float32: 2.0**-23, float64: 2.0**-52}


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: None = None) -> Tensor:
    """`input` over its p-norm along `dim`, or over `eps` where the norm is less.

    Shapes: that of `input`. Dtype: that of `input`.
    Derivative: of the composite of norm, clamp and division.
    Errors: IndexError if there is no axis `dim`; TypeError for `out`, which is not supported.
    Source: torch.nn.functional.normalize.

    >>> wengert.nn.functional.normalize(tensor([[3., 4.]]))
    tensor([[0.6000, 0.8000]])
    """
    if out is not None:
        raise TypeError("normalize: out= is not supported. Write out.copy_(normalize(input)) instead.")
    normalize_axis(dim, len(input.shape))
    return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand(input.shape)
