"""Fused operations against their composites on NumPy, whose kernels of them are its own."""

from __future__ import annotations

import numpy as np
import pytest
import wengert
from wengert.testing.fused import PAIRS, Pair, orders
from wengert_numpy.kernels import attention
from wengert_numpy.namespace import make_backend

ATTENTION = [name for name in PAIRS if name.startswith("attention")]


def compare(pair: Pair) -> None:
    backend = make_backend()
    leaves = pair.leaves(backend)
    one, other = (orders(backend, function, leaves) for function in (pair.fused, pair.composite))
    for found, expected in zip(one, other, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", PAIRS)
def test_fused_is_its_composite(name: str) -> None:
    compare(PAIRS[name])


@pytest.mark.parametrize("name", ATTENTION)
@pytest.mark.parametrize("block", [1, 50, 100, 200], ids=["rows", "matrices", "pairs", "more"])
def test_attention_in_blocks(monkeypatch: pytest.MonkeyPatch, name: str, block: int) -> None:
    """One row of scores, one matrix (48 bytes), two of them, or two pairs at once."""
    for constant, value in (("_BLOCK", block), ("_LEAST", 1), ("_LONG", 0)):
        monkeypatch.setattr(attention, constant, value)
    compare(PAIRS[name])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_near_the_ends_of_the_range(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_LONG", 0)  # exp is tried without the largest score taken off
    x = np.array([[300.0, 0.0], [-300.0, 0.0], [0.0, 0.0]], dtype)
    value = np.array([[1.0], [2.0], [4.0]], dtype)
    out = attention.attention(x, x, value, None, scale=1.0)
    np.testing.assert_allclose(out, [[1.0], [2.0], [7 / 3]], rtol=1e-6)


def test_attention_keeps_no_array_of_scores() -> None:
    """Of n queries and keys a node holds what has n rows, never what has n times n numbers."""
    query, key, value = (wengert.ones(50, 2, requires_grad=True) for _ in range(3))
    out = wengert.nn.functional.scaled_dot_product_attention(query, key, value)
    node = out.grad_fn
    kept = [getattr(node, name) for name in dir(node) if name.startswith("_saved_")]
    assert [tensor.numel() for tensor in kept if isinstance(tensor, wengert.Tensor)] == [100] * 3
