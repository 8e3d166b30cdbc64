"""Floor 6: comparisons and logic written in place: ones and zeros that depend on nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.rules import arithmetic as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.inplace import in_place_by
from wengert.tensor.operation import kernel

Function = Callable[..., Any]


def in_place_test(*functions: Function) -> Any:
    """The in-place forms of `functions`, whose results are booleans; a history goes on with gradients of zero."""
    return tuple([in_place_by(function, _as_numbers(function)) for function in functions])


def _as_numbers(function: Function) -> Function:
    """`function` with its result in the dtype of the first operand, cut off from it by a node of torch's name."""
    name = f"{function.__name__.title().replace('_', '')}Backward"
    beside_number, beside_tensor = kernel(rules.replaced, f"{name}0"), kernel(rules.replaced, f"{name}1")

    def numbers(input: Tensor, *args: Any, **keywords: Any) -> Any:
        result = function(input, *args, **keywords)
        written = result.to(input.space.dtype)
        if result.shape != input.shape:
            return written  # is refused
        has_tensor = any(isinstance(arg, Tensor) for arg in (*args, *keywords.values()))
        return (beside_tensor if has_tensor else beside_number)(input, written)

    return numbers
