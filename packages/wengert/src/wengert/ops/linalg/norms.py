"""Floor 6: norms of vectors and matrices, and condition numbers."""

from __future__ import annotations

from math import inf
from typing import Any, NoReturn

from wengert.ops.arguments import AnyTensor, Dims, reduction, renamed, spoken
from wengert.ops.arithmetic import mul, nan_to_num
from wengert.ops.linalg.matrices import check_square, require_tensor
from wengert.ops.linalg.solving import inv_ex
from wengert.ops.linalg.spectra import svdvals
from wengert.ops.movement import movedim, reshape
from wengert.ops.reduction import amax, amin, sum
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape, normalize_axis
from wengert.rules import reduction as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import in_dtype, kernel

_norm = kernel(rules.vector_norm, "LinalgVectorNormBackward0", x="self", axis="dim", keepdims="keepdim", out="result")
Order = float | str | None


def vector_norm(
    x: AnyTensor, ord: Any = 2, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, **axis: Any
) -> Tensor:
    """The p-norm of `x`, taken as one vector over `dim`: `sum(abs(x) ** ord) ** (1 / ord)`.

    `inf` and `-inf` give the largest and the smallest size, 0 how many elements are not 0.
    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`; over all elements if `dim` is None or empty.
    Dtype: the real one of `x`, or of `dtype`, to which `x` is converted first.
    Derivative: g -> g x / |x| (|x| / norm) ** (ord - 1), 0 where the norm is 0; ties share `inf`.
    Errors: RuntimeError for bool and integers, for a `dtype` of another kind, and for `inf` over nothing.
    Source: torch.linalg.vector_norm.

    >>> wengert.linalg.vector_norm(tensor([3., 4.]))
    tensor(5.)
    """
    require_tensor("linalg.vector_norm", "input", x)
    if isinstance(ord, complex):
        raise RuntimeError("linalg.vector_norm: Expected a non-complex scalar as the order of norm.")
    if isinstance(ord, str):
        raise TypeError(f"linalg_vector_norm(): argument 'ord' (position 2) must be Number, not {type(ord).__name__}")
    axes, keepdim, space = reduction("vector_norm", x, dim, keepdim, axis)
    check_dtypes("linalg.vector_norm", space.dtype, dtype)
    if (ord < 0 or ord == inf) and 0 in x.shape:
        _refuse_empty(ord, x.shape, axes)
    if dtype is None or dtype is space.dtype:
        return _norm(x, ord, axes, keepdim)
    return in_dtype(dtype, _norm, x, ord=ord, axis=axes, keepdims=keepdim)


def check_dtypes(name: str, own: DType, wanted: DType | None) -> None:
    if not own.is_inexact:
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {spoken(own)}. Convert it first: "
            "t.double()."
        )
    if wanted is None:
        return
    if not wanted.is_inexact:
        raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {spoken(wanted)}")
    if own.is_complex is not wanted.is_complex:
        kind, inputs = ("complex", "complex") if own.is_complex else ("real", "real")
        raise RuntimeError(f"{name}: dtype should be {kind} for {inputs} inputs, but got {spoken(wanted)}")
    if wanted.itemsize < own.itemsize:
        raise RuntimeError(
            f"{name}: the dtype of the input ({spoken(own)}) should be convertible without narrowing to the specified "
            f"dtype ({spoken(wanted)})"
        )


def _refuse_empty(ord: float, shape: Shape, axes: Shape | None) -> None:
    for d in range(len(shape)) if axes is None else axes:
        if shape[d] == 0:
            where = "an empty tensor" if axes is None else f"the dimension {d} because this dimension is empty and"
            reason = f"{where} because the operation" if axes is None else f"{where} the operation"
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {ord} norm on {reason} does not have an identity"
            )


