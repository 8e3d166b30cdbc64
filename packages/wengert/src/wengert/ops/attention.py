"""Floor 6: dropout and attention."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

from wengert.ops.arguments import AnyTensor, spoken
from wengert.ops.random.draws import bernoulli_mask
from wengert.ops.xp import namespace_of
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import bool_
from wengert.protocol.shapes import Shape, broadcast_all
from wengert.rules import attention as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import random_space
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

_attention = kernel(
    rules.attention, "ScaledDotProductFlashAttentionForCpuBackward0", key="key", value="value", bias="attn_mask"
)


def dropout(input: AnyTensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """`input` with each element set to 0 with probability `p`, the others divided by 1 - p.

    Shapes: that of `input`. Dtype: that of `input`. When not `training`, or with p = 0, `input` itself.
    Derivative: g -> g times the same mask.
    Errors: ValueError if p is not in [0, 1]; RuntimeError for integers.
    Source: torch.nn.functional.dropout; Srivastava and others, "Dropout", 2014.

    >>> wengert.nn.functional.dropout(tensor([1., 2.]), 1.)
    tensor([0., 0.])
    """
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not isinstance(input, Tensor):
        raise_not_tensor("dropout", "input", input)
    if p == 0 or not training:
        return input
    x: Any = input
    space = x.space
    if not space.dtype.is_inexact:
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {spoken(space.dtype)}. "
            "Convert the input first: t.to(wengert.float32)."
        )
    mask = dropout_mask(x, p, x.shape)
    return x.mul_(mask) if inplace else x * mask


def dropout_mask(input: Tensor, p: float, shape: Shape) -> Any:
    """A tensor of `shape` beside `input`: zeros with probability `p`, elsewhere 1 / (1 - p)."""
    space = random_space(input.space)
    xp = space.xp
    if p == 1:
        return make(space, xp.zeros(shape, dtype=space.native, device=space.native_device))
    kept = xp.astype(bernoulli_mask(space, shape, 1 - p), space.native)
    return make(space, xp.asarray(xp.divide(kept, 1 - p)))


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """For each query the mean of the values, weighted by how well their keys fit: softmax(query key^T scale) value.

    A boolean `attn_mask` says which keys a query may see, a floating one is added to the scores; `is_causal` lets
    query i see the keys up to i. `scale` is 1 / sqrt(width) unless given. `enable_gqa` repeats the heads (axis -3) of
    key and value.
    Shapes: query (..., l, e), key (..., s, e), value (..., s, v), attn_mask broadcasting to (..., l, s)
    -> (..., l, v).
    Dtype: that of all. A query that may see no key gives zeros.
    Derivative: with w the weights: g -> s key scale, s^T query scale, w^T g and s (of a floating mask), for
    s = w (h - sum(h w)), h = g value^T.
    Errors: RuntimeError if dtypes differ or an array has less than two axes.
    Source: torch.nn.functional.scaled_dot_product_attention; Vaswani and others, "Attention Is All You Need", 2017.

    >>> q = ones(1, 1)
    >>> wengert.nn.functional.scaled_dot_product_attention(q, q, tensor([[2.]]))
    tensor([[2.]])
    """
    _check(query, key, value, attn_mask, is_causal)
    per_head = 1
    if enable_gqa:
        key, value, per_head = _shared_heads(query, key, value)
    space, width = query.space, query.shape[-1]
    if scale is None:
        scale = 1 / sqrt(width) if width else 1.0
    bias = None
    if is_causal:
        bias = _additive(query, _causal(space, query.shape[-2], key.shape[-2]))
    elif attn_mask is not None:
        bias = _additive(query, attn_mask)
    _check_shapes(query, key, value, bias, per_head)
    if not dropout_p:
        return _attention(query, key, value, bias, scale, per_head)
    xp = namespace_of(space.backend)
    if per_head != 1:
        key, value = (_repeated_heads(xp, x, per_head) for x in (key, value))
    weights = rules.attention_weights(xp, query, key, bias, scale)
    return xp.matmul(dropout(weights, dropout_p), value)


def _causal(space: Space, rows: int, columns: int) -> Tensor:
    """Which keys come no later than the query."""
    xp, place = space.xp, {"dtype": space.index.native, "device": space.native_device}
    own, other = xp.arange(0, rows, 1, **place), xp.arange(0, columns, 1, **place)
    return make(space.boolean, xp.less_equal(other, xp.reshape(own, (rows, 1))))


def _additive(like: Tensor, mask: Tensor) -> Any:
    """A floating mask with at least two axes; of a boolean one 0 where it is true, else -inf."""
    xp, space = namespace_of(like.space.backend), like.space
    if mask.space.dtype is bool_:
        seen, hidden = (xp.full((), number, dtype=space.dtype, device=space.device) for number in (0.0, -inf))
        mask = xp.where(mask, seen, hidden)
    missing = 2 - len(mask.shape)
    return mask if missing <= 0 else xp.reshape(mask, (*(1,) * missing, *mask.shape))


def _shared_heads(query: Any, key: Any, value: Any) -> tuple[Any, Any, int]:
    """key and value with as many heads as each other, and how many of the query's share one of theirs."""
    heads = query.shape[-3]
    for x in (key, value):
        own = x.shape[-3]
        if own == 0 or heads % own:
            raise RuntimeError(
                "Number of heads in key and value must divide the number of heads in query, but got "
                f"{own} and {heads} in scaled_dot_product_attention with enable_gqa=True."
            )
    if key.shape[-3] == value.shape[-3]:
        return key, value, heads // key.shape[-3]
    xp = namespace_of(query.space.backend)
    return *(_repeated_heads(xp, x, heads // x.shape[-3]) for x in (key, value)), 1


def _repeated_heads(xp: Any, x: Any, times: int) -> Any:
    *lead, heads, length, width = x.shape
    spread = xp.broadcast_to(xp.expand_dims(x, axis=-3), (*lead, heads, times, length, width))
    return xp.reshape(spread, (*lead, heads * times, length, width))


def _check(query: Any, key: Any, value: Any, attn_mask: Any, is_causal: bool) -> None:
    for name, t in (("query", query), ("key", key), ("value", value)):
        if not isinstance(t, Tensor):
            raise_not_tensor("scaled_dot_product_attention", name, t)
    if not query.space.dtype is key.space.dtype is value.space.dtype:
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {query.space.dtype} "
            f"key.dtype: {key.space.dtype} and value.dtype: {value.space.dtype} instead."
        )
    if min(len(t.shape) for t in (query, key, value)) < 2:
        raise RuntimeError(
            f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {len(query.shape)} "
            f"key.dim: {len(key.shape)} and value.dim: {len(value.shape)} instead."
        )
    if attn_mask is None:
        return
    if is_causal:
        raise RuntimeError("scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if attn_mask.space.dtype is not bool_ and attn_mask.space.dtype is not query.space.dtype:
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{attn_mask.space.dtype} and  query.dtype: {query.space.dtype} instead."
        )


def _check_shapes(query: Any, key: Any, value: Any, bias: Any, per_head: int) -> None:
    """That the sizes fit, and that the axes before the last two broadcast."""
    *lead, _, width = query.shape
    if width != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise RuntimeError(
            "Expected the width of query and key and the length of key and value to be the same, but got query.size: "
            f"{list(query.shape)} key.size: {list(key.shape)} and value.size: {list(value.shape)} instead."
        )
    leads = [tuple(lead), key.shape[:-2], value.shape[:-2]]
    if per_head != 1:
        leads[1:] = [(*own[:-1], own[-1] * per_head) for own in leads[1:]]
    if not leads[0] == leads[1] == leads[2]:
        broadcast_all(leads)
    if bias is not None:
        broadcast_all([(*broadcast_all(leads), query.shape[-2], key.shape[-2]), bias.shape])


__all__: list[str] = ["dropout"]
