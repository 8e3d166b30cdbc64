"""Floor 6: the loss of a sequence whose alignment with its labels is not known."""

from __future__ import annotations

from math import inf
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.comparison import where
from wengert.ops.loss.arguments import require_tensors
from wengert.ops.movement import cat, stack
from wengert.protocol.dtypes import int64
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.level import is_inside


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
    lengths, counts = _lengths(input_lengths, x), _lengths(target_lengths, x)
    labels = _checked_labels(targets, steps, n, classes, lengths, counts, blank)
    most = labels.shape[1]
    # the states: a blank before each label and one at the end
    blanks = labels.new_full((n, most + 1), blank)
    pairs: Any = stack([blanks[:, :most], labels], 2)
    states: Any = cat([pairs.reshape((n, 2 * most)), blanks[:, most:]], 1)
    is_label = x.new_tensor([s % 2 for s in range(2 * most + 1)]) > 0
    may_skip = is_label & (states != _shifted(states, 2, blank))
    seen = x.gather(2, states.expand((steps, n, 2 * most + 1)))
    start = x.new_tensor([[s < 2 for s in range(2 * most + 1)]]) > 0
    alpha = seen[0].masked_fill(~start, -inf)
    alphas = [alpha]
    for t in range(1, steps):
        moved = _shifted(alpha, 1, -inf)
        alpha = _logsum([alpha, moved, _shifted(alpha, 2, -inf).masked_fill(~may_skip, -inf)]) + seen[t]
        alphas.append(alpha)
    last = (lengths - 1).clamp(min=0).reshape((1, n, 1))
    every: Any = stack(alphas)
    final = every.gather(0, last.expand((1, n, 2 * most + 1)))[0]
    ends = [(2 * counts - k).clamp(min=0).unsqueeze(1) for k in (0, 1)]
    has_label, no_steps = counts > 0, lengths == 0
    whole, label = (final.gather(1, end).squeeze(1) for end in ends)
    losses = -_logsum([whole, label.masked_fill(~has_label, -inf)])
    losses = where(no_steps, where(has_label, losses * 0 + inf, losses * 0), losses)
    if zero_infinity:
        losses = losses.masked_fill(losses.detach() == inf, 0)
    if reduction == "mean":
        return (losses / counts.clamp(min=1)).mean()
    return losses.sum() if reduction == "sum" else losses if batched else losses.squeeze(0)


def _shifted(states: Any, by: int, filling: float) -> Any:
    """The number of each state moved `by` states on."""
    n, count = states.shape
    gap = states.new_full((n, min(by, count)), filling)
    return cat([gap, states[:, : max(count - by, 0)]], 1)


def _logsum(terms: list[Any]) -> Any:
    """The logarithm of the sum of exponentials; -inf without a gradient where all are -inf."""
    every: Any = stack(terms)
    impossible = (every.detach() == -inf).all(0)
    return every.masked_fill(impossible, 0).logsumexp(0).masked_fill(impossible, -inf)


def _lengths(values: Any, beside: Any) -> Any:
    """How long each sequence is, as a tensor on the device of `beside`."""
    if isinstance(values, Tensor):
        found: Any = values
        return found.reshape(-1).to(int64)
    return beside.new_tensor(values if isinstance(values, (list, tuple)) else [values], dtype=int64)


def _checked_labels(targets: Any, steps: int, n: int, classes: int, lengths: Any, counts: Any, blank: int) -> Any:
    """The labels of each sequence (n, most), filled up with blanks. What must be read for a check is read where that is
    possible: inside of vmap it is not."""
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    for name, values in (("input_lengths", lengths), ("target_lengths", counts)):
        if values.shape[0] != n:
            raise RuntimeError(f"{name} must be of size batch_size: expected {n}, got {values.shape[0]}")
    together = len(targets.shape) == 1
    most = targets.shape[-1]
    if not is_inside(lengths, counts):
        for b, length in enumerate(lengths.tolist()):
            if not 0 <= length <= steps:
                raise RuntimeError(
                    f"Expected input_lengths to have value at most {steps}, but got value {length} (while checking "
                    f"arguments for ctc_loss, batch {b})"
                )
        read = counts.tolist()
        if together and sum(read) > most:
            raise RuntimeError(f"Expected targets to have at least {sum(read)} labels, but got {most}")
        most = max(read, default=0)
    places = counts.new_tensor(list(range(most)), dtype=int64).expand((n, most))
    outside = places >= counts.unsqueeze(1)
    if together:
        places = places + (counts.cumsum(0) - counts).unsqueeze(1)
        rows = targets.to(int64).expand((n, targets.shape[0]))
    else:
        rows = targets.to(int64)
    if not most:
        return rows[:, :0]
    return rows.gather(1, places.clamp(max=rows.shape[1] - 1)).masked_fill(outside, blank)
