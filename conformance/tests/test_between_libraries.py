"""Tensors, NumPy's arrays and torch's tensors: one memory, one pickle, and NumPy's functions on our tensors."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import wengert

TAKERS: dict[str, Callable[[Any], Any]] = {
    "as_tensor": wengert.as_tensor,
    "asarray": wengert.asarray,
    "from_dlpack": wengert.from_dlpack,
}


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("make", [lambda: np.zeros(3), lambda: torch.zeros(3)], ids=["array", "torch tensor"])
def test_foreign_memory_is_shared(taker: str, backend: str, make: Callable[[], Any]) -> None:
    foreign = make()
    with wengert.use_backend(backend):
        ours = TAKERS[taker](foreign)
    foreign[0] = 7
    ours[1] = 5
    assert ours.tolist() == foreign.tolist() == [7, 5, 0]
    assert ours.device.backend == backend


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize(
    "give",
    [
        lambda t: t.numpy(),
        np.asarray,
        np.from_dlpack,
        torch.from_dlpack,
        lambda t: t.to(backend="torch").array,
        lambda t: t.to(backend="numpy").array,
        wengert.from_dlpack,
    ],
    ids=["numpy()", "asarray", "from_dlpack", "torch.from_dlpack", "to torch", "to numpy", "wengert.from_dlpack"],
)
def test_our_memory_is_shared(backend: str, give: Callable[[Any], Any]) -> None:
    ours = wengert.zeros(3, backend=backend)
    theirs = give(ours)
    ours[0] = 7
    theirs[1] = 5
    assert ours.tolist() == theirs.tolist() == [7, 5, 0]


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("taker", [*TAKERS, "tensor"])
def test_what_torch_differentiates_is_refused(taker: str, backend: str) -> None:
    take = TAKERS.get(taker, wengert.tensor)
    with wengert.use_backend(backend), pytest.raises((RuntimeError, BufferError), match=r"detach\(\)"):
        take(torch.ones(2, requires_grad=True))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "int64", "float16", "bfloat16", "float32", "complex64"])
@pytest.mark.parametrize(("source", "target"), [("numpy", "torch"), ("torch", "numpy"), ("torch", "torch")])
def test_pickles_are_loaded_by_the_default_backend(source: str, target: str, dtype: str) -> None:
    if dtype == "bfloat16" and "numpy" in (source, target):
        dtype = "float64"
    x = wengert.tensor([[1, 0], [3, 4]], dtype=getattr(wengert, dtype), backend=source).T
    content = pickle.dumps(x)
    with wengert.use_backend(target):
        y = pickle.loads(content)
    assert (y.tolist(), y.dtype, y.device.backend) == (x.tolist(), x.dtype, target)


def test_moving_between_backends_carries_gradients() -> None:
    x = wengert.tensor([1.0, 2.0], requires_grad=True, backend="numpy")
    y = (x * 2).to(backend="torch")
    assert y.device.backend == "torch"
    (y * y).sum().backward()
    assert x.grad.tolist() == [8.0, 16.0]
    assert x.grad.device.backend == "numpy"


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (np.exp, np.exp),
        (np.square, lambda v: 2 * v),
        (lambda t: np.array([2.0, 3.0]) * t, lambda v: np.array([2.0, 3.0])),
        (lambda t: t * np.array([2.0, 3.0]), lambda v: np.array([2.0, 3.0])),
        (lambda t: np.array([2.0, 3.0]) / t, lambda v: -np.array([2.0, 3.0]) / v**2),
        (lambda t: np.float32(3) * t, lambda v: np.full(2, 3.0)),
        (lambda t: np.power(2.0, t), lambda v: np.log(2) * 2**v),
        (lambda t: np.matmul(np.eye(2), t), np.ones_like),
        (lambda t: np.arctan2(t, 1.0), lambda v: 1 / (1 + v**2)),
        (lambda t: np.add(t, [1, 2]), np.ones_like),
    ],
)
def test_ufuncs_are_recorded(backend: str, function: Callable[[Any], Any], slope: Callable[[Any], Any]) -> None:
    value = np.array([0.5, 1.5])
    x = wengert.tensor(value, requires_grad=True, backend=backend)
    result = function(x)
    assert isinstance(result, wengert.Tensor)
    result.sum().backward()
    np.testing.assert_allclose(result.detach().numpy(), function(value))
    np.testing.assert_allclose(x.grad.numpy(), slope(value))


@pytest.mark.parametrize(
    "call",
    [
        np.cbrt,
        np.add.reduce,
        np.asarray,
        lambda t: np.add(t, 1, dtype=np.float32),
        lambda t: np.add(np.ones(2), t, out=np.ones(2)),
        lambda t: np.concatenate([t, t]),
        np.linalg.norm,
    ],
)
def test_nothing_is_severed(call: Callable[[Any], Any]) -> None:
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        call(wengert.tensor([1.0, 2.0], requires_grad=True))


def test_what_only_numpy_has_gives_tensors() -> None:
    x = wengert.tensor([1.0, 8.0], dtype=wengert.float64)
    fraction, whole = np.modf(x)
    assert [np.cbrt(x).tolist(), fraction.tolist(), whole.tolist()] == [[1, 2], [0, 0], [1, 8]]
    assert np.reshape(x, (2, 1)).shape == (2, 1)
    assert isinstance(np.reshape(x, (2, 1)), wengert.Tensor)


@pytest.mark.parametrize(
    "function", [np.maximum, np.fmin, np.arctan2, np.hypot, np.logaddexp, np.less, np.logical_or, np.add]
)
@pytest.mark.parametrize("number", [2, 1.5, np.float32(1.5)])
def test_ufuncs_take_numbers_on_either_side(function: Callable[..., Any], number: Any) -> None:
    x = wengert.tensor([1.0, 2.0])
    for operands in ((x, number), (number, x)):
        expected = function(*(np.asarray(value, np.float32) for value in operands))
        found = function(*operands)
        assert isinstance(found, wengert.Tensor)
        assert found.numpy().dtype == expected.dtype
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


def test_results_go_where_out_says() -> None:
    x, array, out = wengert.tensor([1.0, 2.0]), np.ones(2), wengert.zeros(2)
    array += x
    assert isinstance(array, np.ndarray)
    assert np.add(x, 1, out=out) is out
    assert (array.tolist(), out.tolist(), out._version) == ([2, 3], [2, 3], 1)


def test_copies_are_refused_where_one_is_needed() -> None:
    x = wengert.ones(2)
    assert np.shares_memory(np.array(x, copy=False), x.numpy())
    assert not np.shares_memory(np.array(x, copy=True), x.numpy())
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        np.array(x, copy=False, dtype=np.int64)
