"""Floor 2: products of a batch of vectors and matrices."""

from __future__ import annotations

from collections.abc import Callable, Container
from math import prod
from typing import Any

from wengert.protocol.array import Array
from wengert.rule.batching import lined_up, stretched
from wengert.rules import linalg
from wengert.rules.linalg import determinants, factors, singular, solving, spectra, symmetric
from wengert.rules.linalg.products import rows_of

Again = Callable[..., Any]

# The axes before the matrices are a batch already.
for _of_a_matrix in (
    *(determinants.det, determinants.det_at_singular, determinants.slogdet),
    *(factors.cholesky, factors.lu, factors.lu_factor, factors.lu_unpacked, factors.qr),
    *(singular.svd, solving.inverse, spectra.eigh, spectra.eig),
):
    _of_a_matrix.core = (2,)
solving.solve_triangular.core, singular.pinv.core = (2, 2), (2, 0, 0)
symmetric.ldl_factor.core, symmetric.ldl_solve.core = (2,), (2, 1, 2)


@solving.solve.batch
def solve_batch(
    xp: Any, again: Again, batch_size: int, shared: Container[str], x: Array, y: Array, left: bool, vector: bool
) -> Any:
    x, y = (stretched(xp, a, batch_size) if name in shared else a for name, a in (("x", x), ("y", y)))
    if vector:
        return again(x, y, left=left, vector=True)
    rank = max(len(x.shape), len(y.shape)) - 1
    return again(lined_up(xp, x, rank), lined_up(xp, y, rank), left=left, vector=False)


@linalg.gemm.batch
def gemm_batch(
    xp: Any, again: Again, shared: Container[str], x: Array, y: Array, transpose_x: bool, transpose_y: bool
) -> Array:
    """One product of matrices where the second is the same for all."""
    if "y" in shared and len(y.shape) == 2 and not transpose_x:
        product = again(rows_of(xp, x), y, transpose_x=False, transpose_y=transpose_y)
        return xp.reshape(product, (*x.shape[:-1], product.shape[-1]))
    rank = max(len(x.shape) - ("x" not in shared), len(y.shape) - ("y" not in shared))
    x, y = (a if name in shared else lined_up(xp, a, rank) for name, a in (("x", x), ("y", y)))
    return again(x, y, transpose_x=transpose_x, transpose_y=transpose_y)


@linalg.matmul.batch
def matmul_batch(xp: Any, again: Again, shared: Container[str], x: Array, y: Array) -> Array:
    """One product of matrices where one operand is the same for all; a column times a row is no sum at all."""
    x_rank, y_rank = len(x.shape) - ("x" not in shared), len(y.shape) - ("y" not in shared)
    if "y" in shared and y_rank <= 2:
        rows = rows_of(xp, x)
        product = again(rows, y)
        return product if rows is x else xp.reshape(product, (*x.shape[:-1], *y.shape[1:]))
    if "x" in shared and x_rank <= 2 and y_rank == 1:
        return again(y, xp.matrix_transpose(x) if x_rank == 2 else x)
    left = x if x_rank > 1 else xp.reshape(x, (*x.shape[:-1], 1, x.shape[-1]))
    right = y if y_rank > 1 else xp.reshape(y, (*y.shape, 1))
    rank = max(x_rank, y_rank, 2)
    left = left if "x" in shared else lined_up(xp, left, rank)
    right = right if "y" in shared else lined_up(xp, right, rank)
    product = xp.multiply(left, right) if left.shape[-1] == 1 == right.shape[-2] else again(left, right)
    shape = product.shape
    ones = ((len(shape) - 2,) if x_rank == 1 else ()) + ((len(shape) - 1,) if y_rank == 1 else ())
    return xp.reshape(product, tuple(n for d, n in enumerate(shape) if d not in ones)) if ones else product


@linalg.linear.batch
def linear_batch(
    xp: Any,
    again: Again,
    batch_size: int,
    shared: Container[str],
    x: Array,
    weight: Array,
    bias: Array | None,
) -> Array:
    if "weight" in shared and "bias" in shared:
        return again(x, weight, bias)
    if "weight" in shared:
        product = again(x, weight, None)
    else:
        lead = x.shape[:-1] if "x" in shared else x.shape[1:-1]
        rows = (prod(lead), x.shape[-1])
        product = xp.matmul(xp.reshape(x, rows if "x" in shared else (batch_size, *rows)), xp.matrix_transpose(weight))
        product = xp.reshape(product, (batch_size, *lead, weight.shape[1]))
    if bias is None:
        return product
    rank = len(product.shape) - ("x" not in shared or "weight" not in shared)
    return xp.add(product, bias if "bias" in shared else lined_up(xp, bias, rank))


@linalg.add_product.batch
def add_product_batch(
    xp: Any, batch_size: int, shared: Container[str], x: Array, y: Array, z: Array, beta: float, alpha: float
) -> Array:
    same = {"x": "y", "y": "z"}
    if "y" in shared and "z" in shared:
        product = xp.matmul(y, z)
        rank = len(product.shape)
        product = stretched(xp, product, batch_size)
    else:
        product = matmul_batch(xp, xp.matmul, {a for a, b in same.items() if b in shared}, y, z)
        rank = len(product.shape) - 1
    product = product if alpha == 1 else product * alpha
    if beta == 0:
        return product
    x = x if "x" in shared else lined_up(xp, x, rank)
    return xp.add(x if beta == 1 else x * beta, product)


@linalg.trace.batch
def trace_batch(xp: Any, x: Array) -> Array:
    return xp.sum(xp.diagonal(x, offset=0, axis1=1, axis2=2), axis=(1,))
