"""Floor 6: determinants."""

from __future__ import annotations

from wengert.ops.comparison import where
from wengert.ops.exponential import log
from wengert.ops.linalg import results
from wengert.ops.linalg.matrices import check_square
from wengert.rules import linalg as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_det = kernel(rules.det, "LinalgDetBackward0", x="A", out="result")
_det_at_singular = kernel(rules.det_at_singular, "LinalgDetBackward0", x="A")
sign_and_size = kernel(rules.slogdet, "LinalgSlogdetBackward0", x="A")


def det(A: Tensor) -> Tensor:
    """The determinant of each square matrix.

    Shapes: (..., n, n) -> (...). Dtype: that of `A`.
    Derivative: g -> g conj(det) A^-H; the conjugate of the cofactors where the determinant is exactly 0.
    Errors: RuntimeError unless `A` holds square matrices of floating or complex numbers.
    Source: torch.linalg.det.

    >>> det(tensor([[1., 2.], [3., 4.]]))
    tensor(-2.)
    """
    check_square("linalg.det", A, kernel="lu_cpu")
    out = _det(A)
    space = out.space.plain
    if (out.node is None and out.space is space) or not space.is_readable:
        return out
    xp = space.xp
    singular = 0 not in out.shape and xp.tolist(xp.any(xp.equal(out.array, xp.zeros_like(out.array))))
    return _det_at_singular(A) if singular else out


def slogdet(A: Tensor) -> results.linalg_slogdet:
    """Sign and natural logarithm of the size of the determinant of each square matrix.

    Where the determinant is 0 the sign is 0 and the logarithm -inf. The sign of a complex determinant has size 1.
    Shapes: (..., n, n) -> (...) and (...). Dtype: that of `A`, the logarithm real.
    Derivative: g_log, g_sign -> (g_log + i Im(g_sign conj(sign))) A^-H.
    Errors: RuntimeError unless `A` holds square matrices of floating or complex numbers.
    Source: torch.linalg.slogdet.

    >>> slogdet(tensor([[1., 2.], [3., 4.]])).sign
    tensor(-1.)
    """
    check_square("linalg.slogdet", A)
    return results.linalg_slogdet(*sign_and_size(A))


def logdet(input: Tensor) -> Tensor:
    """Natural logarithm of the determinant of each square matrix: nan where it is negative, -inf where it is 0.

    Shapes: (..., n, n) -> (...). Dtype: that of `input`.
    Derivative: g -> g input^-H.
    Errors: RuntimeError unless `input` holds square matrices of floating or complex numbers.
    Source: torch.logdet.

    >>> logdet(tensor([[2., 0.], [0., 1.]]))
    tensor(0.6931)
    """
    check_square("logdet", input)
    sign, size = sign_and_size(input)
    if sign.space.dtype.is_complex:
        return log(sign) + size
    return where(sign == -1, float("nan"), size)
