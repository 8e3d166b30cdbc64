"""Floor 6: comparisons, tests, logic, and the choices that they steer."""

from __future__ import annotations

from typing import Any

from wengert.ops import logic
from wengert.ops.logic import (
    bitwise_and,
    bitwise_left_shift,
    bitwise_not,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
)
from wengert.protocol.dtypes import bool_, float64
from wengert.rules import comparison as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.operands import number, overflow, raise_not_tensor
from wengert.tensor.operation import direct, kernel, operator

Number = bool | int | float | complex

_signbit = kernel(rules.signbit)
_isclose = kernel(rules.isclose)
_where = kernel(rules.where, "WhereBackward0")
_masked_fill = kernel(rules.masked_fill, "MaskedFillBackward0")
_masked_fill_by_tensor = kernel(rules.masked_fill, "MaskedFillBackward1")


@direct(rules.equal)
def eq(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether `input` equals `other`, element by element.

    Shapes: any two that broadcast. Dtype: bool. Derivative: none. Source: torch.eq.

    >>> eq(tensor([1, 2]), 2)
    tensor([False,  True])
    """
    ...


@direct(rules.not_equal)
def ne(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether `input` differs from `other`, element by element.

    Shapes: any two that broadcast. Dtype: bool. Derivative: none. Source: torch.ne.

    >>> ne(tensor([1, 2]), 2)
    tensor([ True, False])
    """
    ...


@direct(rules.less)
def lt(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether `input` is less than `other`, element by element.

    Shapes: any two that broadcast. Dtype: bool. Derivative: none.
    Errors: NotImplementedError for complex numbers. Source: torch.lt.

    >>> lt(tensor([1, 2]), 2)
    tensor([ True, False])
    """
    ...


@direct(rules.less_equal)
def le(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether `input` is at most `other`, element by element.

    Shapes: any two that broadcast. Dtype: bool. Derivative: none.
    Errors: NotImplementedError for complex numbers. Source: torch.le.

    >>> le(tensor([1, 3]), 2)
    tensor([ True, False])
    """
    ...


@direct(rules.greater)
def gt(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether `input` is greater than `other`, element by element.

    Shapes: any two that broadcast. Dtype: bool. Derivative: none.
    Errors: NotImplementedError for complex numbers. Source: torch.gt.

    >>> gt(tensor([1, 3]), 2)
    tensor([False,  True])
    """
    ...


@direct(rules.greater_equal)
def ge(input: Tensor, other: Tensor | Number) -> Tensor:
    """Whether `input` is at least `other`, element by element.

    Shapes: any two that broadcast. Dtype: bool. Derivative: none.
    Errors: NotImplementedError for complex numbers. Source: torch.ge.

    >>> ge(tensor([1, 2]), 2)
    tensor([False,  True])
    """
    ...


@direct(rules.isnan)
def isnan(input: Tensor) -> Tensor:
    """Whether an element is nan. Dtype: bool. Derivative: none. Source: torch.isnan.

    >>> isnan(tensor([1., float("nan")]))
    tensor([False,  True])
    """
    ...


@direct(rules.isinf)
def isinf(input: Tensor) -> Tensor:
    """Whether an element is infinite. Dtype: bool. Derivative: none. Source: torch.isinf.

    >>> isinf(tensor([1., float("-inf")]))
    tensor([False,  True])
    """
    ...


@direct(rules.isfinite)
def isfinite(input: Tensor) -> Tensor:
    """Whether an element is neither infinite nor nan. Dtype: bool. Derivative: none. Source: torch.isfinite.

    >>> isfinite(tensor([1., float("nan")]))
    tensor([ True, False])
    """
    ...


def signbit(input: Tensor) -> Tensor:
    """Whether the sign is minus, that of a zero included.

    Dtype: bool. Derivative: none. Errors: RuntimeError for complex numbers. Source: torch.signbit.

    >>> signbit(tensor([-1., -0., 0.]))
    tensor([ True,  True, False])
    """
    if _checked("signbit", "input", input).space.dtype.is_complex:
        raise RuntimeError("signbit is not implemented for complex tensors.")
    return _signbit(input) if input.space.dtype.is_inexact else lt(input, 0)


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Whether `input` lies within atol + rtol * abs(other) of `other`, element by element.

    A nan is near a nan if `equal_nan`.
    Shapes: any two that broadcast. Dtype: bool. Derivative: none.
    Errors: RuntimeError if the dtypes differ or a tolerance is negative. Source: torch.isclose.

    >>> isclose(tensor([1., 2.]), tensor([1.000001, 2.1]))
    tensor([ True, False])
    """
    here, there = _checked("isclose", "input", input).space.dtype, _checked("isclose", "other", other).space.dtype
    if here is not there:
        raise RuntimeError(f"{here.spoken} did not match {there.spoken}: isclose expects tensors of one dtype.")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance}")
    left, right = (x if here.is_inexact else _as_float(x) for x in (input, other))
    near = _isclose(left, right, rtol, atol)
    return logical_or(near, logical_and(isnan(left), isnan(right))) if equal_nan else near


def _as_float(whole: Tensor) -> Any:
    space = whole.space.of(float64)
    return make(space, space.xp.astype(whole.array, space.native))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether `isclose` holds everywhere, as a Python bool. Source: torch.allclose.

    >>> allclose(tensor([1., 2.]), tensor([1., 2.]))
    True
    """
    return _everywhere(isclose(input, other, rtol, atol, equal_nan))


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether both have one shape and equal elements, as a Python bool. Source: torch.equal.

    >>> equal(tensor([1, 2]), tensor([1, 2]))
    True
    """
    same_shape = _checked("equal", "input", input).shape == _checked("equal", "other", other).shape
    return same_shape and _everywhere(eq(input, other))


def _everywhere(claim: Tensor) -> bool:
    xp = claim.space.xp
    return bool(xp.tolist(xp.all(claim.array, axis=None, keepdims=False)))


def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where `condition` is true, else `other`; with `condition` alone, the positions where it is true.

    Shapes: any that broadcast. Dtype: by torch's promotion.
    Derivative: g where each was taken, 0 elsewhere; none for `condition`.
    Errors: RuntimeError if `condition` is not boolean, or if the shapes do not broadcast. Source: torch.where.

    >>> where(tensor([True, False]), tensor([1., 2.]), 0.)
    tensor([1., 0.])
    """
    space = _checked("where", "condition", condition).space
    if input is None and other is None:
        data = condition.array if condition.shape else space.xp.reshape(condition.array, (1,))
        return tuple(make(space.index, positions) for positions in space.xp.nonzero(data))
    if space.dtype is not bool_:
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {space.dtype.spoken}"
        )
    return _where(condition, input, other)


def _where_method(self: Tensor, condition: Tensor, other: Any) -> Any:
    """`self` where `condition` is true, else `other`; see `wengert.where`."""
    return where(condition, self, other)


def masked_fill(input: Tensor, mask: Tensor, value: Tensor | Number) -> Tensor:
    """`input` with `value` wherever `mask` is true.

    Shapes: two that broadcast; `value` is a number or a 0-d tensor. Dtype: that of `input`.
    Derivative: g where `mask` is false, else 0; to `value` the sum of the rest.
    Errors: RuntimeError if `mask` is not boolean or `value` has dimensions. Source: torch.Tensor.masked_fill.

    >>> masked_fill(tensor([1., 2.]), tensor([True, False]), 0)
    tensor([0., 2.])
    """
    space = _checked("masked_fill", "input", input).space
    if _checked("masked_fill", "mask", mask).space.dtype is not bool_:
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.space.dtype.name}")
    if isinstance(value, complex) and not space.dtype.is_complex:
        raise overflow(space.dtype)
    if not isinstance(value, Tensor):
        return _masked_fill(input, mask, number(space, value))
    if value.shape:
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{len(value.shape)} dimension(s)."
        )
    if value.space.dtype.category > space.dtype.category:
        raise overflow(space.dtype)
    return _masked_fill_by_tensor(input, mask, value)


def _checked(name: str, argument: str, value: Any) -> Any:
    if not isinstance(value, Tensor):
        raise_not_tensor(name, argument, value)
    return value


not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge


class ComparisonMethods(Tensor):
    """The methods and operators of a Tensor for comparison, logic and choice."""

    __slots__ = ()

    eq, ne, lt, le, gt, ge = eq, ne, lt, le, gt, ge
    not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge
    isnan, isinf, isfinite, isclose, allclose, equal = isnan, isinf, isfinite, isclose, allclose, equal
    signbit = signbit
    where, masked_fill = _where_method, masked_fill
    logical_and, logical_or, logical_xor, logical_not = logical_and, logical_or, logical_xor, logical_not
    bitwise_and, bitwise_or, bitwise_xor, bitwise_not = bitwise_and, bitwise_or, bitwise_xor, bitwise_not
    bitwise_left_shift, bitwise_right_shift = bitwise_left_shift, bitwise_right_shift

    __eq__, __ne__ = operator(eq), operator(ne)
    __lt__, __le__, __gt__, __ge__ = operator(lt), operator(le), operator(gt), operator(ge)
    __hash__ = object.__hash__
    __and__ = __rand__ = logic.and_operator
    __or__ = __ror__ = logic.or_operator
    __xor__ = __rxor__ = logic.xor_operator
    __lshift__, __rlshift__ = logic.lshift_operator, logic.rlshift_operator
    __rshift__, __rrshift__ = logic.rshift_operator, logic.rrshift_operator
    __invert__ = logic.invert_operator


__all__ = [
    "allclose",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "eq",
    "equal",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lt",
    "masked_fill",
    "ne",
    "not_equal",
    "signbit",
    "where",
]
