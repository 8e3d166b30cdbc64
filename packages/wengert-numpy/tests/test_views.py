"""Views share memory, versions and histories: writes through views and bases, and what torch refuses."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any
from weakref import ref

import pytest
import wengert


@pytest.fixture(autouse=True)
def _on_numpy() -> Iterator[None]:
    with wengert.use_backend("numpy"):
        yield


def leaf(values: object) -> Any:
    return wengert.tensor(values, requires_grad=True)


def grid(requires_grad: bool = False) -> Any:
    return wengert.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=requires_grad)


VIEWS: list[Callable[[Any], Any]] = [
    lambda x: x[0],
    lambda x: x[:, 1:],
    lambda x: x[..., None],
    lambda x: x.view(3, 2),
    lambda x: x.reshape(6),
    lambda x: x.T,
    lambda x: x.permute(1, 0),
    lambda x: x.unsqueeze(0),
    lambda x: x.view(1, 2, 3).squeeze(0),
    lambda x: x.diagonal(),
    lambda x: x.unbind(0)[1],
    lambda x: x.split(1, 1)[2],
    lambda x: x.chunk(2)[0],
    lambda x: x.expand(2, 3),
    lambda x: x.movedim(0, 1),
    lambda x: x.flatten(),
]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_shares_memory_and_version(view: Callable[[Any], Any]) -> None:
    x = grid()
    v = view(x)
    assert v._base is x
    assert v._is_view()
    x.mul_(10.0)
    assert v.tolist() == view(grid() * 10).tolist()
    assert (x._version, v._version) == (1, 1)
    v[...] = 0.0
    assert view(x).sum().item() == 0.0
    assert (x._version, v._version) == (2, 2)


@pytest.mark.parametrize(
    "copy", [lambda x: x.clone(), lambda x: x * 1, lambda x: x[wengert.tensor([0, 1])], lambda x: x.T.reshape(6)]
)
def test_a_copy_shares_nothing(copy: Callable[[Any], Any]) -> None:
    x = grid()
    y = copy(x)
    assert y._base is None or y._base is not x
    x.zero_()
    assert y.sum().item() == 21.0
    assert y._version == 0


def test_detach_shares_the_version_and_data_does_not() -> None:
    x = grid()
    x.detach().add_(1.0)
    assert (x._version, x.sum().item()) == (1, 27.0)
    x.data.add_(1.0)
    assert (x._version, x.sum().item()) == (1, 33.0)


def test_views_of_views_have_the_first_base() -> None:
    x = grid()
    v = x[0]
    w = v[1:]
    assert w._base is x
    w.mul_(10.0)
    assert x.tolist() == [[1.0, 20.0, 30.0], [4.0, 5.0, 6.0]]
    assert (x._version, v._version, w._version) == (1, 1, 1)


# histories


def test_a_write_into_a_view_reaches_the_base() -> None:
    x, y = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([5.0, 6.0])
    base = x * 1
    base[0].mul_(y)
    assert type(base.grad_fn).__name__ == "CopySlices"
    assert base.tolist() == [[5.0, 12.0], [3.0, 4.0]]
    (base * base).sum().backward()
    assert x.grad.tolist() == [[50.0, 144.0], [6.0, 8.0]]
    assert y.grad.tolist() == [10.0, 48.0]


def test_a_write_into_a_base_reaches_its_views() -> None:
    x = leaf([1.0, 2.0])
    base = x * 1
    view = base[1:]
    base.mul_(3.0)
    view.sum().backward()
    assert x.grad.tolist() == [0.0, 3.0]


def test_a_write_into_a_view_reaches_other_views() -> None:
    x = leaf([1.0, 2.0, 3.0])
    base = x * 1
    first, second = base[:2], base[1:]
    first.mul_(10.0)
    assert second.tolist() == [20.0, 3.0]
    (second * wengert.tensor([1.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [0.0, 10.0, 100.0]


def test_writes_in_turn() -> None:
    x = leaf([1.0, 2.0, 3.0, 4.0])
    base = x * 1
    square = base.view(2, 2)
    row = square[1]
    row.mul_(2.0)
    base.mul_(3.0)
    square[:, 0].mul_(5.0)
    base.sum().backward()
    assert base.tolist() == [15.0, 6.0, 90.0, 24.0]
    assert x.grad.tolist() == [15.0, 3.0, 30.0, 6.0]


def test_a_gradient_enters_a_plain_base_by_a_view() -> None:
    x = leaf([5.0, 6.0])
    base = wengert.zeros(2, 2)
    row, other = base[0], base[1]
    row.copy_(x)
    assert (base.requires_grad, row.requires_grad, other.requires_grad) == (True, True, True)
    (base * base).sum().backward()
    assert x.grad.tolist() == [10.0, 12.0]


def test_a_write_of_zeros_cuts_the_history_there() -> None:
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    base = x * 1
    base[0].zero_()
    base.sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0], [1.0, 1.0]]


def test_the_second_derivative_through_a_written_view() -> None:
    x = leaf([2.0, 3.0])
    base = x * x
    base[0].mul_(base[1].clone())
    (first,) = wengert.autograd.grad(base[0], x, create_graph=True)
    assert first.tolist() == [36.0, 24.0]
    (second,) = wengert.autograd.grad(first.sum(), x)
    assert second.tolist() == [18.0 + 24.0, 24.0 + 8.0]


def test_a_value_kept_from_a_view_is_watched_through_the_base() -> None:
    x = leaf([1.0, 2.0])
    base = x * 1
    y = base[0] * base[0]
    base.detach().zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_hooks_of_a_tensor_stay_with_its_value() -> None:
    x = leaf([1.0, 2.0])
    base = x * 1
    view = base[0]
    view.mul_(2.0)
    seen = []
    base.register_hook(lambda g: seen.append(g.tolist()))
    (base * 3).sum().backward()
    assert seen == [[3.0, 3.0]]


def test_written_graphs_are_freed_without_the_collector() -> None:
    def step() -> list[ref[Any]]:
        x = leaf([[1.0, 2.0], [3.0, 4.0]])
        base = x * 1
        row, column = base[0], base[:, 0]
        row.mul_(column.clone())
        base[1] = row * 2
        nodes = [base.grad_fn, row.grad_fn, column.grad_fn]
        (g,) = wengert.autograd.grad((base * base).sum(), x, create_graph=True)
        g.sum().backward()
        return [ref(held) for held in (x, base, row, column, g, *nodes)]

    gc.disable()
    try:
        assert [held() for held in step()] == [None] * 8
    finally:
        gc.enable()


# what is refused


def test_a_view_of_a_leaf_is_not_written() -> None:
    x = grid(requires_grad=True)
    for view in (x[0], x.view(6), x[0][1:]):
        with pytest.raises(
            RuntimeError, match="a view of a leaf Variable that requires grad is being used in an in-place"
        ):
            view.add_(1.0)
    with wengert.no_grad():
        x[0].add_(1.0)
    assert x.tolist() == [[2.0, 3.0, 4.0], [4.0, 5.0, 6.0]]
    assert x._version == 1


@pytest.mark.parametrize(
    ("views", "name"),
    [
        (lambda x: x.unbind(0), "UnbindBackward0"),
        (lambda x: x.split(1), "SplitBackward0"),
        (lambda x: x.chunk(2), "SplitBackward0"),
    ],
)
def test_one_of_several_views_is_not_written(views: Callable[[Any], Any], name: str) -> None:
    base = grid(requires_grad=True) * 1
    view = views(base)[0]
    with pytest.raises(RuntimeError, match=r"is a view and is being modified inplace.*returns multiple views"):
        view.add_(1.0)
    assert (base.tolist(), base._version) == (grid().tolist(), 0)
    with wengert.no_grad():
        view.add_(1.0)
    plain = views(grid())[0]
    plain.add_(1.0)
    assert plain._version == 1


def test_a_view_made_in_no_grad_is_not_written_outside() -> None:
    base = grid(requires_grad=True) * 1
    with wengert.no_grad():
        view = base[0]
        view.add_(1.0)
    with pytest.raises(
        RuntimeError, match="A view was created in no_grad mode and is being modified inplace with grad"
    ):
        view.add_(1.0)
    assert base._version == 1


def test_an_expanded_tensor_is_not_written() -> None:
    x = wengert.tensor([1.0, 2.0])
    wide = x.expand(3, 2)
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor refers to a single memory"):
        wide.add_(1.0)
    assert (x.tolist(), x._version) == ([1.0, 2.0], 0)


def test_views_are_not_detached_in_place() -> None:
    with pytest.raises(RuntimeError, match="Can't detach views in-place"):
        (grid(requires_grad=True) * 1)[0].detach_()


def test_what_numpy_makes_read_only_can_be_written() -> None:
    x = wengert.zeros(2, 2)
    x.diagonal().add_(1.0)
    assert x.tolist() == [[1.0, 0.0], [0.0, 1.0]]
