"""Floor 6: how near vectors are to each other, pair by pair."""

from __future__ import annotations

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic import clamp_min
from wengert.ops.arithmetic.operands import checked
from wengert.ops.conversion.types import result_type
from wengert.ops.linalg.norms import vector_norm
from wengert.protocol.dtypes import int64
from wengert.protocol.shapes import broadcast_shapes
from wengert.tensor.base import TensorBase as Tensor


def cosine_similarity(x1: AnyTensor, x2: AnyTensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between the vectors along `dim`: their product over their lengths, each at least `eps`.

    Shapes: two that broadcast -> the same without the axis `dim`. Dtype: by torch's promotion, floating.
    Derivative: of the composite of norm, division and sum.
    Errors: RuntimeError for integers; IndexError if there is no axis `dim`.
    Source: torch.nn.functional.cosine_similarity.

    >>> cosine_similarity(tensor([[1., 0.]]), tensor([[1., 1.]]))
    tensor([0.7071])
    """
    dtype = result_type(checked("cosine_similarity", "x1", x1), checked("cosine_similarity", "x2", x2))
    if not dtype.is_floating_point:
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {dtype.spoken}")
    shape = broadcast_shapes(x1.shape, x2.shape)
    x1, x2 = (x.to(dtype).expand(shape) for x in (x1, x2))
    one, two = (x / clamp_min(vector_norm(x, 2, dim, keepdim=True), eps) for x in (x1, x2))
    return (one * two).sum(dim)


def pairwise_distance(x1: AnyTensor, x2: AnyTensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 - x2 + `eps` along the last axis.

    Shapes: two that broadcast, (..., n) -> (...), or (..., 1) with `keepdim`. Dtype: by torch's promotion.
    Derivative: of the composite of subtraction and norm. Errors: RuntimeError if the shapes do not broadcast.
    Source: torch.nn.functional.pairwise_distance.

    >>> pairwise_distance(tensor([3., 0.]), tensor([0., 4.]))
    tensor(5.)
    """
    checked("pairwise_distance", "x2", x2)
    return vector_norm(checked("pairwise_distance", "x1", x1) - x2 + eps, p, -1, keepdim=keepdim)


def pdist(input: AnyTensor, p: float = 2) -> Tensor:
    """The p-norm distance of each two rows: (0, 1), (0, 2), ..., (n - 2, n - 1).

    Shapes: input (n, m) -> (n (n - 1) / 2,). Dtype: kept.
    Derivative: of the composite of indexing and norm.
    Errors: RuntimeError if `input` has not two axes, is not floating, or p is negative.
    Source: torch.nn.functional.pdist.

    >>> pdist(tensor([[0., 0.], [3., 4.], [0., 1.]]))
    tensor([5.0000, 1.0000, 4.2426])
    """
    shape = checked("pdist", "input", input).shape
    if len(shape) != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {len(shape)}D")
    if not input.space.dtype.is_floating_point:
        raise RuntimeError("pdist only supports floating-point dtypes")
    if not p >= 0:
        raise RuntimeError("pdist only supports non-negative p values")
    pairs = [(i, j) for i in range(shape[0]) for j in range(i + 1, shape[0])]
    first, second = (input[input.new_tensor([pair[k] for pair in pairs], dtype=int64)] for k in (0, 1))
    apart = first - second
    return (apart * 0).masked_fill(apart != 0, 1).sum(-1) if p == 0 else vector_norm(apart, p, -1)
