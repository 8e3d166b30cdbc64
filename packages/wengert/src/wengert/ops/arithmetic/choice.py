"""Floor 6: the greater and the smaller of two, bounds, replacements."""

from __future__ import annotations

from typing import Any

from wengert.ops.arithmetic.operands import checked, is_operand, raised_by
from wengert.rule.refusals import unsupported
from wengert.rules import arithmetic as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import NUMBERS, raise_combination, raise_not_tensor
from wengert.tensor.operation import direct, in_dtype, kernel

Number = bool | int | float | complex

Bound = Tensor | bool | int | float | None

_clamp = kernel(rules.clamp, "ClampBackward1", x="self")
_clamp_from = kernel(rules.clamp_min, "ClampBackward1", x="self")
_clamp_to = kernel(rules.clamp_max, "ClampBackward1", x="self")
_clamp_min = kernel(rules.clamp_min, "ClampMinBackward0", x="self")
_clamp_max = kernel(rules.clamp_max, "ClampMaxBackward0", x="self")
_clamp_between = kernel(rules.clamp_between, "ClampBackward0", x="self", low="min", high="max")
_clamp_low = kernel(rules.clamp_low, "ClampBackward0", x="self", low="min")
_clamp_high = kernel(rules.clamp_high, "ClampBackward0", x="self", high="max")
_clamp_min_tensor = kernel(rules.clamp_low, "ClampMinBackward1", x="self", low="min")
_clamp_max_tensor = kernel(rules.clamp_high, "ClampMaxBackward1", x="self", high="max")
_nan_to_num = kernel(rules.nan_to_num, "NanToNumBackward0", x="self")
_clone = kernel(movement.copy, "CloneBackward0")

_LARGEST = {
    "float16": 65504.0,
    "bfloat16": 3.3895313892515355e38,
    "float32": 3.4028234663852886e38,
    "float64": 1.7976931348623157e308,
}


@direct(rules.maximum, "MaximumBackward0", x="self", y="other")
def maximum(input: Tensor, other: Tensor) -> Tensor:
    """The greater of `input` and `other`, element by element; nan where either is.

    Shapes: any two that broadcast. Dtype: by torch's promotion. Derivative: g to the greater, half to each at a tie.
    Errors: RuntimeError for complex numbers, or if the shapes do not broadcast. Source: torch.maximum.

    >>> maximum(tensor([1., 5.]), tensor([3., 2.]))
    tensor([3., 5.])
    """
    ...


