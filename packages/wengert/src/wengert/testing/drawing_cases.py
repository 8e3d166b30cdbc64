"""The cases of the kernels that draw random numbers: one seed gives one sequence, inside its bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.protocol import dtypes
from wengert.protocol.namespace import Namespace
from wengert.testing.kernels import Bench, KernelCase

Run = Callable[[Namespace, Bench], Any]


def _drawn(xp: Namespace, b: Bench, name: str, *arguments: Any) -> list[Any]:
    """Two drawings of one seed, as lists."""
    return [
        xp.tolist(getattr(xp, name)(xp.generator(5, device=b.device), *arguments, dtype=b.native, device=b.device))
        for _ in range(2)
    ]


def _is_repeated_within(low: float, high: float, name: str, *arguments: Any) -> Run:
    def run(xp: Namespace, b: Bench) -> Any:
        first, second = _drawn(xp, b, name, *arguments)
        parts = [part for v in first for part in ((v.real, v.imag) if b.dtype.is_complex else (v,))]
        inside = all(low <= part < high for part in parts)
        return b.booleans([first == second, len(set(first)) > 1, inside])

    return run


def _permuted(xp: Namespace, b: Bench) -> Any:
    int64 = b.backend.dtypes[dtypes.int64]
    return b.integers(
        sorted(xp.tolist(xp.permutation(xp.generator(3, device=b.device), 5, dtype=int64, device=b.device)))
    )


def _counted(xp: Namespace, b: Bench) -> Any:
    """Events at rates 0 and 40, and trials that always and never succeed: the same twice, whole, as many as can be."""
    rates, counts, sure = b.floating([0.0, 40.0] * 20), b.floating([30.0, 7.0]), b.floating([1.0, 0.0])
    first, second = [xp.tolist(xp.poisson(xp.generator(5, device=b.device), rates)) for _ in range(2)]
    drawn = xp.tolist(xp.binomial(xp.generator(5, device=b.device), counts, sure))
    rare, often = set(first[::2]), first[1::2]
    whole = all(v == int(v) for v in first)
    return b.booleans([first == second, rare == {0}, whole, 20 < sum(often) / 20 < 60, drawn == [30, 0]])


DRAWING = (
    KernelCase("generator", _is_repeated_within(0, 1, "uniform", (20,)), [True] * 3, "bool", False),
    KernelCase("uniform", _is_repeated_within(0, 1, "uniform", (20,)), [True] * 3, "bool"),
    KernelCase("normal", _is_repeated_within(-6, 6, "normal", (20,)), [True] * 3, "bool"),
    KernelCase("integers", _is_repeated_within(2, 9, "integers", 2, 9, (20,)), [True] * 3, "bool", False),
    KernelCase("permutation", _permuted, [0, 1, 2, 3, 4], "int64", False),
    KernelCase("poisson", _counted, [True] * 5, "bool", False),
    KernelCase("binomial", _counted, [True] * 5, "bool", False),
)
