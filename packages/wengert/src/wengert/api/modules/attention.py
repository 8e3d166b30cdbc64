"""Floor 7: attention with several heads."""

from __future__ import annotations

import math
from typing import Any

from wengert.api.modules import initialization as init
from wengert.api.modules.linear import Linear
from wengert.api.modules.module import Module
from wengert.api.modules.parameter import Parameter
from wengert.ops.attention import dropout as drop
from wengert.ops.attention import scaled_dot_product_attention
from wengert.ops.creation import empty, zeros
from wengert.ops.linalg import linear
from wengert.ops.movement import cat
from wengert.ops.normalization import softmax
from wengert.protocol.dtypes import bool_


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear, under the name that torch prints for the last one of an attention."""


class MultiheadAttention(Module):
    """Attention in several subspaces at once. Source: torch.nn.MultiheadAttention; Vaswani et al., 2017.

    >>> out, weights = nn.MultiheadAttention(4, 2)(ones(3, 1, 4), ones(5, 1, 4), ones(5, 1, 4))
    >>> out.shape, weights.shape
    ((3, 1, 4), (1, 3, 5))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, got embed_dim="
                f"{embed_dim} and num_heads={num_heads} instead"
            )
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        is_one = self.kdim == embed_dim == self.vdim
        shapes: dict[str, tuple[int, ...] | None] = {
            "q_proj_weight": None if is_one else (embed_dim, embed_dim),
            "k_proj_weight": None if is_one else (embed_dim, self.kdim),
            "v_proj_weight": None if is_one else (embed_dim, self.vdim),
            "in_proj_weight": (3 * embed_dim, embed_dim) if is_one else None,
            "in_proj_bias": (3 * embed_dim,) if bias else None,
            "bias_k": (1, 1, embed_dim) if add_bias_kv else None,
            "bias_v": (1, 1, embed_dim) if add_bias_kv else None,
        }
        for name, shape in shapes.items():
            made = None if shape is None else Parameter(empty(*shape, device=device, dtype=dtype))
            self.register_parameter(name, made)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, device, dtype)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_weight"):
            if self._parameters[name] is not None:
                init.xavier_uniform_(self._parameters[name])
        for bias in (self._parameters["in_proj_bias"], self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for name in ("bias_k", "bias_v"):
            if self._parameters[name] is not None:
                init.xavier_normal_(self._parameters[name])

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        """What each query gathers from the values, and with `need_weights` how much from each.

        Shapes: query (l, n, e), key (s, n, kdim), value (s, n, vdim), with n first if `batch_first`, or without n;
        `attn_mask` (l, s) or (n heads, l, s) and `key_padding_mask` (n, s): True, or minus infinity, hides.
        -> (l, n, e) and (n, l, s), or (n, heads, l, s) unless `average_attn_weights`.
        """
        if is_causal and attn_mask is None:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
        batched = len(query.shape) == 3
        if not batched and len(query.shape) != 2:
            raise AssertionError(
                f"query should be unbatched 2D or batched 3D tensor but received {len(query.shape)}-D query tensor"
            )
        if not batched:
            query, key, value = (tensor.unsqueeze(1) for tensor in (query, key, value))
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            query, key, value = (tensor.transpose(0, 1) for tensor in (query, key, value))
        q, k, v = self._projected(query, key, value)
        mask = _joined(attn_mask, key_padding_mask, q.shape[0], self.num_heads, q.dtype)
        k, v, mask = self._extended(k, v, mask)
        q, k, v = (tensor.unflatten(-1, (self.num_heads, -1)).permute(1, 2, 0, 3) for tensor in (q, k, v))
        gathered: Any
        rate = self.dropout if self.training else 0.0
        if need_weights:
            scores = (q / math.sqrt(self.head_dim)) @ k.transpose(-2, -1)
            weights = drop(softmax(scores if mask is None else scores + mask, -1), rate)
            gathered = weights @ v
        else:
            weights = None
            gathered = scaled_dot_product_attention(q, k, v, mask, rate)
        out = self.out_proj(gathered.permute(2, 0, 1, 3).flatten(2))
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)
        if not batched:
            return out.squeeze(1), None if weights is None else weights.squeeze(0)
        return out.transpose(0, 1) if self.batch_first else out, weights

    def _projected(self, query: Any, key: Any, value: Any) -> list[Any]:
        own = self._parameters
        if own["in_proj_weight"] is None:
            weights = [own["q_proj_weight"], own["k_proj_weight"], own["v_proj_weight"]]
        else:
            weights = own["in_proj_weight"].chunk(3)
        biases = (None,) * 3 if own["in_proj_bias"] is None else own["in_proj_bias"].chunk(3)
        inputs = (query, key, value)
        return [linear(x, weight, bias) for x, weight, bias in zip(inputs, weights, biases, strict=True)]

    def _extended(self, k: Any, v: Any, mask: Any) -> tuple[Any, Any, Any]:
        """Keys and values with those that the options add, which no mask hides."""
        batch, before = k.shape[1], k.shape[0]
        bias_k, bias_v = self._parameters["bias_k"], self._parameters["bias_v"]
        if bias_k is not None and bias_v is not None:
            k, v = cat([k, bias_k.repeat(1, batch, 1)]), cat([v, bias_v.repeat(1, batch, 1)])
        if self.add_zero_attn:
            nothing = zeros(1, batch, self.embed_dim, dtype=k.dtype, device=k.device)
            k, v = cat([k, nothing]), cat([v, nothing])
        added = k.shape[0] - before
        if mask is not None and added:
            mask = cat([mask, zeros(*mask.shape[:-1], added, dtype=mask.dtype, device=mask.device)], -1)
        return k, v, mask


def _joined(attn_mask: Any, padding: Any, queries: int, heads: int, dtype: Any) -> Any:
    """Both masks as one that is added to the scores (n, heads, l, s); None if there is none."""
    whole = None
    if attn_mask is not None:
        whole = _additive(attn_mask, dtype)
        whole = whole.unflatten(0, (-1, heads)) if len(whole.shape) == 3 else whole[None, None]
    if padding is not None:
        hidden = _additive(padding, dtype)[:, None, None, :]
        whole = hidden if whole is None else whole + hidden
    return whole


def _additive(mask: Any, dtype: Any) -> Any:
    if mask.dtype is not bool_:
        return mask
    return zeros(*mask.shape, dtype=dtype, device=mask.device).masked_fill(mask, -math.inf)
