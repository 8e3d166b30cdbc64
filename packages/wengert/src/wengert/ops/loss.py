"""Floor 6: losses."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.normalization import log_softmax, raise_not_implemented
from wengert.ops.reduction import mean, sum
from wengert.ops.xp import namespace_of
from wengert.protocol.dtypes import int64, uint8
from wengert.protocol.shapes import Shape, broadcast_shapes
from wengert.rules import loss as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel
from wengert.tensor.record import raise_not_tensor

_mse_loss = kernel(rules.mse_loss, "MseLossBackward0", x="self", y="target")
_smooth_l1_loss = kernel(rules.smooth_l1_loss, "SmoothL1LossBackward0", x="self", y="target")
_huber_loss = kernel(rules.huber_loss, "HuberLossBackward0", x="self", y="target")
_binary = kernel(rules.binary_cross_entropy, "BinaryCrossEntropyBackward0", x="self", y="target")
_logits = kernel(rules.binary_cross_entropy_with_logits, "BinaryCrossEntropyWithLogitsBackward0", x="self", y="target")
_cross_entropy = kernel(rules.cross_entropy, "NllLossBackward0", x="self")
_cross_entropy_of_places = kernel(rules.cross_entropy, "NllLoss2DBackward0", x="self")
_nll_loss = kernel(rules.nll_loss, "NllLossBackward0", x="self")
_nll_loss_of_places = kernel(rules.nll_loss, "NllLoss2DBackward0", x="self")
_cross_entropy_in_view = kernel(rules.cross_entropy, "ViewBackward0", x="self")  # named after the last of torch's nodes
_nll_loss_in_view = kernel(rules.nll_loss, "ViewBackward0", x="self")  # likewise
_astype = kernel(movement.astype, "ToCopyBackward0")
kernel(rules.class_loss_pullback, "NllLossBackwardBackward0")


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """How surprised the logits `input` are by the classes `target`: -log softmax(input)[target].

    `target` holds class numbers, or probabilities in the shape of `input`. `weight` weighs the classes; the mean is then
    over the weights. Places whose class is `ignore_index` count for nothing. `label_smoothing` mixes the target with an
    even distribution.
    Shapes: input (classes,), (n, classes) or (n, classes, ...); target of class numbers the same without the classes.
    The result is 0-d, or of target's shape with reduction="none". Dtype: that of `input`; class numbers are int64.
    Derivative: g -> g (softmax(input) - one_hot(target)) weight[target] / n.
    Errors: IndexError if a class is out of range; ValueError or RuntimeError if the shapes do not fit.
    Source: torch.nn.functional.cross_entropy. Recorded as one node.

    >>> wengert.nn.functional.cross_entropy(tensor([[0., 0.]]), tensor([1]))
    tensor(0.6931)
    """
    _require_tensors("cross_entropy_loss", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = _legacy(size_average, reduce)
    shape, places = input.shape, target.shape
    if not input.space.dtype.is_floating_point:
        raise_not_implemented("log_softmax_lastdim_kernel_impl", input)
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if places == shape:
        return _of_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)
    if label_smoothing:
        return _smoothed(input, target, weight, ignore_index, reduction, label_smoothing)
    target, ignored = _checked_classes(input, target, weight, ignore_index, reduction)
    if len(shape) <= 2:
        return _cross_entropy(input, target, weight, ignored, reduction)
    in_view = reduction == "none" and len(shape) != 4
    return (_cross_entropy_in_view if in_view else _cross_entropy_of_places)(input, target, weight, ignored, reduction)


def _of_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, label_smoothing: float
) -> Any:
    _check_reduction(reduction)
    if not target.space.dtype.is_floating_point:
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {spoken(target.space.dtype)}"
        )
    if ignore_index >= 0:
        raise RuntimeError("ignore_index is not supported for floating point target")
    xp = namespace_of(input.space.backend)
    axis = min(1, len(input.shape) - 1)
    classes = input.shape[axis]
    _check_weight(input, weight)
    wanted: Any = target
    if label_smoothing:
        wanted = wanted * (1 - label_smoothing) + label_smoothing / classes
    terms = xp.multiply(log_softmax(input, axis), wanted)
    if weight is not None:
        terms = xp.multiply(terms, xp.reshape(weight, (classes, *(1,) * (len(input.shape) - axis - 1))))
    if reduction == "none":
        return xp.negative(xp.sum(terms, axis=(axis,)))
    total = xp.negative(xp.sum(terms))
    return total if reduction == "sum" else total / (prod(input.shape) // classes if classes else 0)


def _smoothed(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, label_smoothing: float
) -> Any:
    """The loss of the class itself and the mean loss of all classes, mixed."""
    xp = namespace_of(input.space.backend)
    axis = min(1, len(input.shape) - 1)
    classes = input.shape[axis]
    logs = log_softmax(input, axis)
    own = nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    weighed = logs if weight is None else logs * xp.reshape(weight, (classes, *(1,) * (len(input.shape) - axis - 1)))
    spread = xp.negative(xp.sum(weighed, axis=(axis,)))
    valid = xp.not_equal(target, xp.full_like(target, ignore_index))
    spread = xp.where(valid, spread, xp.zeros_like(spread))
    if reduction == "sum":
        spread = xp.sum(spread)
    elif reduction == "mean":
        counted = xp.astype(valid, input.space.dtype)
        if weight is not None:
            chosen = xp.where(valid, target, xp.zeros_like(target))
            flat = xp.take(weight, xp.reshape(chosen, (prod(target.shape),)), axis=0)
            counted = xp.reshape(flat, target.shape) * counted
        spread = xp.sum(spread) / xp.sum(counted)
    return own * (1 - label_smoothing) + spread * (label_smoothing / classes)


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """Minus the log-probability that `input` gives to the class `target`; `cross_entropy` of what is normalized already.

    Shapes: input (classes,), (n, classes) or (n, classes, ...); target the same without the classes. The result is 0-d,
    or of target's shape with reduction="none". Dtype: that of `input`; class numbers are int64.
    Derivative: g -> -g weight[target] / n at the classes of `target`, 0 elsewhere.
    Errors: IndexError if a class is out of range; ValueError or RuntimeError if the shapes do not fit.
    Source: torch.nn.functional.nll_loss.

    >>> wengert.nn.functional.nll_loss(tensor([[-1., -2.]]), tensor([1]))
    tensor(2.)
    """
    _require_tensors("nll_loss_nd", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = _legacy(size_average, reduce)
    if not input.shape:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    target, ignored = _checked_classes(input, target, weight, ignore_index, reduction)
    if len(input.shape) <= 2:
        return _nll_loss(input, target, weight, ignored, reduction)
    in_view = reduction == "none" and len(input.shape) != 4
    return (_nll_loss_in_view if in_view else _nll_loss_of_places)(input, target, weight, ignored, reduction)


def _checked_classes(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str
) -> tuple[Tensor, int | None]:
    """`target` as int64, and `ignore_index` or None where no place has it."""
    if reduction not in ("mean", "sum", "none"):
        _check_reduction(reduction)
    shape, places = input.shape, target.shape
    ndim = len(shape)
    if ndim > 1:
        if not places or shape[0] != places[0]:
            found = places[0] if places else 0
            raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({found}).")
        if ndim == 2 and len(places) > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if ndim > 2 and places != (shape[0], *shape[2:]):
            raise RuntimeError(f"Expected target size {[shape[0], *shape[2:]]}, got {list(places)}")
    elif places:
        raise RuntimeError(f"Expected a 0-d target for input of size {list(shape)}, got {list(places)}")
    space = target.space
    if space.dtype is not int64:
        if space.dtype is not uint8:
            raise RuntimeError(f"expected target dtype to be Long or Byte, but got {spoken(space.dtype)}")
        target = _astype(target, int64)
    _check_weight(input, weight)
    if not space.backend.capabilities.synchronous or 0 in places:
        return target, ignore_index
    xp, array = space.xp, target.array
    classes = shape[1] if ndim > 1 else shape[0]
    low, high = int(xp.min(array)), int(xp.max(array))
    if low >= 0 and high < classes and not low <= ignore_index <= high:
        return target, None
    values = xp.reshape(array, (prod(places),))
    for value in xp.tolist(values):
        if value != ignore_index and not 0 <= value < classes:
            raise IndexError(f"Target {value} is out of bounds. The classes of the input are 0 to {classes - 1}.")
    return target, ignore_index


def _check_weight(input: Tensor, weight: Tensor | None) -> None:
    if weight is None:
        return
    classes = input.shape[min(1, len(input.shape) - 1)]
    if weight.shape != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {list(weight.shape)}"
        )
    if weight.space.dtype is not input.space.dtype:
        raise RuntimeError(
            f"expected scalar type {spoken(input.space.dtype)} but found {spoken(weight.space.dtype)}. "
            "Convert the weight with .to(...)."
        )


def _check_reduction(reduction: str) -> None:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction; expected 'mean', 'sum' or 'none'.")


def _legacy(size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that torch's two old arguments mean."""
    size_average, reduce = (True if flag is None else flag for flag in (size_average, reduce))
    reduction = "none" if not reduce else "mean" if size_average else "sum"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=3
    )
    return reduction


