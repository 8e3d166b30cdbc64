"""Floor 6: torch's older names of linear algebra, whose signatures differ from those of torch.linalg."""

from __future__ import annotations

from wengert.ops.arguments import AnyTensor, Dims, reduction
from wengert.ops.complex import conj
from wengert.ops.linalg import results
from wengert.ops.linalg.determinants import sign_and_size
from wengert.ops.linalg.factors import orthogonalized
from wengert.ops.linalg.matrices import check_info, check_matrix, check_square, not_positive
from wengert.ops.linalg.norms import Order, check_dtypes, matrix_norm, refuse_order, vector_norm
from wengert.ops.linalg.spectra import singular_parts
from wengert.ops.movement import transpose
from wengert.protocol.dtypes import DType
from wengert.rules import linalg as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_cholesky = kernel(rules.cholesky, "CholeskyBackward0", out="result")


def cholesky(input: AnyTensor, upper: bool = False) -> Tensor:
    """`linalg.cholesky` under its older name."""
    check_square("cholesky", input, kernel="cholesky_cpu")
    out, info = _cholesky(input, upper)
    check_info(info, not_positive("cholesky"))
    return out


def qr(input: AnyTensor, some: bool = True) -> results.qr:
    """`linalg.qr` under its older name; not `some` is mode "complete"."""
    check_matrix("linalg.qr", input, kernel="geqrf_cpu")
    return results.qr(*orthogonalized(input, "reduced" if some else "complete"))


def slogdet(input: AnyTensor) -> results.slogdet:
    """`linalg.slogdet` under its older name."""
    check_square("linalg.slogdet", input)
    return results.slogdet(*sign_and_size(input))


def svd(input: AnyTensor, some: bool = True, compute_uv: bool = True) -> results.svd:
    """`linalg.svd` under its older name: V instead of V^H; zeros for U and V where not `compute_uv`."""
    left, values, right = singular_parts(input, compute_uv and not some, None)
    if not compute_uv:
        batch, m, n = input.shape[:-2], input.shape[-2], input.shape[-1]
        return results.svd(input.new_zeros((*batch, m, m)), values, input.new_zeros((*batch, n, n)))
    return results.svd(left, values, conj(transpose(right, -2, -1)))


def norm(
    input: AnyTensor,
    p: Order = "fro",
    dim: Dims = None,
    keepdim: bool = False,
    out: None = None,
    dtype: DType | None = None,
) -> Tensor:
    """The p-norm of `input`, taken as one vector over `dim`: `sum(abs(input) ** p) ** (1 / p)`.

    "fro" and None mean 2, "nuc" is the sum of the singular values of each matrix; `inf` and `-inf` give the largest and
    the smallest size, 0 how many elements are not 0.
    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`; over all elements if `dim` is None or empty.
    Dtype: the real one of `input`, or that of `dtype`, to which `input` is converted first.
    Derivative: g -> g * input / |input| * (|input| / norm) ** (p - 1), 0 where the norm is 0; ties share `inf`.
    Errors: RuntimeError for bool and integers, and for `inf` over nothing; IndexError if `dim` is out of range.
    Source: torch.norm.

    >>> norm(tensor([3., 4.]))
    tensor(5.)
    """
    axes, keepdim, space = reduction("norm", input, dim, keepdim, {})
    if isinstance(p, str) and p != "fro":
        if p != "nuc":
            refuse_order(p)
        named = range(len(input.shape)) if dim is None else dim
        return matrix_norm(input, p, named, keepdim, dtype=dtype)
    check_dtypes("linalg.vector_norm", space.dtype, None)
    ord = 2 if p is None or isinstance(p, str) else p
    return vector_norm(input, ord, axes, keepdim, dtype=dtype)
