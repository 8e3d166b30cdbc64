"""Floor 2: losses of classes of a batch: its elements are so many more samples."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from wengert.protocol.array import Array
from wengert.rule.batching import folded, reduced_losses, stretched, unfolded
from wengert.rules.loss.classes import class_loss_pullback, cross_entropy, nll_loss

Again = Callable[..., Any]


def _of_classes(
    xp: Any,
    again: Again,
    batch_size: int,
    shared: Container[str],
    x: Array,
    target: Array,
    weight: Array | None,
    ignore_index: int | None,
    reduction: str,
) -> Any:
    x = stretched(xp, x, batch_size) if "x" in shared else x
    target = stretched(xp, target, batch_size) if "target" in shared else target
    single = len(x.shape) == 2
    rows, places = (x, target) if single else (folded(xp, x), folded(xp, target))
    same = "weight" in shared
    losses = again(rows, places, weight if same else None, ignore_index=ignore_index, reduction="none")
    losses = losses if single else unfolded(xp, losses, batch_size)
    if not same:
        losses = xp.multiply(losses, _factors(xp, x, target, weight, ignore_index, same))
    if reduction != "mean" or (weight is None and ignore_index is None):
        return reduced_losses(xp, losses, reduction)
    total, factors = reduced_losses(xp, losses, "sum"), _factors(xp, x, target, weight, ignore_index, same)
    return xp.divide(total, reduced_losses(xp, factors, "sum"))


def _factors(xp: Any, x: Array, target: Array, weight: Array | None, ignore_index: int | None, same: bool) -> Array:
    """What the loss of each place counts in the mean."""
    if ignore_index is None:
        valid, chosen = xp.ones_like(target), target
    else:
        valid = xp.not_equal(target, xp.full_like(target, ignore_index))
        chosen = xp.where(valid, target, xp.zeros_like(target))
    valid = xp.astype(valid, x.dtype)
    if weight is None:
        return valid
    if same:
        factors = xp.take(weight, xp.reshape(chosen, (-1,)), axis=0)
    else:
        factors = xp.gather(weight, xp.reshape(chosen, (chosen.shape[0], -1)), axis=1)
    return xp.multiply(xp.reshape(factors, chosen.shape), valid)


cross_entropy.batch(_of_classes)
nll_loss.batch(_of_classes)


@class_loss_pullback.batch
def class_loss_pullback_batch(xp: Any, again: Again, batch_size: int, y: Array, x: Array, target: Array) -> Array:
    return unfolded(xp, again(folded(xp, y), folded(xp, x), folded(xp, target)), batch_size)
