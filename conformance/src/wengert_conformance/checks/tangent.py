"""Forward mode: the tangent of each result for random tangents of the inputs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.values import build, read, tensors


def tangent(library: ModuleType, case: Case) -> Any:
    """The tangent of each result, None where a result has none; None if no result has one."""
    forward_ad = library.autograd.forward_ad
    with forward_ad.dual_level():
        duals = [
            forward_ad.make_dual(build(library, values), build(library, case.direction("tangent", index, values)))
            for index, values in enumerate(case.leaf_values())
        ]
        results = tensors(case.call(library, duals), library)
        tangents = [forward_ad.unpack_dual(result).tangent for result in results]
        found = [None if value is None else read(value) for value in tangents]
    return None if all(value is None for value in found) else found
