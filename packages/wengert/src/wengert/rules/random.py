"""Floor 2: random samples. A sample is drawn before it is recorded and comes as an input without a gradient; its
derivative in the parameters it was drawn with is taken to be zero, as in torch."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise


def _nothing(xp: Namespace) -> int:
    return 0


@elementwise
def sampled(xp: Namespace, x: Array, sample: Array) -> Array:
    return sample


sampled.without_gradient("sample")
sampled.partials(x=_nothing)


@elementwise
def sampled_between(xp: Namespace, x: Array, y: Array, sample: Array) -> Array:
    return sample


sampled_between.without_gradient("sample")
sampled_between.partials(x=_nothing, y=_nothing)


@elementwise
def counted(xp: Namespace, x: Array, y: Array, sample: Array) -> Array:
    return sample  # no derivative, as in torch


counted.without_gradient("sample")
