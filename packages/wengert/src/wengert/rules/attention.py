"""Floor 2: attention, softmax(query key^T scale + bias) value, with its whole derivative in one rule.

Neither the weights nor the scores are kept, which would take more memory than all else: the way back makes them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import inf
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, DType
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import sum_to, total
from wengert.rule.primitive import Primitive
from wengert.rule.refusals import unsupported

Cotangents = tuple[Array | None, Array | None, Array | None, Array | None]


@partial(Primitive, floating=True)
def attention(
    xp: Namespace,
    query: Array,
    key: Array,
    value: Array,
    bias: Array | None = None,
    *,
    scale: float = 1.0,
    per_head: int = 1,
) -> Array:
    """`per_head` heads (axis -3) of the query for each head of key and value."""
    if per_head == 1:
        return xp.attention(query, key, value, bias, scale=scale)
    arrays = _by_head(xp, query, key, value, bias, per_head)
    return _joined(xp, xp.attention(*arrays, scale=scale))


@attention.vjp_of_all
def attention_vjp(
    xp: Namespace,
    g: Array,
    wanted: tuple[bool, ...],
    query: Array,
    key: Array,
    value: Array,
    bias: Array | None,
    scale: float,
    per_head: int,
) -> Cotangents:
    shapes = query.shape, key.shape, value.shape, () if bias is None else bias.shape
    if per_head != 1:
        g = _parted(xp, g, per_head)
        query, key, value, bias = _by_head(xp, query, key, value, bias, per_head)
    found = xp.attention_pullback(g, query, key, value, bias, scale=scale, wanted=wanted)
    of_query, of_key, of_value, of_bias = [
        x if x is None or own is None or x.shape == shape else xp.reshape(sum_to(xp, x, own.shape), shape)
        for x, own, shape in zip(found, (query, key, value, bias), shapes, strict=True)
    ]
    return of_query, of_key, of_value, of_bias


@attention.jvp
def attention_jvp(
    xp: Namespace,
    t_query: Array | None,
    t_key: Array | None,
    t_value: Array | None,
    t_bias: Array | None,
    query: Array,
    key: Array,
    value: Array,
    bias: Array | None,
    scale: float,
    per_head: int,
) -> Array:
    if per_head != 1:
        t_query, t_key, t_value, t_bias = _by_head(xp, t_query, t_key, t_value, t_bias, per_head)
        query, key, value, bias = _by_head(xp, query, key, value, bias, per_head)
    weights = attention_weights(xp, query, key, bias, scale)
    terms = [] if t_value is None else [xp.matmul(weights, t_value)]
    moved = [] if t_bias is None else [t_bias]
    for one, other in ((t_query, key), (query, t_key)):
        if one is not None and other is not None:
            moved.append(xp.matmul(one * scale, xp.matrix_transpose(other)))
    if moved:
        turned = xp.broadcast_to(total(xp, moved), weights.shape)
        terms.append(xp.matmul(xp.softmax_pullback(turned, weights, axis=len(weights.shape) - 1), value))
    result = total(xp, terms)
    return result if per_head == 1 else _joined(xp, result)


# --- what the kernels are made of -------------------------------------------------------------------------------------


def attention_weights(xp: Any, query: Any, key: Any, bias: Any, scale: float) -> Any:
    """softmax(query key^T scale + bias); zeros for a row whose bias is -inf throughout."""
    scores = xp.matmul(query * scale, xp.matrix_transpose(key))
    if bias is None:
        return xp.softmax(scores, axis=len(scores.shape) - 1)
    scores = xp.add(scores, bias)
    sees = xp.any(xp.not_equal(bias, -inf), axis=(len(bias.shape) - 1,), keepdims=True)
    return xp.masked(xp.softmax(xp.masked(scores, sees), axis=len(scores.shape) - 1), sees)


def composed_pullback(
    xp: Any,
    g: Array,
    query: Array,
    key: Array,
    value: Array,
    bias: Array | None,
    scale: float,
    wanted: Sequence[bool],
) -> Cotangents:
    """The cotangents that are wanted, in the shapes that the axes before the last two broadcast to."""
    by_query, by_key, by_value, by_bias = wanted
    weights = attention_weights(xp, query, key, bias, scale)
    of_value = xp.matmul(xp.matrix_transpose(weights), g) if by_value else None
    if not (by_query or by_key or by_bias):
        return None, None, of_value, None
    slope = xp.matmul(g, xp.matrix_transpose(value))
    slope = xp.softmax_pullback(slope, xp.broadcast_to(weights, slope.shape), axis=len(slope.shape) - 1)
    return (
        xp.matmul(slope, key) * scale if by_query else None,
        xp.matmul(xp.matrix_transpose(slope), query) * scale if by_key else None,
        of_value,
        slope if by_bias else None,
    )


attention.core = (2, 2, 2, 2)


def _refusal(dtypes: Sequence[DType], compute: DType) -> Exception | None:
    if dtypes[0].category == COMPLEX:
        return unsupported("softmax_lastdim_kernel_impl", dtypes[0])
    if dtypes[0].category in (BOOL, INTEGER):
        return RuntimeError(f"expected scalar type Float but found {dtypes[0].spoken}; convert it with .to(dtype).")
    return None


attention.refusal = _refusal


def _by_head(
    xp: Namespace, query: Array | None, key: Array | None, value: Array | None, bias: Array | None, per_head: int
) -> tuple[Any, Any, Any, Any]:
    """The arrays with an axis more before the last two: the heads of the query that share one of key and value."""
    if bias is not None and len(bias.shape) > 2:
        bias = xp.expand_dims(bias, axis=-3) if bias.shape[-3] == 1 else _parted(xp, bias, per_head)
    key, value = (x if x is None else xp.expand_dims(x, axis=-3) for x in (key, value))
    return query if query is None else _parted(xp, query, per_head), key, value, bias


def _parted(xp: Namespace, x: Array, per_head: int) -> Array:
    *lead, heads, length, width = x.shape
    return xp.reshape(x, (*lead, heads // per_head, per_head, length, width))


def _joined(xp: Namespace, x: Array) -> Array:
    *lead, heads, per_head, length, width = x.shape
    return xp.reshape(x, (*lead, heads * per_head, length, width))
