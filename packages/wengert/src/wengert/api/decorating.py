"""Floor 7: functions, generators and coroutines that run in a mode, and leave it in between."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager
from functools import partial, wraps
from types import CodeType
from typing import Any, NamedTuple, cast

from wengert.graph.modes import Mode, restore_mode
from wengert.graph.modes import is_grad_enabled as recording

# The flags of a code object, as in `inspect`, whose import takes 5 ms.
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200

Function = Callable[..., Any]
Manager = Callable[[], Any]  # makes a context manager, one for each call


class State(NamedTuple):
    """The part of a mode that the managers of `modes.py` set."""

    grad: bool
    inference: bool


#: Of a mode without more.
ON, OFF = State(True, False), State(False, False)


def state() -> State:
    """The state now."""
    mode = recording()
    return State(mode.grad, mode.inference) if isinstance(mode, Mode) else ON if mode else OFF


def decorated(function: Function, manager: Manager) -> Function:
    """`function`, of any of these kinds, in the mode of `manager`."""
    decorate = _DECORATORS.get(_kind(function), _decorated_function)
    return wraps(function)(decorate(function, manager))


def _kind(function: Function) -> int:
    """Which flag the code of `function` has, 0 for a plain function."""
    while isinstance(function, partial):
        function = function.func
    code = getattr(function, "__code__", None)
    return code.co_flags & (_GENERATOR | _COROUTINE | _ASYNC_GENERATOR) if isinstance(code, CodeType) else 0


def _decorated_function(function: Function, manager: Manager) -> Function:
    def decorated(*args: Any, **keywords: Any) -> Any:
        with manager():
            return function(*args, **keywords)

    return decorated


def _decorated_generator(function: Function, manager: Manager) -> Function:
    """The mode holds while the generator runs, and the caller's own between the steps."""

    def decorated(*args: Any, **keywords: Any) -> Generator[Any, Any, Any]:
        with manager():
            generator = function(*args, **keywords)
        return (yield from _stepping(generator, manager))

    return decorated


def _stepping(generator: Any, manager: Manager) -> Generator[Any, Any, Any]:
    """`yield from generator` with the mode set in each step."""
    step, value = generator.send, None
    while True:
        try:
            with manager():
                answer = step(value)
        except StopIteration as stop:
            return stop.value
        try:
            value = yield answer
            step = generator.send
        except GeneratorExit:
            with manager():
                generator.close()
            raise
        except BaseException as error:
            step, value = generator.throw, error


class _Resumed:
    """The mode inside a coroutine, which it has again whenever it goes on, as it left it."""

    def __init__(self, manager: AbstractContextManager[Any]) -> None:
        with manager:
            self._inside = self._outside = state()

    def __enter__(self) -> None:
        self._outside = state()
        restore_mode(*self._inside)

    def __exit__(self, *details: object) -> None:
        self._inside = state()
        restore_mode(*self._outside)


class _Stepped:
    """What is awaited in place of a coroutine's own steps."""

    def __init__(self, steps: Any, mode: _Resumed) -> None:
        self._steps, self._mode = steps, mode

    def __await__(self) -> Generator[Any, Any, Any]:
        return _stepping(self._steps, lambda: self._mode)


def _decorated_coroutine(function: Function, manager: Manager) -> Function:
    """The mode holds while the coroutine runs; the task that awaits it has its own in between."""

    async def decorated(*args: Any, **keywords: Any) -> Any:
        return await _Stepped(function(*args, **keywords), _Resumed(manager()))

    return decorated


def _decorated_async_generator(function: Function, manager: Manager) -> Function:
    async def decorated(*args: Any, **keywords: Any) -> AsyncGenerator[Any, Any]:
        generator, mode = function(*args, **keywords), _Resumed(manager())
        step, value = generator.asend, None
        while True:
            try:
                answer = await _Stepped(step(value).__await__(), mode)
            except StopAsyncIteration:
                return
            try:
                value = yield answer
                step = generator.asend
            except GeneratorExit:
                await _Stepped(generator.aclose().__await__(), mode)
                raise
            except BaseException as error:
                step, value = generator.athrow, cast(Any, error)

    return decorated


_DECORATORS: dict[int, Callable[[Function, Manager], Function]] = {
    _GENERATOR: _decorated_generator,
    _COROUTINE: _decorated_coroutine,
    _ASYNC_GENERATOR: _decorated_async_generator,
}
