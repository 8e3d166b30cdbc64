"""A cotangent that only the engine holds may be written over; whoever else holds one keeps it as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import wengert

VALUES = np.array([0.3, -0.7, 1.2, 0.9])


@pytest.fixture(params=[0, 1], ids=["plain", "recycling"])
def x(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A leaf; arrays of any length recycle in one of two runs."""
    leaf = wengert.tensor(VALUES.copy(), requires_grad=True)
    monkeypatch.setattr(leaf.space, "fuses", request.param)
    return leaf


@pytest.fixture
def held() -> Iterator[Callable[[Any], None]]:
    """Keeps gradients, and at the end looks whether they are what they were."""
    kept: list[tuple[Any, np.ndarray]] = []
    yield lambda gradient: kept.append((gradient, gradient.detach().numpy().copy()))
    assert kept
    for gradient, before in kept:
        np.testing.assert_array_equal(gradient.detach().numpy(), before)


PROGRAMS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "chain": (lambda x: (-(x * 2).tanh()).exp().sum(), lambda x: -2 * np.exp(-np.tanh(2 * x)) / np.cosh(2 * x) ** 2),
    "square": (lambda x: (x * x).sum(), lambda x: 2 * x),
    "twice": (lambda x: (x.exp() * x.sin() - x.exp()).sum(), lambda x: np.exp(x) * (np.sin(x) + np.cos(x) - 1)),
    "sums": (lambda x: ((x + x) * x + x).sum(), lambda x: 4 * x + 1),
    "difference": (lambda x: (3 - (x - x * x)).neg().sum(), lambda x: 1 - 2 * x),
    "one edge": (lambda x: (x.detach() * (x * x.detach())).sum(), lambda x: x * x),
    "shared": (lambda x: sum([(y := x * 3) * y, y.sigmoid() - y]).sum(), lambda x: 18 * x + 3 * _bell(3 * x) - 3),
}


def _bell(x: Any) -> Any:
    return np.exp(-x) / (1 + np.exp(-x)) ** 2


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients(name: str, x: Any) -> None:
    program, expected = PROGRAMS[name]
    for keep in (True, False):
        x.grad = None
        out = program(x)
        out.backward(retain_graph=keep)
        np.testing.assert_allclose(x.grad.numpy(), expected(VALUES), rtol=1e-14)
        if keep:
            out.backward()
            np.testing.assert_allclose(x.grad.numpy(), 2 * expected(VALUES), rtol=1e-14)
        np.testing.assert_array_equal(x.detach().numpy(), VALUES)


def test_what_hooks_hold_stays(x: Any, held: Callable[[Any], None]) -> None:
    a = x * 2
    b = a.exp()
    c = -b
    for tensor in (a, b, c):
        tensor.register_hook(held)
    b.grad_fn.register_hook(lambda inputs, outputs: [held(t) for t in (*inputs, *outputs)] and None)
    c.grad_fn.register_prehook(lambda outputs: held(outputs[0]))
    (c * c).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 4 * np.exp(4 * VALUES))


def test_what_is_retained_or_captured_stays(x: Any, held: Callable[[Any], None]) -> None:
    a = x * 2
    b = a.exp()
    b.retain_grad()
    (b * b).sum().backward(retain_graph=True)
    np.testing.assert_allclose(b.grad.numpy(), 2 * np.exp(2 * VALUES))
    held(b.grad)
    for gradient in wengert.autograd.grad((b * -b).neg().sum(), [b, a, x], retain_graph=True):
        held(gradient)
    out = (-b).neg()
    for gradient in wengert.autograd.grad(out, [out, b, a, x], wengert.ones_like(out)):
        held(gradient)


def test_the_cotangent_that_the_user_gives_stays(x: Any) -> None:
    given = wengert.tensor(VALUES + 1)
    out = (-x).exp().neg()
    out.backward(given)
    np.testing.assert_array_equal(given.numpy(), VALUES + 1)
    np.testing.assert_allclose(x.grad.numpy(), (VALUES + 1) * np.exp(-VALUES))


def test_gradients_of_two_leaves_have_memory_of_their_own(x: Any) -> None:
    y = wengert.tensor(VALUES.copy(), requires_grad=True)
    ((x + y).exp() * (x - y)).sum().backward()
    before = y.grad.clone()
    x.grad.zero_()
    assert y.grad.equal(before)


def test_a_function_of_the_user_may_keep_what_it_gets(x: Any, held: Callable[[Any], None]) -> None:
    class Kept(wengert.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # one argument
            held(g)
            return g

    (-Kept.apply((-x).exp())).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), np.exp(-VALUES))


@pytest.mark.parametrize("turn", [lambda x: x.flip(0), lambda x: x.reshape(2, 2).rot90().reshape(4)])
def test_the_cotangent_that_a_view_turns_stays(turn: Callable[[Any], Any], x: Any) -> None:
    given = wengert.ones(4, dtype=wengert.float64)
    a = x * 1
    square = a * a
    wengert.autograd.backward([square, turn(a)], [given, given])
    np.testing.assert_array_equal(given.numpy(), np.ones(4))
