"""Floor 6: the loss of a sequence whose alignment with its labels is not known."""

from __future__ import annotations

from math import inf
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.comparison import where
from wengert.ops.loss.arguments import require_tensors
from wengert.ops.movement import stack
from wengert.protocol.dtypes import int64
from wengert.tensor.base import TensorBase as Tensor


def ctc_loss(
    log_probs: AnyTensor,
    targets: AnyTensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """-log of the probability that a sequence spells its labels, over all ways to stretch them and put blanks between.

    reduction="mean" divides each loss by its number of labels first. `zero_infinity` makes the loss of a sequence that
    is too short 0, and its gradient with it.
    Shapes: log_probs (steps, n, classes) or (steps, classes), targets (n, labels) or all of them one after the other
    -> (), or (n,) with reduction="none". Dtype: that of `log_probs`.
    Derivative: of the recursion over the steps. Errors: RuntimeError if a length is out of range or does not fit.
    Source: torch.nn.functional.ctc_loss; Graves and others, "Connectionist Temporal Classification", 2006.

    >>> log_probs = tensor([[[0.5, 0.5]]]).log()
    >>> wengert.nn.functional.ctc_loss(log_probs, tensor([[1]]), tensor([1]), tensor([1]))
    tensor(0.6931)
    """
    require_tensors("ctc_loss", log_probs=log_probs, targets=targets)
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    batched = len(log_probs.shape) == 3
    x = log_probs if batched else log_probs.unsqueeze(1)
    steps, n, classes = x.shape
    lengths, counts = _lengths(input_lengths), _lengths(target_lengths)
    _check(steps, n, classes, lengths, counts, blank)
    labels, most = _labels(targets, counts, blank), max(counts, default=0)
    # the states: a blank before each label and one at the end
    spelled = [[blank if s % 2 == 0 else row[s // 2] for s in range(2 * most + 1)] for row in labels]
    skips = [[s % 2 == 1 and s > 1 and row[s] != row[s - 2] for s in range(2 * most + 1)] for row in spelled]
    states = x.new_tensor(spelled, dtype=int64).reshape((n, 2 * most + 1))
    may_skip = x.new_tensor(skips).reshape((n, 2 * most + 1)) > 0
    seen = x.gather(2, states.expand((steps, n, 2 * most + 1)))
    start = x.new_tensor([[s < 2 for s in range(2 * most + 1)]]) > 0
    alpha = seen[0].masked_fill(~start, -inf)
    alphas = [alpha]
    for t in range(1, steps):
        moved = _shifted(alpha, 1)
        alpha = _logsum([alpha, moved, _shifted(alpha, 2).masked_fill(~may_skip, -inf)]) + seen[t]
        alphas.append(alpha)
    last = x.new_tensor([max(length - 1, 0) for length in lengths], dtype=int64).reshape((1, n, 1))
    every: Any = stack(alphas)
    final = every.gather(0, last.expand((1, n, 2 * most + 1)))[0]
    ends = [x.new_tensor([max(2 * count - k, 0) for count in counts], dtype=int64).unsqueeze(1) for k in (0, 1)]
    has_label = x.new_tensor(counts, dtype=int64) > 0
    whole, label = (final.gather(1, end).squeeze(1) for end in ends)
    losses = -_logsum([whole, label.masked_fill(~has_label, -inf)])
    no_steps = x.new_tensor(lengths, dtype=int64) == 0
    losses = where(no_steps, where(has_label, losses * 0 + inf, losses * 0), losses)
    if zero_infinity:
        losses = losses.masked_fill(losses.detach() == inf, 0)
    if reduction == "mean":
        return (losses / x.new_tensor([max(count, 1) for count in counts])).mean()
    return losses.sum() if reduction == "sum" else losses if batched else losses.squeeze(0)


def _shifted(alpha: Any, by: int) -> Any:
    """Each state's number moved `by` states on."""
    n, states = alpha.shape
    if states <= by:
        return alpha.new_full((n, states), -inf)
    gap = alpha.new_full((n, by), -inf)
    return stack([*gap.unbind(1), *alpha[:, : states - by].unbind(1)], 1)


def _logsum(terms: list[Any]) -> Any:
    """The logarithm of the sum of exponentials; -inf without a gradient where all are -inf."""
    every: Any = stack(terms)
    impossible = (every.detach() == -inf).all(0)
    return every.masked_fill(impossible, 0).logsumexp(0).masked_fill(impossible, -inf)


def _lengths(values: Any) -> list[int]:
    if isinstance(values, Tensor):
        values = values.tolist()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]  # a method of class Tensor
    return [int(value) for value in (values if isinstance(values, (list, tuple)) else [values])]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # a user's sequence


def _labels(targets: Any, counts: list[int], blank: int) -> list[list[int]]:
    """The labels of each sequence, filled up to the longest."""
    rows: list[Any] = targets.tolist()
    most = max(counts, default=0)
    if len(targets.shape) == 2:
        own = [row[:count] for row, count in zip(rows, counts, strict=True)]
    else:
        if sum(counts) > len(rows):
            raise RuntimeError(f"Expected targets to have at least {sum(counts)} labels, but got {len(rows)}")
        ends = [sum(counts[: i + 1]) for i in range(len(counts))]
        own = [rows[end - count : end] for end, count in zip(ends, counts, strict=True)]
    return [[*row, *(blank,) * (most - len(row))] for row in own]


def _check(steps: int, n: int, classes: int, lengths: list[int], counts: list[int], blank: int) -> None:
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for name, values in (("input_lengths", lengths), ("target_lengths", counts)):
        if len(values) != n:
            raise RuntimeError(f"{name} must be of size batch_size: expected {n}, got {len(values)}")
    for b, length in enumerate(lengths):
        if not 0 <= length <= steps:
            raise RuntimeError(
                f"Expected input_lengths to have value at most {steps}, but got value {length} (while checking "
                f"arguments for ctc_loss, batch {b})"
            )
