"""Operations that users write: both styles of `Function`, what ctx keeps and checks, and absent gradients."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any
from weakref import ref

import pytest
import wengert

pytestmark = pytest.mark.usefixtures("toy")
Function = wengert.autograd.Function


def leaf(values: object) -> Any:
    return wengert.tensor(values, requires_grad=True)


class Cube(Function):
    """The style with ctx in forward."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * g


class Exponential(Function):
    """The style with setup_context; keeps its output."""

    @staticmethod
    def forward(x, factor):
        return (x * factor).exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)
        ctx.factor = inputs[1]

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y * ctx.factor, None


def with_backward(answer: Callable[..., Any], forward: Callable[..., Any] = lambda ctx, x: x * 2) -> type[Function]:
    class Made(Function):
        pass

    Made.forward, Made.backward = staticmethod(forward), staticmethod(answer)
    return Made


def test_the_node_of_a_call_is_its_ctx_and_named_after_the_class() -> None:
    x = leaf([1.0, 2.0])
    y = Cube.apply(x)
    assert (y.grad_fn.name(), type(y.grad_fn).__name__) == ("CubeBackward", "CubeBackward")
    assert y.grad_fn.saved_tensors[0] is x
    assert y.grad_fn.next_functions[0][0].variable is x
    y.backward(wengert.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [3.0, 120.0]


def test_setup_context_sees_inputs_and_output() -> None:
    x = leaf(0.0)
    y = Exponential.apply(x, 2.0)
    assert y.grad_fn.factor == 2.0
    y.backward()
    assert x.grad.item() == 2.0


@pytest.mark.parametrize(("function", "expected"), [(lambda x: Cube.apply(x), [12.0, 12.0, 6.0])])
def test_higher_derivatives(function: Callable[[Any], Any], expected: list[float]) -> None:
    x = leaf(2.0)
    y = function(x)
    found = []
    for _ in expected:
        (y,) = wengert.autograd.grad(y, x, create_graph=True)
        found.append(y.item())
    assert found == expected


def test_a_kept_output_is_differentiated_again() -> None:
    x = leaf(0.0)
    y = Exponential.apply(x, 2.0)
    (first,) = wengert.autograd.grad(y, x, create_graph=True)
    (second,) = wengert.autograd.grad(first, x)
    assert (first.item(), second.item()) == (2.0, 4.0)


def test_forward_records_nothing_and_its_result_requires_grad() -> None:
    seen = []

    def forward(ctx, x):
        seen.append((wengert.is_grad_enabled(), (x * x).requires_grad))
        return x * 2

    y = with_backward(lambda ctx, g: g * 2, forward).apply(leaf(1.0))
    assert (seen, y.requires_grad, y.is_leaf) == ([(False, False)], True, False)


def test_without_a_need_nothing_is_recorded() -> None:
    y = Cube.apply(wengert.tensor(2.0))
    assert (y.requires_grad, y.grad_fn) == (False, None)
    with wengert.no_grad():
        assert Cube.apply(leaf(2.0)).grad_fn is None


def test_needs_input_grad_tells_each_argument() -> None:
    seen = []

    def backward(ctx, g):
        seen.append(ctx.needs_input_grad)
        return g, None, None

    made = with_backward(backward, lambda ctx, x, y, n: x * y * n)
    made.apply(leaf(1.0), wengert.tensor(2.0), 3).backward()
    assert seen == [(True, False, False)]


def test_attributes_of_ctx_stay() -> None:
    def forward(ctx, x):
        ctx.words = ["a", "b"]
        return x * 1

    seen = []
    y = with_backward(lambda ctx, g: seen.append(ctx.words) or g, forward).apply(leaf(1.0))
    y.backward()
    assert seen == [["a", "b"]]


@pytest.mark.parametrize(
    "name",
    ["edges", "space", "extra", "seq", "inputs", "outputs", "count", "kept", "layout", "function", "freed"],
)
def test_no_attribute_of_ctx_is_in_the_way_of_the_engine(name: str) -> None:
    def forward(ctx, x):
        setattr(ctx, name, "mine")
        return x * 2, x * 3

    def backward(ctx, first, second):
        assert getattr(ctx, name) == "mine"
        return first * 2 + second * 3

    x = leaf(1.0)
    first, second = with_backward(backward, forward).apply(x)
    (first + second).backward()
    assert x.grad.item() == 5.0


def test_an_absent_attribute_of_ctx_is_named() -> None:
    y = Cube.apply(leaf(1.0))
    with pytest.raises(AttributeError, match="'CubeBackward' object has no attribute 'absent'"):
        _ = y.grad_fn.absent
    assert not hasattr(wengert.autograd.function.FunctionCtx(), "absent")


def test_ctx_tells_what_its_node_does() -> None:
    seen = []

    def backward(ctx, g):
        seen.extend([ctx.name(), ctx.next_functions == y.grad_fn.next_functions, repr(ctx) == repr(y.grad_fn)])
        return g, None

    y = with_backward(backward, lambda ctx, x, n: x * n).apply(leaf(1.0), 3)
    y.backward()
    assert seen == ["MadeBackward", True, True]


# what is kept


def test_kept_tensors_are_freed() -> None:
    x = leaf(2.0)
    y = Cube.apply(x)
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()
    with pytest.raises(RuntimeError, match="directly access saved tensors after they have already been freed"):
        _ = y.grad_fn.saved_tensors


def test_retain_graph_keeps_them() -> None:
    x = leaf(2.0)
    y = Cube.apply(x)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 24.0


def test_a_kept_input_that_was_written_is_refused(mutable_toy: str) -> None:
    x = leaf([2.0])
    z = x * 1
    y = Cube.apply(z)
    with wengert.no_grad():
        z.mul_(3.0)
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation.*CubeBackward"):
        y.sum().backward()


def test_a_kept_output_that_was_written_is_refused(mutable_toy: str) -> None:
    y = Exponential.apply(leaf([2.0]), 1.0)
    with wengert.no_grad():
        y.mul_(3.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_only_tensors_can_be_kept() -> None:
    def forward(ctx, x):
        ctx.save_for_backward(x, 3)
        return x * 2

    with pytest.raises(TypeError, match="save_for_backward can only save variables, but argument 1 is of type int"):
        with_backward(lambda ctx, g: g, forward).apply(leaf(1.0))


def test_none_can_be_kept() -> None:
    def forward(ctx, x):
        ctx.save_for_backward(None, x)
        return x * 2

    seen = []
    x = leaf(1.0)
    with_backward(lambda ctx, g: seen.append(ctx.saved_tensors) or g, forward).apply(x).backward()
    assert seen[0][0] is None
    assert seen[0][1] is x


def test_no_reference_cycle() -> None:
    pair = with_backward(lambda ctx, g, h: g * 2 + h * 3, lambda ctx, x: (x * 2, x * 3))

    def step() -> list[ref[Any]]:
        x = leaf([1.0, 2.0])
        y = Exponential.apply(x, 2.0)
        first, second = pair.apply(y)
        (first * second).sum().backward(retain_graph=True)
        return [ref(held) for held in (x, y, first, y.grad_fn, first.grad_fn)]

    gc.disable()
    try:
        held = step()
        assert [r() for r in held] == [None] * 5
    finally:
        gc.enable()
