"""Floor 6: products of two vectors, matrices, batches of matrices."""

from __future__ import annotations

from math import prod

from wengert.ops.arithmetic import mul
from wengert.ops.linalg.checks import (
    check_batches,
    check_dot,
    check_dtypes,
    check_matrix_vector,
    check_operands,
    raise_batch_mismatch,
    raise_mismatch,
    require_tensors,
    row_count,
)
from wengert.ops.movement import reshape
from wengert.protocol.dtypes import BOOL, bool_, int64
from wengert.protocol.shapes import Shape, broadcast_shapes
from wengert.rule.refusals import refuse
from wengert.rules import linalg as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import in_dtype, kernel

_mm = kernel(rules.matmul, "MmBackward0", x="self", y="mat2")
kernel(rules.gemm, "MmBackward0", x="self", y="mat2")  # in gradients that are recorded
_bmm = kernel(rules.matmul, "BmmBackward0", x="self", y="mat2")
_mv = kernel(rules.matmul, "MvBackward0", x="self", y="vec")
_dot = kernel(rules.matmul, "DotBackward0", x="self", y="tensor")
_vector_matrix = kernel(rules.matmul, "SqueezeBackward4", x="self", y="mat2")  # one node, called as the last of torch's
_stacked = kernel(rules.matmul, "UnsafeViewBackward0", x="self", y="mat2")  # likewise
_trace = kernel(rules.trace, "TraceBackward0", x="self")


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Matrix product of `input` and `other`; vectors count as a row and a column, leading dimensions as batches.

    Shapes: (n,) (n,) -> (); (m, n) (n,) -> (m,); (n,) (n, k) -> (k,); (..., m, n) (..., n, k) -> (..., m, k), the
    leading dimensions broadcast. Dtype: that of both.
    Derivative: g -> g other^H, input^H g.
    Errors: RuntimeError if the shapes do not fit, if an operand is 0-d or if the dtypes differ.
    Source: torch.matmul.

    >>> matmul(tensor([[1., 2.], [3., 4.]]), tensor([1., 1.]))
    tensor([3., 7.])
    """
    try:
        x, y = input.shape, other.shape
        if x and y and (input.space is not other.space or input.space.dtype is bool_):
            check_dtypes("matmul", input, other)
    except AttributeError:
        require_tensors("matmul", input=input, other=other)
        raise
    if len(x) == 2 == len(y):
        if x[1] != y[0]:
            raise_mismatch(x, y)
        return _mm(input, other)
    return _matmul(input, other, x, y)


def _matmul(input: Tensor, other: Tensor, x: Shape, y: Shape) -> Tensor:
    """All but the product of two matrices."""
    if not x or not y:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {len(x)}D and {len(y)}D. Use * for numbers."
        )
    if len(y) == 1:
        if len(x) == 1:
            check_dot(x, y)
            return _dot(input, other)
        check_matrix_vector((row_count(x), x[-1]), y)
        return _mv(input, other) if len(x) == 2 else _stacked(input, other)
    if len(x) == 1:
        if x[0] != y[-2]:
            if len(y) > 2:
                raise_batch_mismatch(prod(y[:-2]), x[0], prod(y[:-2]), y[-2])
            raise_mismatch((1, *x), y)
        return (_vector_matrix if len(y) == 2 else _stacked)(input, other)
    if len(y) == 2:
        if x[-1] != y[0]:
            raise_mismatch((row_count(x), x[-1]), y)
        return _stacked(input, other)
    batch = broadcast_shapes(x[:-2], y[:-2])
    if x[-1] != y[-2]:
        raise_batch_mismatch(prod(batch), x[-1], prod(batch), y[-2])
    return _stacked(input, other)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """Matrix product of two matrices.

    Shapes: (m, n) (n, k) -> (m, k). Dtype: that of both.
    Derivative: g -> g mat2^H, input^H g.
    Errors: RuntimeError if an operand is no matrix, if the shapes do not fit or if the dtypes differ.
    Source: torch.mm.

    >>> mm(tensor([[1., 2.]]), tensor([[3.], [4.]]))
    tensor([[11.]])
    """
    check_operands("mm", input=input, mat2=mat2)
    for which, operand in (("self", input), ("mat2", mat2)):
        if len(operand.shape) != 2:
            raise RuntimeError(f"{which} must be a matrix, got shape {operand.shape}; matmul takes other shapes too.")
    if input.shape[1] != mat2.shape[0]:
        raise_mismatch(input.shape, mat2.shape)
    return _mm(input, mat2)


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """Matrix products of two batches of matrices, one by one.

    Shapes: (b, m, n) (b, n, k) -> (b, m, k). Dtype: that of both.
    Derivative: g -> g mat2^H, input^H g.
    Errors: RuntimeError if an operand is not 3-d, if the shapes do not fit or if the dtypes differ.
    Source: torch.bmm.

    >>> bmm(tensor([[[1., 2.]]]), tensor([[[3.], [4.]]]))
    tensor([[[11.]]])
    """
    check_operands("bmm", input=input, mat2=mat2)
    check_batches(input.shape, mat2.shape)
    return _bmm(input, mat2)


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """Product of a matrix and a vector.

    Shapes: (m, n) (n,) -> (m,). Dtype: that of both.
    Derivative: g -> the outer product of g and conj(vec), input^H g.
    Errors: RuntimeError if the shapes do not fit or if the dtypes differ.
    Source: torch.mv.

    >>> mv(tensor([[1., 2.], [3., 4.]]), tensor([1., 1.]))
    tensor([3., 7.])
    """
    check_operands("mv", input=input, vec=vec)
    if len(input.shape) != 2 or len(vec.shape) != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {len(input.shape)}, {len(vec.shape)}")
    check_matrix_vector(input.shape, vec.shape)
    return _mv(input, vec)


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """Sum of the products of two vectors.

    Shapes: (n,) (n,) -> (). Dtype: that of both.
    Derivative: g -> g conj(tensor), g conj(input).
    Errors: RuntimeError if an operand is not 1-d, if the sizes or the dtypes differ.
    Source: torch.dot.

    >>> dot(tensor([1., 2.]), tensor([3., 4.]))
    tensor(11.)
    """
    require_tensors("dot", input=input, tensor=tensor)
    x, y = input.shape, tensor.shape
    if len(x) != 1 or len(y) != 1:
        raise RuntimeError(f"1D tensors expected, but got {len(x)}D and {len(y)}D tensors")
    check_dtypes("dot", input, tensor)
    check_dot(x, y)
    return _dot(input, tensor)


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """All products of an element of `input` and one of `vec2`.

    Shapes: (n,) (m,) -> (n, m). Dtype: by torch's promotion.
    Derivative: g -> g conj(vec2), g^T conj(input).
    Errors: RuntimeError if an operand is not 1-d.
    Source: torch.outer.

    >>> outer(tensor([1., 2.]), tensor([3., 4.]))
    tensor([[3., 4.],
            [6., 8.]])
    """
    require_tensors("outer", input=input, vec2=vec2)
    for which, operand in (("self", input), ("vec2", vec2)):
        if len(operand.shape) != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {which}, but got {len(operand.shape)}-D")
    return mul(reshape(input, (input.shape[0], 1)), vec2)


def trace(input: Tensor) -> Tensor:
    """Sum of the diagonal of a matrix.

    Shapes: (n, m) -> (). Dtype: that of `input`, int64 for integers.
    Derivative: g -> g on the diagonal.
    Errors: RuntimeError if `input` is no matrix.
    Source: torch.trace.

    >>> trace(tensor([[1., 2.], [3., 4.]]))
    tensor(5.)
    """
    require_tensors("trace", input=input)
    if len(input.shape) != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {len(input.shape)}")
    dtype = input.space.dtype
    refuse("trace", dtype, BOOL)
    return _trace(input) if dtype.is_inexact or dtype is int64 else in_dtype(int64, _trace, input)


__all__ = ["bmm", "dot", "matmul", "mm", "mv", "outer", "trace"]
