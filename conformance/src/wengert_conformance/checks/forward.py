"""The result of the call: values, dtype, shape, and structure where there are several results."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.values import record


def forward(library: ModuleType, case: Case) -> Any:
    """What the call returns on tensors that require no gradient."""
    result = case.call(library, case.leaf_tensors(library, requires_grad=False))
    return record(result, library, with_numbers=case.with_numbers)
