"""Floor 6: sums, differences, products and weighted means."""

from __future__ import annotations

from typing import Any, cast

from wengert.ops.arithmetic.operands import Number, checked, is_operand, is_whole, number_like
from wengert.protocol.dtypes import result_dtype, scalar_dtype
from wengert.rule.refusals import refusing_bool_difference, unsupported
from wengert.rules import arithmetic as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import NUMBERS, raise_not_tensor
from wengert.tensor.operation import direct, kernel, operator

plus = kernel(rules.add, "AddBackward0")
minus = kernel(rules.subtract, "SubBackward0")
_plus_scaled = kernel(rules.add_scaled, "AddBackward0")
_minus_scaled = kernel(rules.add_scaled, "SubBackward0")
_reverse_minus_scaled = kernel(rules.add_scaled, "RsubBackward0")
_minus_number = kernel(rules.subtract, "SubBackward0")
_reverse_minus = kernel(rules.reverse_subtract, "RsubBackward0")
_minus_from_number = kernel(rules.reverse_subtract, "RsubBackward1")
_lerp = kernel(rules.lerp, "LerpBackward0", x="self", y="end")
_lerp_by_number = kernel(rules.lerp_between, "LerpBackward0", x="self", y="end")
_lerp_between = kernel(rules.lerp_between, "LerpBackward1", x="self", y="end")
_addcmul = kernel(rules.addcmul, "AddcmulBackward0", x="self", y="tensor1", z="tensor2")
replaced = kernel(rules.replaced, "CopyBackwards")
filled, filled_by_tensor = kernel(rules.overwritten, "FillBackward2"), kernel(rules.replaced, "FillBackward3")
zeroed = kernel(rules.overwritten, "ZeroBackward0")
filled_anew, filled_anew_by_tensor = kernel(rules.overwritten, "FillBackward0"), kernel(rules.replaced, "FillBackward1")


@direct(rules.multiply, "MulBackward0", x="self", y="other")
def mul(input: Tensor | Number, other: Tensor | Number) -> Tensor:
    """Product of `input` and `other`, element by element.

    Shapes: any two that broadcast. Dtype: by torch's promotion; of booleans their conjunction.
    Derivative: g -> g * conj(other), g * conj(input).
    Errors: RuntimeError if the shapes do not broadcast; TypeError for what is neither Tensor nor number.
    Source: torch.mul.

    >>> mul(tensor([1., 2.]), tensor([3., 4.]))
    tensor([3., 8.])
    """
    ...


@direct(rules.negative, "NegBackward0")
def neg(input: Tensor) -> Tensor:
    """Minus `input`.

    Shapes: kept. Dtype: kept. Derivative: g -> -g.
    Errors: RuntimeError for booleans.
    Source: torch.neg.

    >>> neg(tensor([1., -2.]))
    tensor([-1.,  2.])
    """
    ...


