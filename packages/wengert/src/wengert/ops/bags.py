"""Floor 6: rows of a table reduced bag by bag, and products of two vectors with a third axis of weights."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic.operands import checked
from wengert.ops.indexing.along import embedding
from wengert.ops.linalg import einsum
from wengert.protocol.dtypes import int64


def embedding_bag(
    input: AnyTensor,
    weight: AnyTensor,
    offsets: AnyTensor = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: AnyTensor = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    """The rows of `weight` that each bag of positions names, reduced to their sum, mean or maximum by `mode`.

    A bag is a row of `input`, or what lies between two of `offsets` in a vector; an empty one gives zeros. Rows at
    `padding_idx` count for nothing. `per_sample_weights` scale the rows of a sum.
    Shapes: input (bags, k), or (k,) with offsets (bags,), weight (rows, m) -> (bags, m). Dtype: that of `weight`.
    Derivative: g -> g added to each row of its bag, over their number for a mean, to the largest for a maximum.
    Errors: ValueError if the arguments contradict each other; RuntimeError if a position is out of range.
    Source: torch.nn.functional.embedding_bag.

    >>> wengert.nn.functional.embedding_bag(tensor([[0, 1]]), tensor([[1.], [3.]]))
    tensor([[2.]])
    """
    checked("embedding_bag", "input", input)
    _check(
        input, checked("embedding_bag", "weight", weight), offsets, mode, scale_grad_by_freq, sparse, per_sample_weights
    )
    if len(input.shape) == 2:
        bags, size = input.shape
        owner = input.new_tensor([bag for bag in range(bags) for _ in range(size)], dtype=int64)
        input = input.reshape(-1)
        per_sample_weights = None if per_sample_weights is None else per_sample_weights.reshape(-1)
    else:
        bags = offsets.shape[0] - include_last_offset
        places = input.new_tensor(list(range(input.shape[0])), dtype=int64)
        owner = (places.unsqueeze(1) >= offsets[:bags].to(int64)).sum(1) - 1
    rows: Any = embedding(input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
    width = weight.shape[1]
    counted = None if padding_idx is None else (input != padding_idx % weight.shape[0]).unsqueeze(1)
    if mode == "max":
        return _largest(rows, owner, counted, bags)
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.unsqueeze(1)
    rows = rows if counted is None else rows.masked_fill(~counted, 0)
    total = weight.new_zeros((bags, width)).index_add(0, owner, rows)
    if mode == "sum":
        return total
    ones = weight.new_ones((input.shape[0], 1)) if counted is None else counted.to(weight.dtype)
    return total / weight.new_zeros((bags, 1)).index_add(0, owner, ones).clamp_min(1)


def _largest(rows: Any, owner: Any, counted: Any, bags: int) -> Any:
    """The largest of each bag, by a gather at constant places: the first among equals."""
    if not rows.shape[0]:
        return rows.new_zeros((bags, rows.shape[1])) + rows.sum()
    mine = owner == owner.new_tensor(list(range(bags)), dtype=int64).unsqueeze(1)  # (bags, k)
    mine = mine if counted is None else mine & counted.squeeze(1)
    seen = rows.detach().unsqueeze(0).masked_fill(~mine.unsqueeze(2), float("-inf"))
    picked = rows.gather(0, seen.argmax(1))
    return picked.masked_fill(~mine.any(1, keepdim=True), 0)


def _check(
    input: Any, weight: Any, offsets: Any, mode: str, by_frequency: bool, sparse: bool, per_sample_weights: Any
) -> None:
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({list(per_sample_weights.shape)}) is not None, then it must have "
            f"the same shape as the input ({list(input.shape)})"
        )
    if len(weight.shape) != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {len(weight.shape)}")
    if len(input.shape) == 2:
        if offsets is not None:
            raise ValueError("if input is 2D, then offsets has to be None: each row of it is a bag")
    elif len(input.shape) != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {len(input.shape)}")
    elif offsets is None or len(offsets.shape) != 1:
        raise ValueError(f"offsets has to be a 1D Tensor{' but got None' if offsets is None else ''}")
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and by_frequency:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            f"embedding_bag: per_sample_weights is only supported for mode='sum' (got mode='{mode}')."
        )


def bilinear(input1: AnyTensor, input2: AnyTensor, weight: AnyTensor, bias: AnyTensor = None) -> Any:
    """input1^T W input2 for each matrix W of `weight`, plus `bias`.

    Shapes: input1 (..., a), input2 (..., b), weight (outputs, a, b), bias (outputs,) -> (..., outputs).
    Dtype: that of all. Derivative: of the product of the three. Errors: RuntimeError if the shapes do not fit.
    Source: torch.nn.functional.bilinear.

    >>> wengert.nn.functional.bilinear(tensor([[1., 2.]]), tensor([[3.]]), tensor([[[1.], [1.]]]))
    tensor([[9.]])
    """
    one, two = tuple(checked("bilinear", "input1", input1).shape), tuple(checked("bilinear", "input2", input2).shape)
    if len(one) != len(two) or one[:-1] != two[:-1]:
        raise RuntimeError(f"bilinear(): input batch dimensions do not match: got {list(one)} and {list(two)}")
    for name, size, wanted in (("input1", one[-1], weight.shape[1]), ("input2", two[-1], weight.shape[2])):
        if size != wanted:
            raise RuntimeError(f"bilinear(): {name} size does not match weight size: got {size} but expected {wanted}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {list(bias.shape)} but expected {weight.shape[0]}"
        )
    out: Any = einsum("...a,oab,...b->...o", input1, weight, input2)
    return out if bias is None else out + bias
