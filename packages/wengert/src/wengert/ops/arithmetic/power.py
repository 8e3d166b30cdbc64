"""Floor 6: powers, roots, absolute values and signs."""

from __future__ import annotations

from typing import Any, cast

from wengert.ops.arithmetic.operands import Number, checked
from wengert.protocol.dtypes import bool_, complex128, float64
from wengert.rules import arithmetic as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import NUMBERS, raise_not_tensor
from wengert.tensor.operation import direct, kernel

_NAMES = {"x": "self", "y": "exponent", "out": "result"}
_power = kernel(rules.power, "PowBackward1", **_NAMES)
_power_by_number = kernel(rules.power, "PowBackward0", **_NAMES)
_power_of = kernel(rules.power_of, "PowBackward0", x="self")
_power_of_number = kernel(rules.power, "PowBackward2", x="self", y="exponent", out="result")
_power_from = kernel(rules.power_from, "PowBackward2", x="exponent", out="result")
_power_of_integers = kernel(rules.power_of_integers, "PowBackward1")
_square = kernel(rules.square, "PowBackward0", x="self")
_sign = kernel(rules.sign, "SignBackward0")
_sgn_of_real = kernel(rules.sign, "SgnBackward0")
_sgn = kernel(rules.direction, "SgnBackward0", x="self", out="result")
_clone = kernel(movement.copy, "CloneBackward0")


def pow(input: Tensor | Number, exponent: Tensor | Number) -> Any:
    """`input` to the power `exponent`, element by element; one of the two may be a number.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g * conj(exponent * input^(exponent - 1)), g * conj(result * log(input)); 0 to both at 0^0.
    Errors: RuntimeError for integers to a negative number's power, or if the shapes do not broadcast.
    Source: torch.pow.

    >>> pow(tensor([1., 2., 3.]), 2)
    tensor([1., 4., 9.])
    """
    if isinstance(exponent, Tensor):
        return _power_to_tensor(input, exponent)
    if not isinstance(exponent, NUMBERS):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise_not_tensor("pow", "exponent", exponent)
    dtype = checked("pow", "input", input).space.dtype
    if dtype.is_complex or (dtype.is_floating_point and not isinstance(exponent, complex)):
        return _power_of(input, exponent)
    if dtype.category == 1 and isinstance(exponent, int) and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if dtype is bool_ and isinstance(exponent, bool):
        return _clone(input) if exponent else cast(Any, input).logical_or(True)
    return _power_by_number(input, exponent)


def float_power(input: Tensor | Number, exponent: Tensor | Number) -> Any:
    """`pow` in double precision, whatever the dtypes.

    Shapes: any two that broadcast. Dtype: float64, complex128 where an operand is complex.
    Derivative: that of `pow`. Errors: TypeError if both are numbers. Source: torch.float_power.

    >>> float_power(tensor([2, 3]), 2)
    tensor([4., 9.], dtype=wengert.float64)
    """
    is_complex = any(
        x.space.dtype.is_complex if isinstance(x, Tensor) else isinstance(x, complex) for x in (input, exponent)
    )
    dtype = complex128 if is_complex else float64
    base, power = (cast(Any, x).to(dtype) if isinstance(x, Tensor) else x for x in (input, exponent))
    return pow(base, power)


def _power_to_tensor(input: Any, exponent: Tensor) -> Any:
    dtype = exponent.space.dtype
    if isinstance(input, Tensor):
        if dtype.category == 1 and dtype.is_signed and not input.space.dtype.is_inexact:
            return _power_of_integers(input, exponent)
        return _power(input, exponent)
    if not isinstance(input, NUMBERS):
        raise_not_tensor("pow", "self", input)
    if dtype.is_inexact and not isinstance(input, complex) and input > 0:
        return _power_from(exponent, input)
    if dtype.category == 1 and isinstance(input, int):
        return _power_of_integers(input, exponent)
    return _power_of_number(input, exponent)


def pow_operator(self: Any, other: Any) -> Any:
    """`self ** other`."""
    return pow(self, other) if isinstance(other, (Tensor, *NUMBERS)) else NotImplemented


def rpow_operator(self: Any, other: Any) -> Any:
    """`other ** self`."""
    return pow(other, self) if isinstance(other, (Tensor, *NUMBERS)) else NotImplemented


def square(input: Tensor) -> Tensor:
    """`input` times itself.

    Shapes: kept. Dtype: kept; int64 for booleans. Derivative: g -> 2 * g * conj(input). Source: torch.square.

    >>> square(tensor([1., -3.]))
    tensor([1., 9.])
    """
    return pow(input, 2) if checked("square", "input", input).space.dtype is bool_ else _square(input)


@direct(rules.sqrt, "SqrtBackward0", out="result")
def sqrt(input: Tensor) -> Tensor:
    """The square root; nan of negative numbers.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> g / (2 * conj(result)). Source: torch.sqrt.

    >>> sqrt(tensor([4., 9.]))
    tensor([2., 3.])
    """
    ...


@direct(rules.rsqrt, "RsqrtBackward0", out="result")
def rsqrt(input: Tensor) -> Tensor:
    """One divided by the square root.

    Shapes: kept. Dtype: that of `input`, the default floating dtype for integers.
    Derivative: g -> -g * conj(result)^3 / 2. Source: torch.rsqrt.

    >>> rsqrt(tensor([4., 16.]))
    tensor([0.5000, 0.2500])
    """
    ...


@direct(rules.abs, "AbsBackward0", x="self")
def abs(input: Tensor) -> Tensor:
    """The absolute value; of a complex number its distance from 0.

    Shapes: kept. Dtype: kept, the real one for complex. Derivative: g -> g * sgn(input), 0 at 0.
    Errors: NotImplementedError for booleans. Source: torch.abs.

    >>> abs(tensor([-1., 2.]))
    tensor([1., 2.])
    """
    ...


def sign(input: Tensor) -> Tensor:
    """-1, 0 or 1, after the sign; 0 of a nan.

    Shapes: kept. Dtype: kept. Derivative: zeros. Errors: NotImplementedError for complex numbers (see `sgn`).
    Source: torch.sign.

    >>> sign(tensor([-5., 0., 3.]))
    tensor([-1.,  0.,  1.])
    """
    if checked("sign", "input", input).space.dtype.category == 0:
        return _clone(input)
    return _sign(input)


def sgn(input: Tensor) -> Tensor:
    """`sign`; of a complex number, the number of size 1 in its direction, 0 of 0.

    Shapes: kept. Dtype: kept. Derivative: zeros; for complex, the part of g across the direction, over abs(input).
    Source: torch.sgn.

    >>> sgn(tensor([3+4j]))
    tensor([0.6000+0.8000j])
    """
    dtype = checked("sgn", "input", input).space.dtype
    if dtype.category == 0:
        return _clone(input)
    return (_sgn if dtype.is_complex else _sgn_of_real)(input)


__all__ = ["abs", "pow", "rsqrt", "sgn", "sign", "sqrt", "square"]
