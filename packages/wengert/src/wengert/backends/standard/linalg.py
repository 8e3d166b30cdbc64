"""Floor 3: matrices. Triangular factors are worked out column by column, from required functions alone and without
reading a value; decompositions by iteration are the library's own `linalg`, else NumPy's on the host."""

from __future__ import annotations

from typing import Any

from wengert.backends.standard.facts import Kernels, constant, counting
from wengert.extras import optional
from wengert.protocol import dtypes as ours
from wengert.protocol.shapes import broadcast_shapes


def gemm(xp: Kernels, x: Any, y: Any, /, *, transpose_x: bool = False, transpose_y: bool = False) -> Any:
    return xp.matmul(xp.matrix_transpose(x) if transpose_x else x, xp.matrix_transpose(y) if transpose_y else y)


def cholesky(xp: Kernels, x: Any, /) -> tuple[Any, Any]:
    n = x.shape[-1]
    out, info = xp.tril(x, k=0), _zeros(xp, x)
    number = xp.reshape(counting(xp, x, n), (n, 1))
    for k in range(n):
        done, row = out[..., :, :k], out[..., k : k + 1, :k]
        column = xp.reshape(out[..., :, k], (*x.shape[:-1], 1))
        if k:
            column = column - xp.matmul(done, xp.matrix_transpose(xp.conj(row)))
        pivot = xp.real(column[..., k : k + 1, :])
        bad = xp.logical_not(xp.less(constant(xp, pivot, 0), pivot))
        info = _first_of(xp, info, bad[..., 0, 0], k + 1)
        root = _like(xp, xp.sqrt(pivot), x)
        column = xp.where(xp.equal(number, _int(xp, x, k)), root, column / root)
        column = xp.where(xp.less(number, _int(xp, x, k)), constant(xp, x, 0), column)
        out = _replaced(xp, out, column, k)
    return out, info


def lu_factor(xp: Kernels, x: Any, /) -> tuple[Any, Any, Any]:
    m, n = x.shape[-2:]
    count = min(m, n)
    out, info, pivots = x, _zeros(xp, x), list[Any]()
    number = xp.reshape(counting(xp, x, m), (m, 1))
    for k in range(count):
        sizes = _size(xp, out[..., :, k])
        sizes = xp.where(xp.less(number[:, 0], _int(xp, x, k)), constant(xp, sizes, -1), sizes)
        pivot = xp.argmax(sizes, axis=-1, keepdims=True)
        pivots.append(pivot)
        pivot = xp.reshape(pivot, (*pivot.shape, 1))
        there = xp.take_along_axis(out, xp.broadcast_to(pivot, (*x.shape[:-2], 1, n)), axis=-2)
        here = out[..., k : k + 1, :]
        is_here, is_there = xp.equal(number, _int(xp, x, k)), xp.equal(number, pivot)
        out = xp.where(is_here, there, xp.where(is_there, here, out))
        zero = xp.equal(there[..., 0, k], constant(xp, x, 0))
        info = _first_of(xp, info, zero, k + 1)
        safe = xp.where(xp.equal(there[..., k : k + 1], constant(xp, x, 0)), constant(xp, x, 1), there[..., k : k + 1])
        below = xp.less(_int(xp, x, k), number)
        factor = xp.where(below, out[..., k : k + 1] / safe, constant(xp, x, 0))
        right = xp.less(_int(xp, x, k), counting(xp, x, n))
        out = out - xp.where(right, factor * there, constant(xp, x, 0))
        column = xp.where(below, factor, out[..., k : k + 1])
        out = _replaced(xp, out, column, k)
    int32 = xp.facts.dtypes[ours.int32]
    if not pivots:
        return out, xp.astype(xp.zeros((*x.shape[:-2], 0), dtype=xp.facts.dtypes[ours.int64]), int32), info
    return out, xp.astype(xp.concat(pivots, axis=-1) + 1, int32), info


def solve(xp: Kernels, x: Any, y: Any, /) -> tuple[Any, Any]:
    factors, pivots, info = xp.lu_factor(x)
    batch = broadcast_shapes(x.shape[:-2], y.shape[:-2])
    y = xp.broadcast_to(y, (*batch, *y.shape[-2:]))
    number = xp.reshape(counting(xp, x, x.shape[-1]), (x.shape[-1], 1))
    for k in range(x.shape[-1]):
        pivot = xp.astype(xp.reshape(pivots[..., k], (*x.shape[:-2], 1, 1)), number.dtype) - 1
        index = xp.broadcast_to(pivot, (*batch, 1, y.shape[-1]))
        there = xp.take_along_axis(y, index, axis=-2)
        here, is_here, is_there = y[..., k : k + 1, :], xp.equal(number, _int(xp, x, k)), xp.equal(number, pivot)
        y = xp.where(is_here, there, xp.where(is_there, here, y))
    half = xp.solve_triangular(factors, y, upper=False, unit=True)
    return xp.solve_triangular(factors, half, upper=True, unit=False), info


