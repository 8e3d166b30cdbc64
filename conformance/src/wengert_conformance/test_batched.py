"""Every stored case batched by vmap, on the backend under test."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest

from wengert_conformance.cases import Case
from wengert_conformance.checks.batched import INDEXED_BY_MASKS, batched
from wengert_conformance.checks.batched_gradient import batched_gradient
from wengert_conformance.plugin import MARK
from wengert_conformance.store import stored_cases
from wengert_conformance.values import Values

# What cannot be batched in torch either: shapes or Python values that depend on the numbers.
BY_VALUE = {"nonzero", "argwhere", "item", "equal", "allclose", "unique"}
SIZES_AS_TENSORS = {"narrow", "tensor_split"}

# Not differentiated here: masks, running statistics that all elements share, and leaves that cannot be written.
NOT_DIFFERENTIATED = INDEXED_BY_MASKS | {"nn.functional.batch_norm"}


def parameters(check: str, cases: Iterable[Case]) -> list[Any]:
    """One parameter set for each case."""
    return [
        pytest.param(
            case,
            id=case.identifier(check),
            marks=getattr(pytest.mark, MARK)(case.identifier(check), case.family, case.name, check),
        )
        for case in cases
    ]


CASES = [
    case
    for case in stored_cases()
    if case.identifier("") != "nn.functional.one_hot-int64-0"  # counts the classes
    and case.target
    and case.with_numbers
    and "forward" in case.expected
    and case.name not in BY_VALUE
    and not (case.name in SIZES_AS_TENSORS and any(isinstance(value, Values) for value in case.arguments[1:]))
]
DIFFERENTIABLE = [
    case
    for case in CASES
    if case.dtype == "float64"
    and "grad" in case.expected
    and case.name not in NOT_DIFFERENTIATED
    and not case.name.endswith("_")
]


@pytest.mark.filterwarnings("ignore::UserWarning", "error:There is a performance drop")  # runs once for each element
@pytest.mark.parametrize("case", parameters("vmap", CASES))
def test_batched(case: Case, wengert_library: ModuleType) -> None:
    assert batched(wengert_library, case) == []


@pytest.mark.filterwarnings("ignore::UserWarning", "error:There is a performance drop")
@pytest.mark.parametrize("case", parameters("vmap-grad", DIFFERENTIABLE))
def test_batched_gradient(case: Case, wengert_library: ModuleType) -> None:
    assert batched_gradient(wengert_library, case) == []
