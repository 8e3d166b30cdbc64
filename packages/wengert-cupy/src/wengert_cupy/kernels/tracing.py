"""CUDA C++ for an elementwise formula: the formula is called with symbols, and what it does to them is written down.

One statement for each step, one name for each value: `const R t2 = t0 * t1;`. R is the type in which numbers are
computed; `R(0.5)` is a constant. A formula that does more than these statements can say raises Untraceable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NoReturn, cast

from wengert.backends.standard import fused as composites


class Untraceable(Exception):
    """A formula that is no sequence of elementwise steps."""


#: The steps, by the protocol's names. NaN wins in maximum and minimum.
REAL: dict[str, str] = {
    "abs": "fabs({0})",
    "acos": "acos({0})",
    "acosh": "acosh({0})",
    "add": "{0} + {1}",
    "asin": "asin({0})",
    "asinh": "asinh({0})",
    "atan": "atan({0})",
    "atan2": "atan2({0}, {1})",
    "atanh": "atanh({0})",
    "ceil": "ceil({0})",
    "copysign": "copysign({0}, {1})",
    "cos": "cos({0})",
    "cosh": "cosh({0})",
    "divide": "{0} / {1}",
    "erf": "erf({0})",
    "erfc": "erfc({0})",
    "erfcx": "erfcx({0})",
    "exp": "exp({0})",
    "expit": "R(1) / (R(1) + exp(-{0}))",
    "expm1": "expm1({0})",
    "floor": "floor({0})",
    "hypot": "hypot({0}, {1})",
    "log": "log({0})",
    "log10": "log10({0})",
    "log1p": "log1p({0})",
    "log2": "log2({0})",
    "maximum": "{0} != {0} || {0} > {1} ? {0} : {1}",
    "minimum": "{0} != {0} || {0} < {1} ? {0} : {1}",
    "multiply": "{0} * {1}",
    "negative": "-{0}",
    "pow": "pow({0}, {1})",
    "reciprocal": "R(1) / {0}",
    "round": "rint({0})",
    "sign": "{0} != {0} ? {0} : {0} > R(0) ? R(1) : {0} < R(0) ? R(-1) : R(0)",
    "sin": "sin({0})",
    "sinh": "sinh({0})",
    "sqrt": "sqrt({0})",
    "square": "{0} * {0}",
    "subtract": "{0} - {1}",
    "tan": "tan({0})",
    "tanh": "tanh({0})",
    "trunc": "trunc({0})",
}
BOOL: dict[str, str] = {
    "equal": "{0} == {1}",
    "greater": "{0} > {1}",
    "greater_equal": "{0} >= {1}",
    "isnan": "{0} != {0}",
    "less": "{0} < {1}",
    "less_equal": "{0} <= {1}",
    "logical_and": "{0} && {1}",
    "logical_not": "!{0}",
    "logical_or": "{0} || {1}",
    "not_equal": "{0} != {1}",
}
_CHOICE = {"masked": "{1} ? {0} : R(0)", "where": "{0} ? {1} : {2}"}
_OF_REALS = frozenset(BOOL) - {"logical_and", "logical_not", "logical_or"}


class Symbol:
    """A value of the kernel: a number, or a truth value."""

    __slots__ = ("is_bool", "text", "trace")
    __hash__: ClassVar[None] = None  # pyright: ignore[reportIncompatibleMethodOverride]  # equality is a step, so no hash

    def __init__(self, trace: Trace, text: str, is_bool: bool = False) -> None:
        self.trace, self.text, self.is_bool = trace, text, is_bool

    @property
    def shape(self) -> None:
        """Unknown: all values have the shape of the result, and broadcasting to it does nothing."""

    def __bool__(self) -> NoReturn:
        raise Untraceable("a formula that asks for a truth value")


def _operator(name: str, reflected: bool = False) -> Callable[..., Symbol]:
    def method(self: Symbol, *others: Any) -> Symbol:
        return self.trace.step(name, (*others, self) if reflected else (self, *others))

    return method


_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "pow", "lt": "less",
    "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
for _word, _name in _OPERATORS.items():
    setattr(Symbol, f"__{_word}__", _operator(_name))
    if _word in ("add", "sub", "mul", "truediv", "pow"):
        setattr(Symbol, f"__r{_word}__", _operator(_name, reflected=True))
for _word, _name in {
    "neg": "negative", "abs": "abs", "invert": "logical_not", "and": "logical_and", "or": "logical_or",
}.items():  # fmt: skip
    setattr(Symbol, f"__{_word}__", _operator(_name))


class Trace:
    """The namespace that a formula sees: each kernel adds a statement."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self._names: dict[str, str] = {}

    def step(self, name: str, operands: Sequence[Any]) -> Symbol:
        """The value of one step, stated now unless it was before."""
        template = REAL.get(name) or BOOL.get(name) or _CHOICE.get(name)
        if template is None:
            raise Untraceable(f"a formula that calls {name}")
        booleans = [isinstance(x, Symbol) and x.is_bool for x in operands]
        expected = {"masked": [False, True], "where": [True, False, False]}.get(
            name, [name in BOOL and name not in _OF_REALS] * len(operands)
        )
        if booleans != expected:
            raise Untraceable(f"a formula that mixes numbers and truth values in {name}")
        is_bool = name in BOOL
        text = template.format(*[x.text if isinstance(x, Symbol) else literal(x) for x in operands])
        known = self._names.get(text)
        if known is None:
            known = self._names[text] = f"t{len(self.statements)}"
            self.statements.append(f"const {'bool' if is_bool else 'R'} {known} = {text};")
        return Symbol(self, known, is_bool)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("gelu", "gelu_slope"):
            return lambda x: getattr(composites, name)(self, x)
        return lambda *operands: self.step(name, operands)

    # what takes no step

    def broadcast_to(self, x: Symbol, shape: None) -> Symbol:
        return x

    def conj(self, x: Symbol) -> Symbol:
        return x

    positive = real = conj

    def full_like(self, x: Symbol, value: Any) -> Symbol:
        if isinstance(value, Symbol):
            return value
        return Symbol(self, literal(value))

    def ones_like(self, x: Symbol) -> Symbol:
        return Symbol(self, literal(1))

    def zeros_like(self, x: Symbol) -> Symbol:
        return Symbol(self, literal(0))


