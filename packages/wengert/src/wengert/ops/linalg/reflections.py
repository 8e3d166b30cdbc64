"""Floor 6: QR by Householder's reflections, as LAPACK stores them: vectors under the diagonal, factors apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ops.arguments import AnyTensor, spoken
from wengert.ops.comparison import where
from wengert.ops.linalg import results
from wengert.ops.linalg.matrices import check_matrix, require_tensor
from wengert.ops.linalg.norms import vector_norm
from wengert.ops.linalg.products import matmul
from wengert.ops.movement import cat, clone, reshape
from wengert.tensor.base import TensorBase as Tensor


def geqrf(input: AnyTensor) -> results.geqrf:
    """The reflections whose product is Q of QR, and R in the upper triangle.

    Shapes: (..., m, n) -> (..., m, n) and (..., min(m, n)). Dtype: that of `input`.
    Derivative: that of the steps.
    Errors: RuntimeError unless `input` holds matrices of floating or complex numbers.
    Source: torch.geqrf; LAPACK's geqrf.

    >>> geqrf(tensor([[3.], [4.]])).tau
    tensor([1.6000])
    """
    check_matrix("torch.geqrf", input, "input", kernel="geqrf_cpu")
    m, n = input.shape[-2:]
    a: Any = clone(input)
    columns: list[Any] = []
    factors: list[Any] = []
    for k in range(min(m, n)):
        head, tail = a[..., k : k + 1, k : k + 1], a[..., k + 1 :, k : k + 1]
        size: Any = vector_norm(a[..., k:, k : k + 1], 2, (-2, -1), True)
        first = head.real if head.is_complex() else head
        beta = where(first < 0, size, -size)
        rest: Any = vector_norm(tail, 2, (-2, -1), True)
        rest = rest + (head.imag.abs() if head.is_complex() else 0)
        still = rest == 0  # nothing to reflect
        factor: Any = where(still, 0.0, (beta - head) / where(still, 1.0, beta))
        vector: Any = cat((head * 0 + 1, tail / where(still, 1.0, head - beta)), -2)
        block: Any = a[..., k:, k:]
        block = block - factor.conj() * matmul(vector, matmul(vector.mH, block))
        done = cat((block[..., :1, :1], vector[..., 1:, :]), -2)
        columns.append(cat((a[..., :k, k : k + 1], done), -2) if k else done)
        a = cat((a[..., :k, :], cat((a[..., k:, :k], block), -1) if k else block), -2) if k else block
        factors.append(reshape(factor, (*input.shape[:-2], 1)))
    if not factors:
        return results.geqrf(a, a.new_zeros((*input.shape[:-2], 0)))
    whole = cat((*columns, a[..., :, len(columns) :]), -1) if n > m else cat(columns, -1)
    return results.geqrf(whole, cat(factors, -1))


def householder_product(A: AnyTensor, tau: AnyTensor) -> Tensor:
    """The first n columns of H1 H2 ... Hk, for the reflections H = 1 - tau v v^H that `geqrf` stores.

    The vector of the i-th is the i-th column of `A` below the diagonal, with a one on it and zeros above.
    Shapes: (..., m, n), (..., k) with m >= n >= k -> (..., m, n). Dtype: that of both.
    Derivative: that of the products.
    Errors: RuntimeError unless shapes and dtypes fit.
    Source: torch.linalg.householder_product.

    >>> wengert.linalg.householder_product(tensor([[9.], [1.]]), tensor([1.]))
    tensor([[ 0.],
            [-1.]])
    """
    name = "torch.linalg.householder_product"
    require_tensor("linalg.householder_product", "input", A)
    require_tensor("linalg.householder_product", "tau", tau, 2)
    if len(A.shape) < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if A.shape[-2] < A.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    if len(tau.shape) == len(A.shape) - 1 and A.shape[-1] < tau.shape[-1]:
        raise RuntimeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    _check_reflections(name, A, tau)
    m, n = A.shape[-2:]
    start = A.detach().new_ones((m, n)).tril().triu().expand(A.shape)
    if not tau.shape[-1]:
        return start + A * 0
    return _reflected(A, tau, start, range(tau.shape[-1] - 1, -1, -1), adjoint=False)


def _check_reflections(name: str, A: Any, tau: Any) -> None:
    if A.space.dtype is not tau.space.dtype:
        raise RuntimeError(
            f"{name}: tau dtype {spoken(tau.space.dtype)} does not match input dtype {spoken(A.space.dtype)}"
        )
    if len(A.shape) - 1 != len(tau.shape):
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {len(tau.shape)} "
            f"and input.ndim is equal to {len(A.shape)}"
        )
    if A.shape[:-2] != tau.shape[:-1]:
        raise RuntimeError(
            f"{name}: Expected batch dimensions of tau to be equal to input.shape[:-2], but got {list(tau.shape[:-1])}"
        )


def _reflected(A: Any, tau: Any, x: Any, order: Sequence[int], *, adjoint: bool) -> Any:
    """The reflections applied to x from the left, one after the other."""
    below = A.tril(-1)
    ones = A.detach().new_ones(A.shape).tril().triu()
    vectors = below + ones
    for i in order:
        v = vectors[..., :, i : i + 1]
        factor = tau[..., i : i + 1, None]
        factor = factor.conj() if adjoint else factor
        x = x - factor * matmul(v, matmul(v.mH, x))
    return x


def ormqr(input: AnyTensor, tau: Any, other: Any, left: bool = True, transpose: bool = False) -> Tensor:
    """`other` multiplied by Q = H1 H2 ... Hk, the whole product of the reflections that `geqrf` stores.

    From the left or the right; by Q^H where `transpose`.
    Shapes: (..., m, n), (..., k), and other with m rows, or columns where not `left` -> that of `other`.
    Dtype: that of all. Derivative: that of the products.
    Errors: RuntimeError unless shapes and dtypes fit.
    Source: torch.ormqr.

    >>> ormqr(tensor([[9.], [1.]]), tensor([1.]), tensor([[1.], [0.]]))
    tensor([[ 0.],
            [-1.]])
    """
    for position, (name, value) in enumerate((("input", input), ("tau", tau), ("other", other)), 1):
        require_tensor("ormqr", name, value, position)
        if len(value.shape) < (1 if name == "tau" else 2):
            raise RuntimeError(f"torch.ormqr: {name} must have at least 2 dimensions.")
    side = -2 if left else -1
    if other.shape[side] < tau.shape[-1]:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be greater than or equal to tau.shape[-1]")
    if other.shape[side] != input.shape[-2]:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if tau.shape[-1] > input.shape[-1]:
        raise RuntimeError("torch.ormqr: tau.shape[-1] must be equal to min(other.shape[-2], input.shape[-1])")
    if len(input.shape) - len(tau.shape) != 1:
        raise RuntimeError(
            f"torch.ormqr: Expected tau to have one dimension less than input, but got tau.ndim equal to "
            f"{len(tau.shape)} and input.ndim is equal to {len(input.shape)}"
        )
    if len(input.shape) != len(other.shape):
        raise RuntimeError(
            f"torch.ormqr: Expected other to have the same number of dimensions as input, but got other.ndim equal to "
            f"{len(other.shape)} and input.ndim is equal to {len(input.shape)}"
        )
    for name, value in (("tau", tau), ("other", other)):
        if value.space.dtype is not input.space.dtype:
            raise RuntimeError(
                f"torch.ormqr: Expected input and {name} to have the same dtype, but input has dtype"
                f"{spoken(input.space.dtype)} and {name} has dtype {spoken(value.space.dtype)}"
            )
    count = tau.shape[-1]
    if 0 in other.shape:
        return clone(other)
    if left:
        order = range(count) if transpose else range(count - 1, -1, -1)
        return _reflected(input, tau, other, order, adjoint=transpose)
    order = range(count - 1, -1, -1) if transpose else range(count)
    found: Any = _reflected(input, tau, other.mH, order, adjoint=not transpose)
    return found.mH
