"""Sparse Jacobians and Hessians: where they may not be zero, and that they are the dense ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert.api.func.sparse.pattern import detected
from wengert.autograd import Function
from wengert.func import SparseMatrix, grad, hessian, jacrev, jvp, sparse_hessian, sparse_jacobian, vmap
from wengert.nn import functional as F

pytestmark = pytest.mark.usefixtures("toy")


def vector() -> Any:
    return wengert.tensor([1.0, 2.0, 4.0, 3.0], dtype=wengert.float64)


def dense(matrix: SparseMatrix) -> list[list[float]]:
    height, width = matrix.shape
    found = [[0.0] * width for _ in range(height)]
    for value, row, column in zip(*[part.tolist() for part in matrix[:3]], strict=True):
        found[row][column] = value
    return found


def rows_of(func: Callable[[Any], Any], x: Any = None) -> list[list[int]]:
    return [list(row) for row in detected(func, (vector() if x is None else x,)).rows]


class Cube(Function):
    @staticmethod
    def forward(x: Any) -> Any:
        return x**3

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 3 * x**2 * g


def written(x: Any) -> Any:
    out = wengert.zeros(4, dtype=x.dtype)
    out[1:3] = x[:2]
    out[0] = x[3]
    return out


def added(x: Any) -> Any:
    return wengert.zeros(2, dtype=x.dtype).index_add(0, wengert.tensor([0, 1, 0]), x[1:])


ALL = [0, 1, 2, 3]
DEPENDENCES: list[tuple[Callable[[Any], Any], list[list[int]]]] = [
    (lambda x: x.sin() * 2 + 1, [[0], [1], [2], [3]]),
    (lambda x: x[1:] * x[:-1], [[0, 1], [1, 2], [2, 3]]),
    (lambda x: x.floor() + x.sign() * x[0], [[0], [0], [0], [0]]),
    (lambda x: x[[3, 0, 3]], [[3], [0], [3]]),
    (lambda x: x.reshape(2, 2).T, [[0], [2], [1], [3]]),
    (lambda x: x.reshape(2, 2).tril(), [[0], [], [2], [3]]),
    (lambda x: x.reshape(2, 2).sum(0), [[0, 2], [1, 3]]),
    (lambda x: x.reshape(2, 2).softmax(1), [[0, 1], [0, 1], [2, 3], [2, 3]]),
    (lambda x: x.cumsum(0), [[0], [0, 1], [0, 1, 2], ALL]),
    (lambda x: wengert.ones(2, 2, dtype=x.dtype) @ x.reshape(2, 2), [[0, 2], [1, 3], [0, 2], [1, 3]]),
    (lambda x: x.reshape(2, 2) @ x[:2], [[0, 1], [0, 1, 2, 3]]),
    (lambda x: x[:2] @ x[2:], [ALL]),
    (lambda x: F.pad(x[:2], (1, 1)), [[], [0], [1], []]),
    (lambda x: wengert.where(x > 2, x, x[0]), [[0], [0, 1], [0, 2], [0, 3]]),
    (lambda x: wengert.maximum(x[:2], x[2:]), [[0, 2], [1, 3]]),
    (lambda x: x.detach(), [[], [], [], []]),
    (lambda x: wengert.stack([x[0], x[1] * x[0]]), [[0], [0, 1]]),
    (lambda x: {"b": x[0], "a": (x[1], wengert.ones(1))}, [[0], [1], []]),
    (written, [[3], [0], [1], []]),
    (added, [[1, 3], [2]]),
    (lambda x: Cube.apply(x[:2]), [[0, 1], [0, 1]]),
    (grad(lambda x: (x**2).sum() + x[0] * x[1]), [[0, 1], [0, 1], [2], [3]]),
    (lambda x: jvp(lambda y: y * y[0], (x,), (wengert.ones(4, dtype=x.dtype),))[1], [[0], [0, 1], [0, 2], [0, 3]]),
    (lambda x: vmap(lambda row: row * row[0])(x.reshape(2, 2)), [[0], [0, 1], [2], [2, 3]]),
]


@pytest.mark.parametrize(("func", "rows"), DEPENDENCES, ids=range(len(DEPENDENCES)))
def test_dependences(func: Callable[[Any], Any], rows: list[list[int]]) -> None:
    assert rows_of(func) == rows


def test_values_are_not_asked() -> None:
    assert rows_of(lambda x: x * x[0], wengert.zeros(2)) == [[0], [0, 1]]


FUNCTIONS: list[Callable[[Any], Any]] = [
    lambda x: wengert.cat([x[1:] * x[:-1], x.sum().reshape(1), x.flip(0).sin()]),
    lambda x: x.reshape(2, 2).exp() @ x[:2],
    lambda x: wengert.ones(3),
]


@pytest.mark.parametrize("by", ["auto", "column", "row"])
@pytest.mark.parametrize("func", FUNCTIONS, ids=range(len(FUNCTIONS)))
def test_jacobian(func: Callable[[Any], Any], by: str) -> None:
    assert dense(sparse_jacobian(func, by=by)(vector())) == jacrev(func)(vector()).tolist()


def test_nested_arguments_and_outputs_stand_in_order() -> None:
    def func(tree: Any, y: Any) -> Any:
        return {"sum": tree["a"] + y[0], "product": (tree["b"] * y,)}

    tree = {"a": wengert.ones(1), "b": wengert.tensor([2.0, 3.0])}
    found = sparse_jacobian(func, argnums=(0, 1))(tree, wengert.tensor([5.0, 7.0]))
    assert dense(found) == [[1, 0, 0, 1, 0], [0, 5, 0, 2, 0], [0, 0, 7, 0, 3]]


def energy(x: Any) -> Any:
    return (x[1:] * x[:-1] ** 2).sum() + x[0] * (x**3).sum()


def test_hessian() -> None:
    found = sparse_hessian(energy)(vector())
    assert dense(found) == hessian(energy)(vector()).tolist()
    assert (1, 3) not in zip(found.rows.tolist(), found.columns.tolist(), strict=True)


def test_values_can_be_differentiated() -> None:
    def total(x: Any) -> Any:
        return (sparse_jacobian(lambda y: y[1:] ** 2 * y[:-1])(x).values ** 2).sum()

    def dense_total(x: Any) -> Any:
        return (jacrev(lambda y: y[1:] ** 2 * y[:-1])(x) ** 2).sum()

    assert grad(total)(vector()).tolist() == grad(dense_total)(vector()).tolist()
    x = vector().requires_grad_()
    total(x).backward()
    assert x.grad.tolist() == grad(dense_total)(vector()).tolist()


def test_a_pattern_is_taken_as_it_is() -> None:
    calls = 0

    def func(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return x**2

    known = sparse_jacobian(func)(vector())
    again = sparse_jacobian(func, pattern=known)
    calls = 0
    assert again(vector() * 2).values.tolist() == [4.0, 8.0, 16.0, 12.0]
    assert calls == 1
    diagonal = sparse_jacobian(func, pattern=(range(4), range(4)))(vector())
    assert dense(diagonal) == dense(known)


def test_what_vmap_refuses_goes_one_by_one() -> None:
    def func(x: Any) -> Any:
        return x * 2 if (x * x).sum().item() > 0 else x

    assert dense(sparse_jacobian(func)(vector())) == [[2.0 * (row == column) for column in ALL] for row in ALL]


def test_refusals() -> None:
    with pytest.raises(ValueError, match="expected 'auto', 'column' or 'row'"):
        sparse_jacobian(energy, by="rows")
    with pytest.raises(ValueError, match="expected as many columns"):
        sparse_jacobian(lambda x: x, pattern=sparse_jacobian(lambda x: x)(vector()))(wengert.ones(3))
    with pytest.raises(ValueError, match="expected as many rows"):
        sparse_jacobian(lambda x: x[1:], pattern=sparse_jacobian(lambda x: x)(vector()))(vector())
    with pytest.raises(IndexError, match=r"an element \(0, 9\)"):
        sparse_jacobian(lambda x: x, pattern=([0], [9]))(vector())
    with pytest.raises(RuntimeError, match="Expected all inputs to be tensors"):
        sparse_jacobian(lambda x: x)(1.0)
