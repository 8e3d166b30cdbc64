"""Comparing plain values: structure, dtype and shape exactly, inexact numbers within a tolerance, NaN equal to NaN."""

from __future__ import annotations

import cmath
import math
from typing import Any

from wengert_conformance.values import COMPLEX, INEXACT, Values

# Relative, then absolute as a part of the largest expected magnitude (never below that part of one).
TOLERANCES = {
    "float64": (1e-9, 1e-10),
    "complex128": (1e-9, 1e-10),
    "float32": (1e-4, 1e-6),
    "complex64": (1e-4, 1e-6),
    "float16": (1e-2, 1e-3),
    "bfloat16": (1e-1, 1e-2),
}


def differences(expected: Any, found: Any, where: str = "result") -> list[str]:
    """What differs, one line each; empty where `found` is what `expected` says."""
    if isinstance(expected, Values):
        if not isinstance(found, Values):
            return [f"{where}: expected a tensor of dtype {expected.dtype}, found {found!r}"]
        return _tensor_differences(expected, found, where)
    if isinstance(expected, (list, tuple)):
        if not isinstance(found, type(expected)):
            return [f"{where}: expected a {type(expected).__name__}, found {found!r}"]
        if len(expected) != len(found):
            return [f"{where}: expected {len(expected)} values, found {len(found)}"]
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for index, (one, other) in pairs for line in differences(one, other, f"{where}[{index}]")]
    if isinstance(expected, dict):
        if not isinstance(found, dict) or list(expected) != list(found):
            return [f"{where}: expected the keys {list(expected)}, found {found!r}"]
        return [line for key in expected for line in differences(expected[key], found[key], f"{where}[{key!r}]")]
    if type(expected) is not type(found):
        return [f"{where}: expected {expected!r}, found {found!r}"]
    if isinstance(expected, (float, complex)):
        return [] if close(expected, found, 1e-6, 1e-9) else [f"{where}: expected {expected!r}, found {found!r}"]
    return [] if expected == found else [f"{where}: expected {expected!r}, found {found!r}"]


def _tensor_differences(expected: Values, found: Values, where: str) -> list[str]:
    lines: list[str] = []
    if expected.dtype != found.dtype:
        lines.append(f"{where}: expected dtype {expected.dtype}, found {found.dtype}")
    if expected.shape != found.shape:
        lines.append(f"{where}: expected shape {expected.shape}, found {found.shape}")
    if lines or expected.numbers is None or found.numbers is None:
        return lines
    if expected.dtype in INEXACT:
        relative, part = TOLERANCES[expected.dtype]
        absolute = part * max([1.0, *(abs(number) for number in expected.numbers if cmath.isfinite(number))])
        pairs = zip(expected.numbers, found.numbers, strict=True)
        wrong = [index for index, (one, other) in enumerate(pairs) if not close(one, other, relative, absolute)]
    else:
        pairs = zip(expected.numbers, found.numbers, strict=True)
        wrong = [index for index, (one, other) in enumerate(pairs) if one != other or type(one) is not type(other)]
    if wrong:
        first = wrong[0]
        lines.append(
            f"{where}: {len(wrong)} of {len(expected.numbers)} numbers differ, the first at flat position {first}: "
            f"expected {expected.numbers[first]!r}, found {found.numbers[first]!r}"
        )
    return lines


def close(one: Any, other: Any, relative: float, absolute: float) -> bool:
    """Equal within the tolerances; infinities and NaN only equal themselves, complex numbers part by part."""
    if isinstance(one, complex) or isinstance(other, complex):
        if not isinstance(one, complex) or not isinstance(other, complex):
            return False
        if cmath.isfinite(one) and cmath.isfinite(other):
            return abs(one - other) <= max(relative * abs(one), absolute)
        return close(one.real, other.real, relative, absolute) and close(one.imag, other.imag, relative, absolute)
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    if math.isinf(one) or math.isinf(other):
        return one == other
    return abs(one - other) <= max(relative * abs(one), absolute)


__all__ = ["COMPLEX", "TOLERANCES", "close", "differences"]
