"""Attention block by block: the scores of a block stay in the cache, those of all are never in memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, prod
from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet

_FLOAT16, _FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)
_add = np.add.reduce
_LONG = 4096  # scores from which it pays to look at the sums before the largest score is taken off
_BLOCK = 1 << 19  # bytes that the scores of a block may take
_LEAST = 16  # rows that a block has at least: products of fewer are slow


def attention(query: Any, key: Any, value: Any, bias: Any, /, *, scale: float) -> Any:
    """`softmax(query key^T scale + bias) value`; zeros for a row whose bias is -inf throughout."""
    if query.dtype is _FLOAT16:
        return attention(*_widened(query, key, value, bias), scale=scale).astype(_FLOAT16)
    return quiet.call(_attention, query, key, value, bias, scale)


def attention_pullback(
    g: Any, query: Any, key: Any, value: Any, bias: Any, /, *, scale: float, wanted: tuple[bool, ...]
) -> tuple[Any, Any, Any, Any]:
    """The cotangents of query, key, value and bias, those that are wanted."""
    if query.dtype is _FLOAT16:
        found = attention_pullback(*_widened(g, query, key, value, bias), scale=scale, wanted=wanted)
        return tuple([x if x is None else x.astype(_FLOAT16) for x in found])  # pyright: ignore[reportReturnType]  # four
    return quiet.call(_pullback, g, query, key, value, bias, scale, wanted)


def _widened(*arrays: Any) -> list[Any]:
    return [x if x is None else x.astype(_FLOAT32) for x in arrays]


def _attention(query: Any, key: Any, value: Any, bias: Any, scale: float) -> Any:
    lead, query, key, value, bias = _aligned(query, key, value, bias)
    shape = (*query.shape[:-1], key.shape[-2])
    if prod(shape) * query.itemsize <= _BLOCK:
        weights, sums = _shares(query * scale, key, bias)
        out = np.matmul(weights, value)
        return np.multiply(out, 1 / sums, out)
    out = np.empty((*query.shape[:-1], value.shape[-1]), query.dtype)
    for at, rows in _blocks(lead, query.shape[-2], key.shape[-2] * query.itemsize):
        weights, sums = _shares(query[rows] * scale, key[at], None if bias is None else bias[rows])
        part = out[rows]
        np.matmul(weights, value[at], part)
        np.multiply(part, 1 / sums, part)
    return out


def _pullback(
    g: Any, query: Any, key: Any, value: Any, bias: Any, scale: float, wanted: tuple[bool, ...]
) -> tuple[Any, Any, Any, Any]:
    lead, query, key, value, bias = _aligned(query, key, value, bias)
    by_query, by_key, by_value, by_bias = wanted
    shape, dtype = (*query.shape[:-1], key.shape[-2]), query.dtype
    if prod(shape) * dtype.itemsize <= _BLOCK:
        of_value = np.empty((*lead, *value.shape[-2:]), dtype) if by_value else None
        scaled, slope = _slopes(g, query, key, value, bias, scale, of_value, True)
        of_query = np.matmul(slope, key) * scale if by_query else None
        of_key = np.matmul(slope.swapaxes(-1, -2), scaled) if by_key else None
        return of_query, of_key, of_value, slope if by_bias else None
    length, row = query.shape[-2], key.shape[-2] * dtype.itemsize
    is_whole = length * row <= _BLOCK  # each block has all rows of its matrices
    made = np.empty if is_whole else np.zeros
    of_query, of_key, of_value = (
        made((*lead, *x.shape[-2:]), dtype) if each else None
        for x, each in zip((query, key, value), wanted, strict=False)
    )
    of_bias = np.empty(shape, dtype) if by_bias else None
    for at, rows in _blocks(lead, length, row):
        scaled, slope = _slopes(
            g[rows], query[rows], key[at], value[at], None if bias is None else bias[rows], scale,
            None if of_value is None else of_value[at], is_whole,
        )  # fmt: skip
        if of_query is not None:
            part = of_query[rows]
            np.multiply(np.matmul(slope, key[at], part), scale, part)
        if of_key is not None:
            _product(slope, scaled, of_key[at], is_whole)
        if of_bias is not None:
            of_bias[rows] = slope
    return of_query, of_key, of_value, of_bias


def _slopes(
    g: Any, query: Any, key: Any, value: Any, bias: Any, scale: float, of_value: Any, is_whole: bool
) -> tuple[Any, Any]:
    """The query times `scale`, and the cotangent of the scores; that of the value goes into `of_value`, if it is
    given."""
    scaled = query * scale
    weights, sums = _shares(scaled, key, bias)  # not yet divided by their sums: g is, which has fewer numbers
    inverse = 1 / sums
    share = g * inverse
    if of_value is not None:
        _product(weights, share, of_value, is_whole)
    slope = np.matmul(share, value.swapaxes(-1, -2))
    np.multiply(slope, weights, slope)
    np.multiply(weights, _sums(slope) * inverse, weights)
    return scaled, np.subtract(slope, weights, slope)


def _product(x: Any, y: Any, out: Any, is_whole: bool) -> None:
    """`x^T y` into `out`, or added to it unless `is_whole`."""
    if is_whole:
        np.matmul(x.swapaxes(-1, -2), y, out)
    else:
        np.add(out, np.matmul(x.swapaxes(-1, -2), y), out)


def _aligned(query: Any, key: Any, value: Any, bias: Any) -> tuple[Any, ...]:
    """The axes before the last two, and the arrays stretched to them; the bias to the scores."""
    lead = query.shape[:-2]
    if not lead == key.shape[:-2] == value.shape[:-2] or bias is not None:
        lead = np.broadcast_shapes(*[x.shape[:-2] for x in (query, key, value, bias) if x is not None])
        query, key, value = (np.broadcast_to(x, (*lead, *x.shape[-2:])) for x in (query, key, value))
        bias = bias if bias is None else np.broadcast_to(bias, (*query.shape[:-1], key.shape[-2]))
    return lead, query, key, value, bias


def _blocks(lead: tuple[int, ...], length: int, row: int) -> Iterator[tuple[Any, Any]]:
    """Where each block lies: which matrices, and which rows of them; a row takes `row` bytes."""
    if prod(lead) * length * row <= _BLOCK:
        yield (), ()
        return
    if not lead:
        step = max(_BLOCK // row, _LEAST)
        for start in range(0, length, step):
            yield (), (slice(start, start + step),)
        return
    step = _BLOCK // (prod(lead[1:]) * length * row)
    if step:
        for start in range(0, lead[0], step):
            part = (slice(start, start + step),)
            yield part, part
        return
    for first in range(lead[0]):
        for at, rows in _blocks(lead[1:], length, row):
            yield (first, *at), (first, *rows)


def _shares(query: Any, key: Any, bias: Any) -> tuple[Any, Any]:
    """exp(scores) and its sums over each row. Where no sum comes near the ends of the range, the largest score need not
    be taken off."""
    scores = _scores(query, key, bias)
    if scores.size > _LONG:
        np.exp(scores, scores)
        sums = _sums(scores)
        if sums.min() > 1e-20 and sums.max() < 1e20:
            return scores, sums
        scores = _scores(query, key, bias)
    largest = np.maximum.reduce(scores, -1, None, None, True, -inf)
    if bias is not None:
        largest[largest == -inf] = 0
    np.subtract(scores, largest, scores)
    np.exp(scores, scores)
    sums = _sums(scores)
    if bias is not None or not scores.shape[-1]:
        sums[sums == 0] = 1
    return scores, sums


def _sums(x: Any) -> Any:
    """The sums of the rows of many; a product with ones is five times faster than a sum over short rows."""
    return _add(x, -1, None, None, True) if x.size <= _LONG else np.matmul(x, np.ones((x.shape[-1], 1), x.dtype))


def _scores(query: Any, key: Any, bias: Any) -> Any:
    scores = np.matmul(query, key.swapaxes(-1, -2))
    return scores if bias is None else np.add(scores, bias, scores)


kernels: dict[str, Any] = {"attention": attention, "attention_pullback": attention_pullback}
