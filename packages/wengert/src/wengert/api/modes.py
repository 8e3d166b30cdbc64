"""Floor 7: grad mode and inference mode as context managers and decorators."""

from __future__ import annotations

import warnings
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import ContextVar
from functools import partial, wraps
from types import CodeType, TracebackType
from typing import Any, NamedTuple, Self, cast

from wengert.graph.modes import InferenceCell, Mode, change_mode, current_mode, restore_mode, set_grad_mode
from wengert.graph.modes import is_grad_enabled as recording
from wengert.tensor.base import TensorBase

# The flags of a code object, as in `inspect`, whose import takes 5 ms.
_GENERATOR, _COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200

Function = Callable[..., Any]


def is_grad_enabled() -> bool:
    """Whether grad mode is on.

    >>> with no_grad():
    ...     is_grad_enabled()
    False
    """
    mode = recording()
    return mode.grad if isinstance(mode, Mode) else mode


def is_inference_mode_enabled() -> bool:
    """Whether inference mode is on."""
    return current_mode().inference


def is_inference(tensor: TensorBase) -> bool:
    """Whether `tensor` was made in inference mode, so that it can have no part in what is recorded.

    >>> with inference_mode():
    ...     is_inference(ones(2))
    True
    """
    return tensor.version.__class__ is InferenceCell


class _State(NamedTuple):
    """The part of a mode that the managers of this module set."""

    grad: bool
    inference: bool


class _Manager:
    """A context manager that sets a mode, restores the previous one at exit, and decorates functions, generators,
    coroutines and asynchronous generators."""

    _stack: list[_State]

    def __init__(self) -> None:
        self._stack = []

    def set(self) -> _State:
        """Set the mode; the state before."""
        raise NotImplementedError(type(self).__name__)

    def clone(self) -> Self:
        """Another manager of the same mode, for one call of a decorated function."""
        return type(self)()

    def __enter__(self) -> None:
        self._stack.append(self.set())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        restore_mode(*self._stack.pop())

    def __call__(self, function: Function) -> Function:
        if isinstance(function, type):
            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
                "functions or methods. To preserve the current behavior of class decoration, you can directly decorate "
                "the `__init__` method and nothing else.",
                FutureWarning,
                stacklevel=2,
            )
        decorate = _DECORATORS.get(_kind(function), _decorated_function)
        return wraps(function)(decorate(function, self.clone))


class _Bare(_Manager):
    """A manager that decorates without parentheses, too."""

    def __new__(cls, orig_func: Function | None = None) -> Any:
        """`@no_grad` without parentheses decorates."""
        return super().__new__(cls) if orig_func is None else cls()(orig_func)

    def __init__(self, orig_func: Function | None = None) -> None:
        super().__init__()


_ON, _OFF = _State(True, False), _State(False, False)


def _state() -> _State:
    mode = recording()
    return _State(mode.grad, mode.inference) if isinstance(mode, Mode) else _ON if mode else _OFF


def _kind(function: Function) -> int:
    """Which flag the code of `function` has, 0 for a plain function."""
    while isinstance(function, partial):
        function = function.func
    code = getattr(function, "__code__", None)
    return code.co_flags & (_GENERATOR | _COROUTINE | _ASYNC_GENERATOR) if isinstance(code, CodeType) else 0


def _decorated_function(function: Function, manager: Callable[[], _Manager]) -> Function:
    def decorated(*args: Any, **keywords: Any) -> Any:
        with manager():
            return function(*args, **keywords)

    return decorated


def _decorated_generator(function: Function, manager: Callable[[], _Manager]) -> Function:
    """The mode holds while the generator runs, and the caller's own between the steps."""

    def decorated(*args: Any, **keywords: Any) -> Generator[Any, Any, Any]:
        with manager():
            generator = function(*args, **keywords)
        return (yield from _stepping(generator, manager))

    return decorated


def _stepping(generator: Any, manager: Callable[[], Any]) -> Generator[Any, Any, Any]:
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

    def __init__(self, manager: _Manager) -> None:
        with manager:
            self._inside = self._outside = _state()

    def __enter__(self) -> None:
        self._outside = _state()
        restore_mode(*self._inside)

    def __exit__(self, *details: object) -> None:
        self._inside = _state()
        restore_mode(*self._outside)