def literal(value: Any) -> str:
    """A constant of the type R."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value - value != 0:
        raise Untraceable(f"a formula with the constant {value!r}")
    return f"R({value!r})"


def traced(formula: Callable[..., Any], booleans: Sequence[bool], numbers: Sequence[str], fixed: dict[str, Any]) -> str:
    """The body of a kernel for `formula(xp, *arrays, **numbers)`: from x0, x1, ... and the numbers p0, p1, ... to
    y0, y1, ...

    `booleans` says which arrays hold truth values; what is `fixed` is part of the formula. Errors: Untraceable.
    """
    trace = Trace()
    arrays = [Symbol(trace, f"a{at}", is_bool) for at, is_bool in enumerate(booleans)]
    symbols = {name: Symbol(trace, f"b{at}") for at, name in enumerate(numbers)}
    try:
        found = formula(trace, *arrays, **symbols, **fixed)
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        raise Untraceable(str(error)) from error
    results = cast("tuple[Any, ...]", found) if isinstance(found, tuple) else (found,)
    if any(not isinstance(result, Symbol) or result.is_bool for result in results):
        raise Untraceable("a formula whose result is no number")
    loads = [f"const {'bool' if is_bool else 'R'} a{at} = x{at};" for at, is_bool in enumerate(booleans)]
    loads += [f"const R b{at} = p{at};" for at in range(len(numbers))]
    stores = [f"y{at} = {result.text};" for at, result in enumerate(results)]
    return "\n".join([*loads, *trace.statements, *stores])
