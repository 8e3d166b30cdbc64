"""Floor 5: reading a rule, and the text that comes of it.

A rule is called with probes in the place of its namespace and its arrays; what it does to them is the expression that
stands for it in the functions that `specialize.py` and `pull.py` write. A rule that does more than an expression can
say (a branch, a loop, a value used twice) is not read but called. The text is kept as a loader would, so a traceback
shows it, under the rule's name.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from operator import add, mul, neg, sub
from types import CodeType, FunctionType
from typing import Any, ClassVar, NoReturn, cast

_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip


class Probe:
    """Stands for a value while a rule is read: what is done to it is written down as an expression.

    A name may stand in the expression as often as it likes; a value that was worked out, once: twice would be work done
    twice.
    """

    def __init__(self, text: str, is_name: bool = True) -> None:
        self.text, self.is_name, self.is_used = text, is_name, False

    def taken(self) -> str:
        """The text, for an expression that uses it; TypeError for the second use of a value that was worked out."""
        if self.is_used:
            raise TypeError("a rule that uses a value twice is called, not written out")
        self.is_used = not self.is_name
        return self.text

    def __call__(self, *args: Any, **keywords: Any) -> Probe:
        if self.text in ("xp.conj", "xp.real"):  # what is written out serves real numbers only
            return args[0]
        words = [text_of(arg) for arg in args] + [f"{key}={text_of(value)}" for key, value in keywords.items()]
        kernel = f"(kernel := {self.text})" if self.text.startswith("xp.") else self.text  # faster than a method call
        return Probe(f"{kernel}({', '.join(words)})", is_name=False)

    def __getattr__(self, name: str) -> Probe:
        if name.startswith("__"):
            raise AttributeError(name)
        return Probe(f"{self.taken()}.{name}", self.is_name)

    def __neg__(self) -> Probe:
        return Probe(f"(-{self.taken()})", is_name=False)

    def __bool__(self) -> NoReturn:
        raise TypeError("a rule that asks for a truth value is called, not written out")

    def __iter__(self) -> NoReturn:
        raise TypeError("a rule that iterates is called, not written out")

    def __eq__(self, other: object) -> bool:
        raise TypeError("a rule that compares for equality is called, not written out")

    __hash__: ClassVar[None] = None  # pyright: ignore[reportIncompatibleMethodOverride]  # equality raises, so no hash


def _binary(symbol: str, reflected: bool) -> Callable[[Probe, Any], Probe]:
    def operator(self: Probe, other: Any) -> Probe:
        left, right = (other, self) if reflected else (self, other)
        return Probe(f"({text_of(left)} {symbol} {text_of(right)})", is_name=False)

    return operator


for _name, _symbol in _OPERATORS.items():
    setattr(Probe, f"__{_name}__", _binary(_symbol, reflected=False))
    setattr(Probe, f"__r{_name}__", _binary(_symbol, reflected=True))


def text_of(value: Any) -> str:
    """The expression for a probe or a constant; TypeError for anything else."""
    if isinstance(value, Probe):
        return value.taken()
    if isinstance(value, (bool, int, str)) or value is None or (isinstance(value, float) and isfinite(value)):
        return repr(value)
    if isinstance(value, tuple):
        items = cast(tuple[Any, ...], value)
        return f"({''.join(text_of(item) + ', ' for item in items)})"
    raise TypeError(f"{type(value).__name__} cannot be written out")


class Operators:
    """The namespace for reading a rule that may only use Python's operators."""

    add, subtract, multiply = staticmethod(add), staticmethod(sub), staticmethod(mul)
    negative = staticmethod(neg)

    @staticmethod
    def conj(x: Any) -> Any:
        return x  # what is written out serves real numbers only


def written_out(function: Callable[..., Any], *arguments: Any) -> Any:
    """What `function` returns for probes, of which only the texts need be given: an expression's text, a plain number,
    or None where it must be called."""
    try:
        result = function(*[Probe(argument) if isinstance(argument, str) else argument for argument in arguments])
        return result if isinstance(result, (int, float)) else text_of(result)
    except Exception:  # whatever the rule does with a probe that it would not do with an array
        return None


class _Text:
    """Gives a traceback the text of a written function, as the loader of a module does."""

    def __init__(self, source: str) -> None:
        self.source = source

    def get_source(self, name: str) -> str:
        """The text; `linecache` asks for it when it is to be shown."""
        return self.source


def code_of(source: str, name: str, environment: dict[str, Any]) -> CodeType:
    """The code of the one function that `source` defines, for a function whose globals are `environment`."""
    environment["__loader__"] = _Text(source)
    module = compile(source, f"wengert, written out: {name}", "exec")
    return next(constant for constant in module.co_consts if isinstance(constant, CodeType))


itself: Callable[..., Any]  # is found in the environment of each function until it is written


def _first_call(*args: Any, **keywords: Any) -> Any:
    """What a function does until it is written."""
    write(globals())
    return itself(*args, **keywords)  # noqa: F821  # see above


def write(environment: dict[str, Any]) -> None:
    """Give a function the code that its `source` writes."""
    function = environment["itself"]
    function.__code__ = code_of(environment["source"](environment), function.__name__, environment)


def written_at_first_call(
    name: str, module: str, source: Callable[[dict[str, Any]], str], **given: Any
) -> FunctionType:
    """A function called `name` whose code is written at its first call: from the text that `source` returns, which
    also puts what the text names into the environment, where it finds `given`. The function stays the same object for
    good (methods and operators hold it)."""
    given |= {"__name__": module, "__builtins__": __builtins__, "source": source, "write": write}
    function = given["itself"] = FunctionType(_first_call.__code__, given, name)
    function.__qualname__ = name  # what Python's own errors say
    return function


__all__ = ["Operators", "Probe", "code_of", "text_of", "written_at_first_call", "written_out"]
