"""Floor 6: quotients and remainders."""

from __future__ import annotations

from typing import Any

from wengert.ops.arithmetic.basic import mul
from wengert.ops.arithmetic.operands import Number, is_operand, is_whole, refuse_zero_divisor
from wengert.rules import arithmetic as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct, kernel, operator

_NAMES = {"x": "self", "y": "other"}
_divide = kernel(rules.divide, "DivBackward0", **_NAMES)
_divide_floor = kernel(rules.divide_floor, "DivBackward2", **_NAMES)
_divide_trunc = kernel(rules.divide_trunc, "DivBackward2", **_NAMES)
_divide_whole = kernel(rules.divide_whole, "DivBackward2", **_NAMES)
_floor_divide = kernel(rules.floor_divide, "NotImplemented")
_remainder_by_number = kernel(rules.remainder, "RemainderBackward0")
_remainder = kernel(rules.remainder, "RemainderBackward1", **_NAMES)
_fmod_by_number = kernel(rules.fmod, "FmodBackward0")
_fmod = kernel(rules.fmod, "FmodBackward1", **_NAMES)
_addcdiv = kernel(rules.addcdiv, "AddcdivBackward0", x="self", y="tensor1", z="tensor2")


@direct(rules.reciprocal, "ReciprocalBackward0", out="result")
def reciprocal(input: Tensor) -> Tensor:
    """One divided by `input`, element by element.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * conj(result)^2.
    Source: torch.reciprocal.

    >>> reciprocal(tensor([2., 4.]))
    tensor([0.5000, 0.2500])
    """
    ...


def div(input: Tensor | Number, other: Tensor | Number, *, rounding_mode: str | None = None) -> Tensor:
    """Quotient of `input` and `other`, element by element; rounded if `rounding_mode` is "trunc" or "floor".

    Shapes: any two that broadcast. Dtype: by torch's promotion; without rounding, integers give the default float.
    Derivative: g -> g / conj(other), -g * conj(input / other^2); zeros where the result is rounded.
    Errors: RuntimeError for another `rounding_mode`, for integers rounded after division by zero, or if the shapes do
    not broadcast.
    Source: torch.div.

    >>> div(tensor([-7., 7.]), 2)
    tensor([-3.5000,  3.5000])
    >>> div(tensor([-7., 7.]), 2, rounding_mode="floor")
    tensor([-4.,  3.])
    """
    if rounding_mode is None:
        return _divide(input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    refuse_zero_divisor(input, other)
    if rounding_mode == "floor":
        return _divide_floor(input, other)
    return (_divide_whole if is_whole(input, other) else _divide_trunc)(input, other)


def true_divide(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """Quotient of `input` and `other`: `div` without rounding. Source: torch.true_divide.

    >>> true_divide(tensor([1, 2]), 2)
    tensor([0.5000, 1.0000])
    """
    return _divide(input, other)


def floor_divide(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """Quotient of `input` and `other` rounded down.

    Shapes: any two that broadcast. Dtype: by torch's promotion. Derivative: none; `backward` raises, as in torch
    (`div` with rounding_mode="floor" has zeros).
    Errors: RuntimeError for integers divided by zero, or if the shapes do not broadcast.
    Source: torch.floor_divide.

    >>> floor_divide(tensor([-7., 7.]), 2)
    tensor([-4.,  3.])
    """
    refuse_zero_divisor(input, other)
    return _floor_divide(input, other)


def remainder(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """What is left of `input` after division by `other`; it has the sign of `other`.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g, -g * floor(input / other).
    Errors: RuntimeError for integers divided by zero, or if the shapes do not broadcast.
    Source: torch.remainder.

    >>> remainder(tensor([-3., 5.]), 4)
    tensor([1., 1.])
    """
    refuse_zero_divisor(input, other)
    return (_remainder if isinstance(other, Tensor) else _remainder_by_number)(input, other)


def fmod(input: Tensor, other: Tensor | Number) -> Tensor:
    """What is left of `input` after division by `other`; it has the sign of `input`.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g, -g * trunc(input / other).
    Errors: RuntimeError for integers divided by zero, or if the shapes do not broadcast.
    Source: torch.fmod.

    >>> fmod(tensor([-3., 5.]), 4)
    tensor([-3.,  1.])
    """
    refuse_zero_divisor(input, other)
    return (_fmod if isinstance(other, Tensor) else _fmod_by_number)(input, other)


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
    """`input` plus `value` times the quotient of `tensor1` and `tensor2`.

    Shapes: any that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g, value / tensor2 * g, -value * tensor1 / tensor2^2 * g (conjugates).
    Errors: RuntimeError if `tensor1` and `tensor2` are both of integers, or if the shapes do not broadcast.
    Source: torch.addcdiv.

    >>> addcdiv(tensor([1., 1.]), tensor([1., 2.]), tensor([2., 4.]), value=2)
    tensor([2., 2.])
    """
    if is_whole(tensor1, tensor2):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future release addcdiv will perform a true "
            "division of tensor1 and tensor2. Convert one of them to a floating dtype first."
        )
    return _addcdiv(input, tensor1, tensor2, value)


truediv_operator = operator(_divide)


def rtruediv_operator(self: Any, other: Any) -> Any:
    """`other / self`: the reciprocal, multiplied."""
    return mul(reciprocal(self), other) if is_operand(other) else NotImplemented


def floordiv_operator(self: Any, other: Any) -> Any:
    """`self // other`."""
    return floor_divide(self, other) if is_operand(other) else NotImplemented


def rfloordiv_operator(self: Any, other: Any) -> Any:
    """`other // self`."""
    return floor_divide(other, self) if is_operand(other) else NotImplemented


def mod_operator(self: Any, other: Any) -> Any:
    """`self % other`."""
    return remainder(self, other) if is_operand(other) else NotImplemented


def rmod_operator(self: Any, other: Any) -> Any:
    """`other % self`."""
    return remainder(other, self) if is_operand(other) else NotImplemented


__all__ = ["addcdiv", "div", "floor_divide", "fmod", "reciprocal", "remainder", "true_divide"]
