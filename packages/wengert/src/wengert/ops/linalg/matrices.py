"""Floor 6: what functions of matrices refuse, in torch's words, and what they raise where a matrix is singular."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ops.arguments import spoken
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType, bfloat16, float16
from wengert.protocol.errors import LinAlgError
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor


def require_tensor(name: str, argument: str, value: Any, position: int = 1) -> None:
    """TypeError unless `value` is a tensor."""
    if not isinstance(value, Tensor):
        raise_not_tensor(name.replace(".", "_"), argument, value, position)


def check_matrix(name: str, x: Any, argument: str = "A", *, kernel: str | None = None) -> None:
    """A batch of matrices of a dtype that has decompositions; torch names its `kernel` when it refuses half
    precision."""
    require_tensor(name, argument, x)
    if len(x.shape) < 2:
        raise RuntimeError(f"{name}: The input tensor {argument} must have at least 2 dimensions. Got shape {x.shape}.")
    check_dtype(name, x.space.dtype, kernel)


def check_square(name: str, x: Any, argument: str = "A", *, kernel: str | None = None) -> None:
    """A batch of square matrices of a dtype that has decompositions."""
    require_tensor(name, argument, x)
    shape = x.shape
    if len(shape) >= 2 and shape[-1] != shape[-2]:
        raise RuntimeError(
            f"{name}: {argument} must be batches of square matrices, but they are {shape[-2]} by {shape[-1]} matrices"
        )
    check_matrix(name, x, argument, kernel=kernel)


def check_dtype(name: str, dtype: DType, kernel: str | None = None) -> None:
    """A floating or complex dtype of single or double precision."""
    if not dtype.is_inexact:
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {spoken(dtype)}. Convert it first: "
            "t.to(float64)."
        )
    if dtype in (float16, bfloat16):
        if kernel is not None:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{spoken(dtype)}'. Use t.float().")
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {spoken(dtype)}. Use t.float().")


def check_same_dtype(name: str, x: Tensor, y: Tensor, first: str = "A", second: str = "B") -> None:
    """RuntimeError unless both operands have one dtype."""
    if x.space.dtype is not y.space.dtype:
        raise RuntimeError(
            f"{name}: Expected {first} and {second} to have the same dtype, but found {first} of type "
            f"{spoken(x.space.dtype)} and {second} of type {spoken(y.space.dtype)} instead"
        )


def check_info(info: Any, told: Callable[[str, int], str]) -> None:
    """LinAlgError, as `told` of the place in the batch and the number, for the first matrix whose `info` is not 0."""
    while info.space.plain.__class__ is not Space:  # inside of vmap: of the whole batch
        info = info.array.value
    space = info.space.plain
    if not space.is_readable:
        return
    numbers = space.xp.tolist(space.xp.reshape(info.array, (-1,)))
    for place, number in enumerate(numbers):
        if number:
            raise LinAlgError(told(f"(Batch element {place}): " if info.shape else "", number))


def not_positive(name: str) -> Callable[[str, int], str]:
    """What is said of a matrix without a Cholesky factor."""
    return lambda place, number: (
        f"{name}: {place}The factorization could not be completed because the input is not positive-definite (the "
        f"leading minor of order {number} is not positive-definite)."
    )


def not_invertible(name: str) -> Callable[[str, int], str]:
    """What is said of a matrix without an inverse."""
    return lambda place, number: (
        f"{name}: {place}The diagonal element {number} is zero, the inversion could not be completed because the input "
        "matrix is singular."
    )


def not_solvable(name: str) -> Callable[[str, int], str]:
    """What is said of a singular system."""
    return lambda place, number: f"{name}: {place}The solver failed because the input matrix is singular."
