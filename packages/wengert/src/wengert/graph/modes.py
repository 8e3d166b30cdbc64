"""Floor 4: the mode that operations run in. It lives in one ContextVar, so threads and async tasks each have their own.

Nearly always the mode is True (operations are recorded) or False. What is used rarely, such as inference mode, hooks on
saved tensors and anomaly mode, makes it a `Mode`. So recording asks one question, `is_grad_enabled() is True`, and
looks further only where the answer is no.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any


class Mode:
    """A mode that is more than on or off; never changed, only replaced. Its truth: whether operations are recorded.

    `packing` are the pairs of hooks on saved tensors, the innermost last, and `unpackable` the message with which more
    are refused; `noting` is called with each node that is recorded, `writing` with each tensor that is about to be
    written; `watching` wraps the steps of a backward.
    """

    __slots__ = ("grad", "inference", "noting", "packing", "unpackable", "watching", "writing")

    grad: bool
    inference: bool
    packing: tuple[tuple[Callable[[Any], Any], Callable[[Any], Any]], ...]
    unpackable: str | None
    noting: tuple[Callable[[Any], None], ...]
    writing: tuple[Callable[[Any], None], ...]
    watching: tuple[Callable[[Any], Any], ...]

    def __init__(self, grad: bool) -> None:
        self.grad, self.inference, self.unpackable = grad, False, None
        self.packing = self.noting = self.writing = self.watching = ()

    def __bool__(self) -> bool:
        return self.grad and not self.inference

    def changed(self, **values: Any) -> Mode | bool:
        """This mode with some parts replaced; the bare flag where nothing else is left."""
        new = Mode(self.grad)
        for name in self.__slots__:
            setattr(new, name, values.get(name, getattr(self, name)))
        if new.inference or new.unpackable or new.packing or new.noting or new.writing or new.watching:
            return new
        return new.grad

    def note(self, node: Any) -> None:
        """Say that `node` was recorded."""
        for noted in self.noting:
            noted(node)


_mode: ContextVar[Mode | bool] = ContextVar("wengert_mode", default=True)

#: The mode: True, False, or a `Mode`. Its truth says whether operations are being recorded.
is_grad_enabled = _mode.get


def current_mode() -> Mode:
    """The mode in its long form."""
    mode = _mode.get()
    return mode if isinstance(mode, Mode) else Mode(mode)


def change_mode(**values: Any) -> None:
    """Replace parts of the mode of this thread or task.

    There is no token: a generator may be closed in another context than the one it was started in.
    """
    _mode.set(current_mode().changed(**values))


def restore_mode(grad: bool, inference: bool) -> None:
    """Set these two parts of the mode of this thread or task."""
    if not inference and _mode.get().__class__ is bool:
        _mode.set(grad)
    else:
        change_mode(grad=grad, inference=inference)


def set_grad_mode(enabled: bool) -> bool:
    """Set grad mode for this thread or task and return what it was, which restores it."""
    mode = _mode.get()
    if isinstance(mode, Mode):
        _mode.set(mode.changed(grad=enabled))
        return mode.grad
    _mode.set(enabled)
    return mode


class InferenceCell(list[Any]):
    """The version cell of a tensor made in inference mode: it counts nothing, and to save its count is refused."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        if key == 0:
            raise RuntimeError(
                "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode "
                "in computation tracked by autograd. To work around this, you can make a clone to get a normal tensor "
                "and use it in autograd, or use `wengert.no_grad()` instead of `wengert.inference_mode()`."
            )
        return super().__getitem__(key)


def fresh_version() -> InferenceCell | None:
    """The version cell of a tensor that is made now: None, or in inference mode a cell that says so."""
    mode = _mode.get()
    return InferenceCell([0]) if isinstance(mode, Mode) and mode.inference else None