@direct(rules.minimum, "MinimumBackward0", x="self", y="other")
def minimum(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of `input` and `other`, element by element; nan where either is.

    Shapes: any two that broadcast. Dtype: by torch's promotion. Derivative: g to the smaller, half to each at a tie.
    Errors: RuntimeError for complex numbers, or if the shapes do not broadcast. Source: torch.minimum.

    >>> minimum(tensor([1., 5.]), tensor([3., 2.]))
    tensor([1., 2.])
    """
    ...


@direct(rules.fmax, "FmaxBackward0", x="self", y="other")
def fmax(input: Tensor, other: Tensor) -> Tensor:
    """The greater of `input` and `other`, element by element; the other one where one is nan.

    Shapes: any two that broadcast. Dtype: by torch's promotion. Derivative: g to the one taken, `input` at a tie.
    Errors: RuntimeError for complex numbers. Source: torch.fmax.

    >>> fmax(tensor([1., float("nan")]), tensor([3., 2.]))
    tensor([3., 2.])
    """
    ...


@direct(rules.fmin, "FminBackward0", x="self", y="other")
def fmin(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of `input` and `other`, element by element; the other one where one is nan.

    Shapes: any two that broadcast. Dtype: by torch's promotion. Derivative: g to the one taken, `input` at a tie.
    Errors: RuntimeError for complex numbers. Source: torch.fmin.

    >>> fmin(tensor([1., float("nan")]), tensor([3., 2.]))
    tensor([1., 2.])
    """
    ...


def clamp(input: Tensor, min: Bound = None, max: Bound = None) -> Tensor:
    """`input` with what lies below `min` or above `max` replaced by that bound; `max` wins where they cross.

    Shapes: any that broadcast. Dtype: by torch's promotion. Derivative: g inside the bounds and on them, 0 outside; a
    tensor bound gets g where it was taken.
    Errors: RuntimeError if both bounds are missing; NotImplementedError for complex numbers.
    Source: torch.clamp.

    >>> clamp(tensor([-1., 0.5, 2.]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    for name, bound in (("min", min), ("max", max)):
        if bound is not None and not is_operand(bound):
            raise_not_tensor("clamp", name, bound)
    if min is not None and max is not None and isinstance(min, Tensor) is not isinstance(max, Tensor):
        raise_combination("clamp", input, min, max)
    if min is None:
        return _clamp_high(input, max) if isinstance(max, Tensor) else _with_numbers("clamp", _clamp_to, input, max=max)
    if max is None:
        return (
            _clamp_low(input, min) if isinstance(min, Tensor) else _with_numbers("clamp", _clamp_from, input, min=min)
        )
    if isinstance(min, Tensor):
        return _clamp_between(input, min, max)
    return _with_numbers("clamp", _clamp, input, min=min, max=max)


def clamp_min(input: Tensor, min: Tensor | Number) -> Tensor:
    """`input` with what lies below `min` replaced by it. Derivative: that of `clamp`. Source: torch.clamp_min.

    >>> clamp_min(tensor([-1., 2.]), 0)
    tensor([0., 2.])
    """
    if isinstance(min, Tensor):
        return _clamp_min_tensor(input, min)
    return _with_numbers("clamp_min", _clamp_min, input, min=min)


def clamp_max(input: Tensor, max: Tensor | Number) -> Tensor:
    """`input` with what lies above `max` replaced by it. Derivative: that of `clamp`. Source: torch.clamp_max.

    >>> clamp_max(tensor([-1., 2.]), 0)
    tensor([-1.,  0.])
    """
    if isinstance(max, Tensor):
        return _clamp_max_tensor(input, max)
    return _with_numbers("clamp_max", _clamp_max, input, max=max)


def _with_numbers(name: str, function: Any, input: Tensor, **bounds: Any) -> Any:
    """`function` of `input` and numbers, in the dtype that they raise `input` to."""
    for argument, bound in bounds.items():
        if not isinstance(bound, NUMBERS):
            raise_not_tensor(name, argument, bound)
    dtype = raised_by(checked(name, "input", input), *bounds.values())
    if dtype is None and input.space.dtype.category == 0:
        raise unsupported(f"{name}_scalar_cpu", input.space.dtype)
    bounds = {argument: int(bound) if isinstance(bound, bool) else bound for argument, bound in bounds.items()}
    return function(input, **bounds) if dtype is None else in_dtype(dtype, function, input, **bounds)


def nan_to_num(
    input: Tensor, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """`input` with nan replaced by `nan`, infinity by `posinf` and minus infinity by `neginf`.

    Shapes: kept. Dtype: kept; the infinities become the dtype's largest numbers by default.
    Derivative: g where `input` is finite, else 0. Source: torch.nan_to_num.

    >>> nan_to_num(tensor([float("nan"), float("inf"), 1.]), posinf=9.)
    tensor([0., 9., 1.])
    """
    dtype = checked("nan_to_num", "input", input).space.dtype
    if dtype.category < 2:
        return _clone(input)
    largest = _LARGEST.get(dtype.name, 0.0)
    return _nan_to_num(
        input,
        nan=0.0 if nan is None else nan,
        posinf=largest if posinf is None else posinf,
        neginf=-largest if neginf is None else neginf,
    )


__all__ = ["clamp", "clamp_max", "clamp_min", "fmax", "fmin", "maximum", "minimum", "nan_to_num"]
