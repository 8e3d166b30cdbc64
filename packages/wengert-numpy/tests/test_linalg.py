"""Linear algebra on NumPy: what is raised, what stands in for SciPy, gradients that no sample of the suite reaches."""

import math

import numpy as np
import pytest
import wengert
from wengert.testing.matrix_cases import CASES
from wengert_numpy.kernels import linalg as kernels
from wengert_numpy.namespace import make_backend

BACKEND = make_backend()
SINGULAR = [[1.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.kernel in ("lu_factor", "solve", "solve_triangular")], ids=lambda case: case.kernel
)
def test_triangular_kernels_without_scipy(case, monkeypatch):
    monkeypatch.setattr(kernels, "HAS_SCIPY", False)
    for dtype in case.dtypes_on(BACKEND):
        case.check(BACKEND, dtype)


@pytest.mark.parametrize(
    ("call", "phrase"),
    [
        (lambda x: wengert.linalg.inv(x), "The diagonal element 2 is zero"),
        (lambda x: wengert.linalg.solve(x, x), "The solver failed because the input matrix is singular"),
        (lambda x: wengert.linalg.cholesky(-x), r"the leading minor of order 1 is not positive-definite"),
        (lambda x: wengert.linalg.svd(x * math.nan), "The algorithm failed to converge"),
        (lambda x: wengert.linalg.inv(wengert.stack((wengert.eye(2).double(), x))), r"\(Batch element 1\)"),
    ],
)
def test_a_singular_matrix_raises_linalg_error(call, phrase):
    x = wengert.tensor(SINGULAR, dtype=wengert.float64)
    with pytest.raises(wengert.linalg.LinAlgError, match=phrase) as caught:
        call(x)
    assert isinstance(caught.value, RuntimeError)


def test_the_forms_that_raise_nothing_tell_where_it_ended():
    x = wengert.tensor([SINGULAR, [[2.0, 0.0], [0.0, 2.0]]])
    assert wengert.linalg.inv_ex(x).info.tolist() == [2, 0]
    assert wengert.linalg.cholesky_ex(x).info.tolist() == [2, 0]
    assert wengert.linalg.lu_factor_ex(x).info.tolist() == [2, 0]


@pytest.mark.parametrize("name", ["eigh", "eig", "svd"])
def test_a_loss_that_depends_on_a_phase_is_refused(name):
    x = wengert.tensor([[2.0, 1j], [-1j, 3.0]], dtype=wengert.complex128, requires_grad=True)
    vectors = getattr(wengert.linalg, name)(x)[0 if name == "svd" else 1]
    weights = wengert.tensor([[1j, 2.0], [0.5, 1 + 1j]], dtype=wengert.complex128)
    with pytest.raises(RuntimeError, match=r"up to multiplication by e\^\{i phi\}"):
        (vectors * weights).real.sum().backward()
    vectors = getattr(wengert.linalg, name)(x)[0 if name == "svd" else 1]
    (vectors.abs() ** 3).sum().backward()
    assert x.grad.isfinite().all()


def test_the_gradient_of_a_determinant_at_a_singular_matrix_is_the_cofactors():
    x = wengert.tensor([[1.0, 2.0], [2.0, 4.0]], dtype=wengert.float64, requires_grad=True)
    (first,) = wengert.autograd.grad(wengert.linalg.det(x), x, create_graph=True)
    np.testing.assert_allclose(first.tolist(), [[4.0, -2.0], [-2.0, 1.0]], atol=1e-12)
    (second,) = wengert.autograd.grad(first[0, 0], x)
    np.testing.assert_allclose(second.tolist(), [[0.0, 0.0], [0.0, 1.0]], atol=1e-10)


def test_results_print_their_fields():
    found = wengert.linalg.qr(wengert.eye(1))
    assert repr(found).startswith("wengert.return_types.linalg_qr(\nQ=tensor([[")


@pytest.mark.parametrize(
    "kernel", [lambda x: kernels.cholesky(x)[0], lambda x: kernels.ldl_factor(x, hermitian=False)[0]]
)
def test_factors_of_matrices_that_do_not_lie_in_order(kernel):
    """The copy that is written has the memory order of none of them."""
    moved = np.moveaxis(np.random.default_rng(0).normal(size=(2, 3, 3, 2)), -1, 0)
    np.testing.assert_array_equal(kernel(moved), kernel(np.ascontiguousarray(moved)))
