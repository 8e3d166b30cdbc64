"""Grad mode: as context managers, as decorators, for generators, and apart in each thread and task."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import wengert
from wengert import enable_grad, is_grad_enabled, no_grad, set_grad_enabled

pytestmark = pytest.mark.usefixtures("toy")


@pytest.fixture(autouse=True)
def _mode_is_as_it_was() -> Iterator[None]:
    assert is_grad_enabled()
    yield
    assert is_grad_enabled()


def leaf(value: float) -> Any:
    return wengert.tensor(value, requires_grad=True)


def test_no_grad_records_nothing() -> None:
    x = leaf(2.0)
    with no_grad():
        y = x * x
    assert (y.requires_grad, y.grad_fn) == (False, None)
    assert (x * x).requires_grad


def test_a_leaf_made_in_no_grad_may_require_grad() -> None:
    with no_grad():
        x = leaf(2.0)
        assert x.requires_grad
    assert (x * x).requires_grad


def test_a_leaf_may_be_written_in_no_grad() -> None:
    x = leaf(2.0)
    with no_grad():
        x.add_(1.0)
    assert (x.item(), x.requires_grad, x.is_leaf) == (3.0, True, True)


def test_modes_nest() -> None:
    seen = []
    with no_grad():
        with enable_grad():
            seen.append(is_grad_enabled())
            with set_grad_enabled(False):
                seen.append(is_grad_enabled())
            seen.append(is_grad_enabled())
        seen.append(is_grad_enabled())
    assert seen == [True, False, True, False]


def test_one_manager_nests_in_itself() -> None:
    manager = no_grad()
    with manager, enable_grad(), manager:
        assert not is_grad_enabled()
    assert is_grad_enabled()
    with manager:
        assert not is_grad_enabled()


def test_an_exception_restores_the_mode() -> None:
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert is_grad_enabled()


def test_set_grad_enabled_acts_at_once() -> None:
    set_grad_enabled(False)
    try:
        assert not is_grad_enabled()
    finally:
        set_grad_enabled(True)
    with set_grad_enabled(False):
        assert not is_grad_enabled()
    assert is_grad_enabled()


@pytest.mark.parametrize(
    "decorate", [no_grad, no_grad(), lambda f: set_grad_enabled(False)(f)], ids=["bare", "called", "set"]
)
def test_decorated_functions(decorate: Callable[..., Any]) -> None:
    @decorate
    def function(n: int, *, m: int = 1) -> tuple[int, bool]:
        """Its words."""
        return n + m, is_grad_enabled()

    assert function(1, m=2) == (3, False)
    assert (function.__name__, function.__doc__) == ("function", "Its words.")
    assert is_grad_enabled()


def test_set_grad_enabled_as_a_decorator_leaves_the_mode() -> None:
    @set_grad_enabled(False)
    def function() -> bool:
        return is_grad_enabled()

    assert is_grad_enabled()
    assert not function()


def test_a_decorated_method_and_a_recursive_function() -> None:
    class Model:
        @no_grad()
        def mode(self) -> bool:
            return is_grad_enabled()

    @enable_grad()
    def down(n: int) -> list[bool]:
        with no_grad():
            return [is_grad_enabled(), *(down(n - 1) if n else [])]

    assert not Model().mode()
    assert down(3) == [False] * 4


def test_a_generator_has_the_mode_inside_and_its_caller_keeps_its_own() -> None:
    @no_grad()
    def generator() -> Iterator[bool]:
        yield is_grad_enabled()
        yield is_grad_enabled()

    seen = []
    for inside in generator():
        seen.append((inside, is_grad_enabled()))
    assert seen == [(False, True), (False, True)]


def test_a_generator_that_changes_the_mode_between_its_yields() -> None:
    @no_grad()
    def generator() -> Iterator[bool]:
        with enable_grad():
            yield is_grad_enabled()
        yield is_grad_enabled()

    steps = generator()
    assert [next(steps), is_grad_enabled(), next(steps), is_grad_enabled()] == [True, True, False, True]
    assert list(steps) == []


def test_a_generator_is_sent_values_thrown_errors_and_returns() -> None:
    @no_grad()
    def generator() -> Any:
        got = yield 1
        try:
            yield got
        except KeyError:
            yield is_grad_enabled()
        return "end"

    steps = generator()
    assert (next(steps), steps.send(5), steps.throw(KeyError())) == (1, 5, False)
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert stop.value.value == "end"


def test_a_generator_closed_in_another_context() -> None:
    closed = []

    @no_grad()
    def generator() -> Iterator[int]:
        try:
            yield 1
        finally:
            closed.append(is_grad_enabled())

    steps = generator()
    contextvars.copy_context().run(next, steps)
    steps.close()
    assert closed == [False]
    assert is_grad_enabled()


def test_a_plain_generator_left_inside_a_block_and_closed_elsewhere() -> None:
    def generator() -> Iterator[int]:
        with no_grad():
            yield 1

    steps = generator()
    contextvars.copy_context().run(next, steps)
    assert is_grad_enabled()
    steps.close()
    assert is_grad_enabled()


def test_a_thread_has_its_own_mode() -> None:
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append(is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_tasks_have_their_own_modes() -> None:
    seen: list[tuple[str, bool]] = []

    async def quiet(go: asyncio.Event, done: asyncio.Event) -> None:
        with no_grad():
            go.set()
            await done.wait()
            seen.append(("quiet", is_grad_enabled()))

    async def loud(go: asyncio.Event, done: asyncio.Event) -> None:
        await go.wait()
        seen.append(("loud", is_grad_enabled()))
        done.set()

    async def both() -> None:
        go, done = asyncio.Event(), asyncio.Event()
        await asyncio.gather(quiet(go, done), loud(go, done))

    asyncio.run(both())
    assert seen == [("loud", True), ("quiet", False)]


def test_backward_runs_in_no_grad_and_records_with_create_graph() -> None:
    x = leaf(3.0)
    y = x * x
    seen = []
    y.register_hook(lambda g: seen.append((is_grad_enabled(), g.requires_grad)))
    (y * x).backward(retain_graph=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (y * x).backward(create_graph=True)
    assert seen == [(False, False), (True, True)]
    x.grad = None


def test_enable_grad_around_backward_changes_nothing() -> None:
    x = leaf(3.0)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad.item() == 6.0
    assert not x.grad.requires_grad


def test_a_coroutine_has_the_mode_inside_and_its_task_its_own() -> None:
    seen: list[tuple[str, bool]] = []

    @no_grad()
    async def quiet() -> bool:
        await asyncio.sleep(0)
        with enable_grad():
            await asyncio.sleep(0)
            seen.append(("inside", is_grad_enabled()))
        return is_grad_enabled()

    async def main() -> None:
        inner = quiet().__await__()
        next(inner)
        seen.append(("between", is_grad_enabled()))
        inner.close()
        seen.append(("returned", await quiet()))
        seen.append(("after", is_grad_enabled()))

    asyncio.run(main())
    assert seen == [("between", True), ("inside", True), ("returned", False), ("after", True)]


def test_an_asynchronous_generator_has_the_mode_inside() -> None:
    seen: list[Any] = []

    @no_grad()
    async def steps() -> Any:
        got = yield is_grad_enabled()
        await asyncio.sleep(0)
        try:
            yield got, is_grad_enabled()
        except KeyError:
            yield "caught", is_grad_enabled()
        finally:
            seen.append(("closed", is_grad_enabled()))

    async def main() -> None:
        generator = steps()
        seen.append((await generator.asend(None), is_grad_enabled()))
        seen.append((await generator.asend(5), is_grad_enabled()))
        seen.append((await generator.athrow(KeyError()), is_grad_enabled()))
        await generator.aclose()
        seen.append([mode async for mode in steps()])
        seen.append(is_grad_enabled())

    asyncio.run(main())
    assert seen == [
        (False, True),
        ((5, False), True),
        (("caught", False), True),
        ("closed", False),
        ("closed", False),
        [False, (None, False)],
        True,
    ]
