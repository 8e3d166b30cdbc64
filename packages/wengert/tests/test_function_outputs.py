"""`autograd.Function`: several outputs, those without a gradient, and results that are no tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert

pytestmark = pytest.mark.usefixtures("toy")


Function = wengert.autograd.Function


def leaf(values: object) -> Any:
    return wengert.tensor(values, requires_grad=True)


def with_backward(answer: Callable[..., Any], forward: Callable[..., Any] = lambda ctx, x: x * 2) -> type[Function]:
    class Made(Function):
        pass

    Made.forward, Made.backward = staticmethod(forward), staticmethod(answer)
    return Made


class Pair(Function):
    """x * 2 and x * 3."""

    seen: list[Any]

    @staticmethod
    def forward(ctx, x):
        return x * 2, x * 3

    @staticmethod
    def backward(ctx, first, second):
        Pair.seen = [first, second]
        return first * 2 + second * 3


def test_absent_gradients_are_zeros_of_the_outputs_shape() -> None:
    x = leaf([1.0, 2.0])
    first, second = Pair.apply(x)
    assert (first.output_nr, second.output_nr, first.grad_fn is second.grad_fn) == (0, 1, True)
    second.sum().backward()
    assert [g.tolist() for g in Pair.seen] == [[0.0, 0.0], [1.0, 1.0]]
    assert x.grad.tolist() == [3.0, 3.0]


def test_absent_gradients_stay_none_on_request() -> None:
    seen = []

    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x * 2, x * 3

    def backward(ctx, first, second):
        seen.append((first, second.item()))
        return second * 3

    x = leaf(1.0)
    with_backward(backward, forward).apply(x)[1].backward()
    assert (seen, x.grad.item()) == ([(None, 1.0)], 3.0)


def test_both_outputs_run_the_node_once() -> None:
    x = leaf(1.0)
    first, second = Pair.apply(x)
    (first * second).backward()
    assert [g.item() for g in Pair.seen] == [3.0, 2.0]
    assert x.grad.item() == 12.0


def test_none_for_a_gradient_stops_there() -> None:
    x = leaf(2.0)
    y = x * x
    ran = []
    y.register_hook(ran.append)
    with_backward(lambda ctx, g: None).apply(y).backward()
    assert x.grad is None
    assert [g for g in ran if g is not None] == []


def test_a_marked_output_carries_no_gradient() -> None:
    def forward(ctx, x):
        plain = x * 3
        ctx.mark_non_differentiable(plain)
        return x * 2, plain

    seen = []

    def backward(ctx, first, second):
        seen.append(second.tolist())
        return first * 2

    x = leaf([1.0])
    first, second = with_backward(backward, forward).apply(x)
    assert (first.requires_grad, second.requires_grad) == (True, False)
    first.sum().backward()
    assert (seen, x.grad.tolist()) == ([[0.0]], [2.0])


def test_an_output_of_integers_carries_no_gradient() -> None:
    made = with_backward(lambda ctx, first, second: first * 2, lambda ctx, x: (x * 2, x.argmax()))
    first, second = made.apply(leaf([1.0, 5.0]))
    assert (first.requires_grad, second.requires_grad, second.item()) == (True, False, 1)


def test_an_input_given_back_is_another_tensor() -> None:
    x = leaf([1.0])
    y = with_backward(lambda ctx, g: g * 5, lambda ctx, x: x).apply(x)
    assert y is not x
    assert (x.is_leaf, y.is_leaf) == (True, False)
    y.sum().backward()
    assert x.grad.tolist() == [5.0]


def test_results_that_are_no_tensors_pass() -> None:
    made = with_backward(lambda ctx, first, second: first * 2, lambda ctx, x: (x * 2, "word"))
    x = leaf(1.0)
    y, word = made.apply(x)
    y.backward()
    assert (word, x.grad.item()) == ("word", 2.0)
