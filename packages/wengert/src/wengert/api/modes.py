"""Floor 7: grad mode and inference mode as context managers and decorators."""

from __future__ import annotations

import warnings
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self

from wengert.api.decorating import Function, State, decorated, state
from wengert.graph.modes import InferenceCell, Mode, change_mode, current_mode, restore_mode, set_grad_mode
from wengert.graph.modes import is_grad_enabled as recording
from wengert.tensor.base import TensorBase


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


class _Manager:
    """A context manager that sets a mode, restores the previous one at exit, and decorates functions, generators,
    coroutines and asynchronous generators."""

    _stack: list[State]

    def __init__(self) -> None:
        self._stack = []

    def set(self) -> State:
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
        return decorated(function, self.clone)


class _Bare(_Manager):
    """A manager that decorates without parentheses, too."""

    def __new__(cls, orig_func: Function | None = None) -> Any:
        """`@no_grad` without parentheses decorates."""
        return super().__new__(cls) if orig_func is None else cls()(orig_func)

    def __init__(self, orig_func: Function | None = None) -> None:
        super().__init__()


class no_grad(_Bare):  # torch's name
    """Record nothing: results do not require grad. A context manager and a decorator.

    Source: torch.no_grad.

    >>> x = tensor(2., requires_grad=True)
    >>> with no_grad():
    ...     (x ** 2).requires_grad
    False
    """

    def set(self) -> State:
        before = state()
        set_grad_mode(False)
        return before


class enable_grad(_Bare):  # torch's name
    """Record again, inside `no_grad`. A context manager and a decorator.

    Source: torch.enable_grad.
    """

    def set(self) -> State:
        before = state()
        set_grad_mode(True)
        return before


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
        self.mode, self.prev = mode, state()
        set_grad_mode(mode)

    def set(self) -> State:
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

    def set(self) -> State:
        before = state()
        change_mode(grad=not self.mode, inference=self.mode)
        return before

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
