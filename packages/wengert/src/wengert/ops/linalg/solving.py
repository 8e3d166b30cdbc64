"""Floor 6: linear systems, inverses, pseudo-inverses, least squares."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.linalg import results
from wengert.ops.linalg.matrices import (
    check_dtype,
    check_info,
    check_same_dtype,
    check_square,
    not_invertible,
    not_solvable,
    require_tensor,
)
from wengert.ops.movement import movedim, reshape
from wengert.protocol.shapes import Shape, broadcast_shapes
from wengert.rules import linalg as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_solve = kernel(rules.solve, "LinalgSolveExBackward0", x="A", out="result")
_inverse = kernel(rules.inverse, "LinalgInvExBackward0", x="A", out="inverse")
_solve_triangular = kernel(rules.solve_triangular, "LinalgSolveTriangularBackward0", x="self", y="B", out="result")


def inv(A: Tensor) -> Tensor:
    """The inverse of each square matrix.

    Shapes: (..., n, n) -> (..., n, n). Dtype: that of `A`.
    Derivative: g -> -A^-H g A^-H.
    Errors: LinAlgError if a matrix is singular; RuntimeError unless they are square, floating or complex.
    Source: torch.linalg.inv.

    >>> inv(tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    check_square("linalg.inv", A)
    out, info = _inverse(A)
    check_info(info, not_invertible("linalg.inv"))
    return out


def inverse(input: Tensor) -> Tensor:
    """The inverse of each square matrix: `linalg.inv`."""
    return inv(input)


def inv_ex(A: Tensor, *, check_errors: bool = False) -> results.linalg_inv_ex:
    """`inv` that raises nothing: `info` is the first pivot that is 0, else 0.

    Shapes: (..., n, n) -> (..., n, n) and (...). Dtype: that of `A`; int32.
    Derivative: that of `inv`.
    Errors: those of `inv`, LinAlgError with `check_errors` only.
    Source: torch.linalg.inv_ex.

    >>> inv_ex(tensor([[1., 1.], [1., 1.]])).info
    tensor(2, dtype=wengert.int32)
    """
    check_square("linalg.inv", A)
    out, info = _inverse(A)
    if check_errors:
        check_info(info, not_invertible("linalg.inv_ex"))
    return results.linalg_inv_ex(out, info)


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """The solution X of A X = B for square matrices A, or of X A = B where not `left`.

    B holds vectors if it is 1-d or has the batch of A and one dimension less.
    Shapes: (..., n, n) and (..., n, k) or (..., n) -> that of B with the batches broadcast. Dtype: that of both.
    Derivative: g -> S = A^-H g for B, -S X^H for A.
    Errors: LinAlgError if a matrix is singular; RuntimeError unless shapes and dtypes fit.
    Source: torch.linalg.solve.

    >>> solve(tensor([[2., 0.], [0., 4.]]), tensor([2., 2.]))
    tensor([1.0000, 0.5000])
    """
    out, info = _solved(A, B, left)
    check_info(info, not_solvable("torch.linalg.solve"))
    return out


def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> results.linalg_solve_ex:
    """`solve` that raises nothing: `info` is the first pivot that is 0, else 0.

    Shapes, dtype, derivative: those of `solve`; `info` (...) is int32.
    Errors: those of `solve`, LinAlgError with `check_errors` only.
    Source: torch.linalg.solve_ex.

    >>> solve_ex(tensor([[1., 1.], [1., 1.]]), tensor([1., 2.])).info
    tensor(2, dtype=wengert.int32)
    """
    out, info = _solved(A, B, left)
    if check_errors:
        check_info(info, not_solvable("torch.linalg.solve_ex"))
    return results.linalg_solve_ex(out, info)


def _solved(A: Any, B: Any, left: bool) -> Any:
    require_tensor("linalg.solve", "A", A)
    require_tensor("linalg.solve", "B", B, 2)
    check_dtype("linalg.solve", A.space.dtype)
    check_square("linalg.solve", A)
    check_same_dtype("linalg.solve", A, B)
    vector = is_vector(A.shape, B.shape)
    if vector and not left:
        rows, columns = B.shape[-1], 1
        raise_incompatible("linalg.solve", A.shape, (rows, columns), left)
    check_fits("linalg.solve", A.shape, (*B.shape, 1) if vector else B.shape, left)
    return _solve(A, B, left, vector)


def is_vector(A: Shape, B: Shape) -> bool:
    """Whether the right-hand side B holds vectors: it is 1-d, or has the batch of A and one dimension less."""
    return len(B) == 1 or (len(A) - 1 == len(B) and A[:-1] == B)


def check_fits(name: str, A: Shape, B: Shape, left: bool) -> None:
    """RuntimeError unless a system of matrices A has right-hand sides B."""
    if len(B) < 2:
        raise RuntimeError(f"{name}: The input tensor B must have at least 2 dimensions.")
    if A[-2 if left else -1] != B[-2 if left else -1]:
        raise_incompatible(name, A, B, left)
    broadcast_shapes(A[:-2], B[:-2])


def raise_incompatible(name: str, A: Shape, B: Shape, left: bool) -> None:
    """The refusal of a right-hand side."""
    equation = "AX = B" if left else "XA = B"
    raise RuntimeError(
        f"{name}: Incompatible shapes of A and B for the equation {equation} ({A[-2]}x{A[-1]} and {B[-2]}x{B[-1]})"
    )


def solve_triangular(A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Tensor:
    """The solution X of A X = B for triangular matrices A, or of X A = B where not `left`.

    Only the triangle that `upper` names is read; with `unitriangular` its diagonal counts as ones. A 0 on the diagonal
    gives infinities, no error.
    Shapes: (..., n, n), (..., n, k) -> (..., n, k), the batches broadcast. Dtype: that of both.
    Derivative: g -> S = A^-H g for B, the triangle of -S X^H for A.
    Errors: RuntimeError unless shapes and dtypes fit.
    Source: torch.linalg.solve_triangular.

    >>> solve_triangular(tensor([[2., 9.], [1., 1.]]), tensor([[2.], [2.]]), upper=False)
    tensor([[1.],
            [1.]])
    """
    require_tensor("linalg.solve_triangular", "A", A)
    require_tensor("linalg.solve_triangular", "B", B, 2)
    check_square("linalg.solve_triangular", A, kernel="triangular_solve_cpu")
    check_same_dtype("linalg.solve_triangular", A, B)
    check_fits("linalg.solve_triangular", A.shape, B.shape, left)
    return _solve_triangular(A, B, upper, unitriangular, left)


def tensorinv(A: Tensor, ind: int = 2) -> Tensor:
    """The inverse of `A` as a linear map from its last dimensions to its first `ind`.

    Shapes: (m..., n...) with as many numbers in m as in n -> (n..., m...). Dtype: that of `A`.
    Derivative: that of `inv`.
    Errors: RuntimeError unless `ind` > 0 and the sizes fit; LinAlgError if the map is singular.
    Source: torch.linalg.tensorinv.

    >>> wengert.linalg.tensorinv(eye(4).reshape(2, 2, 4)).shape
    (4, 2, 2)
    """
    require_tensor("linalg.tensorinv", "A", A)
    if ind <= 0:
        raise RuntimeError("Expected a strictly positive integer for 'ind'")
    first, last = A.shape[:ind], A.shape[ind:]
    if prod(first) != prod(last):
        raise RuntimeError(
            f"Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{prod(last)} != {prod(first)}"
        )
    n = prod(last)
    check_dtype("linalg.inv", A.space.dtype)
    out, info = _inverse(reshape(A, (n, n)))
    check_info(info, not_invertible("linalg.inv"))
    return reshape(out, (*last, *first))


def tensorsolve(A: Tensor, B: Tensor, dims: Any = None) -> Tensor:
    """The solution X of tensordot(A, X) = B; `dims` of `A` are moved to its end first.

    Shapes: (m..., n...), (m...) -> (n...). Dtype: that of both.
    Derivative: that of `solve`.
    Errors: RuntimeError unless the sizes fit; LinAlgError if the map is singular.
    Source: torch.linalg.tensorsolve.

    >>> wengert.linalg.tensorsolve(tensor([[[2., 0.]], [[0., 4.]]]), tensor([[2.], [4.]])).shape
    (2,)
    """
    require_tensor("linalg.tensorsolve", "A", A)
    require_tensor("linalg.tensorsolve", "B", B, 2)
    if dims is not None:
        return tensorsolve(movedim(A, tuple(dims), tuple(range(len(A.shape) - len(dims), len(A.shape)))), B)
    tail = A.shape[len(B.shape) :]
    n, m = prod(B.shape), prod(tail)
    if n != m:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), "
            f"but got {m} != {n}"
        )
    return reshape(solve(reshape(A, (n, m)), reshape(B, (n,))), tail)
