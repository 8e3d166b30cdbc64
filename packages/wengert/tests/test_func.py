"""Transforms of functions: nesting, perturbation confusion, captured tensors, writing in place, refusals."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert import vmap
from wengert.func import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp

pytestmark = pytest.mark.usefixtures("toy")


def vector() -> Any:
    return wengert.tensor([1.0, 2.0, 3.0])


def ones() -> Any:
    return wengert.ones(3)


def number(value: float) -> Any:
    return wengert.tensor(value)


# each alone


def test_grad() -> None:
    found = grad(lambda x: (x * x).sum())(vector())
    assert (found.tolist(), found.requires_grad) == ([2.0, 4.0, 6.0], False)


def test_grad_by_several_arguments_nested() -> None:
    by_both = grad(lambda d, y: (d["a"] * d["b"] * y).sum(), argnums=(0, -1))
    first, second = by_both({"a": vector(), "b": ones()}, ones() * 2)
    assert (first["a"].tolist(), first["b"].tolist()) == ([2.0] * 3, [2.0, 4.0, 6.0])
    assert second.tolist() == [1.0, 2.0, 3.0]


def test_grad_and_value_with_more() -> None:
    gradient, (value, more) = grad_and_value(lambda x: ((x * x).sum(), {"x": x}), has_aux=True)(vector())
    assert (gradient.tolist(), value.item(), more["x"].tolist()) == ([2.0, 4.0, 6.0], 14.0, [1.0, 2.0, 3.0])
    assert not value.requires_grad
    assert not more["x"].requires_grad


def test_an_argument_without_influence_has_zeros() -> None:
    assert grad(lambda x, y: x.sum(), argnums=1)(vector(), vector()).tolist() == [0.0, 0.0, 0.0]
    assert grad(lambda x: wengert.tensor(1.0))(vector()).tolist() == [0.0, 0.0, 0.0]


def test_vjp_may_be_called_again() -> None:
    out, pull = vjp(lambda x: (x * x, {"sum": x.sum()}), vector())
    assert out[0].tolist() == [1.0, 4.0, 9.0]
    for _ in range(2):
        assert pull((ones(), {"sum": number(1.0)}))[0].tolist() == [3.0, 5.0, 7.0]


def test_jvp() -> None:
    out, moved, more = jvp(lambda x: (x * x, x), (vector(),), (ones(),), has_aux=True)
    assert (out.tolist(), moved.tolist(), more.tolist()) == ([1.0, 4.0, 9.0], [2.0, 4.0, 6.0], [1.0, 2.0, 3.0])


def test_jvp_of_what_does_not_move() -> None:
    assert jvp(lambda x: wengert.ones(2), (vector(),), (ones(),))[1].tolist() == [0.0, 0.0]
    with pytest.raises(RuntimeError, match="output of f is independent of the inputs"):
        jvp(lambda x: wengert.ones(2), (vector(),), (ones(),), strict=True)


@pytest.mark.parametrize("jacobian", [jacrev, jacfwd])
def test_jacobians(jacobian: Callable[..., Any]) -> None:
    found = jacobian(lambda x, y: {"product": x * y, "sum": x.sum()}, argnums=(0, 1))(vector(), ones() * 2)
    assert found["product"][0].tolist() == [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]]
    assert found["product"][1].tolist() == [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]]
    assert (found["sum"][0].tolist(), found["sum"][1].tolist()) == ([1.0] * 3, [0.0] * 3)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_jacobian_in_pieces(size: int) -> None:
    assert jacrev(lambda x: x * x, chunk_size=size)(vector()).tolist() == jacfwd(lambda x: x * x)(vector()).tolist()


def test_hessian() -> None:
    found = hessian(lambda x: (x * x * x).sum())(vector())
    assert found.tolist() == [[6.0, 0.0, 0.0], [0.0, 12.0, 0.0], [0.0, 0.0, 18.0]]


def test_linearize_runs_the_function_once() -> None:
    runs: list[Any] = []
    out, push = linearize(lambda x, y: runs.append(x) or x * x * y, vector(), number(2.0))
    assert out.tolist() == [2.0, 8.0, 18.0]
    assert push(ones(), number(0.0)).tolist() == [4.0, 8.0, 12.0]
    assert push(ones() * 0, number(1.0)).tolist() == [1.0, 4.0, 9.0]
    assert len(runs) == 1
    assert not push(ones(), number(0.0)).requires_grad


# perturbation confusion


@pytest.mark.parametrize("outer", ["grad", "jvp"])
@pytest.mark.parametrize("inner", ["grad", "jvp"])
def test_derivatives_of_different_levels_stay_apart(outer: str, inner: str) -> None:
    ways: dict[str, Callable[[Callable[[Any], Any]], Callable[[Any], Any]]] = {
        "grad": grad,
        "jvp": lambda f: lambda x: jvp(f, (x,), (number(1.0),))[1],
    }
    one, two = ways[outer], ways[inner]
    assert one(lambda x: x * two(lambda y: x + y)(number(1.0)))(number(2.0)).item() == 1.0
    assert one(lambda x: x * two(lambda y: x * y)(x))(number(2.0)).item() == 4.0
    assert one(lambda x: two(lambda y: x * x * y)(x) + x)(number(2.0)).item() == 5.0


def test_third_derivatives_by_every_order_of_modes() -> None:
    ways = [grad, lambda f: lambda x: jvp(f, (x,), (number(1.0),))[1]]
    for first in ways:
        for second in ways:
            for third in ways:
                assert first(second(third(lambda x: x**4)))(number(2.0)).item() == 48.0


# with vmap


def test_gradients_of_each_sample() -> None:
    weights, samples = vector(), wengert.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]])
    found = vmap(grad(lambda w, x: (w * x).sum() ** 2), in_dims=(None, 0))(weights, samples)
    assert found.tolist() == [[14.0, 0.0, 28.0], [0.0, 10.0, 10.0]]


def test_gradient_of_gradients_of_each_sample() -> None:
    def total(w: Any) -> Any:
        return vmap(grad(lambda v, x: ((v * x) ** 2).sum()), in_dims=(None, 0))(w, wengert.ones(2, 3)).sum()

    assert grad(total)(vector()).tolist() == [4.0, 4.0, 4.0]


def test_jvp_and_vmap_commute() -> None:
    x = vector()
    inside = vmap(lambda a, v: jvp(lambda b: b * b, (a,), (v,))[1])(x, x)
    outside = jvp(vmap(lambda b: b * b), (x,), (x,))[1]
    assert inside.tolist() == outside.tolist() == [2.0, 8.0, 18.0]


def test_batched_hessians() -> None:
    found = vmap(hessian(lambda x: (x * x * x).sum()))(wengert.tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert found.tolist() == [[[6.0, 0.0], [0.0, 12.0]], [[18.0, 0.0], [0.0, 24.0]]]


def test_grads_batched() -> None:
    x = wengert.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (found,) = wengert.autograd.grad(x * x, x, wengert.eye(3), is_grads_batched=True)
    assert found.tolist() == [[2.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 6.0]]
    y = wengert.tensor(1.0, requires_grad=True)
    found, absent = wengert.autograd.grad(x * x, (x, y), wengert.eye(3), is_grads_batched=True, allow_unused=True)
    assert (found.shape, absent) == ((3, 3), None)
    with pytest.raises(RuntimeError, match="we interpret the first dimension of each grad_output as the batch"):
        wengert.autograd.grad(x * x, x, wengert.ones(3), is_grads_batched=True)


# captured tensors and histories


def test_captured_tensors_are_differentiated_outside() -> None:
    scale = wengert.tensor(3.0, requires_grad=True)
    found = grad(lambda x: (x * x * scale).sum())(vector())
    found.sum().backward()
    assert scale.grad.item() == 12.0
    assert not grad(lambda x: (x * x).sum() + scale)(vector()).requires_grad


def test_arguments_that_require_grad_are_differentiated_outside() -> None:
    x = wengert.tensor([1.0, 2.0, 3.0], requires_grad=True)
    found = grad(lambda y: (y**3).sum())(x)
    assert wengert.autograd.grad(found.sum(), x)[0].tolist() == [6.0, 12.0, 18.0]
    assert x.grad is None


def test_grad_mode() -> None:
    x = wengert.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with wengert.no_grad():
        found = grad(lambda y: (y * y).sum())(x)
    assert (found.tolist(), found.requires_grad) == ([2.0, 4.0, 6.0], False)

    def without(y: Any) -> Any:
        with wengert.no_grad():
            fixed = y * y
        return (y - fixed).sum()

    assert grad(without)(vector()).tolist() == [1.0, 1.0, 1.0]


def test_writing_in_place() -> None:
    def write(x: Any) -> Any:
        y = x.clone()
        y.mul_(x)
        return y.sum()

    assert grad(write)(vector()).tolist() == [2.0, 4.0, 6.0]
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place"):
        grad(lambda x: x.add_(1).sum())(vector())


# refusals


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: grad(lambda x: x)(vector()), RuntimeError, "to return a scalar Tensor, got tensor with 1 dims"),
        (lambda: grad(lambda x: 1)(vector()), RuntimeError, "to return a Tensor, got <class 'int'>"),
        (lambda: grad(lambda x: x.sum())(wengert.tensor([1])), RuntimeError, "floating point"),
        (lambda: grad(lambda x: x.sum(), argnums=1)(vector()), RuntimeError, "Got argnum=1, but only 1 positional"),
        (lambda: grad(lambda x: x.sum(), argnums=())(vector()), RuntimeError, "argnums must be non-empty"),
        (lambda: grad(lambda x: x.sum(), argnums="a")(vector()), RuntimeError, "argnums must be int or Tuple"),
        (lambda: grad(lambda x: x)(1.0), ValueError, "Thing passed to transform API must be Tensor, got"),
        (lambda: grad(lambda x: x.sum(), has_aux=True)(vector()), RuntimeError, r"a tuple: \(output, aux\) if has_aux"),
        (lambda: vjp(lambda x: 1, vector()), RuntimeError, "to return only tensors, got unsupported type"),
        (lambda: vjp(lambda x: x, vector())[1](number(1.0)), RuntimeError, "Mismatch in shape"),
        (lambda: vjp(lambda x: (x, x), vector())[1](ones()), RuntimeError, "Expected pytree structure of cotangents"),
        (lambda: jvp(lambda x: x, vector(), vector()), RuntimeError, "Expected primals to be a tuple"),
        (lambda: jvp(lambda x: x, (vector(),), (ones(), ones())), RuntimeError, "to have the same python structure"),
        (lambda: jvp(lambda x: x, (vector(),), (number(1.0),)), RuntimeError, "forward gradient that has a different"),
        (lambda: jvp(lambda x: x, (wengert.tensor(1),), (number(1.0),)), ValueError, "to be floating point or complex"),
        (lambda: jvp(lambda: 1, (), ()), RuntimeError, "Expected primals to contain at least one Tensor"),
        (lambda: jacrev(lambda x: x, chunk_size=0), ValueError, "`chunk_size` should be greater than 0"),
        (lambda: linearize(lambda x: x, vector())[1](number(1.0)), RuntimeError, "doesn't match the shape"),
    ],
)  # fmt: skip
def test_refusals(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    "program",
    [
        lambda x: vmap(lambda row: (row * 2 > 1).sum())(x),
        lambda x: vmap(grad(lambda row: (row * row).sum()))(x),
        lambda x: jvp(vmap(lambda row: row * row), (x,), (x,)),
        lambda x: hessian(lambda t: (t * t * t).sum())(x),
        lambda x: linearize(lambda t: t * t, x)[1](x),
    ],
    ids=["vmap", "gradients of each", "jvp", "hessian", "linearize"],
)
def test_transforms_leave_no_garbage(program: Callable[[Any], Any]) -> None:
    x = wengert.tensor([[1.0, 2.0], [3.0, 4.0]])
    program(x)
    gc.collect()
    gc.disable()
    try:
        program(x)
        assert gc.collect() == 0
    finally:
        gc.enable()
