"""Floor 3: an elementwise formula as a list of steps, for backends that run it as one kernel.

The formula is called with symbols, and what it does to them is written down: one `Step` for each kernel, one only where
the same is done twice, none where nobody needs it; to add what was negated is to subtract. A formula that does more
than the steps that a backend knows raises Untraceable.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple, NoReturn, cast

from wengert.backends.standard import fused as composites


class Untraceable(Exception):
    """A formula that is no sequence of elementwise steps."""


class Symbol:
    """A value: an input (`at` counts them), the result of a step, or a constant."""

    __slots__ = ("at", "is_bool", "kind", "trace", "value")
    __hash__: ClassVar[None] = None  # pyright: ignore[reportIncompatibleMethodOverride]  # equality is a step, so no hash

    def __init__(self, trace: Trace, kind: str, at: int, is_bool: bool = False, value: Any = None) -> None:
        self.trace, self.kind, self.at, self.is_bool, self.value = trace, kind, at, is_bool, value

    @property
    def shape(self) -> None:
        """Unknown: all values have the shape of the result, and broadcasting to it does nothing."""

    @property
    def key(self) -> Any:
        """What tells this value from others."""
        return self.kind, self.at, repr(self.value)

    def __bool__(self) -> NoReturn:
        raise Untraceable("a formula that asks for a truth value")


class Step(NamedTuple):
    """One kernel: its name in the protocol, and its operands, symbols or plain numbers."""

    name: str
    operands: tuple[Any, ...]
    is_bool: bool


#: The steps whose results are truth values, and those of them that take truth values.
OF_TRUTH = frozenset({"logical_and", "logical_not", "logical_or"})
BOOLEAN = OF_TRUTH | {"equal", "greater", "greater_equal", "isnan", "less", "less_equal", "not_equal"}
_CHOICE = {"masked": [False, True], "where": [True, False, False]}


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
    """The namespace that a formula sees: each kernel, one of `names`, adds a step."""

    def __init__(self, names: Container[str]) -> None:
        self.names = names
        self.steps: list[Step] = []
        self.symbols: list[Symbol] = []  # the values of the steps
        self.results: tuple[Symbol, ...] = ()
        self._known: dict[Any, Symbol] = {}

    def step(self, name: str, operands: Sequence[Any]) -> Symbol:
        """The value of one step, which is added unless it is there."""
        if name not in self.names:
            raise Untraceable(f"a formula that calls {name}")
        booleans = [isinstance(x, Symbol) and x.is_bool for x in operands]
        if booleans != _CHOICE.get(name, [name in OF_TRUTH] * len(operands)):
            raise Untraceable(f"a formula that mixes numbers and truth values in {name}")
        for x in operands:
            if not isinstance(x, Symbol):
                checked(x)
        for x, other in (operands, operands[::-1]) if name == "add" else ():
            if isinstance(x, Symbol) and x.kind == "step" and self.steps[x.at].name == "negative":
                return self.step("subtract", (other, *self.steps[x.at].operands))
        key = (name, *[x.key if isinstance(x, Symbol) else repr(x) for x in operands])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = Symbol(self, "step", len(self.steps), name in BOOLEAN)
            self.steps.append(Step(name, tuple(operands), known.is_bool))
            self.symbols.append(known)
        return known

    def finish(self, results: tuple[Symbol, ...]) -> None:
        """Keep what the `results` need, and no other step."""
        todo, needed = [*results], set[int]()
        while todo:
            x = todo.pop()
            if x.kind == "step" and x.at not in needed:
                needed.add(x.at)
                todo += [y for y in self.steps[x.at].operands if isinstance(y, Symbol)]
        self.results = results
        self.steps = [step for at, step in enumerate(self.steps) if at in needed]
        self.symbols = [symbol for symbol in self.symbols if symbol.at in needed]
        for at, symbol in enumerate(self.symbols):
            symbol.at = at

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("gelu", "gelu_slope") and name not in self.names:
            return partial(getattr(composites, name), self)

        def step(*operands: Any) -> Symbol:
            return self.step(name, operands)

        return step

    # what takes no step

    def broadcast_to(self, x: Symbol, shape: None) -> Symbol:
        return x

    def conj(self, x: Symbol) -> Symbol:
        return x

    positive = real = conj

    def full_like(self, x: Symbol, value: Any) -> Symbol:
        return value if isinstance(value, Symbol) else Symbol(self, "constant", 0, value=checked(value))

    def ones_like(self, x: Symbol) -> Symbol:
        return self.full_like(x, 1)

    def zeros_like(self, x: Symbol) -> Symbol:
        return self.full_like(x, 0)


def checked(value: Any) -> int | float:
    """A number that may stand in a formula."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value - value != 0:
        raise Untraceable(f"a formula with the constant {value!r}")
    return value


def traced(
    formula: Callable[..., Any],
    booleans: Sequence[bool],
    numbers: Sequence[str],
    fixed: dict[str, Any],
    names: Container[str],
) -> Trace:
    """The steps of `formula(xp, *arrays, **numbers)` and its results.

    `booleans` says which arrays hold truth values; they are the symbols of the kind "array". The `numbers` are those
    of the kind "number"; what is `fixed` is part of the formula. Errors: Untraceable.
    """
    trace = Trace(names)
    arrays = [Symbol(trace, "array", at, is_bool) for at, is_bool in enumerate(booleans)]
    symbols = {name: Symbol(trace, "number", at) for at, name in enumerate(numbers)}
    try:
        found = formula(trace, *arrays, **symbols, **fixed)
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        raise Untraceable(str(error)) from error
    results = cast("tuple[Any, ...]", found) if isinstance(found, tuple) else (found,)
    if any(not isinstance(result, Symbol) or result.is_bool for result in results):
        raise Untraceable("a formula whose result is no number")
    trace.finish(results)
    return trace
