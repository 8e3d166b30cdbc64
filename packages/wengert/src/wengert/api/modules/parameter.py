"""Floor 7: the tensors that a module owns."""

from __future__ import annotations

from typing import Any

from wengert.api.tensor import Tensor
from wengert.ops.creation import empty
from wengert.tensor.base import UNUSED_LEAF, TensorBase, require_inexact
from wengert.tensor.view import as_alias


class Parameter(Tensor):
    """A tensor that is learnt: it requires grad, and a module that it is assigned to lists it among its parameters.

    It has the memory of `data`, and none of its history. Source: torch.nn.Parameter.

    >>> nn.Parameter(ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ("__dict__",)  # for the user's own attributes

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        return owned(cls, data, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that a module keeps beside its parameters; a module that it is assigned to registers it.

    Only if it is `persistent` does it stand in the module's `state_dict`. Source: torch.nn.Buffer.

    >>> nn.Buffer(zeros(2))
    tensor([0., 0.])
    """

    __slots__ = ("__dict__", "persistent")

    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        buffer = owned(cls, data, data is not None and data.requires_grad)
        buffer.persistent = persistent
        return buffer


def owned(kind: Any, data: Any, requires_grad: bool) -> Any:
    """A leaf of the class `kind` on the memory of the tensor `data`; an empty one without it."""
    if data is None:
        data = empty(0)
    if not isinstance(data, TensorBase):
        raise TypeError(
            f"{kind.__name__}: got data of type {type(data).__name__}; expected a Tensor. "
            "Make one: wengert.tensor(data)."
        )
    if requires_grad:
        require_inexact(data.space.dtype)
    out: Any = object.__new__(kind)
    out.space, out.array, out.shape = data.space.plain, data.array, data.shape
    out.node = UNUSED_LEAF if requires_grad else None
    if can_share(data):
        return as_alias(out, data)
    out.version = None
    return out


def can_share(tensor: TensorBase) -> bool:
    """Whether two tensors can have one memory: where arrays cannot be written, each write makes a new one."""
    claims = tensor.space.backend.capabilities
    return claims.mutable and claims.views
