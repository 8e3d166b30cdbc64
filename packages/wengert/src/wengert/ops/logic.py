"""Floor 6: logic on truth values, and on the bits of integers."""

from __future__ import annotations

from typing import Any

from wengert.ops.arithmetic.operands import is_operand
from wengert.protocol.dtypes import scalar_dtype
from wengert.rule.refusals import unsupported
from wengert.rules import comparison as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import NUMBERS, raise_not_tensor
from wengert.tensor.operation import kernel

_and, _or, _xor, _not = (
    kernel(rules.logical_and),
    kernel(rules.logical_or),
    kernel(rules.logical_xor),
    kernel(rules.logical_not),
)
_different = kernel(rules.not_equal)
_bits_and, _bits_or, _bits_xor = kernel(rules.bitwise_and), kernel(rules.bitwise_or), kernel(rules.bitwise_xor)
_bits_not = kernel(rules.bitwise_invert)
_shift_left, _shift_right = kernel(rules.bitwise_left_shift), kernel(rules.bitwise_right_shift)

Bits = Tensor | bool | int


def _truth(name: str, argument: str, value: Any) -> Any:
    """`value` as booleans: what is not 0 is true."""
    if not isinstance(value, Tensor):
        raise_not_tensor(name, argument, value)
    return value if value.space.dtype.category == 0 else _different(value, 0)


def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Whether both elements are true; what is not 0 is true. Dtype: bool. Source: torch.logical_and.

    >>> logical_and(tensor([1, 2]), tensor([0, 3]))
    tensor([False,  True])
    """
    return _and(_truth("logical_and", "input", input), _truth("logical_and", "other", other))


def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Whether one of both elements is true; what is not 0 is true. Dtype: bool. Source: torch.logical_or.

    >>> logical_or(tensor([0, 2]), tensor([0, 3]))
    tensor([False,  True])
    """
    return _or(_truth("logical_or", "input", input), _truth("logical_or", "other", other))


def logical_xor(input: Tensor, other: Tensor) -> Tensor:
    """Whether one element is true and the other not; what is not 0 is true. Dtype: bool. Source: torch.logical_xor.

    >>> logical_xor(tensor([0, 2]), tensor([1, 3]))
    tensor([ True, False])
    """
    return _xor(_truth("logical_xor", "input", input), _truth("logical_xor", "other", other))


def logical_not(input: Tensor) -> Tensor:
    """Whether an element is 0. Dtype: bool. Source: torch.logical_not.

    >>> logical_not(tensor([0, 2]))
    tensor([ True, False])
    """
    return _not(_truth("logical_not", "input", input))


def bitwise_and(input: Bits, other: Bits) -> Tensor:
    """The bits that both have; of booleans their conjunction.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Errors: NotImplementedError unless integers or booleans.
    Source: torch.bitwise_and.

    >>> bitwise_and(tensor([6]), 3)
    tensor([2])
    """
    return _bits_and(*_whole("bitwise_and_cpu", input, other))


def bitwise_or(input: Bits, other: Bits) -> Tensor:
    """The bits that one of both has; of booleans their disjunction.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Errors: NotImplementedError unless integers or booleans.
    Source: torch.bitwise_or.

    >>> bitwise_or(tensor([6]), 3)
    tensor([7])
    """
    return _bits_or(*_whole("bitwise_or_cpu", input, other))


def bitwise_xor(input: Bits, other: Bits) -> Tensor:
    """The bits that only one of both has.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Errors: NotImplementedError unless integers or booleans.
    Source: torch.bitwise_xor.

    >>> bitwise_xor(tensor([6]), 3)
    tensor([5])
    """
    return _bits_xor(*_whole("bitwise_xor_cpu", input, other))


def bitwise_not(input: Tensor) -> Tensor:
    """The bits turned over; of booleans the negation. Errors: NotImplementedError unless integers or booleans.

    Source: torch.bitwise_not.

    >>> bitwise_not(tensor([0, 5]))
    tensor([-1, -6])
    """
    return _bits_not(*_whole("bitwise_not_cpu", input))


def bitwise_left_shift(input: Bits, other: Bits) -> Tensor:
    """The bits moved up by `other` places. Errors: NotImplementedError unless integers.

    Source: torch.bitwise_left_shift.

    >>> bitwise_left_shift(tensor([1, 3]), 2)
    tensor([ 4, 12])
    """
    return _shift_left(*_whole("lshift_cpu", input, other))


def bitwise_right_shift(input: Bits, other: Bits) -> Tensor:
    """The bits moved down by `other` places, the sign kept. Errors: NotImplementedError unless integers.

    Source: torch.bitwise_right_shift.

    >>> bitwise_right_shift(tensor([4, -8]), 2)
    tensor([ 1, -2])
    """
    return _shift_right(*_whole("rshift_cpu", input, other))


def _whole(name: str, *operands: Any) -> tuple[Any, ...]:
    """The operands, all of integers or booleans."""
    for position, operand in enumerate(operands):
        if not isinstance(operand, (Tensor, *NUMBERS)):
            raise_not_tensor(name.removesuffix("_cpu"), ("input", "other")[position], operand)
        dtype = operand.space.dtype if isinstance(operand, Tensor) else scalar_dtype(operand)
        if dtype.is_inexact:
            raise unsupported(name, dtype)
    return operands


def _meets(self: Any, other: Any) -> bool:
    """Whether `other` is an operand; TypeError where `self` is no Tensor: Tensor.__and__(2, x)."""
    if not isinstance(self, Tensor):
        raise_not_tensor("operator", "self", self)
    return is_operand(other)


def and_operator(self: Any, other: Any) -> Any:
    """`self & other`."""
    return bitwise_and(self, other) if _meets(self, other) else NotImplemented


def or_operator(self: Any, other: Any) -> Any:
    """`self | other`."""
    return bitwise_or(self, other) if _meets(self, other) else NotImplemented


def xor_operator(self: Any, other: Any) -> Any:
    """`self ^ other`."""
    return bitwise_xor(self, other) if _meets(self, other) else NotImplemented


def lshift_operator(self: Any, other: Any) -> Any:
    """`self << other`."""
    return bitwise_left_shift(self, other) if _meets(self, other) else NotImplemented


def rlshift_operator(self: Any, other: Any) -> Any:
    """`other << self` for a number."""
    return bitwise_left_shift(other, self) if _meets(self, other) else NotImplemented


def rshift_operator(self: Any, other: Any) -> Any:
    """`self >> other`."""
    return bitwise_right_shift(self, other) if _meets(self, other) else NotImplemented


def rrshift_operator(self: Any, other: Any) -> Any:
    """`other >> self` for a number."""
    return bitwise_right_shift(other, self) if _meets(self, other) else NotImplemented


def invert_operator(self: Any) -> Any:
    """`~self`."""
    if self.space.dtype.is_inexact:
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return bitwise_not(self)
