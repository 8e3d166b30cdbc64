"""Floor 6: cross-entropy of two classes."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.loss.arguments import check_reduction, reduction_of, require_tensors
from wengert.protocol.dtypes import promote_types
from wengert.rules import loss as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import in_dtype, kernel

_binary = kernel(rules.binary_cross_entropy, "BinaryCrossEntropyBackward0", x="self", y="target")
_logits = kernel(rules.binary_cross_entropy_with_logits, "BinaryCrossEntropyWithLogitsBackward0", x="self", y="target")


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
    require_tensors("binary_cross_entropy", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce)
    check_reduction(reduction)
    if input.shape != target.shape:
        raise ValueError(
            f"Using a target size ({list(target.shape)}) that is different to the input size ({list(input.shape)}) is "
            "deprecated. Please ensure they have the same size."
        )
    space, xp = input.space, input.space.xp
    if space.is_readable and prod(input.shape):
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
    require_tensors("binary_cross_entropy_with_logits", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce)
    check_reduction(reduction)
    if input.shape != target.shape:
        raise ValueError(f"Target size ({list(target.shape)}) must be the same as input size ({list(input.shape)})")
    if input.space.dtype is not target.space.dtype and input.space.dtype.category == target.space.dtype.category:
        common = promote_types(input.space.dtype, target.space.dtype)
        return in_dtype(common, _logits, input, target, weight, pos_weight, reduction=reduction)
    return _logits(input, target, weight, pos_weight, reduction)
