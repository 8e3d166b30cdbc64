"""A cotangent that only the engine holds may be written over, and one that waits as a formula is worked out before
anybody could tell the difference; whoever else holds one keeps it as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import wengert
from wengert.rule.pending import Pending
from wengert_numpy.kernels import blocks

VALUES = np.array([0.3, -0.7, 1.2, 0.9])


@pytest.fixture(params=["plain", "recycling", "in blocks", "pending"])
def x(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A leaf; arrays of any length recycle in all runs but the first, in blocks of three that two threads share in the
    third, and wait as formulas in the last."""
    leaf = wengert.tensor(VALUES.copy(), requires_grad=True)
    ways = ["plain", "recycling", "in blocks", "pending"].index(request.param)
    monkeypatch.setattr(leaf.space, "fuses", int(ways > 0))
    monkeypatch.setattr(leaf.space, "defers", int(ways > 2))
    if ways > 1:
        monkeypatch.setattr(blocks, "VERY_LONG", 1)
        monkeypatch.setattr(blocks, "BLOCK", 3)
        monkeypatch.setattr("wengert.backends.threads._chosen", 2)
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
    "three ways": (
        lambda x: ((x * 2 + 1).tanh() * x.sigmoid() + (-x * x).exp()).mean(),
        lambda x: (
            (2 * np.cosh(2 * x + 1) ** -2.0 / (1 + np.exp(-x)) + np.tanh(2 * x + 1) * _bell(x) - 2 * x * np.exp(-x * x))
            / 4
        ),
    ),
    "long chain": (
        lambda x: _repeated(lambda y: y.sin() * 1.5, x, 20).sum(),
        lambda x: _repeated(
            lambda both: (np.sin(both[0]) * 1.5, both[1] * np.cos(both[0]) * 1.5), (x, np.ones_like(x)), 20
        )[1],
    ),
    "broadcast": (lambda x: (x * x[:, None]).exp().sum(), lambda x: 2 * (x * np.exp(x * x[:, None])).sum(1)),
    "masked": (lambda x: (x.exp().relu() * x).sum(), lambda x: np.exp(x) * (1 + x)),
    "many arrays": (
        lambda x: sum([(x * times).sin() * wengert.from_numpy(VALUES + times) for times in range(1, 7)]).sum(),
        lambda x: sum([times * np.cos(x * times) * (x + times) for times in range(1, 7)]),
    ),
    "handed on": (
        lambda x: (((a := x * 2) + (b := x.sin())).tanh() * (x * 3 - (a + b).exp())).sum(),
        lambda x: (
            (2 + np.cos(x)) * np.cosh(2 * x + np.sin(x)) ** -2.0 * (3 * x - np.exp(2 * x + np.sin(x)))
            + np.tanh(2 * x + np.sin(x)) * (3 - np.exp(2 * x + np.sin(x)) * (2 + np.cos(x)))
        ),
    ),
    "dear for two": (
        lambda x: (x.sin() * x).tanh().sum(),
        lambda x: (np.sin(x) + x * np.cos(x)) / np.cosh(np.sin(x) * x) ** 2,
    ),
}


def _repeated(step: Callable[[Any], Any], x: Any, times: int) -> Any:
    for _ in range(times):
        x = step(x)
    return x


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


@pytest.mark.parametrize("order", ["C", "F"])
def test_leaves_that_get_the_same_formula_have_memory_of_their_own(order: Any, x: Any) -> None:
    x, y, z = [wengert.from_numpy(np.array(VALUES.reshape(2, 2), order=order)).requires_grad_() for _ in range(3)]
    ((x + y).tanh() * z).sum().backward()
    slope = VALUES.reshape(2, 2) / np.cosh(2 * VALUES.reshape(2, 2)) ** 2
    for leaf, expected in [(x, slope), (y, slope), (z, np.tanh(2 * VALUES.reshape(2, 2)))]:
        np.testing.assert_allclose(leaf.grad.numpy(), expected)
        leaf.grad.fill_(np.nan)


def test_many_leaves(x: Any) -> None:
    leaves = [wengert.from_numpy(VALUES + at).requires_grad_() for at in range(11)]
    sum([leaf.sin() * x.exp() for leaf in leaves]).sum().backward()
    for at, leaf in enumerate(leaves):
        np.testing.assert_allclose(leaf.grad.numpy(), np.cos(VALUES + at) * np.exp(VALUES))
    np.testing.assert_allclose(x.grad.numpy(), np.exp(VALUES) * sum([np.sin(VALUES + at) for at in range(11)]))


def test_gradients_that_are_asked_for(x: Any) -> None:
    y, z = [wengert.from_numpy(VALUES + at).requires_grad_() for at in (1, 2)]
    found = wengert.autograd.grad((x * y + z).tanh().sum(), [z, x, y])
    slope = np.cosh(VALUES * (VALUES + 1) + VALUES + 2) ** -2.0
    for gradient, expected in zip(found, [slope, slope * (VALUES + 1), slope * VALUES]):
        np.testing.assert_allclose(gradient.numpy(), expected)
        gradient.fill_(np.nan)


