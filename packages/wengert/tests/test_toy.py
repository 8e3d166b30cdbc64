"""The toy backend: exactly the required kernels, each against plain Python, and its lock against reading."""

from __future__ import annotations

import math
import operator
from typing import Any

import pytest
from wengert.backends.standard import names_of
from wengert.protocol import dtypes
from wengert.protocol.namespace import Required
from wengert.testing.toy import MutableToyArray, ToyArray, ToyKernels, forbid_reading, toy_spec

INF, NAN = math.inf, math.nan


@pytest.fixture(params=[True, False], ids=["mutable", "immutable"])
def kernels(request: pytest.FixtureRequest) -> ToyKernels:
    return toy_spec(mutable=request.param).load().array_type.kernels


def same(x: ToyArray, expected: Any, dtype: str | None = None) -> bool:
    """Whether x holds `expected`, NaN equal to NaN and 0.0 different from -0.0."""
    return repr(x.kernels.tolist(x)) == repr(expected) and dtype in (None, x.dtype)


def test_kernels_are_exactly_the_required_ones() -> None:
    public = {name for name in vars(ToyKernels) if not name.startswith("_")}
    assert public == names_of(Required)


def test_asarray(kernels: ToyKernels) -> None:
    x = kernels.asarray([[1, 2], [3, 4]], dtype="float64")
    assert (x.shape, x.values) == ((2, 2), [1.0, 2.0, 3.0, 4.0])
    assert kernels.asarray(x) is x
    assert kernels.asarray(x, copy=True) is not x
    assert same(kernels.asarray(True), True, "bool")
    assert same(kernels.asarray(3), 3, "int64")
    assert kernels.asarray([[], []], dtype="int64").shape == (2, 0)


def test_values_are_rounded_and_wrapped_to_the_dtype(kernels: ToyKernels) -> None:
    assert same(kernels.asarray(0.1, dtype="float32"), 0.10000000149011612)
    assert same(kernels.asarray([1e300, -1e300], dtype="float32"), [INF, -INF])
    assert same(kernels.asarray([256, -1], dtype="uint8"), [0, 255])
    assert same(kernels.asarray(2**63, dtype="int64"), -(2**63))
    assert same(kernels.astype(kernels.asarray([1.9, -1.9]), "int32"), [1, -1], "int32")
    assert same(kernels.astype(kernels.asarray([0.0, 0.5]), "bool"), [False, True], "bool")


def test_moving(kernels: ToyKernels) -> None:
    x = kernels.asarray([[1, 2, 3], [4, 5, 6]])
    assert same(kernels.reshape(x, (3, -1)), [[1, 2], [3, 4], [5, 6]])
    assert same(kernels.permute_dims(x, (1, 0)), [[1, 4], [2, 5], [3, 6]])
    assert same(kernels.broadcast_to(kernels.asarray([7, 8]), (2, 2)), [[7, 8], [7, 8]])
    assert same(kernels.concat([x, x], axis=-1), [[1, 2, 3, 1, 2, 3], [4, 5, 6, 4, 5, 6]])
    assert same(kernels.take(x, kernels.asarray([2, 0, 2]), axis=1), [[3, 1, 3], [6, 4, 6]])
    with pytest.raises(ValueError, match="does not broadcast"):
        kernels.broadcast_to(x, (3,))
    with pytest.raises(IndexError):
        kernels.take(x, kernels.asarray([3]), axis=1)


def test_getitem(kernels: ToyKernels) -> None:
    x = kernels.asarray([[1, 2, 3], [4, 5, 6]])
    assert same(kernels.getitem(x, (1,)), [4, 5, 6])
    assert same(kernels.getitem(x, (Ellipsis, -1)), [3, 6])
    assert same(kernels.getitem(x, (slice(None), slice(0, 3, 2))), [[1, 3], [4, 6]])
    assert same(kernels.getitem(x, (0, None, slice(1, None))), [[2, 3]])
    assert same(x[1, 1], 5)
    with pytest.raises(IndexError):
        kernels.getitem(x, (2,))
    with pytest.raises(IndexError, match="too many indices"):
        kernels.getitem(x, (0, 0, 0))


BINARY = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "equal": operator.eq,
    "less": operator.lt,
}


@pytest.mark.parametrize("name", BINARY)
def test_binary(kernels: ToyKernels, name: str) -> None:
    values, others = [1.5, -2.0, 0.25], [1.5, 3.0, -4.0]
    expected = [BINARY[name](a, b) for a, b in zip(values, others, strict=True)]
    assert same(getattr(kernels, name)(kernels.asarray(values), kernels.asarray(others)), expected)


