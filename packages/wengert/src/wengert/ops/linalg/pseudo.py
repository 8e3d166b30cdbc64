"""Floor 6: pseudo-inverses, ranks and least squares: what singular values decide."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import AnyTensor, spoken
from wengert.ops.arithmetic import sub
from wengert.ops.linalg import results
from wengert.ops.linalg.matrices import check_dtype, check_square, require_tensor
from wengert.ops.linalg.products import matmul
from wengert.ops.linalg.spectra import eigvalsh, svdvals
from wengert.ops.movement import narrow, reshape
from wengert.protocol.dtypes import float32, float64, int64
from wengert.protocol.shapes import Shape, broadcast_shapes
from wengert.rules import linalg as rules
from wengert.rules.linalg.singular import exceeding
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import agreed, inner_space
from wengert.tensor.operation import kernel

_pinv = kernel(rules.pinv, "LinalgPinvBackward0", x="self", out="result")
_EPS = {float64: 2.0**-52, float32: 2.0**-23}
Bound = float | Tensor | None


def pinv(
    input: AnyTensor, *args: Any, atol: Bound = None, rtol: Bound = None, hermitian: bool = False, rcond: Bound = None
) -> Tensor:
    """The pseudo-inverse of each matrix.

    Singular values up to `atol`, or up to `rtol` times the largest, count as 0; `rtol` is max(m, n) eps unless either
    is given; both may be tensors with a number for each matrix. `hermitian` says that the matrices are, and is faster.
    `rcond` is the older name of `rtol`, which may also be given by position.
    Shapes: (..., m, n) -> (..., n, m). Dtype: that of `input`.
    Derivative: g -> -Y^H g Y^H + (1 - A Y) g^H Y Y^H + Y^H Y g^H (1 - Y A), where the rank stays the same.
    Errors: RuntimeError unless `input` holds matrices of floating or complex numbers.
    Source: torch.linalg.pinv; G. Golub and V. Pereyra, "The differentiation of pseudo-inverses" (1973).

    >>> wengert.linalg.pinv(tensor([[2., 0.], [0., 0.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.0000]])
    """
    require_tensor("linalg.pinv", "input", input)
    if args:
        rtol, hermitian = args[0], args[1] if len(args) > 1 else hermitian
    dtype = input.space.dtype
    if len(input.shape) < 2 or not dtype.is_inexact or dtype.itemsize == 2:
        raise RuntimeError(
            f"linalg.pinv({spoken(dtype)}{{{list(input.shape)}}}): expected a tensor with 2 or more dimensions of "
            "float, double, cfloat or cdouble types"
        )
    if hermitian:
        check_square("linalg.eigh", input)
    bounds = _bounds("linalg.pinv", input, atol, rtol if rcond is None else rcond)
    return _pinv(input, *bounds, hermitian)


def pinverse(input: AnyTensor, rcond: float = 1e-15) -> Tensor:
    """The pseudo-inverse of each matrix, singular values up to `rcond` times the largest counted as 0.

    Shapes, dtype, derivative, errors: those of `linalg.pinv`. Source: torch.pinverse.

    >>> pinverse(tensor([[2., 0.], [0., 4.]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return pinv(input, rtol=rcond)


def matrix_rank(
    A: AnyTensor, tol: Bound = None, hermitian: bool = False, *, atol: Bound = None, rtol: Bound = None
) -> Tensor:
    """How many singular values of each matrix exceed a tolerance.

    Those up to `atol` (or `tol`, its older name), or up to `rtol` times the largest, count as 0; `rtol` is max(m, n)
    eps unless either is given.
    Shapes: (..., m, n) -> (...). Dtype: int64.
    Derivative: none. Errors: RuntimeError unless `A` holds matrices of floating or complex numbers.
    Source: torch.linalg.matrix_rank.

    >>> wengert.linalg.matrix_rank(tensor([[1., 1.], [1., 1.]]))
    tensor(1)
    """
    require_tensor("linalg.matrix_rank", "input", A)
    if len(A.shape) < 2:
        raise RuntimeError("torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions.")
    if not A.space.dtype.is_inexact:
        raise RuntimeError("This function doesn't handle types other than float and double")
    relative = 0.0 if tol is not None else rtol
    bounds = _bounds("torch.linalg.matrix_rank", A, atol if tol is None else tol, relative)
    found: Any = eigvalsh(A) if hermitian else svdvals(A)
    sizes: Any = found.detach().abs()
    space = inner_space(sizes.space, *(bound.space for bound in bounds))
    if sizes.shape[-1] == 0:
        return sizes.new_zeros(sizes.shape[:-1], dtype=int64)
    counts = exceeding(space.xp, sizes.array, *(bound.array for bound in bounds))
    return make(space.index, space.xp.sum(counts, axis=(-1,)))


def _bounds(name: str, input: Any, atol: Any, rtol: Any) -> tuple[Tensor, Tensor]:
    """Both tolerances as tensors beside `input`, in its real dtype."""
    real = input.space.dtype.to_real()
    if rtol is None:
        rtol = 0.0 if _is_positive(atol) else _EPS[real] * max(input.shape[-2:])
    found: list[Any] = []
    given: list[tuple[str, Any]] = [("atol", 0.0 if atol is None else atol), ("rtol", rtol)]
    for which, bound in given:
        if hasattr(bound, "space"):
            if bound.space.dtype.is_complex:
                raise RuntimeError(
                    f"{name}: {which} tensor of complex type is not supported. Got {spoken(bound.space.dtype)}"
                )
            broadcast_shapes(bound.shape, input.shape[:-2])
            found.append(bound.detach().to(real))
        else:
            found.append(input.detach().new_full((), float(bound), dtype=real))
    return found[0], found[1]


def _is_positive(atol: Any) -> bool:
    """Whether an absolute tolerance was given that takes the place of the relative one."""
    return isinstance(atol, Tensor) or (atol is not None and atol > 0)


def lstsq(A: AnyTensor, B: Any, rcond: float | None = None, *, driver: str | None = None) -> results.linalg_lstsq:
    """The X that makes A X - B least, and of these the shortest, for each matrix.

    B holds vectors if it is 1-d or has one dimension less than A. `rcond` says which singular values count as 0,
    relative to the largest; eps max(m, n) unless given. The drivers "gelsy" (the usual one), "gelsd", "gelss" and
    "gels" differ in what comes beside the solution: the rank by all but "gels", the singular values by "gelsd" and
    "gelss". The residuals, by all but "gelsy", are the squared lengths of the columns of A X - B if m > n and the rank
    is full.
    Shapes: (..., m, n), (..., m, k) -> (..., n, k); residuals (..., k), rank (...), values (..., min(m, n)), or empty.
    Dtype: that of both.
    Derivative: that of pinv(A) @ B; none of rank and singular values.
    Errors: RuntimeError unless shapes and dtypes fit, and for an unknown driver.
    Source: torch.linalg.lstsq.

    >>> wengert.linalg.lstsq(tensor([[1.], [1.]]), tensor([[1.], [3.]])).solution
    tensor([[2.0000]])
    """
    _check_lstsq(A, B, driver)
    vector = len(B.shape) == 1 or (len(A.shape) - 1 == len(B.shape) and A.shape[:-1] == B.shape)
    right = reshape(B, (*B.shape, 1)) if vector else B
    m, n = A.shape[-2:]
    relative = _EPS[A.space.dtype.to_real()] * max(m, n) if rcond is None else rcond
    full = driver == "gels"
    out: Any = matmul(pinv(A, rtol=0.0 if full else relative, atol=0.0), right)
    empty: Any = narrow(reshape(out.abs(), (-1,)), 0, 0, 0)  # with a node behind it, as torch has it
    rank: Any = A.detach().new_empty((0,), dtype=int64) if full else matrix_rank(A.detach(), rtol=relative)
    has_residuals = (
        m > n and driver in ("gels", "gelsd", "gelss") and (full or agreed("linalg.lstsq", (rank == n).all()))
    )
    left_over: Any = sub(matmul(A, out), right)
    residuals = left_over.abs().square().sum(-2) if has_residuals else empty
    if vector:
        out = reshape(out, out.shape[:-1])
    values = svdvals(A.detach()) if driver in ("gelsd", "gelss") else empty.detach()
    return results.linalg_lstsq(out, residuals, rank, values)


def _check_lstsq(A: Any, B: Any, driver: str | None) -> None:
    require_tensor("linalg.lstsq", "input", A)
    require_tensor("linalg.lstsq", "b", B, 2)
    if len(A.shape) < 2:
        raise RuntimeError("torch.linalg.lstsq: input must have at least 2 dimensions.")
    if len(B.shape) < 1:
        raise RuntimeError("torch.linalg.lstsq: other must have at least 1 dimension.")
    difference = len(A.shape) - len(B.shape)
    if difference not in (0, 1):
        raise RuntimeError(
            "torch.linalg.lstsq: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) "
            "<= 1"
        )
    vector = difference == 1 and A.shape[:-1] == B.shape
    rows: Shape = B.shape[-1:] if difference == 1 else B.shape[-2:-1]
    if rows != A.shape[-2:-1]:
        which = "-1" if vector or difference == 1 else "-2"
        raise RuntimeError(f"torch.linalg.lstsq: input.size(-2) should match other.size({which})")
    if A.space.dtype is not B.space.dtype:
        raise RuntimeError(
            "torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype "
            f"{spoken(A.space.dtype)} and other's dtype {spoken(B.space.dtype)}"
        )
    check_dtype("linalg.lstsq", A.space.dtype)
    if driver is not None and driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(
            f"torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss), got {driver}"
        )
