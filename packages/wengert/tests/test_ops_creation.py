"""Making tensors on the toy backend: dtypes that follow from data, sizes, ranges, refusals."""

from __future__ import annotations

from typing import Any

import pytest
import wengert

pytestmark = pytest.mark.usefixtures("toy")


@pytest.mark.parametrize(
    ("data", "dtype", "shape"),
    [
        (1, "int64", ()),
        (1.5, "float32", ()),
        (True, "bool", ()),
        ([1, 2.5], "float32", (2,)),
        ([True, 1], "int64", (2,)),
        ([], "float32", (0,)),
        ([[], []], "float32", (2, 0)),
        (((1, 2), [3, 4]), "int64", (2, 2)),
        (range(3), "int64", (3,)),
    ],
)
def test_the_dtype_and_shape_follow_from_the_data(data: Any, dtype: str, shape: tuple[int, ...]) -> None:
    made = wengert.tensor(data)
    assert (made.dtype.name, made.shape) == (dtype, shape)


def test_tensors_stand_for_numbers_in_a_list() -> None:
    parts = [wengert.tensor(1.5, dtype=wengert.float64), wengert.tensor([2])]
    made = wengert.tensor(parts)
    assert (made.tolist(), made.dtype) == ([1.5, 2.0], wengert.float64)


@pytest.mark.parametrize(
    ("data", "options", "error", "phrase"),
    [
        ([[1, 2], [3]], {}, ValueError, "expected sequence of length 2 at dim 1 (got 1)"),
        ([[1, 2], 3], {}, TypeError, "not a sequence"),
        ([1, [2]], {}, TypeError, "cannot be interpreted as an integer"),
        ("text", {}, TypeError, "new(): invalid data type 'str'"),
        (None, {}, RuntimeError, "Could not infer dtype of NoneType"),
        (2**63, {}, ValueError, "Overflow when unpacking long long"),
        (300, {"dtype": "uint8"}, RuntimeError, "value cannot be converted to type uint8_t without overflow"),
        (1j, {"dtype": "float32"}, TypeError, "must be real number, not complex"),
        (float("nan"), {"dtype": "int32"}, RuntimeError, "without overflow"),
        ([1], {"requires_grad": True}, RuntimeError, "Only Tensors of floating point and complex dtype can require"),
    ],
)
def test_refused_data(data: Any, options: dict[str, Any], error: type[Exception], phrase: str) -> None:
    if "dtype" in options:
        options = {"dtype": getattr(wengert, options["dtype"])}
    with pytest.raises(error) as caught:
        wengert.tensor(data, **options)
    assert phrase in str(caught.value)


def test_a_copied_tensor_warns_and_shares_nothing() -> None:
    x = wengert.tensor([1.0, 2.0], requires_grad=True)
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        copied = wengert.tensor(x)
    assert copied.array is not x.array
    assert not copied.requires_grad
    assert wengert.as_tensor(x) is x


def test_sizes_come_in_three_forms() -> None:
    assert wengert.zeros(2, 3).shape == wengert.zeros((2, 3)).shape == wengert.zeros(size=[2, 3]).shape == (2, 3)
    assert wengert.ones(()).item() == 1.0


@pytest.mark.parametrize(
    ("size", "error", "phrase"),
    [
        ((-1,), RuntimeError, "Dimension size must be non-negative"),
        ((2.0,), TypeError, "must be tuple of ints, not float"),
        ((2, (3,)), TypeError, "failed to unpack the object at pos 2"),
        ((), TypeError, 'missing 1 required positional arguments: "size"'),
        (((2,), 3), TypeError, "takes 1 positional argument but 2 were given"),
    ],
)
def test_refused_sizes(size: tuple[Any, ...], error: type[Exception], phrase: str) -> None:
    with pytest.raises(error) as caught:
        wengert.zeros(*size)
    assert phrase in str(caught.value)


def test_values_are_converted_to_the_dtype_that_is_asked_for() -> None:
    assert wengert.full((2,), 1.9, dtype=wengert.int64).tolist() == [1, 1]
    assert wengert.tensor([0, 0.5], dtype=wengert.bool).tolist() == [False, True]
    assert wengert.full((1,), True).dtype is wengert.bool
    assert wengert.tensor([1, 2], dtype=float).dtype is wengert.float64
    with pytest.raises(TypeError, match=r"argument 'dtype' must be wengert\.dtype, not str"):
        wengert.zeros(2, dtype="float32")


def test_ranges() -> None:
    assert wengert.arange(1, 10, 3).tolist() == [1, 4, 7]
    assert wengert.arange(5, 0, -2).tolist() == [5, 3, 1]
    assert wengert.arange(0, 1, 0.25).tolist() == [0.0, 0.25, 0.5, 0.75]
    assert wengert.linspace(0, 1, 5).tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert wengert.linspace(-3, 0, 5, dtype=wengert.int64).tolist() == [-3, -2, -1, 0, 0]
    assert wengert.linspace(0, 1, 0).shape == (0,)
    assert wengert.eye(2, 3).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        ((0, 5, 0), "step must be nonzero"),
        ((0, 5, -1), "upper bound and lower bound inconsistent with step sign"),
        ((0, float("inf")), "unsupported range: 0 -> inf"),
    ],
)
def test_refused_ranges(arguments: tuple[Any, ...], phrase: str) -> None:
    with pytest.raises(RuntimeError, match=phrase):
        wengert.arange(*arguments)


def test_new_tensors_take_dtype_and_backend_of_the_old() -> None:
    x = wengert.tensor([1, 2])
    made = [x.new_zeros(2), x.new_ones((2,)), x.new_full((2,), 3.7), x.new_tensor([1.0, 2.0]), wengert.zeros_like(x)]
    assert [t.tolist() for t in made] == [[0, 0], [1, 1], [3, 3], [1, 2], [0, 0]]
    assert {t.space for t in made} == {x.space}
    assert x.new_zeros(1, dtype=wengert.float64, requires_grad=True).requires_grad


def test_devices() -> None:
    device = wengert.zeros(1).device
    assert (str(device), repr(device), device.type, device.index) == ("cpu", "device(type='cpu')", "cpu", None)
    assert wengert.device("cuda:1") == wengert.device("cuda", 1) != device
    assert wengert.zeros(1, device=device).device == device
    with pytest.raises(TypeError, match=r"argument 'device' must be wengert\.device, not float"):
        wengert.zeros(1, device=1.5)
