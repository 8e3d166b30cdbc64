"""Ufuncs that say nothing at their singular points, as torch's functions do.

NumPy keeps its error state in a context variable. A ufunc that runs inside a context where the state is "ignore" is
silent, and entering that context costs a fifteenth of `np.errstate`. A context can be entered once at a time: a second
thread, or a finalizer that runs meanwhile, takes `np.errstate` instead. What runs for long and sets context variables
of its own, as a backward pass does, enters `Silence`, which sets that one variable.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from typing import Any

import numpy as np

_silence = Context()
_silence.run(np.seterr, all="ignore")
run = _silence.run
((_state, IGNORING),) = _silence.items()
#: What NumPy does at singular points now; IGNORING where it is silent already.
state = _state.get


class Silence:
    """`np.errstate(all="ignore")` at a third of its cost."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = _state.set(IGNORING)

    def __exit__(self, *_: object) -> None:
        _state.reset(self._before)


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """`function(*arguments)` without NumPy's floating-point warnings."""
    if state() is IGNORING:
        return function(*arguments)
    try:
        return run(function, *arguments)
    except RuntimeError:
        with np.errstate(all="ignore"):
            return function(*arguments)


def binary(ufunc: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A silent version of a ufunc of two arguments."""

    def kernel(x: Any, y: Any, /) -> Any:
        try:
            return run(ufunc, x, y)
        except RuntimeError:
            with np.errstate(all="ignore"):
                return ufunc(x, y)

    return kernel
