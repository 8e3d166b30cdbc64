"""Floor 6: arithmetic functions, operators and methods."""

from __future__ import annotations

from typing import Any

from wengert.protocol.errors import BackendError
from wengert.rules import arithmetic as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import direct, kernel, operator

Number = bool | int | float | complex


@direct(rules.add, "AddBackward0")
def _add(input: Tensor, other: Tensor | Number) -> Tensor: ...


@direct(rules.multiply, "MulBackward0", x="self", y="other")
def mul(input: Tensor, other: Tensor | Number) -> Tensor:
    """Product of `input` and `other`, element by element.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g * conj(other), g * conj(input).
    Errors: RuntimeError if the shapes do not broadcast; TypeError for what is neither Tensor nor number.
    Source: torch.mul.

    >>> mul(tensor([1., 2.]), tensor([3., 4.]))
    tensor([3., 8.])
    """
    ...


def add(input: Tensor, other: Tensor | Number, *, alpha: Number = 1) -> Tensor:
    """Sum of `input` and `alpha` times `other`, element by element.

    Shapes: any two that broadcast. Dtype: by torch's promotion.
    Derivative: g -> g, alpha * g.
    Errors: RuntimeError if the shapes do not broadcast; TypeError for what is neither Tensor nor number.
    Source: torch.add.

    >>> add(tensor([1., 2.]), 10, alpha=2)
    tensor([21., 22.])
    """
    return _add(input, other if alpha == 1 else mul(other, alpha) if isinstance(other, Tensor) else other * alpha)


class ArithmeticMethods(Tensor):
    """The arithmetic methods and operators of a Tensor."""

    __slots__ = ()

    add = add
    mul = mul
    __add__ = operator(_add)
    __radd__ = __add__
    __mul__ = operator(mul)
    __rmul__ = __mul__
