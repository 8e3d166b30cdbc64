"""Floor 6: softmax and its kin."""

from __future__ import annotations

from typing import Any, NoReturn

from wengert.ops.arguments import one_axis, spoken
from wengert.ops.xp import namespace_of
from wengert.protocol.dtypes import DType
from wengert.protocol.warned import warn_user
from wengert.rules import movement
from wengert.rules import normalization as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

_softmax = kernel(rules.softmax, "SoftmaxBackward0", x="self", out="result", axis="dim")
_log_softmax = kernel(rules.log_softmax, "LogSoftmaxBackward0", x="self", out="result", axis="dim")
_astype = kernel(movement.astype, "ToCopyBackward0")
_OF_ONE = {
    "softmax": kernel(rules.softmax_of_one, "SoftmaxBackward0"),
    "log_softmax": kernel(rules.log_softmax_of_one, "LogSoftmaxBackward0"),
}
kernel(rules.softmax_pullback, "SoftmaxBackwardDataBackward0")
kernel(rules.log_softmax_pullback, "LogSoftmaxBackwardDataBackward0")


def softmax(input: Tensor, dim: int, dtype: DType | None = None) -> Tensor:
    """Positive numbers that add up to 1 along `dim`, in the proportions exp(input).

    Shapes: that of `input`. Dtype: that of `input`, converted to `dtype` first if that is given.
    Derivative: g -> y (g - sum(g y)) along `dim`, with y the result.
    Errors: IndexError if there is no axis `dim`; NotImplementedError for integers without a floating `dtype`.
    Source: torch.softmax.

    >>> softmax(tensor([0., 0.]), 0)
    tensor([0.5000, 0.5000])
    """
    return _along_axis(_softmax, "softmax", input, dim, dtype)


def log_softmax(input: Tensor, dim: int, dtype: DType | None = None) -> Tensor:
    """The logarithm of `softmax`, exact where a probability is too small to write down.

    Shapes: that of `input`. Dtype: that of `input`, converted to `dtype` first if that is given.
    Derivative: g -> g - softmax(input) sum(g) along `dim`.
    Errors: IndexError if there is no axis `dim`; NotImplementedError for integers without a floating `dtype`.
    Source: torch.log_softmax.

    >>> log_softmax(tensor([0., 0.]), 0)
    tensor([-0.6931, -0.6931])
    """
    return _along_axis(_log_softmax, "log_softmax", input, dim, dtype)


def _along_axis(function: Any, name: str, input: Any, dim: Any, dtype: DType | None) -> Tensor:
    if not isinstance(input, Tensor):
        raise_not_tensor(name, "input", input)
    if dtype is not None and dtype is not input.space.dtype:
        input = _astype(input, dtype)
    ndim = len(input.shape)
    axis = dim if dim.__class__ is int and 0 <= dim < ndim else one_axis(name, dim, ndim)
    if not input.space.dtype.is_floating_point:
        raise_not_implemented(f"{name}_lastdim_kernel_impl", input)
    return function(input, axis) if ndim else _OF_ONE[name](input)


def raise_not_implemented(name: str, input: Tensor) -> NoReturn:
    """NotImplementedError in torch's words for a dtype that a floating-point function does not take."""
    dtype = input.space.dtype
    raise NotImplementedError(
        f"\"{name}\" not implemented for '{spoken(dtype)}'. Convert it first: t.to(wengert.float32)."
    )


def functional_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """`softmax` as nn.functional has it: a `dim` that is not given is guessed, with a warning.

    Shapes, Dtype, Derivative, Errors: as `softmax`.
    Source: torch.nn.functional.softmax.

    >>> wengert.nn.functional.softmax(tensor([0., 0.]), dim=0)
    tensor([0.5000, 0.5000])
    """
    return softmax(input, _given_dim("softmax", input, dim), dtype)


def functional_log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """`log_softmax` as nn.functional has it: a `dim` that is not given is guessed, with a warning.

    Shapes, Dtype, Derivative, Errors: as `log_softmax`.
    Source: torch.nn.functional.log_softmax.

    >>> wengert.nn.functional.log_softmax(tensor([0., 0.]), dim=0)
    tensor([-0.6931, -0.6931])
    """
    return log_softmax(input, _given_dim("log_softmax", input, dim), dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> Tensor:
    """`softmax` of the negated input.

    Shapes, Dtype, Errors: as `softmax`. Derivative: that of softmax, negated.
    Source: torch.nn.functional.softmin.

    >>> wengert.nn.functional.softmin(tensor([0., 0.]), dim=0)
    tensor([0.5000, 0.5000])
    """
    dim = _given_dim("softmin", input, dim)
    return softmax(namespace_of(input.space.backend).negative(input), dim, dtype)


def _given_dim(name: str, input: Tensor, dim: int | None) -> int:
    if dim is not None:
        return dim
    warn_user(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
    )
    return 0 if len(input.shape) in (0, 1, 3) else 1
