"""Products of matrices and vectors."""

from __future__ import annotations

from wengert_conformance.scenarios.family import Family, of, raised

linalg = Family("linalg")
differentiable, forward, outcome = linalg.differentiable, linalg.forward, linalg.outcome

A = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
B = [[1.0, -1.0], [0.5, 2.0], [3.0, 0.0]]
V = [1.0, -2.0, 0.5]
BATCH = [[[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]], [[2.0, 0.0, 1.0], [1.0, 1.0, 1.0]]]


@differentiable(a=A, b=B)
def matrix_by_matrix(library, a, b):
    return a @ b, library.mm(b, a), a.matmul(b)


@differentiable(a=A, v=V)
def matrix_by_vector(library, a, v):
    return a @ v, library.mv(a, v), v @ a.t()


@differentiable(v=V, w=[3.0, 4.0, 5.0])
def vector_by_vector(library, v, w):
    return v @ w, library.dot(v, w), library.outer(v, w)


@differentiable(x=BATCH, b=B)
def batch_by_matrix(library, x, b):
    return x @ b, b @ x


@differentiable(x=BATCH, v=V)
def batch_by_vector(library, x, v):
    return x @ v


@differentiable(x=BATCH)
def batch_by_batch(library, x):
    return library.bmm(x, x.transpose(1, 2)), x @ x.transpose(-1, -2)[:1]


@differentiable(m=[1.0, 2.0], a=A, b=B)
def addmm_broadcasts_and_scales(library, m, a, b):
    return library.addmm(m, a, b), library.addmm(m, a, b, beta=2, alpha=0.5)


@differentiable(a=A, b=B)
def einsum_of_two(library, a, b):
    return library.einsum("ij,jk->ik", a, b), library.einsum("ij,jk", a, b), library.einsum("ij,ji->", a, b)


@differentiable(a=A, v=V, checks=("forward", "grad", "gradgrad", "jvp"))
def einsum_of_three(library, a, v):
    return library.einsum("ij,j,kj->ik", a, v, a)


@differentiable(x=BATCH, checks=("forward", "grad", "gradgrad", "jvp"))
def einsum_of_one(library, x):
    return library.einsum("bij->bji", x), library.einsum("...i->...", x), library.einsum("bii->bi", x[:, :, :2])


@differentiable(x=BATCH, b=B, checks=("forward", "grad", "gradgrad", "jvp"))
def einsum_with_an_ellipsis(library, x, b):
    return library.einsum("...ij,jk->...ik", x, b)


@differentiable(a=of("float64", [], shape=(2, 0), differentiable=True), b=of("float64", [], shape=(0, 3), differentiable=True))
def products_over_nothing(library, a, b):
    return a @ b


@differentiable(a=[[1 + 1j, 2.0], [0.0, 3 - 2j]], b=[[1j, 1.0], [2.0, 1 - 1j]])
def complex_matrices(library, a, b):
    return a @ b


@forward(a=[[1, 2], [3, 4]], b=[[5, 6], [7, 8]])
def integer_matrices(library, a, b):
    return [a @ b, a.mv(b[0]), library.dot(a[0], b[0])]


@outcome
def refused_products(library):
    a, b = library.ones(2, 3), library.ones(2, 3)
    return [
        raised(lambda: a @ b, "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
        raised(lambda: library.mv(a, library.ones(2)), "size mismatch"),
        raised(lambda: library.dot(library.ones(2), library.ones(3)), "inconsistent tensor size"),
        raised(lambda: library.mm(a, library.ones(3)), "mat2 must be a matrix"),
        raised(lambda: library.dot(a, b), "1D tensors expected"),
        raised(lambda: library.bmm(a, b), "batch1 must be a 3D tensor"),
    ]
