"""Forward mode: levels, tangents through each kind of operation, in-place writes, and both modes combined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import wengert
from wengert.autograd import forward_ad
from wengert.autograd.forward_ad import dual_level, make_dual, unpack_dual

pytestmark = pytest.mark.usefixtures("toy")


@pytest.fixture
def level() -> Iterator[None]:
    with dual_level():
        yield


def dual(values: object, tangent: object) -> Any:
    return make_dual(wengert.tensor(values), wengert.tensor(tangent))


def tangent(tensor: Any) -> Any:
    found = unpack_dual(tensor).tangent
    return None if found is None else found.tolist()


# levels


def test_outside_a_level_there_are_no_duals() -> None:
    with pytest.raises(RuntimeError, match="no level exists, make sure to enter_dual_level"):
        make_dual(wengert.tensor(1.0), wengert.tensor(1.0))
    with pytest.raises(RuntimeError, match="Dual level must be a positive number"):
        forward_ad.exit_dual_level()


def test_levels_do_not_nest() -> None:
    with dual_level():
        with pytest.raises(RuntimeError, match="Nested forward mode AD is not supported at the moment"):
            forward_ad.enter_dual_level()
        assert tangent(dual(1.0, 2.0)) == 2.0
    with dual_level():
        assert tangent(dual(1.0, 3.0)) == 3.0


def test_tangents_end_with_their_level() -> None:
    with dual_level():
        x = dual([1.0, 2.0], [3.0, 4.0])
        y = x * 2
    assert (tangent(x), tangent(y)) == (None, None)
    assert (y * x).tolist() == [2.0, 8.0]
    with dual_level():
        assert tangent(y * 2) is None


def test_an_exception_ends_the_level() -> None:
    with pytest.raises(ZeroDivisionError), dual_level():
        raise ZeroDivisionError
    with dual_level():
        pass


@pytest.mark.usefixtures("level")
def test_a_dual_is_made_and_taken_apart() -> None:
    t = wengert.tensor([3.0, 4.0])
    x = make_dual(wengert.tensor([1.0, 2.0]), t)
    primal, found = unpack_dual(x)
    assert primal.tolist() == x.tolist() == [1.0, 2.0]
    assert found is t
    assert unpack_dual(primal).tangent is None
    assert unpack_dual(wengert.tensor(1.0)).tangent is None


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((1.0, 2.0), TypeError, "must be Tensor, not float"),
        (([1], [1.0]), ValueError, "Expected primal to be floating point or complex"),
        (([1.0], [1]), ValueError, "Expected tangent to be floating point or complex"),
        (([1.0, 2.0], [1.0]), RuntimeError, "different size than that of the original Tensor"),
    ],
)
def test_what_is_no_dual(arguments: tuple[Any, Any], error: type[Exception], words: str) -> None:
    made = [wengert.tensor(a) if isinstance(a, list) else a for a in arguments]
    with pytest.raises(error, match=words):
        make_dual(*made)


# each kind


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x * x, [20.0, 80.0]),
        (lambda x: 3 - x, [-10.0, -20.0]),
        (lambda x: 1 / x, [-10.0, -5.0]),
        (lambda x: x**2, [20.0, 80.0]),
        (lambda x: x.exp().log(), [10.0, 20.0]),
        (lambda x: (x * x).abs().sqrt(), [10.0, 20.0]),
        (lambda x: x.relu(), [10.0, 20.0]),
        (lambda x: wengert.where(x > 1.5, x * 2, x * 3), [30.0, 40.0]),
        (lambda x: x.clamp(1.5, 5.0), [0.0, 20.0]),
        (lambda x: x + wengert.tensor([[1.0], [2.0]]), [[10.0, 20.0], [10.0, 20.0]]),
    ],
)
def test_elementwise(function: Callable[[Any], Any], expected: object) -> None:
    assert unpack_dual(function(dual([1.0, 2.0], [10.0, 20.0]))).tangent.round(decimals=4).tolist() == expected


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.reshape((4,)), [1.0, 2.0, 3.0, 4.0]),
        (lambda x: x.T, [[1.0, 3.0], [2.0, 4.0]]),
        (lambda x: x[1], [3.0, 4.0]),
        (lambda x: x[:, wengert.tensor([1, 1])], [[2.0, 2.0], [4.0, 4.0]]),
        (lambda x: x.expand(2, 2, 2)[0], [[1.0, 2.0], [3.0, 4.0]]),
        (lambda x: wengert.cat([x, wengert.zeros(1, 2)]), [[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]]),
        (lambda x: wengert.stack([x, x])[1], [[1.0, 2.0], [3.0, 4.0]]),
        (lambda x: x.split(1, 1)[1], [[2.0], [4.0]]),
        (lambda x: x.unbind(0)[1], [3.0, 4.0]),
        (lambda x: x.sum(), 10.0),
        (lambda x: x.sum(0), [4.0, 6.0]),
        (lambda x: x.mean(1), [1.5, 3.5]),
        (lambda x: x.cumsum(1), [[1.0, 3.0], [3.0, 7.0]]),
        (lambda x: x.flip(0), [[3.0, 4.0], [1.0, 2.0]]),
        (lambda x: x.to(wengert.float64), [[1.0, 2.0], [3.0, 4.0]]),
        (lambda x: x.clone(), [[1.0, 2.0], [3.0, 4.0]]),
        (lambda x: x.masked_fill(x > 6.5, 0.0), [[1.0, 2.0], [0.0, 0.0]]),
    ],
)
def test_linear(function: Callable[[Any], Any], expected: object) -> None:
    assert tangent(function(dual([[5.0, 6.0], [7.0, 8.0]], [[1.0, 2.0], [3.0, 4.0]]))) == expected


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.max(), 4.0),
        (lambda x: x.max(0)[0], [3.0, 4.0]),
        (lambda x: x.amin(1), [1.0, 3.0]),
        (lambda x: x.prod(), 208.0),
        (lambda x: x.sort(1, descending=True)[0], [[2.0, 1.0], [4.0, 3.0]]),
    ],
)
def test_reductions_and_choices(function: Callable[[Any], Any], expected: object) -> None:
    assert tangent(function(dual([[1.0, 2.0], [4.0, 8.0]], [[1.0, 2.0], [3.0, 4.0]]))) == expected


@pytest.mark.usefixtures("level")
def test_bilinear_takes_both_tangents() -> None:
    x, y = dual([[1.0, 2.0]], [[10.0, 0.0]]), dual([[3.0], [4.0]], [[0.0], [1.0]])
    assert tangent(x @ y) == [[32.0]]
    assert tangent(x @ unpack_dual(y).primal) == [[30.0]]
    assert tangent(unpack_dual(x).primal @ y) == [[2.0]]


@pytest.mark.usefixtures("level")
def test_what_carries_no_tangent() -> None:
    x = dual([1.0, 2.0], [1.0, 1.0])
    assert unpack_dual(x > 1.5).tangent is None
    assert unpack_dual(x.argmax()).tangent is None
    values, positions = x.max(0)
    assert (tangent(values), unpack_dual(positions).tangent) == (1.0, None)
    assert tangent(x.to(wengert.int64)) is None
    assert tangent(wengert.ones(2) * 2) is None


@pytest.mark.usefixtures("level")
def test_no_grad_does_not_stop_tangents() -> None:
    with wengert.no_grad():
        assert tangent(dual(3.0, 1.0) ** 2) == 6.0


@pytest.mark.usefixtures("level")
def test_detach_drops_the_tangent() -> None:
    assert tangent(dual(3.0, 1.0).detach()) is None


# in place


@pytest.mark.usefixtures("level")
def test_a_dual_written_into_a_plain_tensor_makes_it_dual() -> None:
    x = wengert.ones(2)
    x.mul_(dual([5.0, 6.0], [3.0, 4.0]))
    assert (x.tolist(), tangent(x)) == ([5.0, 6.0], [3.0, 4.0])
    assert tangent(x * 2) == [6.0, 8.0]


@pytest.mark.usefixtures("level")
def test_an_element_written_with_a_dual() -> None:
    x = wengert.ones(2, 2)
    x[0] = dual([5.0, 6.0], [3.0, 4.0])
    assert (x.tolist(), tangent(x)) == ([[5.0, 6.0], [1.0, 1.0]], [[3.0, 4.0], [0.0, 0.0]])
    x[x > 5.5] = 0.0
    assert tangent(x) == [[3.0, 0.0], [0.0, 0.0]]


@pytest.mark.usefixtures("level")
def test_a_dual_written_in_place() -> None:
    x = dual([1.0, 2.0], [3.0, 4.0]) * 1
    x.mul_(x)
    assert tangent(x) == [6.0, 16.0]
    x.sqrt_()
    assert tangent(x) == [3.0, 4.0]
    x[0] = 7.0
    assert tangent(x) == [0.0, 4.0]
    x += dual([1.0, 1.0], [1.0, 2.0])
    assert tangent(x) == [1.0, 6.0]
    x.zero_()
    assert (x.tolist(), tangent(x)) == ([0.0, 0.0], [0.0, 0.0])


@pytest.mark.usefixtures("level")
def test_a_fill_and_a_copy() -> None:
    x = wengert.zeros(2)
    x.fill_(dual(5.0, 2.0))
    assert tangent(x) == [2.0, 2.0]
    x.copy_(dual([1.0, 1.0], [3.0, 4.0]))
    assert tangent(x) == [3.0, 4.0]
    x.copy_(wengert.ones(2))
    assert tangent(x) == [0.0, 0.0]


@pytest.mark.usefixtures("level")
def test_a_refused_write_leaves_the_tensor_plain() -> None:
    x = wengert.ones(2)
    with pytest.raises(RuntimeError, match="doesn't match the broadcast shape"):
        x.mul_(dual([[5.0, 6.0], [7.0, 8.0]], [[3.0, 4.0], [3.0, 4.0]]))
    assert (x.tolist(), tangent(x), x._version) == ([1.0, 1.0], None, 0)


# both modes


@pytest.mark.usefixtures("level")
def test_forward_over_reverse() -> None:
    x = wengert.tensor([1.0, 2.0], requires_grad=True)
    y = make_dual(x, wengert.tensor([1.0, 10.0]))
    (g,) = wengert.autograd.grad((y**3).sum(), x, create_graph=True)
    assert g.tolist() == [3.0, 12.0]
    assert tangent(g) == [6.0, 120.0]


@pytest.mark.usefixtures("level")
@pytest.mark.parametrize("function", [lambda y: y.exp(), lambda y: 1 / (1 / y).exp().log().reciprocal().exp()])
def test_forward_over_reverse_of_kept_results(function: Callable[[Any], Any]) -> None:
    x = wengert.tensor(0.5, requires_grad=True)
    y = function(make_dual(x, wengert.tensor(1.0)))
    (first,) = wengert.autograd.grad(y, x, create_graph=True)
    (second,) = wengert.autograd.grad(wengert.autograd.grad(function(x), x, create_graph=True)[0], x)
    assert tangent(y) == pytest.approx(first.item())
    assert tangent(first) == pytest.approx(second.item())


@pytest.mark.usefixtures("level")
def test_reverse_over_forward() -> None:
    x = wengert.tensor([1.0, 2.0], requires_grad=True)
    y = make_dual(x, wengert.tensor([1.0, 10.0]))
    pushed = unpack_dual(y**3).tangent
    assert pushed.tolist() == [3.0, 120.0]
    (g,) = wengert.autograd.grad(pushed.sum(), x)
    assert g.tolist() == [6.0, 120.0]


@pytest.mark.usefixtures("level")
def test_reverse_through_the_tangent() -> None:
    t = wengert.tensor([1.0, 10.0], requires_grad=True)
    y = make_dual(wengert.tensor([3.0, 4.0]), t)
    (g,) = wengert.autograd.grad(unpack_dual(y * y).tangent.sum(), t)
    assert g.tolist() == [6.0, 8.0]


@pytest.mark.usefixtures("level")
def test_reverse_of_a_value_written_in_place() -> None:
    x, w = wengert.tensor([1.0, 2.0], requires_grad=True), wengert.tensor([3.0, 4.0], requires_grad=True)
    y = make_dual(x * 1, wengert.tensor([1.0, 10.0]))
    y.mul_(w)
    assert tangent(y) == [3.0, 40.0]
    assert wengert.autograd.grad(unpack_dual(y).tangent.sum(), w)[0].tolist() == [1.0, 10.0]
    dx, dw = wengert.autograd.grad(y.sum(), [x, w])
    assert (dx.tolist(), dw.tolist()) == ([3.0, 4.0], [1.0, 2.0])
