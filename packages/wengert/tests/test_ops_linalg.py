"""Products of vectors and matrices on the toy backend: shapes, gradients, einsum's language, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert import tensor

pytestmark = pytest.mark.usefixtures("toy")


def counting(*shape: int) -> Any:
    """1, 2, 3, ... in a shape, requiring grad."""
    size = 1
    for n in shape:
        size *= n
    return wengert.arange(1.0, size + 1).reshape(*shape).detach().requires_grad_()


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ((3,), (3,), ()), ((2, 3), (3,), (2,)), ((3,), (3, 2), (2,)), ((2, 3), (3, 4), (2, 4)), ((2, 2, 3), (3, 4),
        (2, 2, 4)),
        ((2, 3), (2, 3, 1), (2, 2, 1)), ((2, 1, 2, 3), (3, 3, 1), (2, 3, 2, 1)), ((3,), (2, 3, 2), (2, 2)),
        ((2, 2, 3), (3,), (2, 2)),
    ],
)  # fmt: skip
def test_gradients_of_a_product_have_the_shapes_and_sums_of_its_operands(
    first: tuple[int, ...], second: tuple[int, ...], result: tuple[int, ...]
) -> None:
    x, y = counting(*first), counting(*second)
    product = x @ y
    assert product.shape == result
    product.sum().backward()
    assert (x.grad.shape, y.grad.shape) == (first, second)
    # the product is linear in each operand, so the operand times its gradient adds up to the product
    assert (x * x.grad).sum().item() == (y * y.grad).sum().item() == product.sum().item()


def test_linear_is_one_node_and_has_second_gradients() -> None:
    x, weight, bias = counting(2, 3), counting(4, 3), counting(4)
    out = wengert.nn.functional.linear(x, weight, bias)
    assert out.grad_fn.name() == "AddmmBackward0"
    assert out.tolist() == (x @ weight.t() + bias).tolist()
    (g,) = wengert.autograd.grad((out * out).sum(), bias, create_graph=True)
    assert g.tolist() == (2 * out.sum(0)).tolist()
    assert wengert.autograd.grad(g.sum(), bias)[0].tolist() == [4.0, 4.0, 4.0, 4.0]


@pytest.mark.parametrize(
    ("equation", "shapes", "same"),
    [
        ("ij,jk", [(2, 3), (3, 4)], lambda x, y: x @ y),
        ("ij,jk->ki", [(2, 3), (3, 4)], lambda x, y: (x @ y).t()),
        ("bij, bjk -> bik", [(2, 2, 3), (2, 3, 2)], lambda x, y: x @ y),
        ("ii", [(3, 3)], lambda x: x.trace()),
        ("ii->i", [(3, 3)], lambda x: x.diagonal()),
        ("...i,i", [(2, 2, 3), (3,)], lambda x, y: x @ y),
        ("i,j->ij", [(2,), (3,)], lambda x, y: x.outer(y)),
        ("bi,bi->b", [(2, 3), (2, 3)], lambda x, y: (x * y).sum(1)),
        ("bA", [(2, 3)], lambda x: x.t()),
        ("i,i->", [(3,), (1,)], lambda x, y: x.sum() * y.sum()),
    ],
)
def test_einsum(equation: str, shapes: list[tuple[int, ...]], same: Callable[..., Any]) -> None:
    operands = [counting(*shape) for shape in shapes]
    assert wengert.einsum(equation, *operands).tolist() == same(*operands).tolist()


def test_the_sublist_form_of_einsum() -> None:
    x, y = counting(2, 3), counting(3, 4)
    assert wengert.einsum(x, [0, 1], y, [1, 2], [2, 0]).tolist() == (x @ y).t().tolist()


def test_a_beta_of_zero_ignores_nan() -> None:
    nothing = tensor([float("nan")])
    assert wengert.addmm(nothing, counting(1, 2), counting(2, 1), beta=0).tolist() == [[5.0]]


@pytest.mark.parametrize(
    ("call", "error", "phrase"),
    [
        (lambda x: x @ x, RuntimeError, r"mat1 and mat2 shapes cannot be multiplied \(2x3 and 2x3\)"),
        (lambda x: x @ 3, TypeError, "unsupported operand type"),
        (lambda x: x @ tensor(1.0), RuntimeError, "both arguments to matmul need to be at least 1D"),
        (
            lambda x: x @ x.double().t(),
            RuntimeError,
            "expected m1 and m2 to have the same dtype, but got: float != double",
        ),
        (lambda x: wengert.dot(x, x), RuntimeError, "1D tensors expected, but got 2D and 2D tensors"),
        (lambda x: wengert.bmm(x, x), RuntimeError, "batch1 must be a 3D tensor"),
        (lambda x: wengert.einsum("ij,jk->ik", x, x), RuntimeError, "subscript j has size 2 for operand 1"),
        (lambda x: wengert.einsum("ij->ik", x), RuntimeError, "output subscript k does not appear"),
        (lambda x: wengert.einsum("i1", x), RuntimeError, "invalid subscript given at index 1"),
        (lambda x: wengert.einsum("ij"), ValueError, "must specify the equation string and at least one operand"),
        (
            lambda x: wengert.nn.functional.linear(x, x, tensor([1.0, 2.0, 3.0])),
            RuntimeError,
            "must match the existing size",
        ),
    ],
)
def test_refusals(call: Callable[[Any], Any], error: type[Exception], phrase: str) -> None:
    with pytest.raises(error, match=phrase):
        call(counting(2, 3))