def _require_tensors(name: str, **values: Any) -> None:
    for argument, value in values.items():
        if not isinstance(value, Tensor):
            raise_not_tensor(name, argument, value)


# --- losses of two tensors of one shape -------------------------------------------------------------------------------


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Any:
    """The square of the difference; its mean, its sum, or of each element.

    Shapes: input and target of one shape (others broadcast, with a warning) -> (), or their shape with reduction="none".
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

    Shapes: input and target of one shape (others broadcast, with a warning) -> (), or their shape with reduction="none".
    Dtype: by torch's promotion. Derivative: g -> g sign(input - target) / n and its negative.
    Errors: ValueError for an unknown reduction; RuntimeError if the shapes do not broadcast.
    Source: torch.nn.functional.l1_loss; with `weight` the mean is over the weights.

    >>> wengert.nn.functional.l1_loss(tensor([1., 2.]), tensor([1., 4.]))
    tensor(1.)
    """
    input, target, reduction = _pair("l1_loss", input, target, size_average, reduce, reduction)
    xp = namespace_of(input.space.backend)
    losses = xp.abs(xp.subtract(input, target))
    return _weighted(losses, weight, reduction) if weight is not None else _reduced(losses, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Any:
    """Half the squared difference over `beta` where it is less than `beta`, else its size less beta / 2.

    Shapes: input and target of one shape (others broadcast, with a warning) -> (), or their shape with reduction="none".
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

    Shapes: input and target of one shape (others broadcast, with a warning) -> (), or their shape with reduction="none".
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
    _require_tensors(name, input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = _legacy(size_average, reduce)
    if reduction not in ("mean", "sum", "none"):
        _check_reduction(reduction)
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({list(target.shape)}) that is different to the input size ({list(input.shape)}). "
            "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )
        xp, shape = namespace_of(input.space.backend), broadcast_shapes(input.shape, target.shape)
        input, target = _expanded(xp, input, shape), _expanded(xp, target, shape)
    if input.space.dtype is not target.space.dtype:
        xp = namespace_of(input.space.backend)
        dtype = xp.result_type(input, target)
        input, target = (t if t.space.dtype is dtype else _astype(t, dtype) for t in (input, target))
    if not input.space.dtype.is_inexact:
        raise_not_implemented(f"{name.removesuffix('_loss')}_cpu", input)
    return input, target, reduction


def _expanded(xp: Any, x: Tensor, shape: Shape) -> Tensor:
    return x if x.shape == shape else xp.broadcast_to(x, shape)


def _reduced(losses: Any, reduction: str) -> Any:
    return losses if reduction == "none" else sum(losses) if reduction == "sum" else mean(losses)


def _weighted(losses: Any, weight: Tensor, reduction: str) -> Any:
    if weight.shape != losses.shape:
        raise ValueError(f"Weights and input must have the same size: got {list(weight.shape)} and {list(losses.shape)}.")
    losses = losses * weight
    return sum(losses) / sum(weight) if reduction == "mean" else _reduced(losses, reduction)


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
    _require_tensors("kl_div", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = _legacy(size_average, reduce)
    elif reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition.",
            stacklevel=2,
        )
    if reduction != "batchmean":
        _check_reduction(reduction)
    xp = namespace_of(input.space.backend)
    if log_target:
        losses = xp.multiply(xp.exp(target), xp.subtract(target, input))
    else:
        zero = xp.equal(target, xp.zeros_like(target))
        logs = xp.log(xp.where(zero, xp.ones_like(target), target))
        losses = xp.subtract(xp.multiply(target, logs), xp.multiply(target, input))
    if reduction == "batchmean":
        return sum(losses) / input.shape[0] if input.shape else losses
    return _reduced(losses, reduction)


# --- two classes ------------------------------------------------------------------------------------------------------


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """How surprised the probabilities `input` are by the answers `target`: -(y log x + (1 - y) log(1 - x)).

    A logarithm counts as -100 where it is less. `weight` broadcasts against the losses.
    Shapes: input and target of one shape -> (), or their shape with reduction="none". Dtype: that of all.
    Derivative: g -> g (x - y) / (x (1 - x)) / n, and g (log(1 - x) - log x) / n; none for `weight`.
    Errors: ValueError if the shapes differ; RuntimeError if a probability is outside [0, 1].
    Source: torch.nn.functional.binary_cross_entropy.

    >>> wengert.nn.functional.binary_cross_entropy(tensor([0.5]), tensor([1.]))
    tensor(0.6931)
    """
    _require_tensors("binary_cross_entropy", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = _legacy(size_average, reduce)
    _check_reduction(reduction)
    if input.shape != target.shape:
        raise ValueError(
            f"Using a target size ({list(target.shape)}) that is different to the input size ({list(input.shape)}) is "
            "deprecated. Please ensure they have the same size."
        )
    space, xp = input.space, input.space.xp
    if space.backend.capabilities.synchronous and prod(input.shape):
        array = input.array
        outside = xp.logical_or(xp.less(array, xp.zeros_like(array)), xp.greater(array, xp.ones_like(array)))
        if bool(xp.tolist(xp.any(outside))):
            raise RuntimeError("all elements of input should be between 0 and 1")
    return _binary(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Any:
    """`binary_cross_entropy` of sigmoid(input), without forming the sigmoid; `pos_weight` weighs the answers 1.

    Shapes: input and target of one shape; `weight` and `pos_weight` broadcast -> (), or their shape with
    reduction="none". Dtype: that of all.
    Derivative: g -> g (sigmoid(input) - target) / n, and -g input / n; none for the weights.
    Errors: ValueError if the shapes differ or for an unknown reduction.
    Source: torch.nn.functional.binary_cross_entropy_with_logits.

    >>> wengert.nn.functional.binary_cross_entropy_with_logits(tensor([0.]), tensor([1.]))
    tensor(0.6931)
    """
    _require_tensors("binary_cross_entropy_with_logits", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = _legacy(size_average, reduce)
    _check_reduction(reduction)
    if input.shape != target.shape:
        raise ValueError(f"Target size ({list(target.shape)}) must be the same as input size ({list(input.shape)})")
    return _logits(input, target, weight, pos_weight, reduction)


__all__ = ["binary_cross_entropy_with_logits", "kl_div"]
