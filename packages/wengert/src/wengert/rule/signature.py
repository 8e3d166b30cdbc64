"""Floor 1: the parameters of a function, read off its code. (`inspect.signature` says more and costs 10 ms to
import.)"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, cast

_VARIADIC = 0x04  # the flag of a code object whose function has *args


class Parameters:
    """Names of the positional parameters, of *args if there is one, of the keyword-only ones, and the defaults of
    both."""

    __slots__ = ("defaults", "keyword_only", "positional", "variadic")

    def __init__(
        self,
        positional: tuple[str, ...],
        variadic: str | None,
        keyword_only: tuple[str, ...],
        defaults: dict[str, Any],
    ) -> None:
        self.positional, self.variadic, self.keyword_only, self.defaults = positional, variadic, keyword_only, defaults

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return (*self.positional, *((self.variadic,) if self.variadic else ()), *self.keyword_only)


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """The parameters of a Python function."""
    python = cast(FunctionType, function)
    code = python.__code__
    count, only = code.co_argcount, code.co_kwonlyargcount
    names = code.co_varnames
    positional, keyword_only = names[:count], names[count : count + only]
    defaults = python.__defaults__ or ()
    found: dict[str, Any] = dict(zip(positional[count - len(defaults) :], defaults, strict=True))
    found.update(python.__kwdefaults__ or {})
    variadic = names[count + only] if code.co_flags & _VARIADIC else None
    return Parameters(positional, variadic, keyword_only, found)


def names_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a Python function's parameters, those of *args last."""
    code = cast(FunctionType, function).__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & _VARIADIC)]
