"""Random programs have the sparse derivatives that they have dense; SciPy takes the results; size is no hindrance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import wengert
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from wengert.func import SparseMatrix, hessian, jacrev, sparse_hessian, sparse_jacobian
from wengert.tensor.level import running
from wengert.transforms.batched import BatchLevel

SIZE = 6
Step = Callable[[Any], Any]


def matrix_of(found: SparseMatrix) -> Any:
    return coo_array((found.values, (found.rows, found.columns)), shape=found.shape)


def picking(places: list[int]) -> Step:
    return lambda x: x.sin() * x[places]


def adding(places: list[int]) -> Step:
    return lambda x: wengert.zeros_like(x).index_add(0, wengert.tensor(places), x * x)


def writing(start: int) -> Step:
    return lambda x: wengert.cat([x[:start], x[start:].exp() * 0.1])


STEPS = st.one_of(
    st.lists(st.integers(0, SIZE - 1), min_size=SIZE, max_size=SIZE).map(picking),
    st.lists(st.integers(0, SIZE - 1), min_size=SIZE, max_size=SIZE).map(adding),
    st.integers(1, SIZE - 1).map(writing),
    st.sampled_from([lambda x: x.roll(1) * x, lambda x: x.reshape(2, 3).softmax(1).reshape(-1), lambda x: x.cumsum(0)]),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=3), st.sampled_from(["auto", "column", "row"]))
def test_random_programs(steps: list[Step], by: str) -> None:
    def program(x: Any) -> Any:
        for step in steps:
            x = step(x)
        return x

    def energy(x: Any) -> Any:
        return (program(x) ** 2).sum()

    x = wengert.linspace(0.2, 1.2, SIZE, dtype=wengert.float64)
    np.testing.assert_allclose(
        matrix_of(sparse_jacobian(program, by=by)(x)).toarray(), jacrev(program)(x), rtol=1e-12, atol=1e-14
    )
    np.testing.assert_allclose(
        matrix_of(sparse_hessian(energy)(x)).toarray(), hessian(energy)(x), rtol=1e-9, atol=1e-12
    )


@settings(max_examples=30, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 5)), min_size=1), st.sampled_from(["column", "row"]))
def test_random_patterns(elements: set[tuple[int, int]], by: str) -> None:
    rows, columns = map(list, zip(*sorted(elements), strict=True))

    def func(x: Any) -> Any:
        return wengert.zeros(8, dtype=x.dtype).index_add(0, wengert.tensor(rows), x[columns] ** 2)

    x = wengert.linspace(1, 2, 6, dtype=wengert.float64)
    found = sparse_jacobian(func, by=by)(x)
    assert (found.rows.tolist(), found.columns.tolist()) == (rows, columns)
    np.testing.assert_allclose(matrix_of(found).toarray(), jacrev(func)(x))
    given_pattern = sparse_jacobian(func, by=by, pattern=matrix_of(found))(x)
    assert given_pattern.values.tolist() == found.values.tolist()


def test_a_band_of_many_unknowns_costs_as_many_jvps_as_it_is_wide() -> None:
    size, batches = 20_000, []

    def func(x: Any) -> Any:
        batches.append([level.size for level in running.get() if isinstance(level, BatchLevel)])
        return x[1:] * x[:-1]

    found = sparse_jacobian(func, by="column")(wengert.ones(size, dtype=wengert.float64))
    assert (found.shape, found.values.shape) == ((size - 1, size), (2 * size - 2,))
    assert batches == [[], [2]]  # once for the pattern, once for both colours
