"""Every stored case batched by vmap, on the backend under test."""

from __future__ import annotations

from types import ModuleType

import pytest

from wengert_conformance.cases import Case
from wengert_conformance.checks.batched import batched
from wengert_conformance.plugin import MARK
from wengert_conformance.store import stored_cases

# What cannot be batched in torch either: shapes or Python values that depend on the numbers.
BY_VALUE = {
    *("nonzero", "argwhere", "masked_select", "masked_scatter", "masked_scatter_", "item", "equal", "allclose"),
    *(
        "unique",
        "narrow",
        "tensor_split",
        "repeat_interleave",
        "logspace.tensor_overload",
    ),  # the latter with tensors for numbers
}

CASES = [
    pytest.param(
        case,
        id=case.identifier("vmap"),
        marks=getattr(pytest.mark, MARK)(case.identifier("vmap"), case.family, case.name, "vmap"),
    )
    for case in stored_cases()
    if case.identifier("") not in ("nn.functional.one_hot-int64-0", "index_put_-float64-1")  # counts classes, trues
    and case.target
    and case.with_numbers
    and "forward" in case.expected
    and case.name not in BY_VALUE
]


@pytest.mark.filterwarnings("ignore::UserWarning", "error:There is a performance drop")  # runs once for each element
@pytest.mark.parametrize("case", CASES)
def test_batched(case: Case, wengert_library: ModuleType) -> None:
    assert batched(wengert_library, case) == []
