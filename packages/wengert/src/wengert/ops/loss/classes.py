"""Floor 6: losses of classes."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.indexing.keys import extremes
from wengert.ops.loss.arguments import check_reduction, reduction_of, require_tensors
from wengert.ops.normalization import log_softmax, raise_not_implemented
from wengert.ops.xp import namespace_of
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, int64, uint8
from wengert.rule.refusals import refuse
from wengert.rules import loss as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

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

    `target` holds class numbers, or probabilities in the shape of `input`. `weight` weighs the classes; the mean is
    then
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
    if not (isinstance(input, Tensor) and isinstance(target, Tensor)):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        require_tensors("cross_entropy_loss", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce)
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
    check_reduction(reduction)
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
    """Minus the log-probability that `input` gives to the class `target`; what `cross_entropy` does after log_softmax.

    Shapes: input (classes,), (n, classes) or (n, classes, ...); target the same without the classes. The result is 0-d,
    or of target's shape with reduction="none". Dtype: that of `input`; class numbers are int64.
    Derivative: g -> -g weight[target] / n at the classes of `target`, 0 elsewhere.
    Errors: IndexError if a class is out of range; ValueError or RuntimeError if the shapes do not fit.
    Source: torch.nn.functional.nll_loss.

    >>> wengert.nn.functional.nll_loss(tensor([[-1., -2.]]), tensor([1]))
    tensor(2.)
    """
    require_tensors("nll_loss_nd", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce)
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
        check_reduction(reduction)
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
    refuse("nll_loss_out_frame", input.space.dtype, BOOL, INTEGER, COMPLEX)
    if not space.is_readable or 0 in places:
        return target, ignore_index
    xp, array = space.xp, target.array
    classes = shape[1] if ndim > 1 else shape[0]
    low, high = extremes(xp, target)
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
