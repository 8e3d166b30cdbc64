"""Elementwise formulas of long arrays, with each step written over an array that no later step needs.

A fresh array of megabytes costs as much as the work that is done in it. A formula is read once, as a list of steps
(`wengert.backends.tracing`), of which a `_Plan` knows when each array is needed for the last time. Blocks that stay in
the cache were tried in the place of whole arrays, and gain nothing: a ufunc is not bound by memory that is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from wengert.backends.standard import fused as composites
from wengert.backends.tracing import Symbol, Trace, Untraceable, traced

from wengert_numpy.kernels import elementwise, quiet, special

#: The elements from which a formula is run here.
LONG = 1 << 15
#: What takes `out`. The other steps give a new array.
_INTO: dict[str, Callable[..., Any]] = {
    "abs": np.absolute, "acos": np.arccos, "acosh": np.arccosh, "add": np.add, "asin": np.arcsin, "asinh": np.arcsinh,
    "atan": np.arctan, "atan2": np.arctan2, "atanh": np.arctanh, "ceil": np.ceil, "copysign": np.copysign,
    "cos": np.cos, "cosh": np.cosh, "divide": np.divide, "exp": np.exp, "expm1": np.expm1, "floor": np.floor,
    "hypot": np.hypot, "log": np.log, "log10": np.log10, "log1p": np.log1p, "log2": np.log2,
    "masked": elementwise.masked, "maximum": elementwise.maximum, "minimum": elementwise.minimum,
    "multiply": np.multiply, "negative": np.negative, "reciprocal": np.reciprocal, "round": np.rint, "sign": np.sign,
    "sin": np.sin, "sinh": np.sinh, "sqrt": np.sqrt, "square": np.square, "subtract": np.subtract, "tan": np.tan,
    "tanh": np.tanh, "trunc": np.trunc,
}  # fmt: skip
_FRESH: dict[str, Callable[..., Any]] = {
    "equal": np.equal, "expit": special.expit, "greater": np.greater, "greater_equal": np.greater_equal,
    "isnan": np.isnan, "less": np.less, "less_equal": np.less_equal, "logical_and": np.logical_and,
    "logical_not": np.logical_not, "logical_or": np.logical_or, "not_equal": np.not_equal, "pow": elementwise.pow,
    "where": np.where,
}  # fmt: skip
if special.HAS_ERF:
    _FRESH["erf"] = special.erf
_STEPS = _INTO | _FRESH
_ALIKE = ({np.dtype(np.float32)}, {np.dtype(np.float64)})
_MOST = 512  # plans that are kept
Formula = Callable[..., Any]


class Fusion:
    """The plans made so far. A formula that is no sequence of steps runs kernel by kernel on `xp`."""

    xp: Any  # the finished namespace, put here by the module that makes it

    def __init__(self) -> None:
        self._plans: dict[Any, _Plan | None] = {}

    def fused(
        self,
        formula: Formula,
        arrays: tuple[Any, ...],
        numbers: dict[str, Any],
        /,
        *,
        into: int = 0,
        spare: bool = False,
    ) -> Any:
        """`formula(xp, *arrays, **numbers)`; with `into` the results are written into the first arrays, with `spare`
        the first may be written over."""
        shape, dtypes = arrays[0].shape, tuple([x.dtype for x in arrays])
        if any(x.shape != shape for x in arrays) or (into and _overlap(arrays)):
            return composites.fused(self.xp, formula, arrays, numbers, into=into)
        spare = spare and arrays[0].base is None and arrays[0].flags.writeable
        varying = [value for value in numbers.values() if value.__class__ is float]
        key = (formula, dtypes, into, spare, *[float if v.__class__ is float else v for v in numbers.values()])
        try:
            plan = self._plans[key]
        except KeyError:
            if len(self._plans) >= _MOST:
                self._plans.clear()
            plan = self._plans[key] = _made(formula, dtypes, numbers, into, spare)
        if plan is None:
            return composites.fused(self.xp, formula, arrays, numbers, into=into)
        results = quiet.call(plan.run, arrays, varying, into)
        return results if into else results[0]


def _overlap(arrays: Sequence[Any]) -> bool:
    return any(np.may_share_memory(x, y) for at, x in enumerate(arrays) for y in arrays[:at])


def _made(formula: Formula, dtypes: Sequence[Any], numbers: dict[str, Any], into: int, spare: bool) -> _Plan | None:
    """The plan of a formula; None where it has none."""
    booleans = [dtype.kind == "b" for dtype in dtypes]
    numeric = {dtype for dtype, is_bool in zip(dtypes, booleans, strict=True) if not is_bool}
    if numeric not in _ALIKE:
        return None
    try:
        varying = [name for name, value in numbers.items() if value.__class__ is float]  # another at each call
        fixed = {name: value for name, value in numbers.items() if name not in varying}
        trace = traced(formula, booleans, varying, fixed, _STEPS)
        return _Plan(trace, numeric.pop(), len(dtypes), len(varying), into, spare)
    except Untraceable:
        return None


class _Plan:
    """The steps of a formula. Values are counted: the arrays first, numbers, the results of the steps, then constants.

    Numbers are of `dtype`; `into` of the arrays take the results; with `spare` the first is memory to be written over.
    """

    def __init__(self, trace: Trace, dtype: Any, arrays: int, numbers: int, into: int, spare: bool) -> None:
        self.constants: list[Any] = []
        self.empty: list[None] = [None] * len(trace.steps)
        self.first, self.number = arrays + numbers, dtype.type
        values = range(self.first, self.first + len(trace.steps))

        def number(x: Any) -> int:
            if isinstance(x, Symbol) and x.kind != "constant":
                return x.at + {"array": 0, "number": arrays, "step": values.start}[x.kind]
            self.constants.append(dtype.type(x.value) if isinstance(x, Symbol) else x)
            return values.stop + len(self.constants) - 1

        operands = [tuple(map(number, step.operands)) for step in trace.steps]
        self.results = tuple(map(number, trace.results))
        if any(at not in values for at in self.results) or any(
            all(arrays <= x < values.start or x >= values.stop for x in step) for step in operands
        ):
            raise Untraceable("a formula that gives back an operand, or works on numbers alone")
        last = {value: at for at, step in enumerate(operands) for value in step}
        target = {
            result: at for at, result in enumerate(self.results[:into]) if last.get(at, 0) <= result - values.start
        }
        self.steps: list[tuple[Callable[..., Any], tuple[int, ...], int | None, tuple[int, ...]]] = []
        for at, step in enumerate(trace.steps):
            dead = [x for x in set(operands[at]) if last[x] == at and x in values and x not in self.results]
            free = [x for x in dead if not trace.steps[x - values.start].is_bool]
            free += [0] if spare and last.get(0) == at else []
            out = target.get(values.start + at, free[0] if free else None) if step.name in _INTO else None
            self.steps.append((_STEPS[step.name], operands[at], out, tuple(dead)))

    def run(self, arrays: tuple[Any, ...], numbers: Sequence[float], into: int = 0) -> tuple[Any, ...]:
        """The results for `arrays`, written into the first of them where `into` is not 0."""
        values = [*arrays, *map(self.number, numbers), *self.empty, *self.constants]
        for at, (kernel, operands, out, dead) in enumerate(self.steps, self.first):
            given = [values[x] for x in operands]
            values[at] = kernel(*given) if out is None else kernel(*given, out=values[out])
            del given
            for x in dead:
                values[x] = None
        results = tuple([values[x] for x in self.results])
        for array, result in zip(arrays[:into], results, strict=False):
            if result is not array:
                np.copyto(array, result)
        return arrays[:into] or results


FUSION = Fusion()
kernels: dict[str, Any] = {"fused": FUSION.fused}
