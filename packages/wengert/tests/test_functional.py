"""`autograd.functional`: products, Jacobians and Hessians, connected or not, strict or not, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert.autograd.functional import hessian, hvp, jacobian, jvp, vhp, vjp

pytestmark = pytest.mark.usefixtures("toy")


def x() -> Any:
    return wengert.tensor([1.0, 2.0])


def square(t: Any) -> Any:
    return t * t


def cubes(t: Any) -> Any:
    return (t * t * t).sum()


def constant(t: Any) -> Any:
    return wengert.ones(2)


def listed(result: Any) -> Any:
    return [listed(part) for part in result] if isinstance(result, (tuple, list)) else result.tolist()


def test_products() -> None:
    assert listed(vjp(square, x(), x())) == [[1.0, 4.0], [2.0, 8.0]]
    assert listed(jvp(square, x(), x())) == [[1.0, 4.0], [2.0, 8.0]]
    assert listed(vhp(cubes, x(), x())) == listed(hvp(cubes, x(), x())) == [9.0, [6.0, 24.0]]
    assert listed(vjp(cubes, x())) == [9.0, [3.0, 12.0]]


def test_products_of_tuples() -> None:
    def both(a: Any, b: Any) -> Any:
        return a * b, a

    assert listed(vjp(both, (x(), x()), (x(), x()))) == [[[1.0, 4.0], [1.0, 2.0]], [[2.0, 6.0], [1.0, 4.0]]]
    assert listed(jvp(both, (x(), x()), (x(), x()))) == [[[1.0, 4.0], [1.0, 2.0]], [[2.0, 8.0], [1.0, 2.0]]]
    assert listed(hvp(lambda a, b: (a * a * b).sum(), (x(), x()), (x(), x()))[1]) == [[4.0, 16.0], [2.0, 8.0]]
    assert listed(vhp(lambda a, b: (a * a).sum(), (x(), x()), (x(), x()))[1]) == [[2.0, 4.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    "options",
    [{}, {"vectorize": True}, {"vectorize": True, "strategy": "forward-mode"}],
    ids=["row by row", "at once", "forward"],
)
def test_jacobian(options: dict[str, Any]) -> None:
    assert listed(jacobian(square, x(), **options)) == [[2.0, 0.0], [0.0, 4.0]]
    assert listed(jacobian(constant, x(), **options)) == [[0.0, 0.0], [0.0, 0.0]]
    found = jacobian(lambda a, b: (a * b, a.sum()), (x(), x()), **options)
    assert listed(found) == [[[[1.0, 0.0], [0.0, 2.0]], [[1.0, 0.0], [0.0, 2.0]]], [[1.0, 1.0], [0.0, 0.0]]]


@pytest.mark.parametrize(
    "options",
    [{}, {"vectorize": True}, {"vectorize": True, "outer_jacobian_strategy": "forward-mode"}],
    ids=["row by row", "at once", "forward"],
)
def test_hessian(options: dict[str, Any]) -> None:
    assert listed(hessian(cubes, x(), **options)) == [[6.0, 0.0], [0.0, 12.0]]
    found = hessian(lambda a, b: (a * a * b).sum(), (x(), x()), **options)
    diagonal, nothing = [[2.0, 0.0], [0.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]
    assert listed(found) == [[diagonal, diagonal], [diagonal, nothing]]


@pytest.mark.parametrize("vectorize", [False, True])
def test_results_may_be_connected(vectorize: bool) -> None:
    scale = wengert.tensor(2.0, requires_grad=True)
    found = jacobian(lambda t: t * t * scale, x(), create_graph=True, vectorize=vectorize)
    found.sum().backward()
    assert scale.grad.item() == 6.0
    assert not jacobian(lambda t: t * t * scale, x(), vectorize=vectorize).requires_grad
    assert [t.requires_grad for t in vjp(square, x(), x(), create_graph=True)] == [True, True]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: vjp(square, x()), RuntimeError, "The vector v can only be None if the user-provided function returns"),
        (lambda: jvp(square, x()), RuntimeError, "The vector v can only be None if the input to the user-provided"),
        (lambda: vjp(square, x(), wengert.tensor(1.0)), RuntimeError, "v has invalid size: should be"),
        (lambda: vjp(square, x(), (x(), x())), RuntimeError, "The given v should contain a single Tensor"),
        (lambda: vjp(square, 1.0), TypeError, "The inputs given to vjp must be either a Tensor or a tuple of Tensors"),
        (lambda: vjp(square, (x(), 1)), TypeError, "but the value at index 1 has type <class 'int'>"),
        (lambda: vjp(lambda t: [t], x()), TypeError, "outputs of the user-provided function given to vjp must be"),
        (lambda: vjp(constant, x(), x(), strict=True), RuntimeError, "Output 0 of the user-provided function does not"),
        (lambda: vjp(lambda a, b: a * 2, (x(), x()), x(), strict=True), RuntimeError, "is independent of input 1"),
        (
            lambda: vjp(lambda t: t * 2, x(), x(), True, True),
            RuntimeError,
            "The jacobian of the user-provided function",
        ),
        (lambda: jacobian(square, x(), strategy="a"), AssertionError, "Expected strategy to be either"),
        (lambda: jacobian(square, x(), strict=True, vectorize=True), RuntimeError, "are not supported together"),
        (lambda: jacobian(square, x(), strategy="forward-mode"), NotImplementedError, "implemented for `vectorize"),
        (lambda: jacobian(lambda a, b: a * 2, (x(), x()), strict=True), RuntimeError, "independent of input 1"),
        (lambda: hessian(square, x()), RuntimeError, "given to hessian should contain a single element"),
        (lambda: hessian(lambda t: (t.sum(), t), x()), RuntimeError, "given to hessian should return a single Tensor"),
        (lambda: hessian(lambda t: t.sum(), x(), strict=True), RuntimeError, "While computing the hessian, found that"),
        (lambda: hvp(square, x(), x()), RuntimeError, "given to hvp should contain a single element"),
    ],
)
def test_refusals(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
