"""Floor 7: forward mode for users: levels, making and unpacking dual tensors."""

from __future__ import annotations

from typing import Any, NamedTuple

from wengert.tensor.base import TensorBase
from wengert.tensor.view import as_alias
from wengert.transforms import dual


class UnpackedDualTensor(NamedTuple):
    """What `unpack_dual` returns; `tangent` is None for a tensor that is not dual."""

    primal: Any
    tangent: Any


def enter_dual_level() -> int:
    """Begin forward mode; RuntimeError if it has begun already."""
    if dual.current_level.get() is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    dual.current_level.set(dual.DualLevel())
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End forward mode; all tangents are gone."""
    current = dual.current_level.get()
    if current is None and level is None:
        raise RuntimeError("Dual level must be a positive number. Forward mode has not begun.")
    if current is None or (level is not None and level != 0):
        raise RuntimeError("Trying to exit a forward AD level that was not the last one that was created.")
    current.end()
    dual.current_level.set(None)


class dual_level:  # torch's name
    """A region of forward mode.

    >>> with dual_level():
    ...     x = make_dual(tensor(3.), tensor(1.))
    ...     unpack_dual(x * x).tangent
    tensor(6.)
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *details: object) -> None:
        exit_dual_level()


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Any:
    """A dual tensor: `tensor` with `tangent`, its derivative in some direction, of the same shape and dtype.

    Errors: RuntimeError outside a level, or if shape or dtype differ; ValueError if the tensor is of an integer dtype.
    Source: torch.autograd.forward_ad.make_dual.
    """
    current = dual.current_level.get()
    if current is None:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    for name, value in (("tensor", tensor), ("tangent", tangent)):
        if not isinstance(value, TensorBase):
            raise TypeError(f"make_dual(): argument {name!r} must be Tensor, not {type(value).__name__}")
        if not value.space.dtype.is_inexact:
            role = "primal" if name == "tensor" else name
            raise ValueError(f"Expected {role} to be floating point or complex, but got: {value.space.dtype!r}")
    if tensor.shape != tangent.shape or tensor.space.dtype is not tangent.space.dtype:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is "
            f"not supported. Tensor is of size {list(tensor.shape)} ({tensor.space.dtype!r}) while the given forward "
            f"gradient is of size {list(tangent.shape)} ({tangent.space.dtype!r})."
        )
    return as_alias(dual.make_dual(current, dual.primal_at(current, tensor), tangent), tensor)


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The primal and the tangent of a tensor."""
    if not isinstance(tensor, TensorBase):
        raise TypeError(f"unpack_dual(): argument 'tensor' must be Tensor, not {type(tensor).__name__}")
    current = dual.current_level.get()
    return UnpackedDualTensor(dual.primal_at(current, tensor), dual.tangent_at(current, tensor))


__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]
