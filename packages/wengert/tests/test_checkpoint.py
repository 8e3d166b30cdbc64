"""Checkpointing: what is kept, what runs again and how often, and what is refused."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from weakref import WeakSet, ref

import pytest
import wengert
from wengert.utils.checkpoint import (
    CheckpointError,
    GraphExecGroup,
    checkpoint,
    set_checkpoint_debug_enabled,
    set_checkpoint_early_stop,
)

pytestmark = pytest.mark.usefixtures("toy")
variants = pytest.mark.parametrize("use_reentrant", [True, False], ids=["reentrant", "not"])


def leaf(*values: float) -> Any:
    return wengert.tensor([*(values or (0.5, 1.5))], dtype=wengert.float64, requires_grad=True)


def gradient(function: Callable[[Any], Any], x: Any) -> list[float]:
    (g,) = wengert.autograd.grad(function(x).sum(), x)
    return g.tolist()


# values


@variants
def test_the_gradient_is_that_of_the_call(use_reentrant: bool) -> None:
    x = leaf()
    y = checkpoint(lambda x: x.sin().exp(), x, use_reentrant=use_reentrant)
    y.sum().backward()
    assert x.grad.tolist() == gradient(lambda x: x.sin().exp(), leaf())


def test_all_that_autograd_can_do_works() -> None:
    x, w = leaf(), leaf(2.0, 3.0)
    y = checkpoint(lambda d, factor: d["x"].exp() * w * factor, {"x": x}, factor=2, use_reentrant=False)
    first, second = wengert.autograd.grad(y.sum(), [x, w], create_graph=True)
    assert wengert.autograd.grad(first.sum(), w)[0].tolist() == pytest.approx((2 * x.exp()).tolist())
    assert second.tolist() == pytest.approx((2 * x.exp()).tolist())


def test_calls_inside_calls() -> None:
    ran: list[str] = []

    def inner(x: Any) -> Any:
        ran.append("inner")
        return x.sin().exp()

    def outer(x: Any) -> Any:
        ran.append("outer")
        return checkpoint(inner, x.cos(), use_reentrant=False).tanh()

    x = leaf()
    checkpoint(outer, x, use_reentrant=False).sum().backward()
    assert ran == ["outer", "inner", "outer", "inner", "inner"]
    assert x.grad.tolist() == pytest.approx(gradient(lambda x: x.cos().sin().exp().tanh(), leaf()))


@variants
@pytest.mark.parametrize("preserve", [True, False])
def test_random_numbers_come_out_the_same(use_reentrant: bool, preserve: bool) -> None:
    wengert.manual_seed(0)
    x = wengert.ones(20, dtype=wengert.float64, requires_grad=True)
    options = {"use_reentrant": use_reentrant, "preserve_rng_state": preserve}
    y = checkpoint(lambda x: x * wengert.rand(20, dtype=wengert.float64), x, **options)
    before = wengert.rand(1).item()
    y.sum().backward()
    after = wengert.rand(1).item()
    assert (x.grad.tolist() == y.tolist()) is preserve
    wengert.manual_seed(0)
    wengert.rand(20, dtype=wengert.float64)
    assert wengert.rand(1).item() == before
    assert (wengert.rand(1).item() == after) is preserve


# what is kept


def test_only_the_input_is_kept() -> None:
    alive: WeakSet[Any] = WeakSet()

    def noted(x: Any) -> Any:
        alive.add(x)
        return x

    def function(x: Any) -> Any:
        for _ in range(5):
            x = noted(x.exp() * 0.1)
        return x.sum()

    x = leaf()
    y = checkpoint(function, x, use_reentrant=False)
    assert len(alive) == 0
    y.backward()
    assert (len(alive), len(x.grad.tolist())) == (0, 2)


def test_it_makes_no_reference_cycle() -> None:
    def step() -> list[ref[Any]]:
        x = leaf()
        y = checkpoint(lambda x: checkpoint(lambda x: x.sin(), x.exp(), use_reentrant=False), x, use_reentrant=False)
        y.sum().backward()
        z = checkpoint(lambda x: x.sin(), x, use_reentrant=False)
        return [ref(t) for t in (x, y, z, y.grad_fn)]

    gc.disable()
    try:
        assert [r() for r in step()] == [None] * 4
    finally:
        gc.enable()


# what runs again


def counted(ran: list[int]) -> Callable[[Any], Any]:
    def function(x: Any) -> Any:
        ran.append(1)
        a = x.sin()
        ran.append(2)
        b = a.exp()
        ran.append(3)
        return b + 1

    return function


def test_it_stops_when_all_is_there() -> None:
    ran: list[int] = []
    checkpoint(counted(ran), leaf(), use_reentrant=False).sum().backward()
    assert ran == [1, 2, 3, 1, 2]
    ran.clear()
    checkpoint(counted(ran), leaf(), use_reentrant=False, early_stop=False).sum().backward()
    assert ran == [1, 2, 3, 1, 2, 3]
    ran.clear()
    with set_checkpoint_early_stop(False):
        y = checkpoint(counted(ran), leaf(), use_reentrant=False)
    y.sum().backward()
    assert ran == [1, 2, 3, 1, 2, 3]


def test_each_pass_runs_it_once() -> None:
    ran: list[int] = []
    y = checkpoint(counted(ran), leaf(), use_reentrant=False)
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    assert ran == [1, 2, 3, 1, 2, 1, 2]


def test_passes_of_a_group_share_one_run() -> None:
    ran: list[int] = []

    def two(x: Any) -> Any:
        ran.append(1)
        return x.sin(), x.exp()

    x = leaf()
    first, second = checkpoint(two, x, use_reentrant=False)
    with GraphExecGroup():
        first.sum().backward(retain_graph=True)
        second.sum().backward(retain_graph=True)
        with pytest.raises(CheckpointError, match="Performing two backward calls that overlap"):
            first.sum().backward()
        with pytest.raises(RuntimeError, match="GraphExecGroup contexts cannot be nested"), GraphExecGroup():
            pass
    assert ran == [1, 1]


# errors


def changing(*functions: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that is the next one at each call."""
    remaining = iter(functions)
    return lambda x: next(remaining)(x)


