"""The cases of the kernels of linear algebra and of Fourier transforms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from wengert.protocol.namespace import Namespace
from wengert.testing.kernels import Bench, KernelCase

_MATRIX = [[1.0, 2.0], [4.0, 2.0]]
_SINGULAR = [[2.0, 4.0], [1.0, 2.0]]
_SYMMETRIC = [[2.0, 1.0], [1.0, 2.0]]
_LDL = [[4.0, 0.0], [0.5, 4.0]]
_RAGGED = [[3.0, 0.0], [4.0, 5.0], [0.0, 0.0]]


def _case(
    kernel: str, run: Callable[[Namespace, Bench], Any], expected: Any, result: str = "same", *, is_complex: bool = True
) -> KernelCase:
    return KernelCase(kernel, run, expected, result, is_complex=is_complex, in_half=False)


def _gone(x: Any, y: Any, xp: Namespace, bench: Bench) -> Any:
    """Whether x and y agree, to rounding."""
    tolerance = 1e-4 if bench.dtype.to_real().itemsize == 4 else 1e-10
    difference = xp.abs(xp.subtract(x, y))
    return xp.all(xp.less(difference, xp.full_like(difference, tolerance)))


def _product(xp: Namespace, *factors: Any) -> Any:
    out = factors[0]
    for factor in factors[1:]:
        out = xp.matmul(out, factor)
    return out


def _qr(xp: Namespace, bench: Bench) -> Any:
    x = bench.floating(_RAGGED)
    q, r = xp.qr(x, complete=False)
    whole_q, whole_r = xp.qr(x, complete=True)
    shapes = (q.shape, r.shape, whole_q.shape, whole_r.shape) == ((3, 2), (2, 2), (3, 3), (3, 2))
    return (
        _gone(_product(xp, q, r), x, xp, bench),
        _gone(_product(xp, whole_q, whole_r), x, xp, bench),
        bench.booleans(shapes),
    )


def _eigh(xp: Namespace, bench: Bench) -> Any:
    x = bench.floating(_SYMMETRIC)
    values, vectors = xp.eigh(x)
    scaled = xp.multiply(vectors, xp.astype(values, x.dtype))
    return _gone(_product(xp, x, vectors), scaled, xp, bench)


def _eig(xp: Namespace, bench: Bench) -> Any:
    x = bench.floating([[0.0, 1.0], [-1.0, 0.0]])
    values, vectors = xp.eig(x)
    return _gone(_product(xp, xp.astype(x, values.dtype), vectors), xp.multiply(vectors, values), xp, bench)


def _svd(xp: Namespace, bench: Bench) -> Any:
    x = bench.floating(_RAGGED)
    u, s, vh = xp.svd(x, full=False)
    whole_u, _, whole_vh = xp.svd(x, full=True)
    scaled = xp.multiply(u, xp.astype(s, x.dtype))
    shapes = (u.shape, s.shape, vh.shape, whole_u.shape, whole_vh.shape) == ((3, 2), (2,), (2, 2), (3, 3), (2, 2))
    return _gone(_product(xp, scaled, vh), x, xp, bench), bench.booleans(shapes)


def _ldl_solve(xp: Namespace, bench: Bench) -> Any:
    factors, pivots, _ = xp.ldl_factor(bench.floating([[4.0, 2.0], [2.0, 5.0]]), hermitian=False)
    return xp.ldl_solve(factors, pivots, bench.floating([[6.0], [7.0]]), hermitian=False)


def _slogdet(xp: Namespace, bench: Bench) -> Any:
    sign, size = xp.slogdet(bench.floating(_MATRIX))
    return xp.multiply(sign, xp.astype(size, sign.dtype))


def _rfftn(xp: Namespace, bench: Bench) -> Any:
    return xp.imag(xp.rfftn(bench.floating([[0.0, 1.0, 0.0, -1.0]]), axes=(1,), norm="backward"))


def _irfftn(xp: Namespace, bench: Bench) -> Any:
    x = bench.floating([[4.0, 0.0, 0.0]] * 2)
    return xp.irfftn(xp.complex(x, xp.zeros_like(x)), size=4, axes=(0, 1), norm="backward")


def _transformed(name: str) -> Callable[[Namespace, Bench], Any]:
    def run(xp: Namespace, bench: Bench) -> Any:
        x = bench.floating([[4.0, 0.0], [0.0, 0.0]])
        return xp.real(getattr(xp, name)(xp.complex(x, xp.zeros_like(x)), axes=(0, 1), norm="backward"))

    return run


CASES: tuple[KernelCase, ...] = (
    _case("cholesky", lambda xp, b: xp.cholesky(b.floating([[4.0, 2.0], [2.0, 5.0]]))[0], [[2.0, 0.0], [1.0, 2.0]]),
    _case("cholesky", lambda xp, b: xp.cholesky(b.floating([_MATRIX, _SYMMETRIC]))[1], [2, 0], "int32"),
    _case("lu_factor", lambda xp, b: xp.lu_factor(b.floating(_MATRIX))[0], [[4.0, 2.0], [0.25, 1.5]]),
    _case("lu_factor", lambda xp, b: xp.lu_factor(b.floating(_MATRIX))[1], [2, 2], "int32"),
    _case("lu_factor", lambda xp, b: xp.lu_factor(b.floating([_SINGULAR, _MATRIX]))[2], [2, 0], "int32"),
    _case("solve", lambda xp, b: xp.solve(b.floating(_MATRIX), b.floating([[5.0], [8.0]]))[0], [[1.0], [2.0]]),
    _case("solve", lambda xp, b: xp.solve(b.floating([_SINGULAR]), b.floating([[5.0], [8.0]]))[1], [2], "int32"),
    _case(
        "solve_triangular",
        lambda xp, b: xp.solve_triangular(b.floating(_MATRIX), b.floating([[5.0], [4.0]]), upper=True, unit=False),
        [[1.0], [2.0]],
    ),
    _case(
        "solve_triangular",
        lambda xp, b: xp.solve_triangular(b.floating(_MATRIX), b.floating([[5.0], [4.0]]), upper=False, unit=True),
        [[5.0], [-16.0]],
    ),
    _case("ldl_factor", lambda xp, b: xp.ldl_factor(b.floating([[4.0, 2.0], [2.0, 5.0]]), hermitian=False)[0], _LDL),
    _case("ldl_solve", _ldl_solve, [[1.0], [1.0]]),
    _case("det", lambda xp, b: xp.det(b.floating([_MATRIX, _SINGULAR])), [-6.0, 0.0]),
    _case("slogdet", _slogdet, -math.log(6.0)),
    _case("qr", _qr, (True, True, True), "bool"),
    _case("eigh", lambda xp, b: xp.eigh(b.floating(_SYMMETRIC))[0], [1.0, 3.0], "real"),
    _case("eigh", _eigh, True, "bool"),
    _case("eig", _eig, True, "bool"),
    _case("svd", lambda xp, b: xp.svd(b.floating([[3.0, 0.0], [0.0, -4.0]]), full=True)[1], [4.0, 3.0], "real"),
    _case("svd", _svd, (True, True), "bool"),
    _case("fftn", _transformed("fftn"), [[4.0, 4.0], [4.0, 4.0]], is_complex=False),
    _case("ifftn", _transformed("ifftn"), [[1.0, 1.0], [1.0, 1.0]], is_complex=False),
    _case("rfftn", _rfftn, [[0.0, -2.0, 0.0]], is_complex=False),
    _case("irfftn", _irfftn, [[1.0] * 4, [0.0] * 4], is_complex=False),
    _case("require", lambda xp, b: b.booleans(xp.require(b.booleans([True, True]), "no") is None), True, "bool"),
)