UNARY = {
    "negative": operator.neg,
    "abs": abs,
    "floor": lambda x: float(math.floor(x)),
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "expm1": math.expm1,
    "log1p": math.log1p,
    "sin": math.sin,
    "cos": math.cos,
    "atan": math.atan,
    "tanh": math.tanh,
}


@pytest.mark.parametrize("name", UNARY)
def test_unary(kernels: ToyKernels, name: str) -> None:
    values = [0.5, 1.0, 2.75]
    assert same(getattr(kernels, name)(kernels.asarray(values)), [UNARY[name](v) for v in values], "float64")


SINGULAR = [
    ("sqrt", [-1.0], NAN),
    ("exp", [1000.0], INF),
    ("expm1", [1000.0], INF),
    ("log", [0.0], -INF),
    ("log", [-1.0], NAN),
    ("log1p", [-1.0], -INF),
    ("sin", [INF], NAN),
    ("floor", [-INF], -INF),
    ("divide", [1.0, -0.0], -INF),
    ("divide", [0.0, 0.0], NAN),
    ("remainder", [5.0, 0.0], NAN),
    ("remainder", [-5.0, 3.0], 1.0),
    ("remainder", [5, -3], -1),
    ("remainder", [5, 0], 0),
    ("pow", [0.0, -1.0], INF),
    ("pow", [-0.0, -1.0], -INF),
    ("pow", [-8.0, 0.5], NAN),
    ("pow", [-10.0, 309.0], -INF),
    ("pow", [2, -1], 0),
    ("pow", [-1, -3], -1),
    ("pow", [3, 4], 81),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), SINGULAR)
def test_edges(kernels: ToyKernels, name: str, arguments: list[Any], expected: Any) -> None:
    assert same(getattr(kernels, name)(*map(kernels.asarray, arguments)), expected)


def test_logic_and_bits(kernels: ToyKernels) -> None:
    x, y = kernels.asarray([True, True, False]), kernels.asarray([True, False, False])
    assert same(kernels.logical_and(x, y), [True, False, False], "bool")
    assert same(kernels.logical_not(x), [False, False, True], "bool")
    assert same(kernels.add(x, y), [True, True, False], "bool")
    assert same(kernels.multiply(x, y), [True, False, False], "bool")
    assert same(kernels.bitwise_and(kernels.asarray(12), kernels.asarray(10)), 8)
    assert same(kernels.bitwise_xor(kernels.asarray(12), kernels.asarray(10)), 6)
    assert same(kernels.where(x, kernels.asarray([1, 2, 3]), kernels.asarray(0)), [1, 2, 0], "int64")


def test_operands_of_two_dtypes_are_refused(kernels: ToyKernels) -> None:
    with pytest.raises(TypeError, match="one dtype"):
        kernels.add(kernels.asarray(1), kernels.asarray(1.0))


def test_reductions(kernels: ToyKernels) -> None:
    x = kernels.asarray([[1.0, 5.0], [3.0, 2.0]])
    assert same(kernels.sum(x), 11.0)
    assert same(kernels.sum(x, axis=0, keepdims=True), [[4.0, 7.0]])
    assert same(kernels.sum(x, axis=()), [[1.0, 5.0], [3.0, 2.0]])
    assert same(kernels.prod(x, axis=(0, 1)), 30.0)
    assert same(kernels.max(x, axis=-1), [5.0, 3.0])
    assert same(kernels.argmax(x, axis=0), [1, 0], "int64")
    assert same(kernels.cumulative_sum(x, axis=0), [[1.0, 5.0], [4.0, 7.0]])
    assert same(kernels.cumulative_sum(x, axis=1), [[1.0, 6.0], [3.0, 5.0]])
    assert same(kernels.sum(kernels.asarray([True, True])), 2, "int64")
    assert same(kernels.sum(kernels.asarray([200, 100], dtype="uint8")), 300, "int64")
    assert same(kernels.sum(kernels.asarray([], dtype="float32")), 0.0, "float32")
    with pytest.raises(ValueError, match="empty"):
        kernels.max(kernels.asarray([], dtype="float32"))


