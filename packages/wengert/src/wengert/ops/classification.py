"""Floor 6: which numbers are infinite, and which complex ones are real."""

from __future__ import annotations

from typing import Any

from wengert.ops.arithmetic.operands import checked
from wengert.ops.comparison import eq, gt, isinf, lt
from wengert.ops.complex import imag
from wengert.ops.creation import zeros_like
from wengert.ops.logic import logical_and
from wengert.tensor.base import TensorBase as Tensor


def isposinf(input: Tensor) -> Tensor:
    """Whether an element is positive infinity. Dtype: bool. Derivative: none.

    Errors: RuntimeError for complex numbers. Source: torch.isposinf.

    >>> isposinf(tensor([1., float("inf"), float("-inf")]))
    tensor([False,  True, False])
    """
    return logical_and(isinf(_ordered("isposinf", input)), gt(input, 0))


def isneginf(input: Tensor) -> Tensor:
    """Whether an element is negative infinity. Dtype: bool. Derivative: none.

    Errors: RuntimeError for complex numbers. Source: torch.isneginf.

    >>> isneginf(tensor([1., float("inf"), float("-inf")]))
    tensor([False, False,  True])
    """
    return logical_and(isinf(_ordered("isneginf", input)), lt(input, 0))


def _ordered(name: str, input: Any) -> Any:
    if checked(name, "input", input).space.dtype.is_complex:
        raise RuntimeError(f"{name} does not support complex inputs.")
    return input


def isreal(input: Tensor) -> Tensor:
    """Whether an element has no imaginary part. Dtype: bool. Derivative: none. Source: torch.isreal.

    >>> isreal(tensor([1+0j, 1j]))
    tensor([ True, False])
    """
    if checked("isreal", "input", input).space.dtype.is_complex:
        return eq(imag(input), 0)
    return eq(zeros_like(input), 0)


class ClassificationMethods(Tensor):
    """The tests of a Tensor's numbers."""

    __slots__ = ()

    isposinf, isneginf, isreal = isposinf, isneginf, isreal


__all__ = ["ClassificationMethods", "isneginf", "isposinf", "isreal"]
