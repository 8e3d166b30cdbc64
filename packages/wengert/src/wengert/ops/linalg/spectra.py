"""Floor 6: eigenvalues and singular values, with or without their vectors."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.linalg import results
from wengert.ops.linalg.matrices import check_matrix, check_square, require_tensor
from wengert.rules import linalg as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_eig = kernel(rules.eig, "LinalgEigBackward0", x="self", values="eigenvalues", vectors="eigenvectors")
_eigh = kernel(rules.eigh, "LinalgEighBackward0", x="self", values="eigenvalues", vectors="eigenvectors")
_svd = kernel(rules.svd, "LinalgSvdBackward0", x="self", left="U", values="S", right="Vh")


def eig(input: Tensor) -> results.linalg_eig:
    """Eigenvalues and eigenvectors of each square matrix, complex, the vectors as columns of length 1.

    The order of the values and the phase of each vector are not determined, so only results that do not depend on them
    can be differentiated.
    Shapes: (..., n, n) -> (..., n) and (..., n, n). Dtype: the complex one of `input`.
    Derivative: g_L, g_V -> V^-H (diag(g_L) + (V^H g_V - V^H V Re diag(V^H g_V)) / conj(L_j - L_i)) V^H, the second term
    off the diagonal.
    Errors: RuntimeError unless the matrices are square, and at backward for a loss that depends on a phase.
    Source: torch.linalg.eig; C. Boeddeker and others, "On the computation of complex-valued gradients" (2017).

    >>> eig(tensor([[2., 0.], [0., 3.]])).eigenvalues
    tensor([2.+0.j, 3.+0.j])
    """
    _check_eig("linalg.eig", input)
    return results.linalg_eig(*_eig(input))


def eigvals(input: Tensor) -> Tensor:
    """Eigenvalues of each square matrix, complex, in no particular order.

    Shapes: (..., n, n) -> (..., n). Dtype: the complex one of `input`.
    Derivative: g -> V^-H diag(g) V^H.
    Errors: RuntimeError unless the matrices are square.
    Source: torch.linalg.eigvals.

    >>> eigvals(tensor([[0., 1.], [-1., 0.]])).imag.abs()
    tensor([1., 1.])
    """
    _check_eig("linalg.eigvals", input)
    values, _ = _eig(input)
    return values


def _check_eig(name: str, input: Any) -> None:
    require_tensor(name, "input", input)
    if not input.space.dtype.is_inexact:
        raise RuntimeError(f"Unknown Complex ScalarType for {spoken(input.space.dtype)}; convert it first: t.double().")
    check_square(name, input, kernel="linalg_eig_out_cpu")


def eigh(input: Tensor, UPLO: str = "L") -> results.linalg_eigh:
    """Eigenvalues in ascending order and eigenvectors of each Hermitian matrix, the vectors as columns.

    `UPLO` says which triangle is read. The phase of each vector is not determined, so only results that do not depend
    on it can be differentiated.
    Shapes: (..., n, n) -> (..., n) and (..., n, n). Dtype: the real one of `input`, and that of `input`.
    Derivative: g_L, g_V -> V (diag(g_L) + skew(V^H g_V) / (2 (L_j - L_i))) V^H, the second term off the diagonal.
    Errors: RuntimeError unless the matrices are square, and at backward for a loss that depends on a phase.
    Source: torch.linalg.eigh.

    >>> eigh(tensor([[2., 1.], [1., 2.]])).eigenvalues
    tensor([1., 3.])
    """
    return results.linalg_eigh(*_hermitian(input, UPLO))


def eigvalsh(input: Tensor, UPLO: str = "L") -> Tensor:
    """Eigenvalues of each Hermitian matrix in ascending order; `UPLO` says which triangle is read.

    Shapes: (..., n, n) -> (..., n). Dtype: the real one of `input`.
    Derivative: g -> V diag(g) V^H.
    Errors: RuntimeError unless the matrices are square.
    Source: torch.linalg.eigvalsh.

    >>> eigvalsh(tensor([[2., 1.], [1., 2.]]))
    tensor([1., 3.])
    """
    values, _ = _hermitian(input, UPLO)
    return values


def _hermitian(input: Any, UPLO: str) -> Any:
    require_tensor("linalg.eigh", "input", input)
    if not input.space.dtype.is_inexact:
        check_square("linalg.eigh", input.double())
        raise NotImplementedError(
            f"\"linalg_eigh_cpu\" not implemented for '{spoken(input.space.dtype)}'. Convert it first: t.double()."
        )
    check_square("linalg.eigh", input, kernel="linalg_eigh_cpu")
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return _eigh(input, UPLO.upper() == "U")


def svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None) -> results.linalg_svd:
    """U, S and V^H with U diag(S) V^H = A, for each matrix; the singular values S in descending order.

    Not `full_matrices`: only as many vectors as there are values. Of each pair of vectors the phase is not determined,
    so only results that do not depend on it can be differentiated; vectors beyond the values get no gradient.
    Shapes: (..., m, n) -> (..., m, k), (..., k) and (..., k, n), k = min(m, n); m and n for k where `full_matrices`.
    Dtype: that of `A`, S real.
    Derivative: g_U, g_S, g_V -> U (skew(U^H g_U)/E S + S skew(V^H g_V)/E + diag(g_S)) V^H and what lies outside of U
    and V, with E = S_j^2 - S_i^2.
    Errors: RuntimeError unless `A` holds matrices of floating or complex numbers, and at backward for a complex loss
    that depends on a phase; LinAlgError for numbers that are not finite.
    Source: torch.linalg.svd.

    >>> svd(tensor([[3., 0.], [0., -4.]])).S
    tensor([4., 3.])
    """
    return results.linalg_svd(*singular_parts(A, full_matrices, driver))


def svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:
    """The singular values of each matrix in descending order.

    Shapes: (..., m, n) -> (..., min(m, n)). Dtype: the real one of `A`.
    Derivative: g -> U diag(g) V^H.
    Errors: RuntimeError unless `A` holds matrices of floating or complex numbers.
    Source: torch.linalg.svdvals.

    >>> svdvals(tensor([[3., 0.], [0., -4.]]))
    tensor([4., 3.])
    """
    return singular_parts(A, False, driver)[1]


def singular_parts(A: Any, full: bool, driver: str | None) -> Any:
    check_matrix("linalg.svd", A, kernel="linalg_svd_cpu")
    if driver is not None:
        raise RuntimeError(
            "linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
        )
    return _svd(A, full)
