"""Floor 6: negative log-likelihoods: of a normal and of a Poisson distribution, and of a projection's classes."""

from __future__ import annotations

from math import log, pi
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic import clamp_min
from wengert.ops.comparison import where
from wengert.ops.linalg import linear
from wengert.ops.loss.arguments import check_reduction, reduced, reduction_of, require_tensors
from wengert.ops.loss.classes import cross_entropy
from wengert.tensor.base import TensorBase as Tensor


def gaussian_nll_loss(
    input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    """(log v + (input - target)^2 / v) / 2: how surprised normal distributions of means `input` are, of variances v.

    v is `var`, at least `eps`, which takes no part in the derivative. `full` adds log(2 pi) / 2.
    Shapes: input and target that broadcast; var of the shape of input, or 1 or nothing for its last axis -> (), or
    that of all with reduction="none". Dtype: by torch's promotion.
    Derivative: g -> g (input - target) / v / n, its negative, and g (1 - (input - target)^2 / v) / (2 v) / n.
    Errors: ValueError if `var` is of a wrong size or has a negative element, or for an unknown reduction.
    Source: torch.nn.functional.gaussian_nll_loss; Nix and Weigend, 1994.

    >>> wengert.nn.functional.gaussian_nll_loss(tensor([1.]), tensor([3.]), tensor([2.]))
    tensor(1.3466)
    """
    require_tensors("gaussian_nll_loss", input=input, target=target)
    if not isinstance(var, Tensor):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = input.new_tensor(var).expand(input.shape)
    spread: Any = var
    if spread.shape != input.shape:
        if input.shape[:-1] == spread.shape:
            spread = spread.unsqueeze(-1)
        elif input.shape[:-1] != spread.shape[:-1] or spread.shape[-1] != 1:
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    if spread.space.is_readable and (spread.detach() < 0).any():
        raise ValueError("var has negative entry/entries")
    spread = spread + (clamp_min(spread.detach(), eps) - spread.detach())
    losses = 0.5 * (spread.log() + (input - target) ** 2 / spread)
    return reduced(losses + 0.5 * log(2 * pi) if full else losses, reduction)


def poisson_nll_loss(
    input: AnyTensor,
    target: AnyTensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """How surprised Poisson distributions of log-rates `input` are by the counts `target`: exp(input) - target input.

    Without `log_input` these are the rates: input - target log(input + eps). `full` adds Stirling's log of the
    factorial of counts above 1.
    Shapes: two that broadcast -> (), or their shape with reduction="none". Dtype: by torch's promotion.
    Derivative: g -> g (exp(input) - target) / n. Errors: ValueError for an unknown reduction.
    Source: torch.nn.functional.poisson_nll_loss.

    >>> wengert.nn.functional.poisson_nll_loss(tensor([0.]), tensor([2.]))
    tensor(1.)
    """
    require_tensors("poisson_nll_loss", input=input, target=target)
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    losses = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        counts = where(target > 1, target, target * 0 + 1)
        stirling = counts * counts.log() - counts + 0.5 * (2 * pi * counts).log()
        losses = losses + stirling.masked_fill(target <= 1, 0)
    return reduced(losses, reduction)


def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Any,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Any:
    """The `cross_entropy` of the classes whose scores are linear(input, linear_weight, linear_bias).

    `options` choose how torch goes about it, and nothing of the result: they are taken and have no effect.
    Shapes: input (n, m) or (m,), linear_weight (classes, ..., m), linear_bias (classes, ...), target as `cross_entropy`
    of scores (n, classes, ...) -> (), or (n, ...) with reduction="none".
    Dtype: that of all. Derivative: of `linear` and `cross_entropy`.
    Errors: RuntimeError if the shapes do not fit; those of the two.
    Source: torch.nn.functional.linear_cross_entropy.

    >>> wengert.nn.functional.linear_cross_entropy(tensor([[1.]]), tensor([[0.], [0.]]), tensor([1]))
    tensor(0.6931)
    """
    require_tensors("linear_cross_entropy", input=input, linear_weight=linear_weight, target=target)
    check_reduction(reduction)
    given, (classes, *places) = tuple(input.shape), _scored(input, linear_weight, linear_bias)
    shape = (*given[:-1], classes, *places)
    if target.shape == shape and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    if places:
        linear_weight = linear_weight.reshape((-1, given[-1]))
        linear_bias = linear_bias if linear_bias is None else linear_bias.reshape(-1)
    scores: Any = linear(input, linear_weight, linear_bias)
    return cross_entropy(
        scores.reshape(shape),
        target,
        weight,
        ignore_index=-100 if ignore_index is None else ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def _scored(input: Any, weight: Any, bias: Any) -> tuple[int, ...]:
    """The axes that the scores of a sample have, as `weight` says; torch's refusals."""
    if len(input.shape) not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {len(input.shape)}")
    if len(weight.shape) < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {len(weight.shape)}")
    if input.shape[-1] != weight.shape[-1]:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{input.shape[-1]} and {weight.shape[-1]}, respectively"
        )
    axes = tuple(weight.shape[:-1])
    if bias is not None and tuple(bias.shape) != axes:
        raise RuntimeError(f"expected linear_bias shape {axes}, got {tuple(bias.shape)}")
    if len(axes) > 1 and len(input.shape) == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(weight.shape)} requires batched input, "
            f"(N, {input.shape[-1]}), got unbatched input with shape {tuple(input.shape)}"
        )
    return axes
