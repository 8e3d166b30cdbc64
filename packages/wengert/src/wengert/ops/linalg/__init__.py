"""Floor 6: products of vectors and matrices, as functions and as methods."""

from __future__ import annotations

from typing import Any

from wengert.ops.linalg.affine import addmm, addmv, baddbmm, linear
from wengert.ops.linalg.contraction import einsum, inner, tensordot
from wengert.ops.linalg.products import bmm, dot, matmul, mm, mv, outer, trace
from wengert.tensor.base import TensorBase as Tensor

__all__ = [
    "addmm", "addmv", "baddbmm", "bmm", "dot", "einsum", "inner", "linear", "matmul", "mm", "mv", "outer", "tensordot",
    "trace",
]  # fmt: skip


def _matmul(self: Tensor, other: Any) -> Any:
    """`self @ other`."""
    return matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _reflected_matmul(self: Tensor, other: Any) -> Any:
    """`other @ self`."""
    return matmul(other, self) if isinstance(other, Tensor) else NotImplemented


class LinalgMethods(Tensor):
    """The products of a Tensor."""

    __slots__ = ()

    addmm = addmm
    addmv = addmv
    baddbmm = baddbmm
    bmm = bmm
    dot = dot
    inner = inner
    matmul = matmul
    mm = mm
    mv = mv
    outer = outer
    trace = trace
    __matmul__ = _matmul
    __rmatmul__ = _reflected_matmul
