"""Elementwise formulas as lists of steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wengert.backends.tracing import Symbol, Untraceable, traced

NAMES = frozenset({"add", "exp", "multiply", "negative", "subtract"})
FORMULAS: dict[str, tuple[Callable[..., Any], list[str], list[str]]] = {
    "in order": (lambda xp, x, y: xp.exp(x * y), ["multiply(x, y)", "exp(0)"], ["1"]),
    "once where it is done twice": (lambda xp, x, y: (x * y) + (x * y), ["multiply(x, y)", "add(0, 0)"], ["1"]),
    "none where nobody needs it": (lambda xp, x, y: (xp.exp(y), x * y)[1:], ["multiply(x, y)"], ["0"]),
    "a difference": (lambda xp, x, y: x + -xp.exp(y), ["exp(y)", "subtract(x, 0)"], ["1"]),
    "the other way round": (lambda xp, x, y: -x + xp.exp(y), ["exp(y)", "subtract(0, x)"], ["1"]),
    "a difference and what was negated": (
        lambda xp, x, y: (x + -y, -y),
        ["negative(y)", "subtract(x, y)"],
        ["1", "0"],
    ),
    "of two that were negated": (lambda xp, x, y: -x + -y, ["negative(y)", "subtract(0, x)"], ["1"]),
    "with a number": (lambda xp, x, y: 2 + -(x * y), ["multiply(x, y)", "subtract(2, 0)"], ["1"]),
}


def _text(value: Any) -> str:
    if not isinstance(value, Symbol):
        return repr(value)
    return "xy"[value.at] if value.kind == "array" else str(value.at)


@pytest.mark.parametrize("name", FORMULAS)
def test_steps(name: str) -> None:
    formula, steps, results = FORMULAS[name]
    trace = traced(formula, [False, False], [], {}, NAMES)
    assert [f"{step.name}({', '.join(map(_text, step.operands))})" for step in trace.steps] == steps
    assert [_text(result) for result in trace.results] == results


@pytest.mark.parametrize("formula", [lambda xp, x: xp.sin(x), lambda xp, x: x if x else -x, lambda xp, x: x + "1"])
def test_what_is_no_list_of_steps(formula: Callable[..., Any]) -> None:
    with pytest.raises(Untraceable):
        traced(formula, [False], [], {}, NAMES)
