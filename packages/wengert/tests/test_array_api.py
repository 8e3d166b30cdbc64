"""The array API's namespace on the toy backend: bound to its backend, recorded, with results that may be written."""

from __future__ import annotations

import math
from typing import Any

import pytest
import wengert
from wengert import tensor

pytestmark = pytest.mark.usefixtures("toy")


def doubles(*values: Any) -> Any:
    return tensor(list(values), dtype=wengert.float64, requires_grad=True)


def gradient(result: Any, x: Any) -> Any:
    (found,) = wengert.autograd.grad(result.sum() if result.shape else result, x)
    return found.tolist()


def test_the_namespace_is_bound_to_the_backend(toy: str) -> None:
    x = doubles(1.0, 2.0)
    xp = x.__array_namespace__(api_version="2024.12")
    assert xp is x.__array_namespace__()
    assert xp.__name__ == "wengert.xp"
    assert repr(xp) == f"<wengert.xp on backend {toy!r}>"
    assert {t.device.backend for t in (xp.zeros(2), xp.asarray(1.0), xp.eye(2, k=1), xp.fft.fftfreq(3))} == {toy}
    assert xp.__array_namespace_info__().default_device() == x.device
    with pytest.raises(ValueError, match="got api_version '1999'"):
        x.__array_namespace__(api_version="1999")


def test_zero_dimensional_arrays_count_in_promotion() -> None:
    x, y = tensor([1.0], dtype=wengert.float32), tensor(2.0, dtype=wengert.float64)
    xp = x.__array_namespace__()
    assert (x + y).dtype is wengert.float32  # torch's
    assert xp.add(x, y).dtype is xp.concat([x, xp.reshape(y, (1,))]).dtype is wengert.float64
    assert xp.maximum(x, 0.5).dtype is wengert.float32
    assert xp.where(x > 0, x, y).dtype is wengert.float64


def test_an_empty_axis_reduces_nothing() -> None:
    x = doubles(1.0, 2.0)
    xp = x.__array_namespace__()
    for name in ("sum", "prod", "mean", "max", "min"):
        assert getattr(xp, name)(x, axis=()).tolist() == [1.0, 2.0]
    assert xp.var(x, axis=()).tolist() == [0.0, 0.0]
    assert xp.flip(x, axis=()).tolist() == [1.0, 2.0]
    assert xp.squeeze(xp.ones((1, 1)), axis=()).shape == (1, 1)


def test_values_given_as_tensors_stay_on_the_tape() -> None:
    x = doubles(1.0, 2.0)
    xp = x.__array_namespace__()
    assert gradient(xp.asarray([[x[0], 3.0], [x[1], x[0]]]), x) == [2.0, 1.0]
    assert gradient(xp.full((3,), x[1]), x) == [0.0, 3.0]
    assert gradient(xp.full_like(x, x[0]), x) == [2.0, 0.0]
    assert gradient(xp.linspace(x[0], 3.0, 3), x) == [1.5, 0.0]
    assert xp.asarray(x) is x


@pytest.mark.parametrize("name", ["sqrt", "exp", "tanh", "max"])
def test_a_result_may_be_written_before_backward(name: str, mutable_toy: str) -> None:
    x = doubles(1.0, 4.0)
    xp = x.__array_namespace__()
    y = getattr(xp, name)(x)
    before = gradient(getattr(xp, name)(x), x)
    z = y * 1.0
    y[...] = 7.0
    assert gradient(z, x) == before


def test_unique_gives_the_gradient_to_the_first() -> None:
    x = doubles(3.0, 1.0, 3.0)
    found = x.__array_namespace__().unique_all(x)
    assert found.values.tolist() == [1.0, 3.0]
    assert (found.indices.tolist(), found.inverse_indices.tolist()) == ([1, 0], [1, 0, 1])
    assert found.counts.tolist() == [1, 2]
    assert gradient(found.values * tensor([5.0, 7.0], dtype=wengert.float64), x) == [7.0, 5.0, 0.0]
    rows, where = wengert.unique(tensor([[2, 1], [1, 5], [2, 1]]), dim=0, return_inverse=True)
    assert (rows.tolist(), where.tolist()) == ([[1, 5], [2, 1]], [1, 0, 1])
    assert wengert.unique(tensor([])).tolist() == []


def test_searching() -> None:
    assert wengert.searchsorted(tensor([[1, 3], [2, 4]]), tensor([[3], [3]]), right=True).tolist() == [[2], [1]]
    assert wengert.searchsorted(tensor([3, 1]), 2, sorter=tensor([1, 0])).tolist() == 1
    assert wengert.bucketize(tensor([0.5]), tensor([0.0, 1.0]), out_int32=True).dtype is wengert.int32
    assert wengert.isin(tensor([1.0, math.nan]), tensor([math.nan, 1.0])).tolist() == [True, False]
    assert wengert.isin(tensor([1, 2]), tensor([]), invert=True).tolist() == [True, True]


def test_differences_of_neighbours() -> None:
    x = doubles(1.0, 4.0, 9.0)
    assert wengert.diff(x, 2).tolist() == [2.0]
    assert gradient(wengert.diff(x, 2), x) == [1.0, -2.0, 1.0]
    assert wengert.diff(x, prepend=tensor([0.0], dtype=wengert.float64)).tolist() == [1.0, 3.0, 5.0]
    assert wengert.diff(tensor([True, False, False])).tolist() == [True, False]
    assert wengert.diff(x, 5).shape == (0,)


def test_signs_and_neighbours() -> None:
    x = doubles(1.0, -2.0, 0.0)
    assert gradient(wengert.copysign(x, -1.0), x) == [-1.0, 1.0, 0.0]
    assert wengert.signbit(tensor([-0.0, 3.0])).tolist() == [True, False]
    up = wengert.nextafter(x, tensor(math.inf, dtype=wengert.float64))
    assert up.tolist() == [math.nextafter(v, math.inf) for v in x.tolist()]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda xp, x: xp.take(xp.ones((2, 2)), xp.asarray([0])), "take: got axis=None for shape"),
        (lambda xp, x: xp.cumulative_sum(xp.ones((2, 2))), "cumulative_sum: got axis=None"),
        (lambda xp, x: xp.squeeze(x, axis=0), "squeeze: axis 0 of shape"),
        (lambda xp, x: xp.nonzero(x[0]), "nonzero: got a 0-d array"),
        (lambda xp, x: xp.matrix_transpose(x), "matrix_transpose: got shape"),
        (lambda xp, x: xp.vecdot(x, xp.ones(3)), "vecdot: got sizes 2 and 3"),
        (lambda xp, x: xp.linalg.cross(x, x), "cross: got size 2"),
        (lambda xp, x: x.to_device("cpu", stream=1), "to_device: got stream=1"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    x = doubles(1.0, 2.0)
    with pytest.raises(ValueError, match=message):
        call(x.__array_namespace__(), x)
