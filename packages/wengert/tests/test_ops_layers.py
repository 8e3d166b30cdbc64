"""Fused operations against their composites, on the toy backend: values, gradients, gradients of gradients."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from wengert.api import autograd
from wengert.api.tensor import Tensor
from wengert.nn import functional
from wengert.ops import composites
from wengert.ops.xp import namespace_of
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend
from wengert.tensor.base import wrap
from wengert.testing.toy import toy_spec


@pytest.fixture(params=[(True, True), (False, True), (True, False)], ids=["toy", "immutable", "unreadable"])
def backend(request: pytest.FixtureRequest) -> Backend:
    mutable, readable = request.param
    return toy_spec(mutable=mutable, readable=readable).load()


def numbers(backend: Backend, *shape: int, requires_grad: bool = True) -> Tensor:
    draw = random.Random(repr(shape))
    values = [draw.uniform(-2, 2) for _ in range(math.prod(shape))]
    xp = backend.xp
    array = xp.reshape(xp.asarray(values, dtype=backend.dtypes[dtypes.float64], device=None), shape)
    return wrap(backend, array, requires_grad)


def integers(backend: Backend, values: Any) -> Tensor:
    return wrap(backend, backend.xp.asarray(values, dtype=backend.dtypes[dtypes.int64], device=None))


def listed(x: Tensor) -> Any:
    return x.space.xp.tolist(x.space.xp.reshape(x.array, (math.prod(x.shape),)))


def orders(function: Callable[..., Tensor], leaves: list[Tensor]) -> list[Any]:
    """The value, the gradients, and the gradients of the sum of the gradients' squares."""
    out = function(*leaves)
    first = autograd.grad([(out * out).sum()], leaves, create_graph=True)
    total = sum(((g * g).sum() for g in first[1:]), start=(first[0] * first[0]).sum())
    second = autograd.grad([total], leaves, allow_unused=True, materialize_grads=True)
    return [listed(t) for t in (out, *first, *second)]


Function = Callable[..., Tensor]
PAIRS: dict[str, tuple[Function, Function, list[tuple[int, ...]]]] = {
    "softmax": (
        lambda xp, x: functional.softmax(x, 1),
        lambda xp, x: composites.softmax(xp, x, 1),
        [(2, 3)],
    ),
    "log_softmax": (
        lambda xp, x: functional.log_softmax(x, 0),
        lambda xp, x: composites.log_softmax(xp, x, 0),
        [(2, 3)],
    ),
    "layer_norm": (
        lambda xp, x, weight, bias: functional.layer_norm(x, (3,), weight, bias, 0.1),
        lambda xp, x, weight, bias: composites.standardized(xp, x, weight, bias, (1,), 0.1),
        [(2, 3), (3,), (3,)],
    ),
    "mse_loss": (
        lambda xp, x, y: functional.mse_loss(x, y),
        lambda xp, x, y: composites.mse_loss(xp, x, y),
        [(2, 3), (2, 3)],
    ),
    "conv2d": (
        lambda xp, x, w: functional.conv2d(x, w, stride=(1, 2)),
        lambda xp, x, w: composites.convolve(xp, x, w, (1, 2)),
        [(2, 2, 3, 4), (2, 2, 2, 2)],
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_fused_is_its_composite(backend: Backend, name: str) -> None:
    fused, composite, shapes = PAIRS[name]
    xp = namespace_of(backend)
    leaves = [numbers(backend, *shape) for shape in shapes]
    one, other = (orders(lambda *x, f=f: f(xp, *x), leaves) for f in (fused, composite))
    for found, expected in zip(one, other, strict=True):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_cross_entropy_is_its_composite(backend: Backend) -> None:
    xp, x, target = namespace_of(backend), numbers(backend, 3, 4), integers(backend, [1, 0, 3])
    one = orders(lambda x: functional.cross_entropy(x, target), [x])
    other = orders(lambda x: composites.cross_entropy(xp, x, target), [x])
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
