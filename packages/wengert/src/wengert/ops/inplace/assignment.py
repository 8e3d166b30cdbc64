"""Floor 6: `self[key] = value`."""

from __future__ import annotations

from typing import Any

from wengert.graph.modes import is_grad_enabled
from wengert.ops.indexing.writing import assigned, write_item
from wengert.ops.inplace.filling import beside
from wengert.protocol.backend import Space
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import bump_version
from wengert.tensor.inplace import before, write
from wengert.tensor.operands import number
from wengert.tensor.view import check_writable, user_line


def setitem(self: Any, key: Any, value: Any) -> None:
    """`self[key] = value`, differentiable in both."""
    check_writable(self)
    if not isinstance(value, Tensor):
        value = number(self.space, value)
    else:
        value = beside(self, value)
        if value.space.dtype is not self.space.dtype:
            value = value.to(self.space.dtype)
    recorded = (self.node is not None or value.node is not None) and is_grad_enabled()
    if recorded or self.space.__class__ is not Space or value.space.__class__ is not Space:
        write(self, assigned(before(self), key, value))
        return
    write_item(self, key, value)
    bump_version(self, user_line())
