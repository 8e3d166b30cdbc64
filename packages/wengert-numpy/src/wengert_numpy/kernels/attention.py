"""Attention block by block: the scores of a block stay in the cache, those of all are never in memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, prod
from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet

_FLOAT16, _FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)
_BLOCK = 1 << 20  # bytes that the scores of a block may take
_LEAST = 16  # rows that a block has at least: products of fewer are slow


def attention(query: Any, key: Any, value: Any, bias: Any, /, *, scale: float) -> Any:
    """`softmax(query key^T scale + bias) value`; zeros for a row whose bias is -inf throughout."""
    if query.dtype is _FLOAT16:
        return attention(*_widened(query, key, value, bias), scale=scale).astype(_FLOAT16)
    return quiet.call(_attention, query, key, value, bias, scale)


def attention_pullback(
    g: Any, query: Any, key: Any, value: Any, bias: Any, out: Any, /, *, scale: float, wanted: tuple[bool, ...]
) -> tuple[Any, Any, Any, Any]:
    """The cotangents of query, key, value and bias, those that are wanted."""
    if query.dtype is _FLOAT16:
        found = attention_pullback(*_widened(g, query, key, value, bias, out), scale=scale, wanted=wanted)
        return tuple([x if x is None else x.astype(_FLOAT16) for x in found])  # pyright: ignore[reportReturnType]  # four
    return quiet.call(_pullback, g, query, key, value, bias, out, scale, wanted)


def _widened(*arrays: Any) -> list[Any]:
    return [x if x is None else x.astype(_FLOAT32) for x in arrays]


def _attention(query: Any, key: Any, value: Any, bias: Any, scale: float) -> Any:
    lead, query, key, value, bias = _aligned(query, key, value, bias)
    length, count = query.shape[-2], key.shape[-2]
    out = np.empty((*lead, length, value.shape[-1]), query.dtype)
    if not count:
        out.fill(0)
    keys, ones = key.swapaxes(-1, -2), np.ones((count, 1), query.dtype)
    for at, rows in _blocks(lead, length, count * query.itemsize):
        weights, sums = _shares(query[rows], keys[at], None if bias is None else bias[rows], scale, ones)
        part = out[rows]
        np.matmul(weights, value[at], part)
        np.divide(part, sums, part)
    return out


def _pullback(
    g: Any, query: Any, key: Any, value: Any, bias: Any, out: Any, scale: float, wanted: tuple[bool, ...]
) -> tuple[Any, Any, Any, Any]:
    lead, query, key, value, bias = _aligned(query, key, value, bias)
    length, count, dtype = query.shape[-2], key.shape[-2], query.dtype
    shapes = [(*lead, n, width) for n, width in ((length, query.shape[-1]), (count, key.shape[-1]))]
    shapes += [(*lead, count, value.shape[-1]), (*lead, length, count)]
    in_one = length * count * dtype.itemsize <= _BLOCK  # a block has all rows of its matrices
    made = np.empty if in_one else np.zeros
    results = [made(shape, dtype) if each else None for shape, each in zip(shapes, wanted, strict=True)]
    of_query, of_key, of_value, of_bias = results
    keys, values, ones = key.swapaxes(-1, -2), value.swapaxes(-1, -2), np.ones((count, 1), dtype)
    for at, rows in _blocks(lead, length, count * dtype.itemsize):
        weights, sums = _shares(query[rows], keys[at], None if bias is None else bias[rows], scale, ones)
        share = g[rows] / sums
        if of_value is not None:
            _product(weights, share, of_value[at], in_one)
        slope = np.matmul(share, values[at])
        slope -= np.einsum("...ij,...ij->...i", share, out[rows])[..., None]
        slope *= weights
        if of_bias is not None:
            of_bias[rows] = slope
        slope *= scale
        if of_query is not None:
            np.matmul(slope, key[at], of_query[rows])
        if of_key is not None:
            _product(slope, query[rows], of_key[at], in_one)
    return tuple(results)  # pyright: ignore[reportReturnType]  # four


def _product(x: Any, y: Any, out: Any, is_whole: bool) -> None:
    """`x^T y` into `out`, or added to it unless `is_whole`."""
    if is_whole:
        np.matmul(x.swapaxes(-1, -2), y, out)
    else:
        np.add(out, np.matmul(x.swapaxes(-1, -2), y), out)


def _aligned(query: Any, key: Any, value: Any, bias: Any) -> tuple[Any, ...]:
    """The axes before the last two, and the arrays stretched to them; the bias to the scores."""
    lead = query.shape[:-2]
    if not lead == key.shape[:-2] == value.shape[:-2] or (bias is not None and len(bias.shape) > len(query.shape)):
        lead = np.broadcast_shapes(*[x.shape[:-2] for x in (query, key, value, bias) if x is not None])
        query, key, value = (np.broadcast_to(x, (*lead, *x.shape[-2:])) for x in (query, key, value))
    if bias is not None:
        bias = np.broadcast_to(bias, (*lead, query.shape[-2], key.shape[-2]))
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


def _shares(query: Any, keys: Any, bias: Any, scale: float, ones: Any) -> tuple[Any, Any]:
    """exp(scores) and its sums over each row. Where no sum comes near the ends of the range, the largest score need not
    be taken off."""
    scores = _scores(query, keys, bias, scale)
    np.exp(scores, scores)
    sums = np.matmul(scores, ones)
    if not sums.size or (sums.min() > 1e-20 and sums.max() < 1e20):
        return scores, sums
    scores = _scores(query, keys, bias, scale)
    largest = np.maximum.reduce(scores, -1, None, None, True, -inf)
    largest[largest == -inf] = 0
    np.subtract(scores, largest, scores)
    np.exp(scores, scores)
    sums = np.matmul(scores, ones)
    sums[sums == 0] = 1
    return scores, sums


def _scores(query: Any, keys: Any, bias: Any, scale: float) -> Any:
    scores = np.matmul(query * scale, keys)
    return scores if bias is None else np.add(scores, bias, scores)


kernels: dict[str, Any] = {"attention": attention, "attention_pullback": attention_pullback}
