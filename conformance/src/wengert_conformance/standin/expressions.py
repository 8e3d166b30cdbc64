"""C++ expressions of numbers and truth values, read and worked out with NumPy.

What is known: names, numbers, calls of mathematical functions, and the operators `?: || && == != < <= > >= + - * / !`.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import CodeType
from typing import Any

import numpy

_TOKEN = re.compile(r"\s*([A-Za-z_]\w*|\d+\.?\d*(?:e[-+]?\d+)?|&&|\|\||[=!<>]=|[-+*/<>!?:(),])")
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/"))
_FUNCTIONS = "acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh exp expm1 fabs floor hypot log log10 log1p"
_FUNCTIONS += " log2 pow rint sin sinh sqrt tan tanh trunc"
_SPECIAL = "erf erfc erfcx"


class _Reader:
    """Reads one expression and writes it down as Python's."""

    def __init__(self, text: str) -> None:
        self._tokens, at = list[str](), 0
        text = text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise SyntaxError(f"the stand-in cannot read {text[at:]!r} of the expression {text!r}")
            self._tokens.append(match[1])
            at = match.end()
        self._tokens.append("")
        self._at = 0

    def _take(self, *wanted: str) -> str:
        token = self._tokens[self._at]
        if token not in wanted:
            return ""
        self._at += 1
        return token

    def _need(self, wanted: str) -> None:
        if self._tokens[self._at] != wanted:
            raise SyntaxError(f"the stand-in expects {wanted!r} at {self._tokens[self._at :]}")
        self._at += 1

    def whole(self) -> str:
        """The whole text as one expression."""
        found = self._choice()
        self._need("")
        return found

    def _choice(self) -> str:
        condition = self._level(0)
        if not self._take("?"):
            return condition
        yes = self._choice()
        self._need(":")
        return f"where({condition}, {yes}, {self._choice()})"

    def _level(self, level: int) -> str:
        if level == len(_LEVELS):
            return self._unary()
        left = self._level(level + 1)
        while operator := self._take(*_LEVELS[level]):
            right = self._level(level + 1)
            word = {"||": "logical_or", "&&": "logical_and"}.get(operator)
            left = f"{word}({left}, {right})" if word else f"({left} {operator} {right})"
        return left

    def _unary(self) -> str:
        if operator := self._take("-", "!"):
            return f"{'logical_not' if operator == '!' else 'negative'}({self._unary()})"
        if self._take("("):
            inner = self._choice()
            self._need(")")
            return inner
        token = self._tokens[self._at]
        self._at += 1
        if not re.match(r"\w", token):
            raise SyntaxError(f"the stand-in expects a value, not {token!r}")
        if not self._take("("):
            return token
        arguments = [self._choice()]
        while self._take(","):
            arguments.append(self._choice())
        self._need(")")
        return f"{token}({', '.join(arguments)})"


@cache
def _code(text: str) -> CodeType:
    return compile(_Reader(text).whole(), f"C++: {text}", "eval")


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    numpys = {name: getattr(numpy, {"pow": "power"}.get(name, name)) for name in _FUNCTIONS.split()}
    special = importlib.import_module("scipy.special")
    others = {name: getattr(numpy, name) for name in ("where", "logical_or", "logical_and", "logical_not", "negative")}
    return {**numpys, **others, **{name: getattr(special, name) for name in _SPECIAL.split()}, "__builtins__": {}}  # pyright: ignore[reportReturnType]  # eval asks for it


def value_of(text: str, values: Mapping[str, Any]) -> Any:
    """The value of a C++ expression whose names are `values`. Errors: SyntaxError, NameError."""
    with numpy.errstate(all="ignore"):
        return eval(_code(text), _functions(), values)
