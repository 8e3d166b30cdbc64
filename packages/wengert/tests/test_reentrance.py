"""Passes within passes, in threads, and after what went wrong."""

from __future__ import annotations

import contextvars
import gc
import sys
import threading
from typing import Any
from weakref import ref

import pytest
import wengert
from wengert.autograd.graph import allow_mutation_on_saved_tensors, register_multi_grad_hook, saved_tensors_hooks

pytestmark = pytest.mark.usefixtures("toy")


def leaf(value: Any) -> Any:
    return wengert.tensor(value, requires_grad=True)


def nested(depth: int, at_the_bottom: Any) -> Any:
    """A tensor whose backward runs another backward, `depth` times."""

    class Deeper(wengert.autograd.Function):
        @staticmethod
        def forward(ctx, x, left):
            ctx.left = left
            return x * 1

        @staticmethod
        def backward(ctx, g):
            with wengert.enable_grad():
                inner = g.detach().requires_grad_()
                if ctx.left:
                    Deeper.apply(inner, ctx.left - 1).backward(g)
                else:
                    at_the_bottom()
            return g, None

    return Deeper.apply(leaf(1.0), depth)


def test_backward_two_thousand_deep() -> None:
    limit, collecting, threads = sys.getrecursionlimit(), gc.isenabled(), set()
    nested(2000, lambda: threads.add(threading.get_ident())).backward()
    assert len(threads) == 1
    assert threads != {threading.get_ident()}
    assert (sys.getrecursionlimit(), gc.isenabled()) == (limit, collecting)


def test_deep_inside_the_context_is_the_callers() -> None:
    seen = []
    mark: contextvars.ContextVar[str] = contextvars.ContextVar("mark")
    mark.set("here")
    nested(300, lambda: seen.append((mark.get(), wengert.is_grad_enabled()))).backward()
    assert seen == [("here", True)]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_two_hundred_deep_comes_out(error: type[BaseException]) -> None:
    def fail() -> None:
        raise error("at the bottom")

    with pytest.raises(error, match="at the bottom"):
        nested(200, fail).backward()
    assert wengert.is_grad_enabled()
    x = leaf(2.0)
    (x * x).backward()
    assert x.grad.item() == 4.0


def test_an_interrupt_in_a_node_leaves_the_graph_usable() -> None:
    x = leaf(3.0)
    y = x * x
    interrupting = [True]

    def interrupt(g: Any) -> None:
        if interrupting.pop():
            raise KeyboardInterrupt

    y.register_hook(interrupt)
    z = y * 2
    interrupting.insert(0, False)
    with pytest.raises(KeyboardInterrupt):
        z.backward(retain_graph=True)
    assert wengert.is_grad_enabled()
    z.backward()
    assert x.grad.item() == 12.0


def test_threads_walk_one_graph() -> None:
    x = leaf([1.0, 2.0])
    y = (x * x.exp()).sum()
    results: list[Any] = []

    def work() -> None:
        for _ in range(10):
            results.append(wengert.autograd.grad(y, x, retain_graph=True)[0].tolist())
            y.backward(retain_graph=True)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (once,) = wengert.autograd.grad(y, x)
    assert results == [once.tolist()] * 80
    assert x.grad.tolist() == pytest.approx([80 * value for value in once.tolist()])


def test_threads_record_on_shared_leaves() -> None:
    name = wengert.tensor(1.0).device.backend
    x = leaf([1.0, 2.0])
    missing: list[Any] = []

    def work() -> None:
        with wengert.use_backend(name):
            for _ in range(50):
                g = wengert.autograd.grad((x * 3).sum(), x, allow_unused=True)[0]
                if g is None or g.tolist() != [3.0, 3.0]:
                    missing.append(g)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert missing == []


def test_a_post_hook_may_keep_what_it_sees() -> None:
    x, held = leaf([1.0, 2.0]), []
    y = x * x
    y.grad_fn.register_hook(lambda inputs, outputs: held.extend(inputs))
    (y + x).sum().backward()
    assert [g.tolist() for g in held] == [[1.0, 2.0], [1.0, 2.0]]
    assert x.grad.tolist() == [3.0, 5.0]


def test_a_handle_keeps_nothing_alive() -> None:
    x = leaf(1.0)
    handle = x.register_hook(lambda g: None)
    held = ref(x)
    del x
    assert held() is None
    handle.remove()


def test_hooks_on_several_tensors_are_no_cycle() -> None:
    gc.disable()
    try:
        x = leaf([1.0, 2.0])
        y = x * 2
        register_multi_grad_hook([x, y], print)
        held = [ref(x), ref(y), ref(y.grad_fn)]
        del x, y
        assert [r() for r in held] == [None, None, None]
    finally:
        gc.enable()


def test_packed_values_are_no_cycle() -> None:
    gc.disable()
    try:
        x = leaf([1.0, 2.0])
        with saved_tensors_hooks(lambda t: t, lambda t: t):
            y = (x * x).exp()
        held = [ref(x), ref(y), ref(y.grad_fn)]
        y.sum().backward()
        del x, y
        assert [r() for r in held] == [None, None, None]
    finally:
        gc.enable()


def test_a_constant_made_in_inference_mode_serves_elsewhere() -> None:
    with wengert.inference_mode():
        assert (wengert.ones(1) * 7.125).is_inference()
    x = leaf([2.0])
    (x * 7.125).sum().backward()
    assert x.grad.tolist() == [7.125]


def test_mutation_is_noticed_only_where_it_is_allowed(mutable_toy: str) -> None:
    x = leaf([1.0, 2.0])
    with allow_mutation_on_saved_tensors():
        y = x * 1
        z = (y * y).sum()
        y.zero_()
        z.backward()
    assert x.grad.tolist() == [2.0, 4.0]
    y = x * 1
    z = (y * y).sum()
    y.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()
