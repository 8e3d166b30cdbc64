"""Comparisons, `where`, and what carries no gradient."""

from __future__ import annotations

import math
from typing import Any

from wengert_conformance.scenarios.family import Family, of, raised

comparison = Family("comparison")
differentiable, forward, outcome = comparison.differentiable, comparison.forward, comparison.outcome

POINTS = [-1.0, 0.0, 0.5, 2.0]


@differentiable(x=POINTS, y=[1.0, 2.0, 3.0, 4.0])
def where_of_two_tensors(library: Any, x: Any, y: Any) -> Any:
    return library.where(x > 0, x, y)


@differentiable(x=POINTS)
def where_of_a_tensor_and_a_number(library: Any, x: Any) -> Any:
    return library.where(x > 0, x, 0.0), library.where(x > 0, 1.0, x)


@differentiable(x=[1.0, 2.0], y=[[3.0], [4.0]], mask=[[True, False], [False, False]])
def where_broadcasts(library: Any, x: Any, y: Any, mask: Any) -> Any:
    return library.where(mask, x, y)


@differentiable(x=[-1.0, 4.0], checks=("forward", "grad", "jvp"))
def where_meets_zero_times_nan(library: Any, x: Any) -> Any:
    return library.where(x > 0, library.sqrt(x), x)


@differentiable(x=[[1.0, 2.0], [3.0, 4.0]], mask=[True, False])
def masked_fill_broadcasts_its_mask(library: Any, x: Any, mask: Any) -> Any:
    return x.masked_fill(mask, -1.0), library.masked_fill(x, mask, 5.0)


@differentiable(x=[[1.0, 2.0], [3.0, 4.0]], value=7.0, mask=[[True, False], [False, True]])
def masked_fill_with_a_tensor(library: Any, x: Any, value: Any, mask: Any) -> Any:
    return x.masked_fill(mask, value)


@forward(x=[1.0, math.nan, math.inf], y=[1.0, math.nan, -math.inf])
def comparisons_of_nan(library: Any, x: Any, y: Any) -> Any:
    return [x == y, x != y, x < y, x <= y, x > y, x >= y, library.isnan(x), library.isinf(x), library.isfinite(x)]


@forward(x=[1, 2, 3], y=of("float32", [1.0, 2.5, 3.0]))
def comparisons_of_mixed_dtypes(library: Any, x: Any, y: Any) -> Any:
    return [x == y, x < y, x >= 2, x != 2.5, library.eq(x, 1), library.gt(y, 1)]


@forward(x=[True, False, True], y=[1, 0, 0])
def logical_functions(library: Any, x: Any, y: Any) -> Any:
    return [
        library.logical_and(x, y),
        library.logical_or(x, y),
        library.logical_xor(x, y),
        library.logical_not(y),
    ]


@forward(x=[1.0, 1.0 + 1e-9, math.nan], y=[1.0, 1.0, math.nan])
def closeness(library: Any, x: Any, y: Any) -> Any:
    return [
        library.isclose(x, y),
        library.isclose(x, y, equal_nan=True),
        library.allclose(x, y),
        library.allclose(x, y, equal_nan=True),
        library.equal(x, y),
        library.equal(x[:1], y[:1]),
    ]


@outcome
def results_do_not_require_grad(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    results = [x > 1, x == x, library.isnan(x), x.argmax(), library.logical_not(x)]
    return [(result.requires_grad, result.grad_fn is None) for result in results]


@outcome
def truth_of_tensors(library: Any) -> Any:
    return [
        bool(library.tensor(1.0)),
        bool(library.tensor([0])),
        raised(lambda: bool(library.ones(2)), "Boolean value of Tensor with more than one value is ambiguous"),
        raised(
            lambda: library.where(library.ones(2), library.ones(2), library.ones(2)), "condition to be a boolean tensor"
        ),
    ]
