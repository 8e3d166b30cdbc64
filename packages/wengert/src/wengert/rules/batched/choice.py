"""Floor 2: operations that are elementwise in all but their kind, and those whose result is one operand alone, which
then needs the axis of the batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.protocol.array import Array
from wengert.rule.batching import lined_up
from wengert.rules import complex
from wengert.rules.arithmetic.basic import overwritten, replaced
from wengert.rules.arithmetic.parts import frexp
from wengert.rules.random import sampled, sampled_between

Again = Callable[..., Any]

frexp.core, complex.view_as_real.core, complex.view_as_complex.core = (0,), (0,), (1,)


@replaced.batch
def replaced_batch(xp: Any, again: Again, x: Array, y: Array) -> Array:
    return again(x, lined_up(xp, y, len(x.shape) - 1))


@overwritten.batch
def overwritten_batch(xp: Any, again: Again, x: Array, y: Array) -> Array:
    return again(x, lined_up(xp, y, len(x.shape) - 1))


@sampled.batch
def sampled_batch(again: Again, x: Array, sample: Array) -> Array:
    return again(x, sample)


@sampled_between.batch
def sampled_between_batch(again: Again, x: Array, y: Array, sample: Array) -> Array:
    return again(x, y, sample)
