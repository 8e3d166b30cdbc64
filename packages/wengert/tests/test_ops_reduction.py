"""Reductions and scans on the toy backend: arguments, dtypes, gradients at the hard places, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert import tensor

pytestmark = pytest.mark.usefixtures("toy")
NAN, INF = float("nan"), float("inf")


def gradient(function: Callable[[Any], Any], data: Any) -> Any:
    """The gradient of the sum of `function` at `data`."""
    x = tensor(data, dtype=wengert.float64, requires_grad=True)
    function(x).sum().backward()
    assert x.grad is not None
    return x.grad.tolist()


@pytest.mark.parametrize("dim", [(0, 1), (), None, [1, -2]])
def test_several_none_and_all_dims(dim: Any) -> None:
    assert tensor([[1.0, 2.0], [3.0, 4.0]]).sum(dim).item() == 10


def test_axis_and_keepdims_are_other_words() -> None:
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.mean(axis=0, keepdims=True).tolist() == [[2.0, 3.0]]
    assert x.sum(axis=1).grad_fn is None


@pytest.mark.parametrize(
    ("name", "arguments", "node"),
    [
        ("sum", (), "SumBackward0"), ("sum", (0,), "SumBackward1"), ("mean", (), "MeanBackward0"),
        ("mean", (0,), "MeanBackward1"),
        ("prod", (), "ProdBackward0"), ("prod", (0,), "ProdBackward1"), ("max", (), "MaxBackward1"),
        ("amin", (), "AminBackward0"),
        ("var", (), "VarBackward0"), ("std", (), "StdBackward0"), ("norm", (), "LinalgVectorNormBackward0"),
        ("logsumexp", (0,), "LogsumexpBackward0"), ("cumsum", (0,), "CumsumBackward0"),
        ("cumprod", (0,), "CumprodBackward0"),
    ],
)  # fmt: skip
def test_nodes_are_called_as_in_torch(name: str, arguments: tuple[Any, ...], node: str) -> None:
    result = getattr(tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True), name)(*arguments)
    assert result.grad_fn.name() == node


def test_integers_become_int64_and_dtype_converts_first() -> None:
    assert tensor([True, True]).sum().dtype is wengert.int64
    assert tensor([1, 2]).mean(dtype=wengert.float64).item() == 1.5
    x = tensor([1.0, 2.0], requires_grad=True)
    total = x.sum(dtype=wengert.float64)
    total.backward()
    assert (total.dtype, x.grad.dtype) == (wengert.float64, wengert.float32)


def test_gradients_at_ties_and_zeros() -> None:
    assert gradient(lambda x: x.amax(), [3.0, 1.0, 3.0]) == [0.5, 0.0, 0.5]
    assert gradient(lambda x: x.max(0).values, [3.0, 1.0, 3.0]) == [1.0, 0.0, 0.0]
    assert gradient(lambda x: x.prod(), [0.0, 2.0, 5.0]) == [10.0, 0.0, 0.0]
    assert gradient(lambda x: x.cumprod(0), [2.0, 0.0, 5.0]) == [1.0, 12.0, 0.0]
    assert gradient(lambda x: x.norm(), [0.0, 0.0]) == [0.0, 0.0]
    assert gradient(lambda x: x.norm(INF), [2.0, -2.0]) == [0.5, -0.5]
    assert gradient(lambda x: x.std(), [1.0, 1.0]) == [0.0, 0.0]
    assert gradient(lambda x: x.nansum(), [1.0, NAN]) == [1.0, 0.0]


def test_second_gradient_of_a_product_beside_zeros() -> None:
    x = tensor([0.0, 0.0, 5.0], requires_grad=True)
    (first,) = wengert.autograd.grad(x.prod(), x, create_graph=True)
    (second,) = wengert.autograd.grad(first[0], x)
    assert second.tolist() == [0.0, 5.0, 0.0]


def test_variance_does_not_cancel() -> None:
    assert tensor([1e8, 1e8 + 8, 1e8 + 16], dtype=wengert.float32).var().item() == 64


def test_the_pair_of_a_maximum_prints_as_in_torch() -> None:
    found = wengert.max(tensor([[1.0, 2.0], [3.0, 0.0]]), 1)
    assert repr(found) == "wengert.return_types.max(\nvalues=tensor([2., 3.]),\nindices=tensor([1, 0]))"
    assert tensor([[1.0, 2.0]]).argmax(keepdim=True).tolist() == [[1]]


def test_more_taken_off_than_there_is_warns() -> None:
    with pytest.warns(UserWarning, match="degrees of freedom is <= 0"):
        assert repr(tensor([1.0]).var()) == "tensor(nan)"


@pytest.mark.parametrize(
    ("call", "error", "phrase"),
    [
        (lambda x: x.sum(2), IndexError, "Dimension out of range"),
        (lambda x: x.sum((0, 0)), RuntimeError, "appears multiple times in the list of dims"),
        (lambda x: x.sum("a"), TypeError, "invalid combination of arguments"),
        (lambda x: x.prod((0, 1)), TypeError, "invalid combination of arguments"),
        (lambda x: x.long().mean(), RuntimeError, "could not infer output dtype"),
        (lambda x: x.long().var(), RuntimeError, "only support floating point"),
        (lambda x: x.bool().argmax(), RuntimeError, "does not support bool input"),
        (lambda x: x[:0].max(), RuntimeError, "Expected reduction dim to be specified"),
        (lambda x: x[:0].max(0), IndexError, "Expected reduction dim 0 to have non-zero size"),
        (lambda x: x.logsumexp(None), TypeError, "must be tuple of ints"),
        (lambda x: x.cumsum(0.5), TypeError, "must be int"),
        (lambda x: wengert.sum(3), TypeError, "must be Tensor, not int"),
    ],
)
def test_refusals(call: Callable[[Any], Any], error: type[Exception], phrase: str) -> None:
    with pytest.raises(error, match=phrase):
        call(tensor([[1.0, 2.0], [3.0, 4.0]]))
