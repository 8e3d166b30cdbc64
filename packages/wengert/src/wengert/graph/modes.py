"""Floor 4: grad mode. It lives in a ContextVar, so threads and async tasks each have their own."""

from __future__ import annotations

from contextvars import ContextVar

_grad_mode: ContextVar[bool] = ContextVar("wengert_grad_mode", default=True)

#: `is_grad_enabled()`: whether operations are being recorded.
is_grad_enabled = _grad_mode.get


def set_grad_mode(enabled: bool) -> bool:
    """Set the mode of this thread or task and return the previous one, which restores it.

    There is no token: a generator may be closed in another context than the one it was started in.
    """
    previous = _grad_mode.get()
    _grad_mode.set(enabled)
    return previous
