"""Floor 6: the in-place methods of rarer functions of linear algebra."""

from __future__ import annotations

from wengert.ops.linalg.assembling import addbmm, addr
from wengert.ops.linalg.distances import renorm
from wengert.tensor.inplace import in_place

addbmm_, addr_, renorm_ = in_place(addbmm, addr, renorm)

__all__ = ["addbmm_", "addr_", "renorm_"]
