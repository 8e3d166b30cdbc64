"""Floor 6: the named tuples that functions of linear algebra return, with torch's names and fields."""

from __future__ import annotations

from typing import Any, NamedTuple

from wengert.ops.return_types import printed


class linalg_cholesky_ex(NamedTuple):
    L: Any
    info: Any
    __repr__ = printed


class linalg_inv_ex(NamedTuple):
    inverse: Any
    info: Any
    __repr__ = printed


class linalg_solve_ex(NamedTuple):
    result: Any
    info: Any
    __repr__ = printed


class linalg_qr(NamedTuple):
    Q: Any
    R: Any
    __repr__ = printed


class qr(NamedTuple):
    Q: Any
    R: Any
    __repr__ = printed


class linalg_lu(NamedTuple):
    P: Any
    L: Any
    U: Any
    __repr__ = printed


class lu_unpack(NamedTuple):
    P: Any
    L: Any
    U: Any
    __repr__ = printed


class linalg_lu_factor(NamedTuple):
    LU: Any
    pivots: Any
    __repr__ = printed


class linalg_lu_factor_ex(NamedTuple):
    LU: Any
    pivots: Any
    info: Any
    __repr__ = printed


class linalg_ldl_factor(NamedTuple):
    LD: Any
    pivots: Any
    __repr__ = printed


class linalg_ldl_factor_ex(NamedTuple):
    LD: Any
    pivots: Any
    info: Any
    __repr__ = printed


class linalg_eig(NamedTuple):
    eigenvalues: Any
    eigenvectors: Any
    __repr__ = printed


class linalg_eigh(NamedTuple):
    eigenvalues: Any
    eigenvectors: Any
    __repr__ = printed


class linalg_svd(NamedTuple):
    U: Any
    S: Any
    Vh: Any
    __repr__ = printed


class svd(NamedTuple):
    U: Any
    S: Any
    V: Any
    __repr__ = printed


class linalg_slogdet(NamedTuple):
    sign: Any
    logabsdet: Any
    __repr__ = printed


class slogdet(NamedTuple):
    sign: Any
    logabsdet: Any
    __repr__ = printed


class linalg_lstsq(NamedTuple):
    solution: Any
    residuals: Any
    rank: Any
    singular_values: Any
    __repr__ = printed


class triangular_solve(NamedTuple):
    solution: Any
    cloned_coefficient: Any
    __repr__ = printed


class geqrf(NamedTuple):
    a: Any
    tau: Any
    __repr__ = printed
