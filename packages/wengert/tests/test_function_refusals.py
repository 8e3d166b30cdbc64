"""Operations that users write: inputs written in place, wrong answers, and backward that runs once only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert

pytestmark = pytest.mark.usefixtures("toy")
Function = wengert.autograd.Function


def leaf(values: object) -> Any:
    return wengert.tensor(values, requires_grad=True)


def with_backward(answer: Callable[..., Any], forward: Callable[..., Any] = lambda ctx, x: x * 2) -> type[Function]:
    class Made(Function):
        pass

    Made.forward, Made.backward = staticmethod(forward), staticmethod(answer)
    return Made


# dirty inputs


def doubled_in_place(ctx: Any, x: Any) -> Any:
    ctx.mark_dirty(x)
    with wengert.no_grad():
        x.mul_(2.0)
    return x


def test_a_dirty_input_goes_on_from_the_new_node(mutable_toy: str) -> None:
    x = leaf([1.0, 2.0])
    y = x * 3
    z = with_backward(lambda ctx, g: g * 2, doubled_in_place).apply(y)
    assert z is y
    assert y.grad_fn.name() == "MadeBackward"
    assert y.tolist() == [6.0, 12.0]
    y.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


def test_a_dirty_leaf_is_refused(mutable_toy: str) -> None:
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad has been used in an in-place operation"):
        with_backward(lambda ctx, g: g * 2, doubled_in_place).apply(leaf([1.0]))


# wrong answers


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (lambda ctx, g: (g, g), RuntimeError, r"returned an incorrect number of gradients \(expected 1, got 2\)"),
        (lambda ctx, g: 3.0, RuntimeError, r"expected Variable or None \(got float\)"),
        (lambda ctx, g: g[:1], RuntimeError, r"returned an invalid gradient at index 0 - got \[1\] but expected shape"),
    ],
)
def test_wrong_answers_of_backward(answer: Callable[..., Any], error: type[Exception], words: str) -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(error, match=words):
        with_backward(answer).apply(x).sum().backward()
    assert x.grad is None


def test_nones_beyond_the_arguments_are_let_pass() -> None:
    x = leaf(1.0)
    with_backward(lambda ctx, g: (g * 7, None, None)).apply(x).backward()
    assert x.grad.item() == 7.0


def test_a_gradient_that_broadcasts_from_the_argument_is_summed() -> None:
    x = leaf([1.0, 2.0])
    with_backward(lambda ctx, g: wengert.ones(3, 2)).apply(x).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_what_must_be_written_by_the_user_says_so() -> None:
    with pytest.raises(NotImplementedError, match="You must implement the forward function"):
        type("Empty", (Function,), {}).apply(leaf(1.0))
    only_forward = type("Half", (Function,), {"forward": staticmethod(lambda ctx, x: x * 2)})
    with pytest.raises(NotImplementedError, match="You must implement either the backward or vjp"):
        only_forward.apply(leaf(1.0)).backward()


def test_a_function_is_not_instantiated() -> None:
    with pytest.warns(DeprecationWarning, match="should not be instantiated"):
        made = Function()
    with pytest.raises(RuntimeError, match="Legacy autograd function with non-static forward method is deprecated"):
        made(leaf(1.0))


def test_an_exception_in_forward_restores_grad_mode() -> None:
    def forward(ctx, x):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        with_backward(lambda ctx, g: g, forward).apply(leaf(1.0))
    assert wengert.is_grad_enabled()


# once_differentiable


class Once(Function):
    """A square whose backward is not to be differentiated."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    @wengert.autograd.function.once_differentiable
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g


def test_once_differentiable_works_once() -> None:
    x = leaf(3.0)
    Once.apply(x).backward()
    assert x.grad.item() == 6.0


def test_once_differentiable_refuses_the_second_time() -> None:
    x = leaf(3.0)
    (g,) = wengert.autograd.grad(Once.apply(x) * x, x, create_graph=True)
    assert g.item() == 27.0
    with pytest.raises(RuntimeError, match="trying to differentiate twice a function that was marked with"):
        g.backward()
