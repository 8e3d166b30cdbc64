"""Floor 6: L D L^T of symmetric matrices that need not be positive-definite, with the pivots of Bunch and Kaufman."""

from __future__ import annotations

from wengert.ops.arguments import AnyTensor
from wengert.ops.linalg import results
from wengert.ops.linalg.matrices import check_info, check_same_dtype, check_square, require_tensor
from wengert.protocol.dtypes import int32, int64
from wengert.rules import linalg as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_ldl_factor = kernel(rules.ldl_factor, "LinalgLdlFactorExBackward0", x="self")
_ldl_solve = kernel(rules.ldl_solve, "LinalgLdlSolveBackward0", x="LD", y="B")


def ldl_factor(A: AnyTensor, *, hermitian: bool = False) -> results.linalg_ldl_factor:
    """L and D of each symmetric, or `hermitian`, matrix in one, and LAPACK's pivots, for `ldl_solve`.

    The lower triangle is read. D has blocks of two where a pivot is negative.
    Shapes: (..., n, n) -> (..., n, n) and (..., n). Dtype: that of `A`; int32.
    Derivative: none: backward raises.
    Errors: RuntimeError unless the matrices are square, and for a singular D; ImportError on NumPy without SciPy.
    Source: torch.linalg.ldl_factor; LAPACK's sytrf and hetrf.

    >>> wengert.linalg.ldl_factor(tensor([[2., 0.], [0., 3.]])).pivots
    tensor([1, 2], dtype=wengert.int32)
    """
    found = ldl_factor_ex(A, hermitian=hermitian, check_errors=True)
    return results.linalg_ldl_factor(found.LD, found.pivots)


def ldl_factor_ex(A: AnyTensor, *, hermitian: bool = False, check_errors: bool = False) -> results.linalg_ldl_factor_ex:
    """`ldl_factor` that raises nothing for a singular D: `info` is the first zero on its diagonal, else 0.

    Shapes, dtype, derivative, errors: those of `ldl_factor`; info (...) int32. Source: torch.linalg.ldl_factor_ex.

    >>> wengert.linalg.ldl_factor_ex(tensor([[0., 0.], [0., 0.]])).info
    tensor(1, dtype=wengert.int32)
    """
    check_square("torch.linalg.ldl_factor_ex", A, kernel="ldl_factor_cpu")
    factors, pivots, info = _ldl_factor(A, hermitian)
    if check_errors:
        check_info(info, lambda place, number: f"torch.linalg.ldl_factor: {place}D[{number}, {number}] is zero.")
    return results.linalg_ldl_factor_ex(factors, pivots, info)


def ldl_solve(LD: AnyTensor, pivots: AnyTensor, B: AnyTensor, *, hermitian: bool = False) -> Tensor:
    """The solution X of A X = B for the A that `ldl_factor` made `LD` and `pivots` of.

    Shapes: (..., n, n), (..., n), (..., n, k) -> (..., n, k). Dtype: that of both.
    Derivative: none: backward raises.
    Errors: RuntimeError unless shapes and dtypes fit; ImportError on NumPy without SciPy.
    Source: torch.linalg.ldl_solve.

    >>> wengert.linalg.ldl_solve(*wengert.linalg.ldl_factor(tensor([[2.]])), tensor([[4.]]))
    tensor([[2.]])
    """
    name = "torch.linalg.ldl_solve"
    for position, (argument, value) in enumerate((("LD", LD), ("pivots", pivots), ("B", B)), 1):
        require_tensor("linalg.ldl_solve", argument, value, position)
    check_square(name, LD, "LD", kernel="ldl_solve_cpu")
    if len(B.shape) < 2:
        raise IndexError(f"{name}: Dimension out of range: B has {len(B.shape)} dimensions; expected at least 2")
    if LD.shape[-1] != B.shape[-2]:
        raise RuntimeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {LD.shape[-1]} by {LD.shape[-1]} but each b "
            f"matrix is {B.shape[-2]} by {B.shape[-1]}"
        )
    if pivots.shape != LD.shape[:-1]:
        raise RuntimeError(
            f"{name}: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape "
            f"{list(pivots.shape)} instead"
        )
    if pivots.space.dtype not in (int32, int64):
        raise RuntimeError(f"{name}: Expected pivots to be integers. Got {pivots.space.dtype!r}")
    check_same_dtype(name, LD, B, "LD", "B")
    return _ldl_solve(LD, pivots, B, hermitian)
