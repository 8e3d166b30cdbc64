"""Floor 6: in-place functions that give a tensor another shape or order on the memory that it has."""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any

from wengert.ops.creation.sizes import shape_from
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.inplace import Function, before
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import operation_of, view_kernel
from wengert.tensor.turning import turn
from wengert.tensor.view import check_writable, view_of

#: torch numbers the nodes of these apart from those of the functions without underscore.
_NODE_NAMES = {
    "AsStridedBackward0": "AsStridedBackward1", "SqueezeBackward0": "SqueezeBackward3",
    "SqueezeBackward1": "SqueezeBackward4", "SqueezeBackward2": "SqueezeBackward5", "TBackward0": "TBackward1",
    "TransposeBackward0": "TransposeBackward1", "UnsqueezeBackward0": "UnsqueezeBackward1",
}  # fmt: skip


def in_place_view(*functions: Function) -> Any:
    """The in-place forms of `functions`, which return views."""
    return tuple([_form(function) for function in functions])


def _form(function: Function) -> Function:
    def method(self: Any, *args: Any, **keywords: Any) -> Any:
        check_writable(self, may_overlap=True)
        view: Any = view_of(function(before(self), *args, **keywords))
        if view is None:
            raise RuntimeError(
                f"{method.__name__}: the backend {self.space.backend.name!r} does not tell how its arrays lie; "
                f"expected one that does. Use {function.__name__}, which copies there."
            )
        _, record, statics = view.chain
        record = _renamed(record)
        return turn(self, record(before(self), *statics), record, statics)

    method.__name__ = method.__qualname__ = f"{function.__name__}_"
    method.__doc__ = f"`{function.__name__}`, of self in place; returns self."
    return method


@cache
def _renamed(record: Function) -> Function:
    operation = operation_of(record)
    names: dict[str, Any] = dict(operation.saved_names)
    return view_kernel(operation.primitive, _NODE_NAMES[operation.node_name], **names)


def resize_(self: Any, *size: Any, memory_format: Any = None) -> Any:
    """Give self another shape, filled in memory order; a larger one goes on with zeros, in new memory; returns self.

    Errors: RuntimeError if self requires grad or is a view. Source: torch.Tensor.resize_.

    >>> tensor([1., 2., 3.]).resize_(2)
    tensor([1., 2.])
    """
    if self.node is not None:
        raise RuntimeError("cannot resize variables that require grad")
    check_writable(self)
    if view_of(self) is not None:
        raise RuntimeError("resize_: self is a view; expected a tensor of its own. Resize a clone.")
    shape, space = shape_from("resize_", size), self.space
    xp, count, present = space.xp, prod(shape), prod(self.shape)
    flat = xp.reshape(self.array, (-1,))
    if count > present:
        more = xp.zeros((count - present,), dtype=space.native, device=space.native_device)
        flat = xp.concat([flat, more], axis=0)
    self.array, self.shape = xp.reshape(xp.getitem(flat, (slice(0, count),)), shape), shape
    return self


def resize_as_(self: Any, the_template: Tensor, *, memory_format: Any = None) -> Any:
    """`resize_` to the shape of another tensor."""
    if not isinstance(the_template, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  # a method's argument is any object
        raise_not_tensor("resize_as_", "the_template", the_template, 1)
    return resize_(self, the_template.shape)
