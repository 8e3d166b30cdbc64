"""Floor 6: losses of a difference, and the divergence of distributions."""

from __future__ import annotations

from typing import Any

from wengert.ops.conversion.types import result_type
from wengert.ops.loss.arguments import check_reduction, reduced, reduction_of, require_tensors
from wengert.ops.normalization import raise_not_implemented
from wengert.ops.reduction import sum
from wengert.ops.xp import namespace_of
from wengert.protocol.dtypes import COMPLEX, FLOATING
from wengert.protocol.shapes import Shape, broadcast_shapes
from wengert.protocol.warned import warn_user
from wengert.rule.refusals import refuse, refusing_bool_difference
from wengert.rules import loss as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_mse_loss = kernel(rules.mse_loss, "MseLossBackward0", x="self", y="target")
_smooth_l1_loss = kernel(rules.smooth_l1_loss, "SmoothL1LossBackward0", x="self", y="target")
_huber_loss = kernel(rules.huber_loss, "HuberLossBackward0", x="self", y="target")
_astype = kernel(movement.astype, "ToCopyBackward0")


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Any:
    """The square of the difference; its mean, its sum, or of each element.

    Shapes: input and target of one shape (others broadcast, with a warning) -> (), or their shape with
    reduction="none".
    Dtype: by torch's promotion. Derivative: g -> 2 g (input - target) / n and its negative.
    Errors: ValueError for an unknown reduction; RuntimeError if the shapes do not broadcast.
    Source: torch.nn.functional.mse_loss; with `weight` the mean is over the weights.

    >>> wengert.nn.functional.mse_loss(tensor([1., 2.]), tensor([1., 4.]))
    tensor(2.)
    """
    input, target, reduction = _pair("mse_loss", input, target, size_average, reduce, reduction)
    if weight is None:
        return _mse_loss(input, target, reduction)
    xp = namespace_of(input.space.backend)
    return _weighted(xp.square(xp.subtract(input, target)), weight, reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Any:
    """The size of the difference; its mean, its sum, or of each element.

    Shapes: input and target of one shape (others broadcast, with a warning) -> (), or their shape with
    reduction="none".
    Dtype: by torch's promotion. Derivative: g -> g sign(input - target) / n and its negative.
    Errors: ValueError for an unknown reduction; RuntimeError if the shapes do not broadcast.
    Source: torch.nn.functional.l1_loss; with `weight` the mean is over the weights.

    >>> wengert.nn.functional.l1_loss(tensor([1., 2.]), tensor([1., 4.]))
    tensor(1.)
    """
    input, target, reduction = _pair("l1_loss", input, target, size_average, reduce, reduction)
    xp = namespace_of(input.space.backend)
    losses = xp.abs(xp.subtract(input, target))
    return _weighted(losses, weight, reduction) if weight is not None else reduced(losses, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Any:
    """Half the squared difference over `beta` where it is less than `beta`, else its size less beta / 2.

    Shapes: input and target of one shape (others broadcast, with a warning) -> (), or their shape with
    reduction="none".
    Dtype: by torch's promotion. Derivative: g -> g (d / beta or sign(d)) / n for d = input - target, and its negative.
    Errors: RuntimeError if beta is negative; ValueError for an unknown reduction.
    Source: torch.nn.functional.smooth_l1_loss; Girshick, "Fast R-CNN", 2015.

    >>> wengert.nn.functional.smooth_l1_loss(tensor([1., 4.]), tensor([1., 2.]), reduction="none")
    tensor([0.0000, 1.5000])
    """
    input, target, reduction = _pair("smooth_l1_loss", input, target, size_average, reduce, reduction)
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta, got {beta}.")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    return _smooth_l1_loss(input, target, beta, reduction)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Any:
    """Half the squared difference where it is less than `delta`, else delta (its size - delta / 2).

    Shapes: input and target of one shape (others broadcast, with a warning) -> (), or their shape with
    reduction="none".
    Dtype: by torch's promotion. Derivative: g -> g clamp(input - target, -delta, delta) / n and its negative.
    Errors: RuntimeError if delta is not positive; ValueError for an unknown reduction.
    Source: torch.nn.functional.huber_loss; with `weight` the mean is over the weights.

    >>> wengert.nn.functional.huber_loss(tensor([1., 4.]), tensor([1., 2.]), reduction="none")
    tensor([0.0000, 1.5000])
    """
    input, target, reduction = _pair("huber_loss", input, target, None, None, reduction)
    if delta <= 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta, got {delta}.")
    if weight is None:
        return _huber_loss(input, target, delta, reduction)
    losses = _huber_loss(input, target, delta, "none")
    return _weighted(losses, weight, reduction)


def _pair(
    name: str, input: Tensor, target: Tensor, size_average: bool | None, reduce: bool | None, reduction: str
) -> tuple[Any, Any, str]:
    """Both in one shape and dtype, and the reduction."""
    require_tensors(name, input=input, target=target)
    dtypes = input.space.dtype, target.space.dtype
    if name != "l1_loss":
        for dtype in dtypes:
            refuse(name, dtype, COMPLEX)
    elif (error := refusing_bool_difference(dtypes, dtypes[0])) is not None:
        raise error
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce)
    if reduction not in ("mean", "sum", "none"):
        check_reduction(reduction)
    if input.shape != target.shape:
        warn_user(
            f"Using a target size ({list(target.shape)}) that is different to the input size ({list(input.shape)}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
        )
        xp, shape = namespace_of(input.space.backend), broadcast_shapes(input.shape, target.shape)
        input, target = _expanded(xp, input, shape), _expanded(xp, target, shape)
    if input.space.dtype is not target.space.dtype:
        dtype = result_type(input, target)
        input, target = (t if t.space.dtype is dtype else _astype(t, dtype) for t in (input, target))
    if not input.space.dtype.is_inexact:
        raise_not_implemented(f"{name.removesuffix('_loss')}_cpu", input)
    return input, target, reduction


def _expanded(xp: Any, x: Tensor, shape: Shape) -> Tensor:
    return x if x.shape == shape else xp.broadcast_to(x, shape)


def _weighted(losses: Any, weight: Tensor, reduction: str) -> Any:
    if weight.shape != losses.shape:
        raise ValueError(
            f"Weights and input must have the same size: got {list(weight.shape)} and {list(losses.shape)}."
        )
    losses = losses * weight
    total: Any = sum(losses)
    return total / sum(weight) if reduction == "mean" else reduced(losses, reduction)


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Any:
    """The divergence of the distribution whose logarithm is `input` from `target`: target (log target - input).

    Shapes: two that broadcast -> (), or their shape with reduction="none". reduction="batchmean" divides the sum by the
    size of the first axis. Dtype: by torch's promotion.
    Derivative: g -> -g target / n, and g (log target + 1 - input) / n.
    Errors: ValueError for an unknown reduction; RuntimeError if the shapes do not broadcast.
    Source: torch.nn.functional.kl_div; Kullback, Leibler, 1951.

    >>> wengert.nn.functional.kl_div(tensor([0., 0.]), tensor([1., 0.]), reduction="sum")
    tensor(0.)
    """
    require_tensors("kl_div", input=input, target=target)
    for dtype in (input.space.dtype, target.space.dtype):
        if dtype.category != FLOATING:
            raise RuntimeError(f"kl_div: {dtype.spoken} inputs not supported; expected numbers with a point.")
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce)
    elif reduction == "mean":
        warn_user(
            "reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition.",
        )
    if reduction != "batchmean":
        check_reduction(reduction)
    xp = namespace_of(input.space.backend)
    if log_target:
        losses = xp.multiply(xp.exp(target), xp.subtract(target, input))
    else:
        zero = xp.equal(target, xp.zeros_like(target))
        logs = xp.log(xp.where(zero, xp.ones_like(target), target))
        losses = xp.subtract(xp.multiply(target, logs), xp.multiply(target, input))
    if reduction == "batchmean":
        total: Any = sum(losses)
        return total / input.shape[0] if input.shape else losses
    return reduced(losses, reduction)
