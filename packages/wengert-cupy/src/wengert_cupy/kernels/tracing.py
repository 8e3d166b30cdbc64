"""CUDA C++ for an elementwise formula, from its steps.

One statement for each step, one name for each value: `const R t2 = t0 * t1;`. R is the type in which numbers are
computed; `R(0.5)` is a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.backends.tracing import BOOLEAN, Symbol, traced

#: The steps, by the protocol's names. NaN wins in maximum and minimum.
TEMPLATES: dict[str, str] = {
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
    "masked": "{1} ? {0} : R(0)",
    "where": "{0} ? {1} : {2}",
}


def source(formula: Callable[..., Any], booleans: Sequence[bool], numbers: Sequence[str], fixed: dict[str, Any]) -> str:
    """The body of a kernel for `formula(xp, *arrays, **numbers)`: from x0, x1, ... and the numbers p0, p1, ... to
    y0, y1, ...

    `booleans` says which arrays hold truth values; what is `fixed` is part of the formula. Errors: Untraceable.
    """
    trace = traced(formula, booleans, numbers, fixed, TEMPLATES)
    lines = [f"const {'bool' if is_bool else 'R'} a{at} = x{at};" for at, is_bool in enumerate(booleans)]
    lines += [f"const R b{at} = p{at};" for at in range(len(numbers))]
    for at, step in enumerate(trace.steps):
        value = TEMPLATES[step.name].format(*map(_text, step.operands))
        lines.append(f"const {'bool' if step.name in BOOLEAN else 'R'} t{at} = {value};")
    lines += [f"y{at} = {_text(result)};" for at, result in enumerate(trace.results)]
    return "\n".join(lines)


_LETTER = {"array": "a", "number": "b", "step": "t"}


def _text(operand: Any) -> str:
    """The name of a value, or a constant of the type R."""
    if not isinstance(operand, Symbol):
        return f"R({operand!r})"
    return f"R({operand.value!r})" if operand.kind == "constant" else f"{_LETTER[operand.kind]}{operand.at}"
