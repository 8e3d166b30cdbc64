"""Floor 6: attention with several heads, from projections to projection."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

from wengert.ops.attention import dropout
from wengert.ops.linalg import linear
from wengert.ops.movement import cat
from wengert.ops.normalization import softmax


def multi_head_attention_forward(
    query: Any,
    key: Any,
    value: Any,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Any,
    in_proj_bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Any,
    out_proj_bias: Any,
    training: bool = True,
    key_padding_mask: Any = None,
    need_weights: bool = True,
    attn_mask: Any = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Any = None,
    k_proj_weight: Any = None,
    v_proj_weight: Any = None,
    static_k: Any = None,
    static_v: Any = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Any, Any]:
    """Attention of `num_heads` heads: query, key and value projected, attended to head by head, and projected again.

    `bias_k` and `bias_v` are one more key and value for all, `add_zero_attn` one more of zeros. Masks are boolean (True
    hides) or are added to the scores. The second result is the weights, averaged over the heads unless
    `average_attn_weights` is False; None without `need_weights`.
    Shapes: query (l, n, e), key (s, n, ek), value (s, n, ev), or all without n; key_padding_mask (n, s), attn_mask
    (l, s) or (n heads, l, s) -> (l, n, e) and (n, l, s) or (n, heads, l, s). Dtype: that of all.
    Derivative: of the composite of linear maps, products, softmax and dropout.
    Errors: RuntimeError if a mask does not fit, ValueError if `is_causal` comes without a mask; AssertionError, as in
    torch, if the sizes do not fit.
    Source: torch.nn.functional.multi_head_attention_forward; Vaswani and others, "Attention Is All You Need", 2017.

    >>> x, weight = ones(1, 2), eye(2)
    >>> packed = wengert.cat([weight, weight, weight])
    >>> attend = wengert.nn.functional.multi_head_attention_forward
    >>> attend(x, x, x, 2, 1, packed, None, None, None, False, 0., weight, None)
    (tensor([[1., 1.]]), tensor([[1.]]))
    """
    batched = len(query.shape) == 3
    _check(query, key, value, embed_dim_to_check, num_heads, key_padding_mask, attn_mask, is_causal)
    if not batched:
        query, key, value = (x.unsqueeze(1) for x in (query, key, value))
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, n, width = query.shape
    if use_separate_proj_weight:
        weights = (q_proj_weight, k_proj_weight, v_proj_weight)
    else:
        weights = in_proj_weight.chunk(3)
    biases = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
    projected: list[Any] = [linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True)]
    query, key, value = projected
    mask = _added(attn_mask, query, n, num_heads)
    hidden = _added(key_padding_mask, query, n, num_heads, of_keys=True)
    extra = 0
    if bias_k is not None and bias_v is not None:
        key, value = cat([key, bias_k.expand((1, n, width))]), cat([value, bias_v.expand((1, n, width))])
        extra += 1
    q, k, v = (_heads(x, num_heads) for x in (query, key, value))  # (n, heads, places, width of a head)
    k, v = (_heads(s, num_heads, n) if s is not None else x for s, x in ((static_k, k), (static_v, v)))
    if add_zero_attn:
        k, v = _with_zeros(k), _with_zeros(v)
        extra += 1
    scores = (q * (1 / sqrt(q.shape[-1]))) @ k.mT
    for part in (mask, hidden):
        if part is not None:
            scores = scores + (part if not extra else cat([part, part.new_zeros((*part.shape[:-1], extra))], -1))
    shares: Any = softmax(scores, -1)
    if dropout_p and training:
        shares = dropout(shares, dropout_p)
    joined = (shares @ v).permute((2, 0, 1, 3)).reshape((length, n, width))
    out: Any = linear(joined, out_proj_weight, out_proj_bias)
    if average_attn_weights:
        shares = shares.mean(1)
    if not batched:
        out, shares = out.squeeze(1), shares.squeeze(0)
    return out, shares if need_weights else None


def _with_zeros(x: Any) -> Any:
    """One more place, of zeros."""
    return cat([x, x.new_zeros((*x.shape[:2], 1, x.shape[3]))], 2)


def _heads(x: Any, heads: int, n: int | None = None) -> Any:
    """(places, n, heads width) as (n, heads, places, width); what is given in a batch of heads already, unflattened."""
    if n is not None:
        return x.reshape((n, heads, *x.shape[1:]))
    places, n, width = x.shape
    return x.reshape((places, n, heads, width // heads)).permute((1, 2, 0, 3))


def _added(mask: Any, like: Any, n: int, heads: int, of_keys: bool = False) -> Any:
    """A mask as numbers added to scores (n, heads, l, s)."""
    if mask is None:
        return None
    if mask.space.dtype.category == 0:
        mask = like.new_zeros(mask.shape).masked_fill(mask, -inf)
    if of_keys:
        return mask.reshape((mask.shape[0], 1, 1, mask.shape[1]))
    return mask if len(mask.shape) == 2 else mask.reshape((n, heads, *mask.shape[1:]))


def _check(
    query: Any, key: Any, value: Any, width: int, heads: int, key_padding_mask: Any, attn_mask: Any, is_causal: bool
) -> None:
    if len(query.shape) not in (2, 3) or not len(query.shape) == len(key.shape) == len(value.shape):
        raise AssertionError(
            f"query should be unbatched 2D or batched 3D tensor but received {len(query.shape)}-D query tensor with "
            f"{len(key.shape)}-D key and {len(value.shape)}-D value"
        )
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    if query.shape[-1] != width:
        raise AssertionError(f"was expecting embedding dimension of {width}, but got {query.shape[-1]}")
    if width % heads:
        raise AssertionError(f"embed_dim {width} not divisible by num_heads {heads}")
    if key.shape[:-1] != value.shape[:-1]:
        raise AssertionError(f"key's sequence and batch dims {key.shape[:-1]} do not match value's {value.shape[:-1]}")
    if key_padding_mask is not None and key_padding_mask.shape[-1] != key.shape[0]:
        raise AssertionError(f"key_padding_mask of shape {key_padding_mask.shape} does not fit {key.shape[0]} keys")
    if attn_mask is not None and tuple(attn_mask.shape[-2:]) != (query.shape[0], key.shape[0]):
        raise RuntimeError(
            f"The shape of the attn_mask is {tuple(attn_mask.shape)}, but its last axes should be "
            f"{(query.shape[0], key.shape[0])}."
        )
