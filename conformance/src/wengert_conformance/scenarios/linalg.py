"""Products of matrices and vectors."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import WITHOUT_NODE_NAMES, Family, of, raised

linalg = Family("linalg")
differentiable, forward, outcome = linalg.differentiable, linalg.forward, linalg.outcome

A = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
B = [[1.0, -1.0], [0.5, 2.0], [3.0, 0.0]]
V = [1.0, -2.0, 0.5]
BATCH = [[[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]], [[2.0, 0.0, 1.0], [1.0, 1.0, 1.0]]]


@differentiable(a=A, b=B)
def matrix_by_matrix(library: Any, a: Any, b: Any) -> Any:
    return a @ b, library.mm(b, a), a.matmul(b)


@differentiable(a=A, v=V, checks=WITHOUT_NODE_NAMES)
def matrix_by_vector(library: Any, a: Any, v: Any) -> Any:
    return a @ v, library.mv(a, v), v @ a.t()


@differentiable(v=V, w=[3.0, 4.0, 5.0])
def vector_by_vector(library: Any, v: Any, w: Any) -> Any:
    return v @ w, library.dot(v, w), library.outer(v, w)


@differentiable(x=BATCH, b=B, checks=WITHOUT_NODE_NAMES)
def batch_by_matrix(library: Any, x: Any, b: Any) -> Any:
    return x @ b, b @ x


@differentiable(x=BATCH, v=V, checks=WITHOUT_NODE_NAMES)
def batch_by_vector(library: Any, x: Any, v: Any) -> Any:
    return x @ v


@differentiable(x=BATCH, checks=WITHOUT_NODE_NAMES)
def batch_by_batch(library: Any, x: Any) -> Any:
    return library.bmm(x, x.transpose(1, 2)), x @ x.transpose(-1, -2)[:1]


@differentiable(m=[1.0, 2.0], a=A, b=B)
def addmm_broadcasts_and_scales(library: Any, m: Any, a: Any, b: Any) -> Any:
    return library.addmm(m, a, b), library.addmm(m, a, b, beta=2, alpha=0.5)


@differentiable(a=A, b=B, checks=WITHOUT_NODE_NAMES)
def einsum_of_two(library: Any, a: Any, b: Any) -> Any:
    return library.einsum("ij,jk->ik", a, b), library.einsum("ij,jk", a, b), library.einsum("ij,ji->", a, b)


@differentiable(a=A, v=V, checks=WITHOUT_NODE_NAMES)
def einsum_of_three(library: Any, a: Any, v: Any) -> Any:
    return library.einsum("ij,j,kj->ik", a, v, a)


@differentiable(x=BATCH, checks=WITHOUT_NODE_NAMES)
def einsum_of_one(library: Any, x: Any) -> Any:
    return library.einsum("bij->bji", x), library.einsum("...i->...", x), library.einsum("bii->bi", x[:, :, :2])


@differentiable(x=BATCH, b=B, checks=WITHOUT_NODE_NAMES)
def einsum_with_an_ellipsis(library: Any, x: Any, b: Any) -> Any:
    return library.einsum("...ij,jk->...ik", x, b)


@differentiable(
    a=of("float64", [], shape=(2, 0), differentiable=True), b=of("float64", [], shape=(0, 3), differentiable=True)
)
def products_over_nothing(library: Any, a: Any, b: Any) -> Any:
    return a @ b


@differentiable(a=[[1 + 1j, 2.0], [0.0, 3 - 2j]], b=[[1j, 1.0], [2.0, 1 - 1j]])
def complex_matrices(library: Any, a: Any, b: Any) -> Any:
    return a @ b


@forward(a=[[1, 2], [3, 4]], b=[[5, 6], [7, 8]])
def integer_matrices(library: Any, a: Any, b: Any) -> Any:
    return [a @ b, a.mv(b[0]), library.dot(a[0], b[0])]


@outcome
def refused_products(library: Any) -> Any:
    a, b = library.ones(2, 3), library.ones(2, 3)
    return [
        raised(lambda: a @ b, "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
        raised(lambda: library.mv(a, library.ones(2)), "size mismatch"),
        raised(lambda: library.dot(library.ones(2), library.ones(3)), "inconsistent tensor size"),
        raised(lambda: library.mm(a, library.ones(3)), "mat2 must be a matrix"),
        raised(lambda: library.dot(a, b), "1D tensors expected"),
        raised(lambda: library.bmm(a, b), "batch1 must be a 3D tensor"),
    ]