def add(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """Sum of `input` and `alpha` times `other`, element by element.

    Shapes: any two that broadcast. Dtype: by torch's promotion; of booleans their disjunction.
    Derivative: g -> g, conj(alpha) * g.
    Errors: RuntimeError if the shapes do not broadcast or `alpha` is not whole and both operands are;
    TypeError for what is neither Tensor nor number.
    Source: torch.add.

    >>> add(tensor([1., 2.]), 10, alpha=2)
    tensor([21., 22.])
    """
    if alpha == 1:
        return plus(input, other)
    return _plus_multiple("add", _plus_scaled, plus, input, other, alpha)


def sub(input: Tensor | Number, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """Difference of `input` and `alpha` times `other`, element by element.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g, -conj(alpha) * g.
    Errors: RuntimeError for booleans, or if the shapes do not broadcast; TypeError for what is neither Tensor nor
    number.
    Source: torch.sub.

    >>> sub(tensor([1., 2.]), tensor([3., 5.]), alpha=2)
    tensor([-5., -8.])
    """
    if alpha == 1:
        return minus(input, other)
    return _plus_multiple("sub", _minus_scaled, minus, input, other, -alpha)


def rsub(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """Difference of `other` and `alpha` times `input`, element by element.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> -conj(alpha) * g, g.
    Errors: those of `sub`.
    Source: torch.rsub.

    >>> rsub(tensor([1., 2.]), 10)
    tensor([9., 8.])
    """
    if alpha != 1:
        return _plus_multiple("rsub", _reverse_minus_scaled, minus, other, input, -alpha)
    return (_reverse_minus if isinstance(other, Tensor) else _minus_from_number)(input, other)


def _plus_multiple(name: str, scaled: Any, by_one: Any, input: Any, other: Any, alpha: Number) -> Any:
    """input + alpha * other, `alpha` being known to differ from 1."""
    if not is_operand(other):
        raise_not_tensor(name, "other", other)
    if is_whole(input, other) and not isinstance(alpha, int):
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    dtypes = [x.space.dtype if isinstance(x, Tensor) else scalar_dtype(x) for x in (input, other)]
    if isinstance(alpha, complex) and not any(dtype.is_complex for dtype in dtypes):
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    if name != "add" and (error := refusing_bool_difference(dtypes, dtypes[0])) is not None:
        raise error
    if not isinstance(other, Tensor):
        return plus(input, other * alpha) if name == "add" else _minus_number(input, other * -alpha)
    if isinstance(alpha, complex) or (isinstance(input, Tensor) and input.space is not other.space):
        return plus(input, mul(other, alpha))
    if other.space.dtype.category == 0:
        return by_one(input, other) if alpha else plus(input, False)
    return scaled(input, other, alpha)


def positive(input: Tensor) -> Tensor:
    """`input` itself.

    Errors: RuntimeError for booleans. Derivative: g -> g. Source: torch.positive.

    >>> positive(tensor([1., -2.]))
    tensor([ 1., -2.])
    """
    if checked("positive", "input", input).space.dtype.category == 0:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def lerp(input: Tensor, end: Tensor, weight: Tensor | Number) -> Tensor:
    """The point between `input` and `end` that lies at `weight` of the way: input + weight * (end - input).

    Shapes: any that broadcast. Dtype: one for all. Derivative: g -> (1 - weight) * g, weight * g, (end - input) * g.
    Errors: RuntimeError if the dtypes differ; NotImplementedError for integers.
    Source: torch.lerp.

    >>> lerp(tensor([0., 10.]), tensor([1., 20.]), 0.5)
    tensor([ 0.5000, 15.0000])
    """
    if isinstance(weight, Tensor):
        if not weight.shape and weight.space.dtype is not input.space.dtype is end.space.dtype:
            ranks = [
                [operand.space.dtype for operand in (input, end) if bool(operand.shape) is has] for has in (True, False)
            ]
            dtype = result_dtype(ranks[0], [*ranks[1], weight.space.dtype], ())
            input, end, weight = [cast(Any, operand).to(dtype) for operand in (input, end, weight)]
        return _lerp_between(input, end, weight)
    if isinstance(weight, complex):
        return _lerp_by_number(input, end, number_like(input, weight))
    if not isinstance(weight, NUMBERS):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise TypeError(f"lerp() received an invalid combination of arguments - got weight={type(weight).__name__}")
    return _lerp(input, checked("lerp", "end", end), weight)


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Number = 1) -> Tensor:
    """`input` plus `value` times the product of `tensor1` and `tensor2`.

    Shapes: any that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g, value * tensor2 * g, value * tensor1 * g (conjugates).
    Errors: RuntimeError if the shapes do not broadcast.
    Source: torch.addcmul.

    >>> addcmul(tensor([1., 1.]), tensor([1., 2.]), tensor([3., 4.]), value=2)
    tensor([ 7., 17.])
    """
    if is_whole(input, tensor1, tensor2):
        if all(operand.space.dtype.category == 0 for operand in (input, tensor1, tensor2)):
            raise unsupported("addcmul_cpu_out", input.space.dtype)
        if not isinstance(value, (int, complex)):
            value = int(value)
    return _addcmul(input, tensor1, tensor2, value)


add_operator, mul_operator = operator(plus), operator(mul)
sub_operator, rsub_operator = operator(minus), operator(_minus_from_number)

__all__ = ["add", "addcmul", "lerp", "mul", "neg", "positive", "rsub", "sub"]
