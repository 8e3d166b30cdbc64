"""Floor 2: parts of matrices that the rules of linear algebra are written with. All take batches."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace


def adjoint(xp: Namespace, x: Array) -> Array:
    """The conjugate transpose."""
    return xp.matrix_transpose(xp.conj(x))


def transposed(xp: Namespace, x: Array) -> Array:
    """`x` with its last two axes exchanged."""
    return xp.matrix_transpose(x)


def skew(xp: Namespace, x: Array) -> Array:
    """x - x^H."""
    return xp.subtract(x, adjoint(xp, x))


def diagonal_part(xp: Namespace, x: Array) -> Array:
    """The matrix of the diagonal of `x`, zero elsewhere."""
    return xp.tril(xp.triu(x, k=0), k=0)


def off_diagonal(xp: Namespace, x: Array) -> Array:
    """`x` with zeros on the diagonal."""
    return xp.add(xp.tril(x, k=-1), xp.triu(x, k=1))


def identity_like(xp: Namespace, x: Array) -> Array:
    """Ones on the diagonal of a matrix like `x`."""
    return diagonal_part(xp, xp.ones_like(x))


def diagonal_of(xp: Namespace, x: Array) -> Array:
    """The diagonals, the last axis of the result."""
    ndim = len(x.shape)
    return xp.diagonal(x, offset=0, axis1=ndim - 2, axis2=ndim - 1)


def as_row(xp: Namespace, x: Array) -> Array:
    """Vectors (..., n) as matrices (..., 1, n): multiplies the columns of a matrix."""
    return xp.reshape(x, (*x.shape[:-1], 1, x.shape[-1]))


def as_column(xp: Namespace, x: Array) -> Array:
    """Vectors (..., n) as matrices (..., n, 1): multiplies the rows of a matrix."""
    return xp.reshape(x, (*x.shape, 1))


def on_diagonal(xp: Namespace, values: Array, like: Array) -> Array:
    """Square matrices with `values` (..., n) on the diagonal, in the dtype of the matrices `like`."""
    n = values.shape[-1]
    whole = xp.broadcast_to(as_row(xp, in_dtype_of(xp, values, like)), (*values.shape[:-1], n, n))
    return diagonal_part(xp, whole)


def in_dtype_of(xp: Namespace, x: Array, like: Array) -> Array:
    """`x` in the dtype of `like`."""
    return x if x.dtype == like.dtype else xp.astype(x, like.dtype)


def gaps(xp: Namespace, values: Array, like: Array) -> Array:
    """values[j] - values[i] off the diagonal and 1 on it, in the dtype of the matrices `like`."""
    difference = xp.subtract(as_row(xp, values), as_column(xp, values))
    return in_dtype_of(xp, xp.add(difference, identity_like(xp, difference)), like)


def columns(xp: Namespace, x: Array, start: int, stop: int) -> Array:
    """Some columns of matrices."""
    return xp.getitem(x, (..., slice(start, stop)))


def rows(xp: Namespace, x: Array, start: int, stop: int) -> Array:
    """Some rows of matrices."""
    return xp.getitem(x, (..., slice(start, stop), slice(None)))


def trace_of(xp: Namespace, x: Array) -> Array:
    """The sum of the diagonal of each matrix."""
    return xp.sum(diagonal_of(xp, x), axis=(len(x.shape) - 2,))


def defined(xp: Namespace, g: Array | None, like: Array) -> Array:
    """A cotangent, zeros like an output where it is undefined."""
    return xp.zeros_like(like) if g is None else g


def sum_of(xp: Namespace, x: Array | None, y: Array) -> Array:
    """x + y, where there may be no x yet."""
    return y if x is None else xp.add(x, y)