def test_nan_is_the_largest_value(kernels: ToyKernels) -> None:
    x = kernels.asarray([1.0, NAN, 3.0, NAN])
    assert same(kernels.max(x), NAN)
    assert same(kernels.argmax(x, axis=0), 1)
    assert same(kernels.argsort(x), [0, 2, 1, 3])
    assert same(kernels.argsort(x, descending=True), [1, 3, 2, 0])


def test_argsort_is_stable_both_ways(kernels: ToyKernels) -> None:
    x = kernels.asarray([[2, 1, 2], [1, 1, 0]])
    assert same(kernels.argsort(x, axis=1), [[1, 0, 2], [2, 0, 1]], "int64")
    assert same(kernels.argsort(x, axis=1, descending=True), [[0, 2, 1], [0, 1, 2]])
    assert same(kernels.argsort(x, axis=0), [[1, 0, 1], [0, 1, 0]])


def test_nonzero(kernels: ToyKernels) -> None:
    rows, columns = kernels.nonzero(kernels.asarray([[0, 1], [2, 3]]))
    assert same(rows, [0, 1, 1], "int64")
    assert same(columns, [1, 0, 1], "int64")


def test_matmul(kernels: ToyKernels) -> None:
    x, v = kernels.asarray([[1, 2], [3, 4]]), kernels.asarray([5, 6])
    assert same(kernels.matmul(x, x), [[7, 10], [15, 22]])
    assert same(kernels.matmul(x, v), [17, 39])
    assert same(kernels.matmul(v, x), [23, 34])
    assert same(kernels.matmul(v, v), 61)
    batch = kernels.reshape(kernels.asarray([1, 2, 3, 4]), (2, 1, 2))
    assert same(kernels.matmul(batch, x), [[[7, 10]], [[15, 22]]])
    with pytest.raises(ValueError, match="inner sizes"):
        kernels.matmul(x, kernels.asarray([1, 2, 3]))


def test_operators(kernels: ToyKernels) -> None:
    x = kernels.asarray([1.0, 2.0, 4.0])
    assert same(1 - x, [0.0, -1.0, -3.0])
    assert same(x - 1, [0.0, 1.0, 3.0])
    assert same(2 * x + 1, [3.0, 5.0, 9.0])
    assert same(1 / x, [1.0, 0.5, 0.25])
    assert same(x**2, [1.0, 4.0, 16.0])
    assert same(-x, [-1.0, -2.0, -4.0])
    assert same(x > 2, [False, False, True])
    assert same(x >= 2, [False, True, True])
    assert same(x <= 2, [True, True, False])
    assert same(2.0 - x < x, [False, True, True])


def test_setitem_where_arrays_are_mutable() -> None:
    kernels = toy_spec().load().array_type.kernels
    x = kernels.asarray([[1.0, 2.0], [3.0, 4.0]])
    assert isinstance(x, MutableToyArray)
    x[:, 1] = kernels.asarray([7.0, 8.0])
    x[0] = 5
    assert same(x, [[5.0, 5.0], [3.0, 8.0]])


def test_immutable_arrays_cannot_be_written() -> None:
    x: Any = toy_spec(mutable=False).load().xp.asarray([1.0])
    with pytest.raises(TypeError, match="item assignment"):
        x[0] = 2.0


@pytest.mark.parametrize("read", [bool, int, float, lambda x: x.kernels.tolist(x), lambda x: x.kernels.nonzero(x)])
def test_reading_can_be_forbidden(read: Any) -> None:
    unreadable = toy_spec(readable=False).load().xp.asarray([2.0])
    readable = toy_spec().load().xp.asarray([2.0])
    with forbid_reading():
        read(readable)
        with pytest.raises(RuntimeError, match="read where that is forbidden"):
            read(unreadable)
    read(unreadable)


def test_computing_is_not_reading() -> None:
    xp = toy_spec(readable=False).load().xp
    with forbid_reading():
        x = xp.sum(xp.exp(xp.asarray([0.0, 0.0])) * 3)
    assert float(x) == 6.0


def test_specs() -> None:
    assert toy_spec() is toy_spec()
    names = [toy_spec(mutable=m, readable=r).name for m in (True, False) for r in (True, False)]
    assert names == ["toy", "toy-unreadable", "toy-immutable", "toy-immutable-unreadable"]
    backend = toy_spec(mutable=False).load()
    assert toy_spec(mutable=False).owns(backend.array_type)
    assert not toy_spec().owns(backend.array_type)
    assert backend.space_of(backend.xp.asarray(1.0)).dtype is dtypes.float64
    assert not backend.capabilities.mutable