@pytest.mark.parametrize(
    ("functions", "words"),
    [
        ([lambda x: x.sin().exp(), lambda x: x.sin()], "A different number of tensors was saved during the original"),
        ([lambda x: x.exp().sum(), lambda x: x[:1].exp().sum()], "have different metadata than during the forward"),
        ([lambda x: x.sin(), lambda x: x.sin().exp()], "trying to save more tensors during recomputation than during"),
    ],
)
def test_a_second_run_that_differs_is_refused(functions: list[Callable[[Any], Any]], words: str) -> None:
    y = checkpoint(changing(*functions), leaf(), use_reentrant=False, early_stop=False)
    with pytest.raises(CheckpointError, match=words):
        y.sum().backward()


def test_a_check_may_be_left_out() -> None:
    x = leaf()
    function = changing(lambda x: x.exp().sum(), lambda x: x[:1].exp().sum())
    checkpoint(function, x, use_reentrant=False, determinism_check="none").backward()
    assert x.grad.tolist() == pytest.approx([wengert.tensor(0.5, dtype=wengert.float64).exp().item()] * 2)


@pytest.mark.parametrize("inside", [True, False])
def test_debugging_lists_the_operations_of_both_runs(inside: bool) -> None:
    function = changing(lambda x: x.exp().sum(), lambda x: x[:1].exp().sum())
    with set_checkpoint_debug_enabled(True) if inside else nullcontext():
        y = checkpoint(function, leaf(), use_reentrant=False, debug=not inside)
    with pytest.raises(CheckpointError) as caught:
        y.backward()
    text = str(caught.value)
    assert "dumping logs of latest computation" in text
    assert text.index("ExpBackward0, recorded at") < text.index("Operations of the recomputation") < text.index("Slice")
    assert "test_checkpoint.py" in text
    assert "have different metadata" in text


def test_an_input_that_was_written_is_refused(mutable_toy: str) -> None:
    x = leaf()
    z = x * 1
    y = checkpoint(lambda x: x.exp(), z, use_reentrant=False)
    z.mul_(2.0)
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation.*checkpoint"):
        y.sum().backward()


def test_options_are_refused() -> None:
    def same(x: Any) -> Any:
        return x.exp()

    x = leaf()
    with pytest.raises(ValueError, match="determinism_check should be one of"):
        checkpoint(same, x, use_reentrant=False, determinism_check="strict")
    with pytest.raises(ValueError, match="debug=True is incompatible with non-default context_fn"):
        checkpoint(same, x, use_reentrant=False, debug=True, context_fn=lambda: (nullcontext(), nullcontext()))
    with pytest.raises(ValueError, match="only supported when use_reentrant=False"):
        checkpoint(same, x, use_reentrant=True, debug=True)
    with pytest.raises(ValueError, match="Unexpected keyword arguments: factor"):
        checkpoint(same, x, use_reentrant=True, factor=2)
    with pytest.warns(UserWarning, match="the use_reentrant parameter should be passed explicitly"):
        checkpoint(same, x)
    with pytest.warns(UserWarning, match="None of the inputs have requires_grad=True"):
        checkpoint(same, x.detach(), use_reentrant=True)


def test_the_reentrant_variant_says_what_it_cannot() -> None:
    x = leaf()
    y = checkpoint(lambda x: x.exp(), x, use_reentrant=True)
    with pytest.raises(RuntimeError, match=r"is incompatible with .grad\(\) or passing an `inputs` parameter"):
        wengert.autograd.grad(y.sum(), x)
    detached = checkpoint(lambda x: x.detach() * 2, x, use_reentrant=True)
    with pytest.raises(RuntimeError, match="none of output has requires_grad=True"):
        detached.sum().backward()


# chains
