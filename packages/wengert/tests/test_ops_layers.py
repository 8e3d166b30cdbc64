"""Fused operations against their composites, on the toy backend: values, gradients, gradients of gradients."""

from __future__ import annotations

import math
from typing import Any

import pytest
from wengert.api import autograd
from wengert.api.tensor import Tensor
from wengert.nn import functional
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend
from wengert.tensor.base import wrap
from wengert.testing.fused import PAIRS, numbers, orders
from wengert.testing.toy import toy_spec


@pytest.fixture(params=[(True, True), (False, True), (True, False)], ids=["toy", "immutable", "unreadable"])
def backend(request: pytest.FixtureRequest) -> Backend:
    mutable, readable = request.param
    return toy_spec(mutable=mutable, readable=readable).load()


def integers(backend: Backend, values: Any) -> Tensor:
    return wrap(backend, backend.xp.asarray(values, dtype=backend.dtypes[dtypes.int64], device=None))


def listed(x: Tensor) -> Any:
    return x.space.xp.tolist(x.space.xp.reshape(x.array, (math.prod(x.shape),)))


@pytest.mark.parametrize("name", PAIRS)
def test_fused_is_its_composite(backend: Backend, name: str) -> None:
    pair = PAIRS[name]
    leaves = pair.leaves(backend)
    one, other = (orders(backend, function, leaves) for function in (pair.fused, pair.composite))
    for found, expected in zip(one, other, strict=True):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_an_ignored_class_counts_for_nothing(backend: Backend) -> None:
    x = numbers(backend, 3, 4)
    one = functional.cross_entropy(x, integers(backend, [1, -100, 3]))
    (g,) = autograd.grad([one], [x])
    assert listed(g)[4:8] == [0.0] * 4
    kept = [functional.cross_entropy(x[i], integers(backend, c)) for i, c in ((0, 1), (2, 3))]
    assert listed(one)[0] == pytest.approx(sum(listed(loss)[0] for loss in kept) / 2)


def test_max_pool_sends_the_gradient_to_the_first_of_the_largest(backend: Backend) -> None:
    xp = backend.xp
    array = xp.asarray([[[[1.0, 3.0], [3.0, 0.0]]]], dtype=backend.dtypes[dtypes.float64], device=None)
    x = wrap(backend, array, requires_grad=True)
    values, positions = functional.max_pool2d(x, 2, return_indices=True)
    (g,) = autograd.grad([values.sum()], [x])
    assert (listed(values), listed(positions), listed(g)) == ([3.0], [1], [0.0, 1.0, 0.0, 0.0])


def test_padding_is_undone_by_its_gradient(backend: Backend) -> None:
    x = numbers(backend, 2, 2)
    out = functional.pad(x, (1, 0, 0, -1), value=7.0)
    (g,) = autograd.grad([(out * out).sum()], [x])
    assert listed(out) == [7.0, *listed(x)[:2]]
    assert listed(g) == pytest.approx([2 * v for v in listed(x)[:2]] + [0.0, 0.0])
