"""The steps of an elementwise formula, and in which memory each is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from wengert.backends.tracing import Symbol, Trace, Untraceable

from wengert_numpy.kernels import blocks, elementwise, special

#: What takes `out`. The other steps give a new array.
_INTO: dict[str, Callable[..., Any]] = {
    "abs": np.absolute, "acos": np.arccos, "acosh": np.arccosh, "add": np.add, "asin": np.arcsin, "asinh": np.arcsinh,
    "atan": np.arctan, "atan2": np.arctan2, "atanh": np.arctanh, "ceil": np.ceil, "copysign": np.copysign,
    "cos": np.cos, "cosh": np.cosh, "divide": np.divide, "exp": np.exp, "expit": special.expit_into,
    "expm1": np.expm1, "floor": np.floor,
    "hypot": np.hypot, "log": np.log, "log10": np.log10, "log1p": np.log1p, "log2": np.log2,
    "masked": elementwise.masked, "maximum": elementwise.maximum, "minimum": elementwise.minimum,
    "multiply": np.multiply, "negative": np.negative, "reciprocal": np.reciprocal, "round": np.rint, "sign": np.sign,
    "sin": np.sin, "sinh": np.sinh, "sqrt": np.sqrt, "square": np.square, "subtract": np.subtract, "tan": np.tan,
    "tanh": np.tanh, "trunc": np.trunc,
}  # fmt: skip
_FRESH: dict[str, Callable[..., Any]] = {
    "equal": np.equal, "greater": np.greater, "greater_equal": np.greater_equal,
    "isnan": np.isnan, "less": np.less, "less_equal": np.less_equal, "logical_and": np.logical_and,
    "logical_not": np.logical_not, "logical_or": np.logical_or, "not_equal": np.not_equal, "pow": elementwise.pow,
    "where": np.where,
}  # fmt: skip
if special.HAS_ERF:
    _FRESH["erf"] = special.erf
STEPS = _INTO | _FRESH


class Plan:
    """The steps of a formula. Values are counted: the arrays first, numbers, the results of the steps, then constants.

    Numbers are of `dtype`; `into` of the arrays take the results; with `spare` the first is memory to be written over.
    """

    def __init__(self, trace: Trace, dtype: Any, arrays: int, numbers: int, into: int, spare: bool) -> None:
        self.constants: list[Any] = []
        self.empty: list[None] = [None] * len(trace.steps)
        self.first, self.dtype, self.into, self.spare = arrays + numbers, dtype, into, spare
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
        self.is_several = len(self.results) > 1
        self.last = {value: at for at, step in enumerate(operands, self.first) for value in step}
        target = {result: at for at, result in enumerate(self.results[:into]) if self.last.get(at, 0) <= result}
        self.steps: list[_Step] = []
        for at, (step, given) in enumerate(zip(trace.steps, operands, strict=True), self.first):
            dead = tuple([x for x in set(given) if self.last[x] == at and x in values and x not in self.results])
            free = [x for x in dead if not trace.steps[x - values.start].is_bool]
            free += [0] if spare and self.last.get(0) == at else []
            out = target.get(at, free[0] if free else None) if step.name in _INTO else None
            self.steps.append(_Step(STEPS[step.name], given, out, dead, step.name in _INTO))

    def run(self, arrays: tuple[Any, ...], numbers: Sequence[float]) -> tuple[Any, ...]:
        """The results for `arrays`, written into the first of them where `into` is not 0."""
        values = self._values(arrays, numbers)
        for at, (kernel, operands, out, dead, _) in enumerate(self.steps, self.first):
            given = [values[x] for x in operands]
            values[at] = kernel(*given) if out is None else kernel(*given, out=values[out])
            del given
            for x in dead:
                values[x] = None
        results = tuple(
            [values[x].copy() if x in self.results[:which] else values[x] for which, x in enumerate(self.results)]
        )
        for array, result in zip(arrays[: self.into], results, strict=False):
            if result is not array:
                np.copyto(array, result)
        return arrays[: self.into] or results

    def run_in_blocks(self, arrays: tuple[Any, ...], numbers: Sequence[float]) -> tuple[Any, ...]:
        """`run`, block by block, where all arrays have blocks."""
        given = [blocks.flat(x) for x in arrays]
        results = arrays[: self.into]
        if any(x is None for x in given) or not all(x.flags.c_contiguous for x in results):
            return self.run(arrays, numbers)
        if not results:
            results = tuple(
                [arrays[at] if at is not None else np.empty(arrays[0].shape, self.dtype) for at in self._aliases]
            )
        moves = self._moves
        written = [x.reshape(-1) for x in results]
        size = arrays[0].size

        def work(parts: Iterator[slice]) -> None:
            scratch = [np.empty(min(blocks.BLOCK, size), self.dtype) for _ in range(moves.scratch)]
            values = self._values(given, numbers)
            for part in parts:
                values[: len(given)] = [array[part] for array in given]
                outs = [x[part] for x in written]
                count = part.stop - part.start
                outs += scratch if scratch and count == scratch[0].size else [x[:count] for x in scratch]
                for at, kernel, one, two, more, slot in moves.steps:
                    if slot is None:
                        values[at] = kernel(*[values[x] for x in more])
                    elif two is None:
                        values[at] = kernel(values[one], outs[slot])
                    else:
                        values[at] = kernel(values[one], values[two], outs[slot])
                for which in moves.late:
                    np.copyto(outs[which], values[self.results[which]])

        blocks.each(work, size)
        return results

    def _values(self, arrays: Sequence[Any], numbers: Sequence[float]) -> list[Any]:
        return [*arrays, *map(self.dtype.type, numbers), *self.empty, *self.constants]

    @cached_property
    def _aliases(self) -> list[int | None]:
        """Which of the arrays each result is written over."""
        return [at if at < self.into or (self.spare and at == 0) else None for at in range(len(self.results))]

    @cached_property
    def _moves(self) -> _Moves:
        """Where each step of a block writes: first the memory of the results is used, then scratch arrays."""
        holder: dict[int, int] = {}  # which value lies in a slot; a slot below len(results) is the memory of a result
        slots: list[int | None] = []
        late: list[int] = []
        count = len(self.results)

        def is_open(slot: int, at: int, dead: Sequence[int]) -> bool:
            if slot < count and (alias := self._aliases[slot]) is not None and self.last.get(alias, 0) > at:
                return False  # the array that was given is still needed
            return slot not in holder or holder[slot] in dead

        for at, step in enumerate(self.steps, self.first):
            slot = None
            if step.takes_out:
                # A result lies in its own memory or in none of a result: what is copied last must not lie in the way.
                order = [which for which, value in enumerate(self.results) if value == at][:1] or [
                    *[each for each, value in holder.items() if value in step.dead],
                    *range(count),
                ]
                order += range(count, count + len(self.steps))
                slot = next(each for each in order if is_open(each, at, step.dead))
            for dead in [each for each, value in holder.items() if value in step.dead]:
                del holder[dead]
            if slot is not None:
                holder[slot] = at
            slots.append(slot)
        for which, value in enumerate(self.results):
            if slots[value - self.first] != which:
                late.append(which)
        steps = [
            (
                at,
                step.kernel,
                step.operands[0],
                step.operands[1] if len(step.operands) > 1 else None,
                step.operands,
                slot,
            )
            for at, (step, slot) in enumerate(zip(self.steps, slots, strict=True), self.first)
        ]
        return _Moves(steps, late, max([slot + 1 for slot in slots if slot is not None], default=count) - count)


class _Step(NamedTuple):
    """One kernel, the values that it takes, the one it is written over, and those that nobody needs after it."""

    kernel: Callable[..., Any]
    operands: tuple[int, ...]
    out: int | None
    dead: tuple[int, ...]
    takes_out: bool


class _Moves(NamedTuple):
    """The steps, each with the number of its value, its kernel, its operands (the first, the second, all), and the slot
    that it writes, None for an array of its own; the results that are copied at the end of a block; and how many
    scratch arrays there are."""

    steps: list[tuple[int, Callable[..., Any], int, int | None, tuple[int, ...], int | None]]
    late: list[int]
    scratch: int
