"""Tensors to other dtypes, Python values and text, on the toy backend."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import pytest
import wengert

pytestmark = pytest.mark.usefixtures("toy")


def test_conversion_carries_the_gradient_back_in_the_leaf_s_dtype() -> None:
    x = wengert.tensor([1.0, 2.0], requires_grad=True)
    y = x.double()
    assert (y.dtype, y.grad_fn.name()) == (wengert.float64, "ToCopyBackward0")
    y.backward(wengert.tensor([1.0, 3.0], dtype=wengert.float64))
    assert (x.grad.dtype, x.grad.array.dtype, x.grad.tolist()) == (wengert.float32, "float32", [1.0, 3.0])


def test_nothing_to_convert_is_the_tensor_itself() -> None:
    x = wengert.tensor([1.0], requires_grad=True)
    assert x.to("cpu") is x.to(wengert.float32) is x.float() is x.cpu() is x.to(x) is x.to() is x
    assert x.to(wengert.float32, copy=True) is not x
    assert x.long().requires_grad is False


@pytest.mark.parametrize("arguments", [("cpu", "cpu"), (wengert.float32, wengert.float64), (1.5,)])
def test_refused_arguments_of_to(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match=r"to\(\) received an invalid combination of arguments"):
        wengert.ones(1).to(*arguments)


def test_python_values() -> None:
    x = wengert.tensor([[1.5, 2.0], [3.0, 4.0]])
    assert x.tolist() == [[1.5, 2.0], [3.0, 4.0]]
    assert wengert.tensor([[3]]).item() == 3
    assert (int(wengert.tensor(2.7)), float(wengert.tensor(2)), bool(wengert.tensor([0.0]))) == (2, 2.0, False)
    assert complex(wengert.tensor(2.0)) == 2 + 0j
    assert "abc"[wengert.tensor(1)] == "b"
    assert len(x) == 2
    assert [row.tolist() for row in x] == x.tolist()
    assert 3.0 in x
    assert 7.0 not in x


@pytest.mark.parametrize(
    ("convert", "error", "phrase"),
    [
        (lambda x: x.item(), RuntimeError, "a Tensor with 2 elements cannot be converted to Scalar"),
        (bool, RuntimeError, "Boolean value of Tensor with more than one value is ambiguous"),
        (lambda x: bool(x[:0]), RuntimeError, "Boolean value of Tensor with no values is ambiguous"),
        (float, ValueError, "only one element tensors can be converted to Python scalars"),
        (lambda x: "abc"[x], TypeError, "only integer tensors of a single element can be converted to an index"),
        (lambda x: len(x[0]), TypeError, "len() of a 0-d tensor"),
        (lambda x: iter(x[0]), TypeError, "iteration over a 0-d tensor"),
        (lambda x: "a" in x, RuntimeError, "only supports Tensor or scalar"),
        (lambda x: x.numpy(), RuntimeError, "Can't call numpy() on Tensor that requires grad"),
        (lambda x: x.__array__(), RuntimeError, "Can't call numpy() on Tensor that requires grad"),
        (lambda x: x.__dlpack__(), BufferError, "Can't export tensors that require gradient"),
        (lambda x: f"{x:.2f}", TypeError, "unsupported format string passed to Tensor.__format__"),
        (lambda x: x.size(3), IndexError, "Dimension out of range"),
        (lambda x: copy.deepcopy(x * 2), RuntimeError, "Only Tensors created explicitly by the user"),
    ],
)
def test_refused(convert: Any, error: type[Exception], phrase: str) -> None:
    with pytest.raises(error) as caught:
        convert(wengert.tensor([1.0, 2.0], requires_grad=True))
    assert phrase in str(caught.value)


def test_text() -> None:
    x = wengert.tensor([1.0, 2.5], requires_grad=True)
    assert repr(x) == str(x) == f"{x}" == "tensor([1.0000, 2.5000], requires_grad=True)"
    assert repr(x.double()) == "tensor([1.0000, 2.5000], dtype=wengert.float64, grad_fn=<ToCopyBackward0>)"
    assert f"{wengert.tensor(1.5):.2f} {wengert.tensor(2)}" == "1.50 2"
    assert repr(wengert.arange(2000)) == "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])"


def test_attributes() -> None:
    x = wengert.zeros(2, 3, dtype=wengert.float64)
    assert (x.ndim, x.dim(), x.size(), x.size(-1), x.numel(), x.nbytes, x.itemsize) == (2, 2, (2, 3), 3, 6, 48, 8)
    assert (x.stride(), x.is_contiguous(), x.storage_offset(), x.get_device(), x.is_cuda) == (
        (3, 1),
        True,
        0,
        -1,
        False,
    )
    assert (x.is_floating_point(), x.is_complex(), x.is_signed()) == (True, False, True)
    assert x in {x}


def test_a_deep_copy_keeps_gradient_and_identity() -> None:
    x = wengert.tensor([1.0, 2.0], requires_grad=True)
    x.grad = wengert.tensor([3.0, 4.0])
    first, second = copy.deepcopy([x, x])
    assert first is second
    assert first is not x
    assert first.array is not x.array
    assert (first.tolist(), first.grad.tolist(), first.requires_grad) == ([1.0, 2.0], [3.0, 4.0], True)


def test_a_pickled_tensor_comes_back_as_a_leaf() -> None:
    x = wengert.tensor([[1.0, 2.0]], requires_grad=True)
    loaded = pickle.loads(pickle.dumps(x * 2))
    assert (loaded.tolist(), loaded.shape, loaded.requires_grad, loaded.is_leaf) == ([[2.0, 4.0]], (1, 2), True, True)
    assert type(loaded) is wengert.Tensor


def test_limits_of_dtypes() -> None:
    single, integer = wengert.finfo(wengert.float32), wengert.iinfo(wengert.int8)
    assert (single.eps, single.tiny, single.bits, single.dtype) == (2.0**-23, 2.0**-126, 32, "float32")
    assert math.isinf(single.max * 2.0**1000)
    assert (integer.min, integer.max) == (-128, 127)
    with pytest.raises(TypeError, match="requires a floating point input type"):
        wengert.finfo(wengert.int32)
    with pytest.raises(TypeError, match="requires an integer input type"):
        wengert.iinfo(wengert.float32)


def test_promotion() -> None:
    assert wengert.promote_types(wengert.int32, wengert.float16) is wengert.float16
    assert wengert.result_type(wengert.tensor([1]), 1.5) is wengert.float32
    assert wengert.result_type(wengert.tensor([1.0]), wengert.tensor(1.0, dtype=wengert.float64)) is wengert.float32
    assert not wengert.can_cast(wengert.float32, wengert.int32)
    assert wengert.can_cast(wengert.int64, wengert.uint8)
