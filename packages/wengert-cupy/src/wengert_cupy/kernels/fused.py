"""Elementwise formulas as one kernel each, made when a formula is first met with operands of these dtypes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import cupy
from wengert.backends.standard import fused as composites
from wengert.backends.tracing import Untraceable

from wengert_cupy.kernels.tracing import source

#: The type in which numbers of a dtype are computed: half precision is rounded once, at the end.
COMPUTED = {"float16": "float", "float32": "float", "float64": "double"}
Formula = Callable[..., Any]


class Fusion:
    """The kernels made so far. A formula that is no sequence of elementwise steps runs kernel by kernel on `xp`."""

    xp: Any  # the finished namespace, put here by the module that makes it

    def __init__(self) -> None:
        self._kernels: dict[Any, Any] = {}

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
        """`formula(xp, *arrays, **numbers)`; with `into` the results are written into the first arrays."""
        dtypes = tuple([x.dtype for x in arrays])
        varying = [value for value in numbers.values() if value.__class__ is float]
        key: Any = (formula, dtypes)
        if numbers or into:
            key = (formula, dtypes, into, *[v.__class__ if v.__class__ is float else v for v in numbers.values()])
        try:
            kernel = self._kernels[key]
        except KeyError:
            kernel = self._kernels[key] = _made(formula, [dtype.name for dtype in dtypes], numbers, into)
        if kernel is None:
            return composites.fused(self.xp, formula, arrays, numbers, into=into)
        found = kernel(*arrays, *varying, *arrays[:into])
        return arrays[:into] if into else found


def _made(formula: Formula, dtypes: list[str], numbers: dict[str, Any], into: int) -> Any:
    """The kernel of a formula; None where it has none."""
    real = next((name for name in dtypes if name != "bool"), "bool")
    if real not in COMPUTED or any(name not in (real, "bool") for name in dtypes):
        return None
    try:
        return cupy.ElementwiseKernel(*definition(formula, dtypes, numbers, into))
    except Untraceable:
        return None


def definition(formula: Formula, dtypes: list[str], numbers: dict[str, Any], into: int = 0) -> tuple[str, ...]:
    """Inputs, outputs, body and name of the kernel of a formula. Errors: Untraceable."""
    real = next(name for name in dtypes if name != "bool")
    computed = COMPUTED[real]
    names = [name for name, value in numbers.items() if value.__class__ is float]
    fixed = {name: value for name, value in numbers.items() if name not in names}
    body = source(formula, [name == "bool" for name in dtypes], names, fixed)
    scalar = "float64" if computed == "double" else "float32"
    inputs = [f"{name} x{at}" for at, name in enumerate(dtypes)] + [f"{scalar} p{at}" for at in range(len(names))]
    outputs = [f"{real} y{at}" for at in range(into or 1)]
    return (
        ", ".join(inputs),
        ", ".join(outputs),
        f"typedef {computed} R;\n{body}",
        re.sub(r"\W", "_", f"wengert_{formula.__name__}"),
    )


def gelu(x: Any, /) -> Any:
    """`x` times the share of the normal distribution below it."""
    return FUSION.fused(_gelu, (x,), {})


def gelu_slope(x: Any, /) -> Any:
    """The derivative of `gelu`."""
    return FUSION.fused(_gelu_slope, (x,), {})


def _gelu(xp: Any, x: Any) -> Any:
    return composites.gelu(xp, x)


def _gelu_slope(xp: Any, x: Any) -> Any:
    return composites.gelu_slope(xp, x)


FUSION = Fusion()
kernels: dict[str, Any] = {"fused": FUSION.fused, "gelu": gelu, "gelu_slope": gelu_slope}
