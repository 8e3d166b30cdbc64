"""Floor 6: systems whose triangular factors are at hand."""

from __future__ import annotations

from typing import Any, NamedTuple

from wengert.ops.arguments import AnyTensor, spoken
from wengert.ops.complex import conj
from wengert.ops.linalg import results
from wengert.ops.linalg.factors import lu_factor_ex, permutation
from wengert.ops.linalg.matrices import check_same_dtype, require_tensor
from wengert.ops.linalg.products import matmul
from wengert.ops.linalg.solving import check_fits, solve_triangular
from wengert.ops.movement import clone, transpose
from wengert.protocol.dtypes import int32
from wengert.tensor.base import TensorBase as Tensor


def lu_solve(LU: AnyTensor, pivots: AnyTensor, B: AnyTensor, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """The solution X of A X = B for the A that `lu_factor` made `LU` and `pivots` of; of X A = B where not `left`.

    With `adjoint` the system of A^H.
    Shapes: (..., n, n), (..., n), (..., n, k) -> (..., n, k), the batches broadcast. Dtype: that of both.
    Derivative: that of two triangular systems.
    Errors: RuntimeError unless shapes and dtypes fit.
    Source: torch.linalg.lu_solve.

    >>> wengert.linalg.lu_solve(*wengert.linalg.lu_factor(tensor([[2., 0.], [0., 4.]])), tensor([[2.], [2.]]))
    tensor([[1.0000],
            [0.5000]])
    """
    for position, (name, value) in enumerate((("LU", LU), ("pivots", pivots), ("B", B)), 1):
        require_tensor("linalg.lu_solve", name, value, position)
    check_same_dtype("linalg.lu_solve", LU, B, "LU", "B")
    if pivots.space.dtype is not int32:
        raise RuntimeError("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32")
    _check_square("linalg.lu_solve", LU)
    check_fits("linalg.lu_solve", LU.shape, B.shape, left)
    if not pivots.shape or pivots.shape[-1] != LU.shape[-1]:
        raise RuntimeError("linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix")
    if pivots.shape[:-1] != LU.shape[:-2]:
        raise RuntimeError(
            f"linalg.lu_solve: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape "
            f"{list(pivots.shape)} instead"
        )
    if not left:  # X A = B is A^H X^H = B^H
        return _adjoint(lu_solve(LU, pivots, _adjoint(B), adjoint=not adjoint))
    order = permutation(LU, pivots)
    if adjoint:
        raised = _adjoint(LU)
        half = solve_triangular(raised, B, upper=False)
        return matmul(order, solve_triangular(raised, half, upper=True, unitriangular=True))
    half = solve_triangular(LU, matmul(transpose(order, -2, -1), B), upper=False, unitriangular=True)
    return solve_triangular(LU, half, upper=True)


def _adjoint(x: Any) -> Any:
    return conj(transpose(x, -2, -1))


def _check_square(name: str, A: Any) -> None:
    if len(A.shape) < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices"
        )


def lu_solve_of_tensor(b: AnyTensor, LU_data: AnyTensor, LU_pivots: AnyTensor) -> Tensor:
    """`linalg.lu_solve` under its older name. Source: torch.lu_solve."""
    return lu_solve(LU_data, LU_pivots, b)


class LUInfo(NamedTuple):
    """What `lu` gives with `get_infos`."""

    LU: Any
    pivots: Any
    info: Any


def lu(A: Any, pivot: bool = True, get_infos: bool = False) -> Any:
    """`linalg.lu_factor_ex` under its older name, the info only where asked for. Source: torch.lu.

    >>> lu(tensor([[2., 0.], [0., 4.]]))[1]
    tensor([1, 2], dtype=wengert.int32)
    """
    found = lu_factor_ex(A, pivot=pivot)
    return LUInfo(*found) if get_infos else (found.LU, found.pivots)


def cholesky_solve(input: AnyTensor, input2: AnyTensor, upper: bool = False) -> Tensor:
    """The solution X of A X = input, where `input2` is the Cholesky factor of A.

    Shapes: (..., n, k), (..., n, n) -> (..., n, k), the batches broadcast. Dtype: that of both.
    Derivative: that of two triangular systems.
    Errors: RuntimeError unless shapes and dtypes fit.
    Source: torch.cholesky_solve.

    >>> cholesky_solve(tensor([[4.]]), tensor([[2.]]))
    tensor([[1.]])
    """
    require_tensor("cholesky_solve", "self", input)
    require_tensor("cholesky_solve", "input2", input2, 2)
    for name, x in (("b", input), ("u", input2)):
        if len(x.shape) < 2:
            raise RuntimeError(f"{name} should have at least 2 dimensions, but has {len(x.shape)} dimensions instead")
    _check_system("cholesky_solve", input, input2)
    first, second = (_adjoint(input2), input2) if upper else (input2, _adjoint(input2))
    return solve_triangular(second, solve_triangular(first, input, upper=False), upper=True)


def cholesky_inverse(input: AnyTensor, upper: bool = False) -> Tensor:
    """The inverse of A, where `input` is its Cholesky factor.

    Shapes: (..., n, n) -> (..., n, n). Dtype: that of `input`.
    Derivative: that of two triangular systems.
    Errors: RuntimeError unless `input` holds square matrices.
    Source: torch.cholesky_inverse.

    >>> cholesky_inverse(tensor([[2.]]))
    tensor([[0.2500]])
    """
    require_tensor("cholesky_inverse", "self", input)
    _check_square("cholesky_inverse", input)
    identity = input.detach().new_ones(input.shape).tril().triu()
    return cholesky_solve(identity, input, upper)


def triangular_solve(
    b: AnyTensor, A: AnyTensor, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> results.triangular_solve:
    """`linalg.solve_triangular` under its older name, with a copy of the triangle. Source: torch.triangular_solve.

    >>> triangular_solve(tensor([[4.]]), tensor([[2.]])).solution
    tensor([[2.]])
    """
    require_tensor("triangular_solve", "self", b)
    require_tensor("triangular_solve", "A", A, 2)
    for name, x in (("b", b), ("A", A)):
        if len(x.shape) < 2:
            raise RuntimeError(
                f"torch.triangular_solve: Expected {name} to have at least 2 dimensions, but it has {len(x.shape)} "
                "dimensions instead"
            )
    _check_system("triangular_solve", b, A)
    matrix, is_upper = (A.mT, not upper) if transpose else (A, upper)
    solution: Any = solve_triangular(matrix, b, upper=is_upper, unitriangular=unitriangular)
    batch = solution.shape[:-2]
    return results.triangular_solve(solution, clone(A.expand((*batch, *A.shape[-2:]))))


def _check_system(name: str, b: Any, A: Any) -> None:
    if b.space.dtype is not A.space.dtype:
        raise RuntimeError(
            f"Expected b and A to have the same dtype, but found b of type {spoken(b.space.dtype)} and A of type "
            f"{spoken(A.space.dtype)} instead."
        )
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} matrices"
        )
    if A.shape[-2] != b.shape[-2]:
        raise RuntimeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {A.shape[-1]} by {A.shape[-1]} but each b matrix "
            f"is {b.shape[-2]} by {b.shape[-1]}"
        )
