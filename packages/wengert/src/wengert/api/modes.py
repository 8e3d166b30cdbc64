"""Floor 7: grad mode as context managers and decorators."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial, wraps
from types import CodeType, TracebackType
from typing import Any, Self

from wengert.graph.modes import is_grad_enabled, set_grad_mode

_GENERATOR = 0x20  # the flag of a code object whose function is a generator


class _GradMode:
    """A context manager that sets grad mode, restores the previous one at exit, and decorates functions and
    generators."""

    _stack: list[bool]

    def __init__(self, mode: bool) -> None:
        self.mode = mode
        self._stack = []

    def __enter__(self) -> Self:
        self._stack.append(set_grad_mode(self.mode))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        set_grad_mode(self._stack.pop())

    def fresh(self) -> _GradMode:
        """Another manager of the same mode, for one call of a decorated function."""
        return _GradMode(self.mode)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if _is_generator_function(function):
            return _decorated_generator(function, self)

        @wraps(function)
        def decorated(*args: Any, **keywords: Any) -> Any:
            with self.fresh():
                return function(*args, **keywords)

        return decorated


def _is_generator_function(function: Callable[..., Any]) -> bool:
    """As `inspect.isgeneratorfunction`, whose module takes 5 ms to import."""
    while isinstance(function, partial):
        function = function.func
    code = getattr(function, "__code__", None)
    return isinstance(code, CodeType) and bool(code.co_flags & _GENERATOR)


def _decorated_generator(function: Callable[..., Any], manager: _GradMode) -> Callable[..., Any]:
    """The mode holds while the generator runs, and the caller's own between the steps."""

    @wraps(function)
    def decorated(*args: Any, **keywords: Any) -> Generator[Any, Any, Any]:
        with manager.fresh():
            generator = function(*args, **keywords)
        step, value = generator.send, None
        try:
            while True:
                with manager.fresh():
                    answer = step(value)
                try:
                    value = yield answer
                    step = generator.send
                except GeneratorExit:
                    with manager.fresh():
                        generator.close()
                    raise
                except BaseException as error:
                    step, value = generator.throw, error
        except StopIteration as stop:
            return stop.value

    return decorated


class no_grad(_GradMode):  # torch's name
    """Record nothing: results do not require grad. A context manager and a decorator.

    >>> x = tensor(2., requires_grad=True)
    >>> with no_grad():
    ...     (x ** 2).requires_grad
    False
    """

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """`@no_grad` without parentheses decorates, too."""
        if function is None:
            return super().__new__(cls)
        return _GradMode(False)(function)

    def __init__(self, function: Callable[..., Any] | None = None) -> None:
        super().__init__(False)


class enable_grad(_GradMode):  # torch's name
    """Record again, inside `no_grad`. A context manager and a decorator."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """`@enable_grad` without parentheses decorates, too."""
        if function is None:
            return super().__new__(cls)
        return _GradMode(True)(function)

    def __init__(self, function: Callable[..., Any] | None = None) -> None:
        super().__init__(True)


class set_grad_enabled(_GradMode):  # torch's name
    """Set grad mode to `mode`, at once; as a context manager, restore the previous one at exit."""

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        self.previous = set_grad_mode(mode)

    def __enter__(self) -> Self:
        self._stack.append(self.previous)
        set_grad_mode(self.mode)
        return self

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        set_grad_mode(self.previous)  # as a decorator it sets nothing until the function runs
        return super().__call__(function)


__all__ = ["enable_grad", "is_grad_enabled", "no_grad", "set_grad_enabled"]
