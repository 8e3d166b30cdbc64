"""Floor 6: products with something added: a layer of weights, and the `add...` functions."""

from __future__ import annotations

from typing import Any

from wengert.ops.linalg.checks import (
    check_batches,
    check_dtypes,
    check_expands,
    check_operands,
    raise_mismatch,
    require_tensors,
    row_count,
    times,
)
from wengert.ops.linalg.products import matmul
from wengert.protocol.dtypes import bool_
from wengert.rules import linalg as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import overflow
from wengert.tensor.operation import kernel

# one node each, called as the last of torch's
_linear = kernel(rules.linear, "AddmmBackward0", x="mat1", weight="mat2")
_linear_stacked = kernel(rules.linear, "ViewBackward0", x="mat1", weight="mat2")
_linear_alone = kernel(rules.linear, "MmBackward0", x="self", weight="mat2")
_linear_alone_stacked = kernel(rules.linear, "UnsafeViewBackward0", x="self", weight="mat2")
_linear_of_vector = kernel(rules.linear, "SqueezeBackward4", x="self", weight="mat2")
_addmm = kernel(rules.add_product, "AddmmBackward0", x="self", y="mat1", z="mat2")
_addmv = kernel(rules.add_product, "AddmvBackward0", x="self", y="mat", z="vec")
_baddbmm = kernel(rules.add_product, "BaddbmmBackward0", x="self", y="batch1", z="batch2")

Number = int | float | complex


def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """`beta * input + alpha * (mat1 @ mat2)`; with a `beta` of 0 `input` does not matter, not even its nan.

    Shapes: input broadcasts to (m, k); (m, n) (n, k) -> (m, k). Dtype: that of all.
    Derivative: g -> beta g, alpha g mat2^H, alpha mat1^H g.
    Errors: RuntimeError if the shapes do not fit or if the dtypes differ.
    Source: torch.addmm.

    >>> addmm(tensor([1., 1.]), tensor([[1., 2.]]), tensor([[3., 4.], [5., 6.]]))
    tensor([[14., 17.]])
    """
    check_operands("addmm", input=input, mat1=mat1, mat2=mat2)
    for which, operand in (("mat1", mat1), ("mat2", mat2)):
        if len(operand.shape) != 2:
            raise RuntimeError(f"{which} must be a matrix, got {len(operand.shape)}-D tensor")
    if mat1.shape[1] != mat2.shape[0]:
        raise_mismatch(mat1.shape, mat2.shape)
    check_expands(input.shape, (mat1.shape[0], mat2.shape[1]))
    return _addmm(input, mat1, mat2, *_scales(input, beta, alpha))


def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """`beta * input + alpha * (mat @ vec)`; with a `beta` of 0 `input` does not matter, not even its nan.

    Shapes: input broadcasts to (m,); (m, n) (n,) -> (m,). Dtype: that of all.
    Derivative: g -> beta g, the outer product of alpha g and conj(vec), alpha mat^H g.
    Errors: RuntimeError if the shapes do not fit or if the dtypes differ.
    Source: torch.addmv.

    >>> addmv(tensor([1., 1.]), tensor([[1., 2.], [3., 4.]]), tensor([1., 1.]))
    tensor([4., 8.])
    """
    check_operands("addmv", input=input, mat=mat, vec=vec)
    if len(mat.shape) != 2 or len(vec.shape) != 1:
        raise RuntimeError(
            f"vector + matrix @ vector expected, got {len(input.shape)}, {len(mat.shape)}, {len(vec.shape)}"
        )
    if mat.shape[1] != vec.shape[0] or input.shape not in ((), (1,), (mat.shape[0],)):
        size = input.shape[0] if input.shape else 1
        raise RuntimeError(f"size mismatch, got input ({size}), mat ({times(mat.shape)}), vec ({vec.shape[0]})")
    return _addmv(input, mat, vec, *_scales(input, beta, alpha))


def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """`beta * input + alpha * (batch1 @ batch2)`; with a `beta` of 0 `input` does not matter, not even its nan.

    Shapes: input broadcasts to (b, m, k); (b, m, n) (b, n, k) -> (b, m, k). Dtype: that of all.
    Derivative: g -> beta g, alpha g batch2^H, alpha batch1^H g.
    Errors: RuntimeError if the shapes do not fit or if the dtypes differ.
    Source: torch.baddbmm.

    >>> baddbmm(tensor([1.]), tensor([[[1., 2.]]]), tensor([[[3.], [5.]]]))
    tensor([[[14.]]])
    """
    check_operands("baddbmm", input=input, batch1=batch1, batch2=batch2)
    check_batches(batch1.shape, batch2.shape)
    check_expands(input.shape, (*batch1.shape[:2], batch2.shape[2]))
    return _baddbmm(input, batch1, batch2, *_scales(input, beta, alpha))


def _scales(input: Tensor, beta: Any, alpha: Any) -> tuple[Any, Any]:
    """The two factors; among whole numbers they lose their fractions, as in torch."""
    if not input.space.dtype.is_complex and any(isinstance(factor, complex) for factor in (beta, alpha)):
        raise overflow(input.space.dtype)
    return (beta, alpha) if input.space.dtype.is_inexact else (int(beta), int(alpha))


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`input @ weight.T + bias`: the last dimension of `input` through one layer of weights.

    Shapes: input (..., n), weight (m, n) or (n,), bias (m,) -> (..., m), or (...) for a 1-d weight. Dtype: that of all.
    Derivative: g -> g weight, g^H input over all rows, g summed over the rows.
    Errors: RuntimeError if the shapes do not fit or if the dtypes differ.
    Source: torch.nn.functional.linear.

    >>> linear(tensor([[1., 2.]]), tensor([[3., 4.], [5., 6.]]), tensor([10., 20.]))
    tensor([[21., 37.]])
    """
    try:
        x, w, space = input.shape, weight.shape, input.space
        if weight.space is not space or (bias is not None and bias.space is not space) or space.dtype is bool_:
            check_dtypes("linear", input, weight, *(() if bias is None else (bias,)))
    except AttributeError:
        require_tensors("linear", input=input, weight=weight, **({} if bias is None else {"bias": bias}))
        raise
    if len(w) != 2 or not x:
        return _linear_of_row(input, weight, bias)
    if x[-1] != w[1]:
        raise_mismatch(x if len(x) == 2 else (row_count(x), x[-1]), (w[1], w[0]))
    if bias is None:
        function = _linear_alone if len(x) == 2 else _linear_alone_stacked if len(x) > 2 else _linear_of_vector
    else:
        if bias.shape != (w[0],):
            check_expands(bias.shape, (*x[:-1], w[0]))
        function = _linear if len(x) == 2 else _linear_stacked
    return function(input, weight, bias)


def _linear_of_row(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """`linear` where the weight is a vector, and torch's refusals."""
    if not input.shape or not weight.shape:
        raise RuntimeError(
            "both arguments to linear need to be at least 1D, but they are "
            f"{len(input.shape)}D and {len(weight.shape)}D"
        )
    if len(weight.shape) > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {len(weight.shape)}D")
    if bias is not None:
        raise RuntimeError("mat2 must be a matrix, got 1-D tensor. A bias needs a weight of shape (outputs, inputs).")
    return matmul(input, weight)


__all__ = ["addmm", "addmv", "baddbmm", "linear"]