def solve_triangular(xp: Kernels, x: Any, y: Any, /, *, upper: bool, unit: bool) -> Any:
    """Row after row, each less what the rows that are known contribute."""
    n = x.shape[-1]
    batch = broadcast_shapes(x.shape[:-2], y.shape[:-2])
    y = xp.broadcast_to(y, (*batch, *y.shape[-2:]))
    known: list[Any] = []
    for k in reversed(range(n)) if upper else range(n):
        row = y[..., k : k + 1, :]
        if known:
            part = x[..., k : k + 1, k + 1 :] if upper else x[..., k : k + 1, :k]
            row = row - xp.matmul(part, xp.concat(known, axis=-2))
        if not unit:
            row = row / x[..., k : k + 1, k : k + 1]
        known = [row, *known] if upper else [*known, row]
    return xp.concat(known, axis=-2) if known else y


def ldl_factor(xp: Kernels, x: Any, /, *, hermitian: bool) -> tuple[Any, Any, Any]:
    raise NotImplementedError(_without_ldl(xp))


def ldl_solve(xp: Kernels, x: Any, pivots: Any, y: Any, /, *, hermitian: bool) -> Any:
    raise NotImplementedError(_without_ldl(xp))


def _without_ldl(xp: Kernels) -> str:
    return (
        f"{xp!r} has no factors of symmetric matrices with LAPACK's pivots. Move the tensor: t.to(backend='numpy'), or "
        "use linalg.lu_factor."
    )


def det(xp: Kernels, x: Any, /) -> Any:
    factors, pivots, _ = xp.lu_factor(x)
    return xp.multiply(xp.prod(_diagonal(xp, factors), axis=-1), _like(xp, _parity(xp, pivots, xp.real(x)), x))


def slogdet(xp: Kernels, x: Any, /) -> tuple[Any, Any]:
    factors, pivots, _ = xp.lu_factor(x)
    diagonal = _diagonal(xp, factors)
    size = xp.abs(diagonal)
    zero = xp.equal(size, constant(xp, size, 0))
    turn = diagonal / _like(xp, xp.where(zero, constant(xp, size, 1), size), x)
    sign = xp.multiply(xp.prod(turn, axis=-1), _like(xp, _parity(xp, pivots, size), x))
    return sign, xp.sum(xp.log(size), axis=-1)


def qr(xp: Kernels, x: Any, /, *, complete: bool) -> tuple[Any, Any]:
    q, r = _iterated(xp, x, "qr", mode="complete" if complete else "reduced")
    return q, r


def eigh(xp: Kernels, x: Any, /) -> tuple[Any, Any]:
    values, vectors = _iterated(xp, x, "eigh")
    return values, vectors


def eig(xp: Kernels, x: Any, /) -> tuple[Any, Any]:
    """The array API standard has no such function."""
    values, vectors = _on_host(xp, x, "eig")
    dtype = xp.facts.dtypes[xp.facts.dtype(x).to_complex()]
    return xp.astype(values, dtype), xp.astype(vectors, dtype)


def svd(xp: Kernels, x: Any, /, *, full: bool) -> tuple[Any, Any, Any]:
    u, s, vh = _iterated(xp, x, "svd", full_matrices=full)
    return u, s, vh


def _iterated(xp: Kernels, x: Any, name: str, **options: Any) -> Any:
    library = getattr(xp.facts.library, "linalg", None)
    return _on_host(xp, x, name, **options) if library is None else getattr(library, name)(x, **options)


def _on_host(xp: Kernels, x: Any, name: str, **options: Any) -> Any:
    """NumPy's function, on a copy of x."""
    numpy = optional("numpy", "numpy")
    natives = {dtype.name: native for dtype, native in xp.facts.dtypes.items()}
    return [
        xp.reshape(
            xp.asarray(part.reshape(-1).tolist(), dtype=natives[part.dtype.name], device=xp.facts.device_of(x)),
            part.shape,
        )
        for part in getattr(numpy.linalg, name)(xp.asnumpy(x), **options)
    ]


def _size(xp: Kernels, x: Any) -> Any:
    """What LAPACK chooses pivots by: of complex numbers the sum of the sizes of both parts."""
    return xp.add(xp.abs(xp.real(x)), xp.abs(xp.imag(x))) if xp.facts.dtype(x).is_complex else xp.abs(x)


def _like(xp: Kernels, x: Any, like: Any) -> Any:
    return x if x.dtype == like.dtype else xp.astype(x, like.dtype)


def _int(xp: Kernels, x: Any, value: int) -> Any:
    return constant(xp, x, value, ours.int64)


def _zeros(xp: Kernels, x: Any) -> Any:
    return xp.broadcast_to(constant(xp, x, 0, ours.int32), x.shape[:-2])


def _first_of(xp: Kernels, info: Any, found: Any, number: int) -> Any:
    """`number` where there was none yet and something is `found`."""
    zero = xp.equal(info, constant(xp, info, 0))
    return xp.where(xp.logical_and(zero, found), constant(xp, info, number), info)


def _replaced(xp: Kernels, x: Any, column: Any, k: int) -> Any:
    return xp.where(xp.equal(counting(xp, x, x.shape[-1]), _int(xp, x, k)), column, x)


def _diagonal(xp: Kernels, x: Any) -> Any:
    ndim = len(x.shape)
    return xp.diagonal(x, offset=0, axis1=ndim - 2, axis2=ndim - 1)


def _parity(xp: Kernels, pivots: Any, like: Any) -> Any:
    """-1 to the number of exchanges."""
    stays = xp.equal(xp.astype(pivots, xp.facts.dtypes[ours.int64]), counting(xp, pivots, pivots.shape[-1]) + 1)
    return xp.prod(xp.where(stays, constant(xp, like, 1), constant(xp, like, -1)), axis=-1)
