"""Floor 6: `copy.deepcopy` and pickle."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from wengert.backends.registry import resolve
from wengert.ops.conversion.moving import from_host, to_host
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape
from wengert.tensor.base import UNUSED_LEAF, concrete_classes, gradient_of, is_leaf, make, tensor_class
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.view import as_alias, sharing


def __deepcopy__(self: Tensor, memo: dict[int, Any]) -> Any:
    """A leaf of copied elements, with a copy of its gradient; RuntimeError for a tensor with a history."""
    if not is_leaf(self):
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. "
            "Detach it first: copy.deepcopy(t.detach())."
        )
    if id(self) in memo:
        return memo[id(self)]
    array, memory = _copied_memory(self, memo)
    out = _new(type(self), self.space.plain, array, self.shape, self.node is not None)
    memo[id(self)] = out
    if memory is not None:
        as_alias(out, memory)
    if own := attributes(self):
        out.__dict__ = deepcopy(own, memo)
    grad = gradient_of(self)
    if grad is not None:
        out._grad = __deepcopy__(grad, memo)
    return out


def attributes(tensor: Tensor) -> dict[str, Any]:
    """The user's own attributes, for which parameters and buffers have room."""
    return getattr(tensor, "__dict__", {})


def _copied_memory(self: Tensor, memo: dict[int, Any]) -> tuple[Any, Tensor | None]:
    """The elements in a copy of the memory, which all tensors on one memory share in one call of `deepcopy`, and a
    tensor of all that memory; None in its place where `self` has its memory alone."""
    space, cell = self.space.plain, self.version
    layout = space.xp.layout(self.array)
    if cell is None or layout is None or next(sharing(self), None) is None or space is not self.space:
        return space.xp.copy(self.array), None
    memory = memo.get(id(cell))
    if memory is None:
        whole = space.xp.strided(self.array, size=(layout.length,), stride=(1,), offset=0)
        memory = memo[id(cell)] = make(space, space.xp.copy(whole))
    array = space.xp.strided(memory.array, size=self.shape, stride=layout.stride, offset=layout.offset)
    return array, memory


def __copy__(self: Tensor) -> Any:
    """A leaf with the same memory, and without self's gradient."""
    out = _new(type(self), self.space.plain, self.array, self.shape, self.node is not None)
    if own := attributes(self):
        out.__dict__.update(own)
    return as_alias(out, self)


def __reduce_ex__(self: Tensor, protocol: Any) -> tuple[Any, ...]:
    """Elements, dtype and whether it requires grad; the history stays behind. Loading goes to the default backend."""
    space = self.space.plain
    try:
        content: Any = to_host(space, self.array)
    except ImportError:  # no NumPy here
        content = space.xp.tolist(self.array)
    made = rebuild, (type(self), content, space.dtype, self.shape, self.node is not None)
    own = attributes(self)
    return (*made, own) if own else made


def rebuild(kind: type, content: Any, dtype: DType, shape: Shape, requires_grad: bool) -> Any:
    """A tensor from what `__reduce_ex__` kept."""
    backend, place = resolve()
    space = backend.space(place, dtype)
    xp, array = space.xp, from_host(space, content)
    known = kind if kind in concrete_classes() else tensor_class()
    return _new(known, space, xp.copy(xp.reshape(array, shape)), shape, requires_grad)


def _new(kind: Any, space: Any, array: Any, shape: Shape, requires_grad: bool) -> Any:
    """A leaf of the class `kind`, whose own `__new__` may want other arguments."""
    out = object.__new__(kind)
    out.array, out.shape, out.space, out.version = array, shape, space, None
    out.node = UNUSED_LEAF if requires_grad else None
    return out