class _Stepped:
    """What is awaited in place of a coroutine's own steps."""

    def __init__(self, steps: Any, mode: _Resumed) -> None:
        self._steps, self._mode = steps, mode

    def __await__(self) -> Generator[Any, Any, Any]:
        return _stepping(self._steps, lambda: self._mode)


def _decorated_coroutine(function: Function, manager: Callable[[], _Manager]) -> Function:
    """The mode holds while the coroutine runs; the task that awaits it has its own in between."""

    async def decorated(*args: Any, **keywords: Any) -> Any:
        return await _Stepped(function(*args, **keywords), _Resumed(manager()))

    return decorated


def _decorated_async_generator(function: Function, manager: Callable[[], _Manager]) -> Function:
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


_DECORATORS: dict[int, Callable[[Function, Callable[[], _Manager]], Function]] = {
    _GENERATOR: _decorated_generator,
    _COROUTINE: _decorated_coroutine,
    _ASYNC_GENERATOR: _decorated_async_generator,
}


class no_grad(_Bare):  # torch's name
    """Record nothing: results do not require grad. A context manager and a decorator.

    Source: torch.no_grad.

    >>> x = tensor(2., requires_grad=True)
    >>> with no_grad():
    ...     (x ** 2).requires_grad
    False
    """

    def set(self) -> _State:
        state = _state()
        set_grad_mode(False)
        return state


class enable_grad(_Bare):  # torch's name
    """Record again, inside `no_grad`. A context manager and a decorator.

    Source: torch.enable_grad.
    """

    def set(self) -> _State:
        state = _state()
        set_grad_mode(True)
        return state


class set_grad_enabled(_Manager):  # torch's name
    """Set grad mode to `mode`, at once; as a context manager, restore the previous one at exit.

    Errors: TypeError if `mode` is no bool.
    Source: torch.set_grad_enabled.

    >>> with set_grad_enabled(False):
    ...     is_grad_enabled()
    False
    """

    def __init__(self, mode: bool) -> None:
        super().__init__()
        if not isinstance(mode, bool):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            given = type(mode).__name__
            raise TypeError(f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {given}")
        self.mode, self.prev = mode, _state()
        set_grad_mode(mode)

    def set(self) -> _State:
        set_grad_mode(self.mode)
        return self.prev

    def clone(self) -> Self:
        return type(self)(self.mode)

    def __call__(self, function: Function) -> Function:
        change_mode(**self.prev._asdict())  # as a decorator it sets nothing until the function runs
        return super().__call__(function)

    def __repr__(self) -> str:
        return f"wengert.autograd.grad_mode.set_grad_enabled(mode={self.mode})"


class inference_mode(_Manager):  # torch's name
    """Record nothing, now or later: what is made inside can have no part in a graph. `inference_mode(False)` inside
    records again. A context manager and a decorator.

    Source: torch.inference_mode.

    >>> x = tensor([2.], requires_grad=True)
    >>> with inference_mode():
    ...     y = x * 2
    >>> y.is_inference(), y.requires_grad
    (True, False)
    """

    def __new__(cls, mode: Any = True) -> Any:
        """`@inference_mode` without parentheses decorates."""
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode = mode

    def set(self) -> _State:
        state = _state()
        change_mode(grad=not self.mode, inference=self.mode)
        return state

    def clone(self) -> Self:
        return type(self)(self.mode)


_threads: ContextVar[bool] = ContextVar("wengert_multithreading", default=True)


def is_multithreading_enabled() -> bool:
    """What `set_multithreading_enabled` has set."""
    return _threads.get()


class set_multithreading_enabled(_Manager):  # torch's name
    """Allow backward to use several threads, at once; as a context manager, restore the previous setting at exit.

    Nothing depends on it: a backward runs in the thread that called it.

    Source: torch.autograd.set_multithreading_enabled.
    """

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self.mode, self.prev = mode, _threads.get()
        _threads.set(mode)

    def __enter__(self) -> None:
        _threads.set(self.mode)

    def __exit__(self, *details: object) -> None:
        _threads.set(self.prev)

    def clone(self) -> Self:
        return type(self)(self.mode)


__all__ = [
    "enable_grad",
    "inference_mode",
    "is_grad_enabled",
    "is_inference",
    "is_inference_mode_enabled",
    "is_multithreading_enabled",
    "no_grad",
    "set_grad_enabled",
    "set_multithreading_enabled",
]
