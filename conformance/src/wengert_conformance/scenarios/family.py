"""How scenarios are declared."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.needs import NEEDS
from wengert_conformance.values import Values, flatten

FORWARD = ("forward",)
DIFFERENTIABLE = ("forward", "grad", "backward", "gradgrad", "jvp", "grad_fn")
WITHOUT_NODE_NAMES = ("forward", "grad", "backward", "gradgrad", "jvp")
FIRST_ORDER = ("forward", "grad", "backward", "jvp", "grad_fn")

SAYS = "message has it"

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A function on a library, the plain tensors that it gets by name, the checks that are made on it, and what it
    needs of a backend."""

    name: str
    family: str
    function: Function
    inputs: Mapping[str, Values]
    checks: tuple[str, ...]
    needs: tuple[str, ...] = ()

    def case(self) -> Case:
        """The scenario as a case without results."""
        return Case(name=self.name, family=self.family, keywords=self.inputs, function=self.function, needs=self.needs)


def plain(data: Any) -> Values:
    """Nested lists as values: differentiable float64 or complex128, int64 or bool, as their numbers say."""
    if isinstance(data, Values):
        return data
    shape: list[int] = []
    level = data
    while isinstance(level, list):
        shape.append(len(level))
        if not level:
            break
        level = level[0]
    numbers = tuple(flatten(data, len(shape)))
    kinds = {type(number) for number in numbers}
    if complex in kinds:
        return Values("complex128", tuple(shape), tuple(map(complex, numbers)), differentiable=True)
    if float in kinds or not kinds:
        return Values("float64", tuple(shape), tuple(map(float, numbers)), differentiable=True)
    return Values("bool" if kinds == {bool} else "int64", tuple(shape), numbers)


def of(dtype: str, data: Any, *, differentiable: bool = False, shape: tuple[int, ...] | None = None) -> Values:
    """Nested lists as values of a dtype that `plain` would not choose, or of an empty shape."""
    values = plain(data)
    return Values(dtype, values.shape if shape is None else shape, values.numbers, differentiable)


class Family:
    """The scenarios of one family. Each decorator declares one and leaves the function as it is.

    A plugin's hook `wengert_scenarios` gives families of its own; their stored results lie in the file `results`.
    """

    def __init__(self, name: str, results: Path | None = None) -> None:
        self.name = name
        self.results = results
        self.scenarios: dict[str, Scenario] = {}

    def declare(self, name: str, function: Function, checks: tuple[str, ...], inputs: Mapping[str, Any]) -> None:
        """Add one scenario; its name must be new in the family."""
        full_name = f"{self.name}.{name}"
        if full_name in self.scenarios:
            raise ValueError(f"the scenario {full_name!r} is declared twice")
        plain_inputs = {key: plain(data) for key, data in inputs.items()}
        self.scenarios[full_name] = Scenario(full_name, self.name, function, plain_inputs, checks)

    def differentiable(
        self, *, checks: tuple[str, ...] = DIFFERENTIABLE, **inputs: Any
    ) -> Callable[[Function], Function]:
        """The function gives tensors; values, gradients, second gradients, tangents and node names are compared."""

        def register(function: Function) -> Function:
            self.declare(function.__name__, function, checks, inputs)
            return function

        return register

    def forward(self, **inputs: Any) -> Callable[[Function], Function]:
        """The function gives tensors or plain values; only they are compared."""
        return self.differentiable(checks=FORWARD, **inputs)

    def outcome(self, function: Function) -> Function:
        """The function takes the library alone, does whatever it does, and tells what it saw."""
        self.declare(function.__name__, function, ("outcome",), {})
        return function

    def needs(self, *needs: str) -> Callable[[Function], Function]:
        """Above the decorator that declares a scenario: it applies only to a backend with these (see `needs.py`)."""
        if unknown := set(needs) - set(NEEDS):
            raise ValueError(f"a scenario may need {list(NEEDS)}, not {sorted(unknown)}")

        def register(function: Function) -> Function:
            name = f"{self.name}.{function.__name__}"
            self.scenarios[name] = replace(self.scenarios[name], needs=needs)
            return function

        return register


def raised(call: Callable[[], Any], phrase: str) -> dict[str, Any]:
    """What a call raises: the nearest built-in class, and whether the message has the phrase (else the message)."""
    try:
        call()
    except Exception as error:
        nearest = next(cls for cls in type(error).__mro__ if cls.__module__ == builtins.__name__)
        return {"class": nearest.__name__, "phrase": phrase, SAYS: phrase in str(error) or str(error)}
    return {"class": None, "phrase": phrase, SAYS: None}
