"""The elementwise families on the toy backend: values, gradients at ties, refusals, operators with strangers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from wengert.api.autograd import grad
from wengert.api.tensor import Tensor
from wengert.ops import activation, arithmetic, comparison
from wengert.protocol import dtypes
from wengert.tensor.base import wrap
from wengert.testing.toy import toy_spec

BACKEND = toy_spec().load()


def floats(*values: float, requires_grad: bool = True) -> Any:
    return wrap(BACKEND, BACKEND.xp.asarray(list(values), dtype="float64"), requires_grad)


def whole(*values: int) -> Any:
    return wrap(BACKEND, BACKEND.xp.asarray(list(values), dtype="int64"))


def truths(*values: bool) -> Any:
    return wrap(BACKEND, BACKEND.xp.asarray(list(values), dtype="bool"))


def listed(tensor: Any) -> Any:
    return BACKEND.xp.tolist(tensor.array)


def gradients(function: Callable[..., Any], *inputs: Any) -> list[list[float]]:
    out = function(*inputs)
    ones = floats(*[1.0] * out.shape[0], requires_grad=False)
    return [listed(g) for g in grad((out,), inputs, (ones,))]


@pytest.mark.parametrize(
    ("function", "first", "second"),
    [
        (arithmetic.maximum, [0.5, 0.0, 1.0], [0.5, 1.0, 0.0]),
        (arithmetic.minimum, [0.5, 1.0, 0.0], [0.5, 0.0, 1.0]),
        (arithmetic.fmax, [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]),
        (arithmetic.fmin, [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]),
        (arithmetic.clamp_min, [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]),
        (arithmetic.clamp_max, [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]),
    ],
)
def test_the_gradient_at_a_tie_goes_where_torch_sends_it(
    function: Callable[..., Any], first: list[float], second: list[float]
) -> None:
    assert gradients(function, floats(1.0, 2.0, 3.0), floats(1.0, 5.0, 0.0)) == [first, second]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (activation.relu, [0.0, 0.0, 1.0]),
        (abs, [-1.0, 0.0, 1.0]),
        (lambda x: x.clamp(0.0, 1.0), [0.0, 1.0, 1.0]),
        (lambda x: activation.hardtanh(x, 0.0, 1.0), [0.0, 0.0, 0.0]),
        (lambda x: activation.leaky_relu(x, 0.5), [0.5, 0.5, 1.0]),
        (lambda x: x**0, [0.0, 0.0, 0.0]),
        (lambda x: x**3, [3.0, 0.0, 3.0]),
        (lambda x: 3 - x, [-1.0, -1.0, -1.0]),
    ],
)
def test_gradients_at_kinks_and_of_operators(function: Callable[[Any], Any], expected: list[float]) -> None:
    assert gradients(function, floats(-1.0, 0.0, 1.0)) == [expected]


def test_a_masked_infinity_leaves_no_nan() -> None:
    x = floats(-1.0, 1.0)
    (g,) = grad((activation.relu(x),), (x,), (floats(math.inf, 2.0, requires_grad=False),))
    assert listed(g) == [0.0, 2.0]


def test_powers_of_powers_can_be_differentiated_again() -> None:
    x = floats(2.0)
    (slope,) = grad((x**3,), (x,), (floats(1.0, requires_grad=False),), create_graph=True)
    (curvature,) = grad((slope,), (x,), (floats(1.0, requires_grad=False),))
    assert listed(slope) == [12.0]
    assert listed(curvature) == [12.0]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: 1 - x, "RsubBackward1"),
        (lambda x: x**2, "PowBackward0"),
        (lambda x: x**x, "PowBackward1"),
        (lambda x: 2**x, "PowBackward2"),
        (lambda x: x % 2, "RemainderBackward0"),
        (lambda x: x % x, "RemainderBackward1"),
        (lambda x: x.clamp(0), "ClampBackward1"),
        (lambda x: x.round(), "RoundBackward0"),
    ],
)
def test_nodes_are_named_as_in_torch(function: Callable[[Any], Any], name: str) -> None:
    assert function(floats(1.0, 2.0)).node.name() == name


@pytest.mark.parametrize(
    ("function", "error", "phrase"),
    [
        (lambda: truths(True) - truths(False), RuntimeError, "with two bool tensors is not supported"),
        (lambda: whole(1) // 0, RuntimeError, "ZeroDivisionError"),
        (lambda: whole(1) ** -1, RuntimeError, "negative integer powers"),
        (lambda: activation.gelu(whole(1)), NotImplementedError, "not implemented for 'Long'"),
        (lambda: floats(1.0) & floats(1.0), NotImplementedError, "bitwise_and_cpu"),
        (lambda: floats(1.0).clamp(), RuntimeError, "At least one of 'min' or 'max'"),
        (lambda: floats(1.0) + "x", TypeError, "unsupported operand"),
        (lambda: floats(1.0) < None, TypeError, "not supported between"),
        (lambda: comparison.where(whole(1), 1.0, 2.0), RuntimeError, "expected condition to be a boolean tensor"),
    ],
)
def test_refusals(function: Callable[[], Any], error: type[Exception], phrase: str) -> None:
    with pytest.raises(error, match=phrase):
        function()


def test_comparison_with_a_stranger_is_python_s() -> None:
    x = floats(1.0)
    assert (x == None) is False  # noqa: E711
    assert (x != "x") is True
    assert isinstance(hash(x), int)


def test_logic_takes_what_is_not_zero_as_true() -> None:
    assert listed(comparison.logical_xor(whole(0, 2), whole(1, 3))) == [True, False]
    assert (whole(6) & 3).space.dtype is dtypes.int64
    assert isinstance(whole(1) == 1, Tensor)
