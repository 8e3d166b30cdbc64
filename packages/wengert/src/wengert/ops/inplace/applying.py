"""Floor 6: a Python function of numbers, applied to each element in place."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from wengert.ops.arithmetic.operands import checked
from wengert.tensor.base import bump_version
from wengert.tensor.view import check_writable, user_line

Function = Callable[..., Any]


def apply_(self: Any, callable: Function) -> Any:
    """Put `callable(x)` in the place of each element x, one by one; returns self. Slow, and not differentiable."""
    return _applied("apply_", callable, self)


def map_(self: Any, tensor: Any, callable: Function) -> Any:
    """Put `callable(x, y)` in the place of each element x, y that of `tensor`; returns self."""
    return _applied("map_", callable, self, tensor)


def map2_(self: Any, x: Any, y: Any, callable: Function) -> Any:
    """Put `callable(a, b, c)` in the place of each element a, b and c those of `x` and `y`; returns self."""
    return _applied("map2_", callable, self, x, y)


def _applied(name: str, function: Function, self: Any, *others: Any) -> Any:
    for argument, other in zip(("tensor",) if len(others) == 1 else ("x", "y"), others, strict=False):
        checked(name, argument, other)
    if any(t.node is not None for t in (self, *others)):
        raise RuntimeError(f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead.")
    check_writable(self)
    operands = [self, *[other.expand(self.shape) for other in others]]
    lists = [operand.reshape(prod(self.shape)).tolist() for operand in operands]
    values = self.new_tensor([function(*numbers) for numbers in zip(*lists, strict=True)])
    self.array = self.space.xp.setitem(self.array, (Ellipsis,), values.reshape(self.shape).array)
    bump_version(self, user_line())
    return self
