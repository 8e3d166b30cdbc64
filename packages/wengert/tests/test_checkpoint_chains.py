"""Chains of calls in parts, and what the binomial schedule repeats."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import wengert
from hypothesis import given
from hypothesis import strategies as st
from wengert.api.checkpoint.revolve import reach, recomputations, split
from wengert.utils.checkpoint import (
    checkpoint_sequential,
)

pytestmark = pytest.mark.usefixtures("toy")


variants = pytest.mark.parametrize("use_reentrant", [True, False], ids=["reentrant", "not"])


def leaf(*values: float) -> Any:
    return wengert.tensor([*(values or (0.5, 1.5))], dtype=wengert.float64, requires_grad=True)


def gradient(function: Callable[[Any], Any], x: Any) -> list[float]:
    (g,) = wengert.autograd.grad(function(x).sum(), x)
    return g.tolist()


@variants
def test_a_chain_in_parts(use_reentrant: bool) -> None:
    steps = [lambda x: x.sin(), lambda x: x.exp(), lambda x: x.cos(), lambda x: x * x, lambda x: x.tanh()]
    x = leaf()
    checkpoint_sequential(steps, 2, x, use_reentrant=use_reentrant).sum().backward()
    assert x.grad.tolist() == pytest.approx(gradient(lambda x: (x.sin().exp().cos() ** 2).tanh(), leaf()))


@cache
def least(steps: int, budget: int) -> int:
    """The least number of repeated steps, by trying every place for the next state."""
    if steps <= 1:
        return 0
    if budget == 1:
        return steps * (steps - 1) // 2
    return min(k + least(k, budget) + least(steps - k, budget - 1) for k in range(1, steps))


@given(st.integers(1, 40), st.integers(1, 10))
def test_the_formula_is_the_minimum(steps: int, budget: int) -> None:
    assert recomputations(steps, budget) == least(steps, budget)


@given(st.integers(2, 40), st.integers(1, 10))
def test_each_split_is_on_the_best_way(steps: int, budget: int) -> None:
    first = split(steps, budget)
    assert 0 < first < steps
    rest = least(steps - first, budget - 1) if budget > 1 else 0
    assert first + least(first, budget) + rest == least(steps, budget)


def test_the_reach_is_binomial() -> None:
    assert [reach(3, repeats) for repeats in range(-1, 5)] == [0, 1, 4, 10, 20, 35]
    assert [recomputations(steps, 3) for steps in (1, 4, 10, 20)] == [0, 3, 15, 45]


@pytest.mark.parametrize(("length", "budget"), [(1, 1), (2, 1), (6, 1), (6, 2), (10, 3), (13, 4), (20, 3), (9, 20)])
def test_a_binomial_chain_repeats_the_least(length: int, budget: int) -> None:
    ran = 0

    def step(x: Any) -> Any:
        nonlocal ran
        ran += 1
        return x.sin()

    x = leaf()
    y = checkpoint_sequential([step] * length, length, x, schedule="revolve", budget=budget)
    y.sum().backward()
    expected = leaf()
    z = expected
    for _ in range(length):
        z = z.sin()
    z.sum().backward()
    assert x.grad.tolist() == pytest.approx(expected.grad.tolist())
    assert ran == length + least(length, budget)


def test_a_binomial_chain_is_differentiated_again() -> None:
    x = leaf()
    y = checkpoint_sequential([lambda x: x.sin()] * 6, 6, x, schedule="revolve", budget=2)
    (g,) = wengert.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = wengert.autograd.grad(g.sum(), x)
    z = x
    for _ in range(6):
        z = z.sin()
    (expected,) = wengert.autograd.grad(z.sum(), x, create_graph=True)
    assert h.tolist() == pytest.approx(wengert.autograd.grad(expected.sum(), x)[0].tolist())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"schedule": "revolve"}, "got budget=None for a schedule"),
        ({"schedule": "revolve", "budget": 0}, "got budget=0 for a schedule"),
        ({"schedule": "treeverse", "budget": 3}, 'expected None or "revolve"'),
        ({"schedule": "revolve", "budget": 3, "use_reentrant": True}, "a schedule needs use_reentrant=False"),
        ({"use_reentrant": False, "part": 3}, "Unexpected keyword arguments: part"),
    ],
)
def test_schedules_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        checkpoint_sequential([lambda x: x.sin()] * 3, 3, leaf(), **options)
