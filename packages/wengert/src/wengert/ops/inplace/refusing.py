"""Floor 6: what the in-place form of an operation refuses although the operation itself takes it."""

from __future__ import annotations

from typing import Any

from wengert.ops import arithmetic
from wengert.protocol.dtypes import bool_
from wengert.rule.refusals import unsupported
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.inplace import Function


def refusing_complex(input: Tensor) -> Any:
    """`abs`, whose result for complex numbers would have another dtype; RuntimeError for these."""
    if input.space.dtype.is_complex:
        raise RuntimeError("In-place abs is not supported for complex tensors. Use t = t.abs().")
    return arithmetic.abs(input)


def refusing_booleans(function: Function) -> Function:
    """`function`, a running total; NotImplementedError for booleans."""

    def checked(input: Tensor, *args: Any, **keywords: Any) -> Any:
        if input.space.dtype is bool_:
            raise unsupported(f"{function.__name__}_out_cpu", bool_)
        return function(input, *args, **keywords)

    return checked