def matrix_norm(
    A: AnyTensor,
    ord: float | str = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
    **axis: Any,
) -> Tensor:
    """A norm of each matrix over two dimensions.

    `ord` is "fro" (the root of the sum of squares), "nuc" (the sum of the singular values), 2 and -2 (the largest and
    the smallest of them), 1 and -1 (the largest and the smallest sum of sizes over a column), inf, -inf (over a row).
    Shapes: (..., m, n) -> (...), or (..., 1, 1) with `keepdim`. Dtype: the real one of `A`, or that of `dtype`.
    Derivative: that of the sums, sizes and singular values it is made of; ties share.
    Errors: RuntimeError for an unknown order, bool or integers, or two equal dimensions.
    Source: torch.linalg.matrix_norm.

    >>> wengert.linalg.matrix_norm(tensor([[1., 2.], [3., 4.]]), 1)
    tensor(6.)
    """
    require_tensor("linalg.matrix_norm", "input", A)
    dim, keepdim = renamed("matrix_norm", axis, None, keepdim) if axis else (dim, keepdim)
    if len(A.shape) < 2:
        raise RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.")
    given = (-2, -1) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if len(given) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, given))}")
    ndim = len(A.shape)
    rows, columns = (normalize_axis(one, ndim) for one in given)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({given[0]}, {given[1]})")
    check_dtypes("linalg.matrix_norm", A.space.dtype, dtype)
    if ord == "fro":
        return vector_norm(A, 2, (rows, columns), keepdim, dtype=dtype)
    if dtype is not None:
        return matrix_norm(A.to(dtype), ord, dim, keepdim)
    if ord in ("nuc", 2, -2):
        return _of_singular_values(A, ord, (rows, columns), keepdim)
    if isinstance(ord, str) or ord not in (1, -1, inf, -inf):
        refuse_order(ord)
    summed, compared = (rows, columns) if ord in (1, -1) else (columns, rows)
    sums = vector_norm(A, 1, summed, keepdim)
    place = compared if keepdim or compared < summed else compared - 1
    if ord > 0 and sums.shape[place] == 0:
        return sum(sums, place, keepdim)
    return (amax if ord > 0 else amin)(sums, place, keepdim)


def refuse_order(ord: Any) -> NoReturn:
    raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")


def _of_singular_values(A: Any, ord: Any, axes: tuple[int, int], keepdim: bool) -> Tensor:
    ndim = len(A.shape)
    at_end = axes == (ndim - 2, ndim - 1)
    values = svdvals(A if at_end else movedim(A, axes, (-2, -1)))
    empty = ord == 2 and values.shape[-1] == 0
    out = sum(values, -1) if ord == "nuc" or empty else amax(values, -1) if ord == 2 else amin(values, -1)
    if not keepdim:
        return out
    return reshape(out, tuple(1 if d in axes else n for d, n in enumerate(A.shape)))


def norm(
    A: AnyTensor, ord: Order = None, dim: Dims = None, keepdim: bool = False, *, dtype: DType | None = None, **axis: Any
) -> Tensor:
    """`vector_norm` over one dimension or all, `matrix_norm` over two.

    Without `ord` the 2-norm of all elements over `dim`; with it and no `dim`, `A` is a vector or a matrix.
    Shapes, dtype, derivative: those of the two.
    Errors: theirs, and RuntimeError where `A` has more dimensions than `dim` names.
    Source: torch.linalg.norm.

    >>> wengert.linalg.norm(tensor([[3., 0.], [0., 4.]]), "nuc")
    tensor(7.)
    """
    require_tensor("linalg.norm", "input", A)
    if axis:
        dim, keepdim = renamed("norm", axis, dim, keepdim)
    axes = None if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if axes is not None and len(axes) not in (1, 2) and ord is not None:
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(axes)}")
    if ord is None:
        return vector_norm(A, 2, axes, keepdim, dtype=dtype)
    if axes is None and len(A.shape) not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {len(A.shape)}D."
        )
    if isinstance(ord, str) or (len(axes) if axes is not None else len(A.shape)) == 2:
        return matrix_norm(A, ord, (-2, -1) if axes is None else axes, keepdim, dtype=dtype)
    return vector_norm(A, ord, axes, keepdim, dtype=dtype)


def cond(A: AnyTensor, p: Order = None) -> Tensor:
    """The condition number of each matrix: its norm times that of its inverse.

    For `p` None or 2 (and -2, the reciprocal) the ratio of the largest singular value to the smallest, of matrices of
    any shape; `p` may be any order of `matrix_norm` for square ones. inf for a singular matrix.
    Shapes: (..., m, n) -> (...). Dtype: the real one of `A`.
    Derivative: that of the norms and the inverse.
    Errors: RuntimeError unless `A` holds matrices, square ones for most orders.
    Source: torch.linalg.cond.

    >>> wengert.linalg.cond(tensor([[2., 0.], [0., 4.]]))
    tensor(2.)
    """
    require_tensor("linalg.cond", "input", A)
    if len(A.shape) < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if (isinstance(p, str) and p not in ("fro", "nuc")) or (not isinstance(p, str) and p not in _ORDERS):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    if 0 in A.shape[-2:] or 0 in A.shape:
        return A.detach().new_zeros(A.shape[:-2], dtype=A.space.dtype.to_real())
    if p is None or p == 2 or p == -2:
        values: Any = svdvals(A)
        return values[..., -1] / values[..., 0] if p == -2 else values[..., 0] / values[..., -1]
    check_square(f"linalg.cond(ord={p})", A)
    out = mul(matrix_norm(A, p or 2), matrix_norm(inv_ex(A).inverse, p or 2))
    return out if p == "nuc" else nan_to_num(out, inf, inf, -inf)


_ORDERS = (None, 1, -1, 2, -2, inf, -inf)
