"""Indexing on the toy backend: keys, gradients of first and second order, unread values, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert import tensor
from wengert.backends import registry
from wengert.testing.toy import forbid_reading, toy_spec

pytestmark = pytest.mark.usefixtures("toy")
CUBE = [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]]


def cube() -> Any:
    return tensor(CUBE, dtype=wengert.float64, requires_grad=True)


KEYS: list[tuple[Any, Any]] = [
    (0, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    ((-1, slice(1, None), 0), [9.0, 11.0]),
    ((Ellipsis, 1), [[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]]),
    ((slice(None), slice(0, 3, 2), None, 0), [[[1.0], [5.0]], [[7.0], [11.0]]]),
    ([1, 1], [CUBE[1], CUBE[1]]),
    ((slice(None), [0, -1]), [[CUBE[0][0], CUBE[0][2]], [CUBE[1][0], CUBE[1][2]]]),
    (([0, 1], [2, 0]), [[5.0, 6.0], [7.0, 8.0]]),
    (([0, 1], slice(None), [1, 0]), [[2.0, 4.0, 6.0], [7.0, 9.0, 11.0]]),
    ((0, slice(None), [1, 0]), [[2.0, 1.0], [4.0, 3.0], [6.0, 5.0]]),
    ([False, True], [CUBE[1]]),
    (True, [CUBE]),
]


@pytest.mark.parametrize(("key", "found"), KEYS, ids=[str(key) for key, _ in KEYS])
def test_keys_find_what_torch_finds(key: Any, found: Any) -> None:
    assert cube()[key].tolist() == found


@pytest.mark.parametrize("key", [key for key, _ in KEYS], ids=[str(key) for key, _ in KEYS])
def test_gradients_go_back_to_their_places_and_repeats_add_up(key: Any) -> None:
    x = cube()
    picked = x[key]
    (first,) = wengert.autograd.grad((picked * picked * picked).sum(), x, create_graph=True)
    (second,) = wengert.autograd.grad((first * first).sum(), x)
    places = tensor([float(i) for i in range(12)], dtype=wengert.float64).reshape(2, 3, 2)[key].reshape(-1).tolist()
    times = [places.count(i) for i in range(12)]
    values = [v for layer in CUBE for row in layer for v in row]
    assert first.reshape(-1).tolist() == [3 * n * v**2 for n, v in zip(times, values, strict=True)]
    assert second.reshape(-1).tolist() == [36 * n**2 * v**3 for n, v in zip(times, values, strict=True)]


@pytest.mark.parametrize(
    ("key", "node"),
    [
        (0, "SelectBackward0"), (slice(None), "SliceBackward0"), ((slice(1, 2), 0), "SelectBackward0"),
        (None, "UnsqueezeBackward0"),
        (Ellipsis, "AliasBackward0"), ([0], "IndexBackward0"), ((0, slice(1, 2)), "SliceBackward0"),
    ],
)  # fmt: skip
def test_a_key_is_one_node_called_as_its_last_entry(key: Any, node: str) -> None:
    assert cube()[key].grad_fn.name() == node


def second_order(function: Callable[[Any, Any], Any], *arrays: Any) -> list[Any]:
    """Gradients of sum(w f^2) in both arguments and of the sum of their squares; w tells the places apart."""
    x, y = (tensor(array, dtype=wengert.float64, requires_grad=True) for array in arrays)
    out = function(x, y)
    weight = tensor([float(i + 1) for i in range(out.numel())], dtype=wengert.float64).reshape(out.shape)
    first = wengert.autograd.grad((weight * out * out).sum(), (x, y), create_graph=True)
    second = wengert.autograd.grad(sum((g * g).sum() for g in first), (x, y))
    return [g.tolist() for g in (*first, *second)]


X, Y = [1.0, 2.0, 3.0], [10.0, 20.0]


@pytest.mark.parametrize(
    ("function", "first_x", "first_y"),
    [
        (lambda x, y: x.index_add(0, tensor([2, 0]), y), [2 * 21, 4 * 2, 6 * 13], [6 * 13, 2 * 21]),
        (lambda x, y: x.index_copy(0, tensor([2, 0]), y), [0, 4 * 2, 0], [6 * 10, 2 * 20]),
        (lambda x, y: x.scatter(0, tensor([2, 0]), y), [0, 4 * 2, 0], [6 * 10, 2 * 20]),
        (lambda x, y: x.scatter_add(0, tensor([1, 1]), y), [2, 4 * 32, 18], [4 * 32, 4 * 32]),
        (lambda x, y: x.index_put((tensor([0, 0]),), y, accumulate=True), [2 * 31, 8, 18], [2 * 31, 2 * 31]),
        (lambda x, y: x.index_put((tensor([0, -1]),), y), [0, 8, 0], [20, 120]),
        (lambda x, y: x.masked_scatter(tensor([False, True, True]), y), [2, 0, 0], [40, 120]),
        (lambda x, y: x.slice_scatter(y, 0, 0, 3, 2), [0, 8, 0], [20, 120]),
        (lambda x, y: x.select_scatter(y[0], 0, 1), [2, 0, 18], [40, 0]),
    ],
)  # fmt: skip
def test_writing_passes_gradients_to_both(function: Callable[[Any, Any], Any], first_x: Any, first_y: Any) -> None:
    found = second_order(function, X, Y)
    assert found[:2] == [first_x, first_y]
    assert any(value != 0 for value in found[2])


@pytest.mark.parametrize(
    ("function", "result", "gradient"),
    [
        (lambda x: x.gather(0, tensor([2, 0, 0])), [3, 1, 1], [2, 0, 1]),
        (lambda x: x.index_select(0, tensor([1, 1])), [2, 2], [0, 2, 0]),
        (lambda x: x.take(tensor([-1, 1])), [3, 2], [0, 1, 1]),
        (lambda x: x.take_along_dim(tensor([0, -1]), 0), [1, 3], [1, 0, 1]),
        (lambda x: x.masked_select(tensor([True, False, True])), [1, 3], [1, 0, 1]),
        (lambda x: x.sort(descending=True).values, [3, 2, 1], [1, 1, 1]),
        (lambda x: x.topk(1).values, [3], [0, 0, 1]),
    ],
)
def test_picking(function: Callable[[Any], Any], result: Any, gradient: Any) -> None:
    x = tensor(X, dtype=wengert.float64, requires_grad=True)
    picked = function(x)
    picked.sum().backward()
    assert (picked.tolist(), x.grad.tolist()) == (result, gradient)


def test_embedding_gives_the_padding_no_gradient() -> None:
    table = tensor([[1.0], [2.0], [3.0]], requires_grad=True)
    rows = wengert.nn.functional.embedding(tensor([[0, 2], [2, 1]]), table, padding_idx=1)
    rows.sum().backward()
    assert rows.tolist() == [[[1.0], [3.0]], [[3.0], [2.0]]]
    assert table.grad.tolist() == [[1.0], [0.0], [2.0]]


def test_positions() -> None:
    x = tensor([[0, 1], [2, 0]])
    assert x.nonzero().tolist() == x.argwhere().tolist() == [[0, 1], [1, 0]]
    assert [place.tolist() for place in x.nonzero(as_tuple=True)] == [[0, 1], [1, 0]]
    assert wengert.nn.functional.one_hot(tensor([0, 2])).tolist() == [[1, 0, 0], [0, 0, 1]]


def test_values_are_not_read_where_that_is_forbidden() -> None:
    spec = toy_spec(readable=False)
    registry.register(spec)
    try:
        with registry.use_backend(spec.name):
            x = tensor(CUBE, dtype=wengert.float64, requires_grad=True)
            index, places = tensor([1, -1]), tensor([[[0, 1]]])
            with forbid_reading():
                y = x[index].sum() + x[:, 1].sum() + x.gather(0, places).sum() + x[0, index, index].sum()
                (y * y).backward()
            assert x.grad.shape == x.shape
    finally:
        registry.unregister(spec.name)


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [
        (2, IndexError, "index 2 is out of bounds for dimension 0 with size 2"),
        ((0, 0, 0, 0), IndexError, "too many indices for tensor of dimension 3"),
        (slice(None, None, -1), ValueError, "step must be greater than zero"),
        (1.0, IndexError, "only integers, slices"),
        ([0, 2], IndexError, "index 2 is out of bounds for dimension 0 with size 2"),
        (([0, 1], [0, 1, 2]), IndexError, "shape mismatch: indexing tensors could not be broadcast together"),
        ([True, False, True], IndexError, r"The shape of the mask \[3\] at index 0 does not match"),
        ("a", TypeError, "invalid data type 'str'"),
    ],
)
def test_refused_keys(key: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        cube()[key]


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (lambda x: x.gather(0, tensor([3])), RuntimeError, "index 3 is out of bounds for dimension 0 with size 3"),
        (lambda x: x.index_select(0, tensor([3])), IndexError, "index out of range in self"),
        (lambda x: x.scatter(0, tensor([3]), 1.0), RuntimeError, "index 3 is out of bounds"),
        (lambda x: x.take(tensor([3])), IndexError, "tried to access index 3 on a tensor of 3 elements"),
        (lambda x: x.index_put((tensor([0]),), tensor([1.0, 2.0])), RuntimeError, "cannot be broadcast"),
        (lambda x: x.topk(4), RuntimeError, "selected index k out of range"),
        (lambda x: x.gather(0, tensor([0.0])), RuntimeError, "Expected dtype int32/int64 for index"),
    ],
)  # fmt: skip
def test_refusals_speak_as_torch_does(function: Callable[[Any], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        function(tensor(X))


def test_more_arrays_than_a_record_takes_are_written_as_one_position() -> None:
    x = wengert.arange(32.0, dtype=wengert.float64).reshape(2, 2, 2, 2, 2).requires_grad_()
    value = tensor([7.0, 8.0], dtype=wengert.float64, requires_grad=True)
    key = tuple(tensor(row) for row in ([0, 1], [1, 1], [0, 1], [1, 0], [0, 1]))
    y = x * 1
    y[key] = value
    assert y[key].tolist() == [7.0, 8.0]
    (y * y).sum().backward()
    assert value.grad.tolist() == [14.0, 16.0]
    assert x.grad[key].tolist() == [0.0, 0.0]
    assert x.grad.sum().item() == 2 * (sum(range(32)) - 10 - 29)
