"""Elementwise formulas of long arrays, with each step written over an array that no later step needs.

A fresh array of megabytes costs as much as the work that is done in it. A formula is read once, as a list of steps
(`wengert.backends.tracing`), of which a `Plan` knows when each array is needed for the last time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from wengert.backends.standard import fused as composites
from wengert.backends.tracing import Untraceable, traced

from wengert_numpy.kernels import blocks, quiet
from wengert_numpy.kernels.plans import STEPS, Plan

#: The elements from which a formula is run here.
LONG = 1 << 15
_ALIKE = ({np.dtype(np.float32)}, {np.dtype(np.float64)})
_MOST = 512  # plans that are kept
Formula = Callable[..., Any]


class Fusion:
    """The plans made so far. A formula that is no sequence of steps runs kernel by kernel on `xp`."""

    xp: Any  # the finished namespace, put here by the module that makes it

    def __init__(self) -> None:
        self._plans: dict[Any, Plan | None] = {}

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
        run = plan.run_in_blocks if arrays[0].size >= blocks.VERY_LONG else plan.run
        results = quiet.call(run, arrays, varying)
        return results if into or plan.is_several else results[0]


def _overlap(arrays: Sequence[Any]) -> bool:
    return any(np.may_share_memory(x, y) for at, x in enumerate(arrays) for y in arrays[:at])


def _made(formula: Formula, dtypes: Sequence[Any], numbers: dict[str, Any], into: int, spare: bool) -> Plan | None:
    """The plan of a formula; None where it has none."""
    booleans = [dtype.kind == "b" for dtype in dtypes]
    numeric = {dtype for dtype, is_bool in zip(dtypes, booleans, strict=True) if not is_bool}
    if numeric not in _ALIKE:
        return None
    try:
        varying = [name for name, value in numbers.items() if value.__class__ is float]  # another at each call
        fixed = {name: value for name, value in numbers.items() if name not in varying}
        trace = traced(formula, booleans, varying, fixed, STEPS)
        return Plan(trace, numeric.pop(), len(dtypes), len(varying), into, spare)
    except Untraceable:
        return None


FUSION = Fusion()
kernels: dict[str, Any] = {"fused": FUSION.fused}
