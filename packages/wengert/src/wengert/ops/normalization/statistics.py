"""Floor 6: normalization within each sample and across channels, and the forms that return the statistics too."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.convolution.padding import zero_padded
from wengert.ops.normalization.standardizing import (
    batch_norm,
    group_norm_with_statistics,
    layer_norm_with_statistics,
)
from wengert.ops.pooling.average import avg_pool3d
from wengert.tensor.base import TensorBase as Tensor


def instance_norm(
    input: AnyTensor,
    running_mean: AnyTensor = None,
    running_var: AnyTensor = None,
    weight: AnyTensor = None,
    bias: AnyTensor = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel of each sample less its mean and over its deviation, times `weight`, plus `bias`.

    Without `use_input_stats` the running mean and variance are used instead; with it they are moved towards the means
    over the samples by `momentum`, in place.
    Shapes: input (n, channels, ...), the others (channels,) -> that of `input`. Dtype: that of all.
    Derivative: as `batch_norm`, within each channel of each sample.
    Errors: ValueError if a channel has a single value; RuntimeError if a shape does not fit.
    Source: torch.nn.functional.instance_norm; Ulyanov and others, "Instance Normalization", 2016.

    >>> wengert.nn.functional.instance_norm(tensor([[[1., 3.]]]), eps=0.)
    tensor([[[-1.,  1.]]])
    """
    shape = tuple(input.shape)
    if use_input_stats and prod(shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {list(shape)}")
    n, channels = shape[:2]
    each = [None if t is None else t.repeat(n) for t in (running_mean, running_var, weight, bias)]
    out: Any = batch_norm(
        input.reshape((1, n * channels, *shape[2:])), *each, training=use_input_stats, momentum=momentum, eps=eps
    )
    if use_input_stats:
        for own, moved in ((running_mean, each[0]), (running_var, each[1])):
            if own is not None and moved is not None:
                own.detach().copy_(moved.reshape((n, channels)).mean(0))
    return out.reshape(shape)


def local_response_norm(input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """`input` over (k + alpha times the mean square of the `size` channels around)^beta.

    Shapes: input (n, channels, ...) -> the same. Dtype: kept.
    Derivative: of the composite of square, mean, power and division. Errors: ValueError for less than three axes.
    Source: torch.nn.functional.local_response_norm; Krizhevsky and others, 2012.

    >>> wengert.nn.functional.local_response_norm(tensor([[[2.]]]), 1, alpha=1., beta=0.5, k=0.)
    tensor([[[1.]]])
    """
    shape = tuple(input.shape)
    if len(shape) < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {len(shape)} dimensions)")
    if not prod(shape):
        return input
    squares = (input * input).reshape((shape[0], 1, shape[1], shape[2], prod(shape[3:])))
    squares = zero_padded(squares, ((0, 0), (0, 0), (size // 2, (size - 1) // 2), (0, 0), (0, 0)), 0)
    return input / (avg_pool3d(squares, (size, 1, 1), 1).reshape(shape) * alpha + k).pow(beta)


def native_layer_norm(
    input: AnyTensor, normalized_shape: Sequence[int], weight: AnyTensor | None, bias: AnyTensor | None, eps: float
) -> Any:
    """`layer_norm` with the means and the reciprocal deviations, constants. Derivative: as `layer_norm`.
    Source: torch.native_layer_norm.

    >>> native_layer_norm(tensor([1., 3.]), (2,), None, None, 0.)[1]
    tensor([2.])
    """
    out, mean, rstd = layer_norm_with_statistics(input, normalized_shape, weight, bias, eps)
    return out, mean.detach(), rstd.detach()


def native_group_norm(
    input: AnyTensor,
    weight: AnyTensor | None,
    bias: AnyTensor | None,
    N: int,
    C: int,
    HxW: int,
    group: int,
    eps: float,  # torch's names
) -> Any:
    """`group_norm` with the means and the reciprocal deviations. Derivative: as `group_norm`.
    Source: torch.native_group_norm.

    >>> native_group_norm(tensor([[1., 3.]]), None, None, 1, 2, 1, 1, 0.)[1]
    tensor([[2.]])
    """
    if N * C * HxW != prod(input.shape):
        raise RuntimeError(f"Expected X.numel() == N * C * HxW to be true, but X is of shape {list(input.shape)}")
    out, mean, rstd = group_norm_with_statistics(input, group, weight, bias, eps)
    return out, mean.reshape((N, group)), rstd.reshape((N, group))


def native_batch_norm(
    input: AnyTensor,
    weight: AnyTensor | None,
    bias: AnyTensor | None,
    running_mean: AnyTensor | None,
    running_var: AnyTensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> Any:
    """`batch_norm` with the means and the reciprocal deviations, constants, empty when not `training`.
    Derivative: as `batch_norm`. Source: torch.native_batch_norm.

    >>> native_batch_norm(tensor([[1.], [3.]]), None, None, None, None, True, 0.1, 0.)[1]
    tensor([2.])
    """
    out: Any = batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    if not training:
        return out, input.new_zeros(0), input.new_zeros(0)
    axes = (0, *range(2, len(input.shape)))
    x = input.detach()
    mean, variance = x.mean(axes), x.var(axes, correction=0)
    return out, mean, (variance + eps).rsqrt()
