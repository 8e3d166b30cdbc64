"""Checkpointing keeps as few arrays as it says."""

from __future__ import annotations

from typing import Any
from weakref import WeakValueDictionary

import pytest
import wengert
from wengert.utils.checkpoint import checkpoint_sequential


@pytest.mark.parametrize(("length", "budget"), [(2, 1), (6, 1), (6, 2), (10, 3), (13, 4), (20, 3), (35, 3), (9, 20)])
def test_a_binomial_chain_keeps_to_its_budget(length: int, budget: int) -> None:
    states: WeakValueDictionary[int, Any] = WeakValueDictionary()
    most = 0

    def step(x: Any) -> Any:
        nonlocal most
        states[id(x.array)] = x.array
        most = max(most, len(states))
        return x.sin()

    x = wengert.tensor([0.5, 1.5], requires_grad=True)
    y = checkpoint_sequential([step] * length, length, x, schedule="revolve", budget=budget)
    y.sum().backward()
    assert most <= budget + 1  # the kept ones, and the one that is being computed from
    assert most >= min(budget, length)