def test_what_came_to_a_leaf_is_there_when_a_hook_runs(x: Any) -> None:
    y, seen = wengert.from_numpy(VALUES + 1).requires_grad_(), list[Any]()
    product = x * 3
    product.register_hook(lambda _: seen.append(y.grad.clone()))
    (product + y).tanh().sum().backward()
    np.testing.assert_allclose(seen[0].numpy(), np.cosh(4 * VALUES + 1) ** -2.0)


def test_what_came_to_a_leaf_stays_where_the_pass_fails(x: Any) -> None:
    y, factor = wengert.from_numpy(VALUES + 1).requires_grad_(), wengert.from_numpy(VALUES + 2)
    out = (x * factor + y).tanh().sum()
    factor.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.backward()
    assert x.grad is None
    np.testing.assert_allclose(y.grad.numpy(), np.cosh(VALUES * (VALUES + 2) + VALUES + 1) ** -2.0)


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


def test_cotangents_wait_as_formulas(x: Any) -> None:
    before = Pending.latest
    (x.exp() * x).sum().backward()
    assert (Pending.latest > before) is bool(x.space.defers)


def test_one_formula_is_worked_out_where_all_that_waits_meets(x: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    y, taken = wengert.from_numpy(VALUES + 1), list[int]()
    fused = x.space.xp.fused

    def counted(formula: Any, arrays: tuple[Any, ...], numbers: Any, **options: Any) -> Any:
        taken.append(len(arrays))
        return fused(formula, arrays, numbers, **options)

    out = ((-x * x).exp() + y * x.sigmoid()).sum()
    monkeypatch.setattr(x.space.xp, "fused", counted)
    out.backward()
    # g, exp(-x * x), -x, x, y and sigmoid(x)
    assert (taken == [6]) is bool(x.space.defers)


class _Writes(wengert.autograd.Function):
    """Writes the tensor that it was given beside x in backward, behind the back of its version."""

    @staticmethod
    def forward(ctx: Any, x: Any, other: Any) -> Any:
        ctx.other = other
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # one argument
        ctx.other.numpy()[:] = 100
        return g * 1, None


def _by_hook(register: Callable[[Any], Callable[[Any], Any]]) -> Callable[[Any, Any], Any]:
    def between(x: Any, other: Any) -> Any:
        out = x * 2

        def write(*_: Any) -> None:
            other.numpy()[:] = 100

        register(out)(write)
        return out

    return between


def _by_unpacking(x: Any, other: Any) -> Any:
    def unpack(kept: Any) -> Any:
        other.numpy()[:] = 100
        return kept

    with wengert.autograd.graph.saved_tensors_hooks(lambda tensor: tensor.detach(), unpack):
        return x * (other * 0 + 2)


@pytest.mark.parametrize(
    "between",
    [
        lambda x, other: _Writes.apply(x, other) * 2,
        _by_unpacking,
        _by_hook(lambda out: out.register_hook),
        _by_hook(lambda out: out.grad_fn.register_hook),
        _by_hook(lambda out: out.grad_fn.register_prehook),
    ],
)
def test_who_writes_what_a_formula_takes_comes_too_late(between: Callable[[Any, Any], Any], x: Any) -> None:
    y = wengert.from_numpy(VALUES + 1)
    z = x.exp()
    q = between(x, y)
    (z * y + q).sum().backward()
    assert y.tolist() == [100.0] * 4
    np.testing.assert_allclose(x.grad.numpy(), np.exp(VALUES) * (VALUES + 1) + 2)


@pytest.mark.parametrize("kind", ["register_hook", "register_post_accumulate_grad_hook"])
def test_a_leaf_s_hook_that_writes_what_a_formula_takes_comes_too_late(kind: str, x: Any) -> None:
    y, z = wengert.from_numpy(VALUES + 1), x.exp()
    leaf = wengert.ones(4, dtype=wengert.float64, requires_grad=True)

    def write(_: Any) -> None:
        y.numpy()[:] = 100

    getattr(leaf, kind)(write)
    w = leaf * 1
    (z * y + w).sum().backward()
    assert y.tolist() == [100.0] * 4
    np.testing.assert_allclose(x.grad.numpy(), np.exp(VALUES) * (VALUES + 1))


def test_a_gradient_that_a_formula_takes_may_be_added_to(x: Any) -> None:
    w, z = wengert.ones(4, dtype=wengert.float64, requires_grad=True), x.exp()
    w.grad = wengert.from_numpy(VALUES + 1)
    t = w * 1
    (z * w.grad + t).sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), VALUES + 2)
    np.testing.assert_allclose(x.grad.numpy(), np.exp(VALUES) * (VALUES + 1))
