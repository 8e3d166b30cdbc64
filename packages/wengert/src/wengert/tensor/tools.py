"""Floor 5: the two ways to run rules in a backward pass, on raw arrays and recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.graph.hooks import name_of
from wengert.graph.node import Node
from wengert.protocol.backend import Backend, Space
from wengert.protocol.dtypes import DType
from wengert.rule.placed import Placed
from wengert.tensor.base import TensorBase, make


class RawTools:
    """Rules run on raw arrays, at the library's own speed; nothing is recorded."""

    recording = False
    mode = False

    def namespace(self, space: Space) -> Any:
        return space.xp

    def add(self, space: Space, x: Any, y: Any) -> Any:
        return space.xp.add(x, y)

    def place(self, space: Space, placed: Placed) -> Any:
        xp = space.xp
        zeros = xp.zeros(placed.shape, dtype=space.native, device=space.native_device)
        return xp.add_at(zeros, placed.key, placed.g)

    def whole(self, g: Any, space: Space) -> Any:
        """`g`, where it says only what lies at some place, as an array of zeros with that in it."""
        return self.place(space, g) if g.__class__ is Placed else g

    def tensor(self, g: Any, space: Space) -> Any:
        return make(space, space.xp.asarray(g))

    def value(self, tensor: TensorBase) -> Any:
        return tensor.array

    def hooked(self, answer: Any, tensor: TensorBase | None, hook: Callable[..., Any]) -> Any:
        """What `hook` returned for `tensor`: a Tensor of the same shape and dtype."""
        if not isinstance(answer, TensorBase):
            raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")
        if tensor is None:
            raise RuntimeError("can't replace a None gradient with a non-None value")
        if answer.shape != tensor.shape:
            raise RuntimeError(
                f"hook '{name_of(hook)}' has changed the size of value: from {list(tensor.shape)} to "
                f"{list(answer.shape)}"
            )
        if answer.space.dtype is not tensor.space.dtype:
            raise RuntimeError(
                f"hook '{name_of(hook)}' has changed the type of value (was {tensor.space.dtype!r} got "
                f"{answer.space.dtype!r})"
            )
        return answer

    def static(self, space: Space, name: str, value: Any) -> Any:
        """A static argument as the rule sees it here: a dtype becomes the library's own."""
        return space.backend.dtypes[value] if value.__class__ is DType else value

    def input(self, tensor: TensorBase, space: Space) -> Any:
        """A kept input, converted to `space`."""
        if tensor.space is space:
            return tensor.array
        return space.xp.astype(tensor.array, space.native)

    def output(self, data: Any, space: Space, node: Node) -> Any:
        return data

    def converted(self, xp: Any, g: Any, source: Space, target: Space) -> Any:
        """A cotangent computed in `source` for an input that arrived in `target`."""
        if source.dtype is target.dtype:
            return xp.astype(g, target.native) if target.rounds else g
        if source.dtype.is_complex and not target.dtype.is_complex:
            g = xp.real(g)
        return xp.astype(g, target.native)


class RecordingTools(RawTools):
    """Rules run on Tensors through the namespace of Tensors, so the pass is recorded and can be differentiated
    again."""

    recording = True
    mode = True

    def __init__(self, namespace_of: Callable[[Backend], Any]) -> None:
        self._namespace_of = namespace_of

    def namespace(self, space: Space) -> Any:
        return self._namespace_of(space.backend)

    def add(self, space: Space, x: Any, y: Any) -> Any:
        return self.namespace(space).add(x, y)

    def place(self, space: Space, placed: Placed) -> Any:
        xp = self.namespace(space)
        return xp.scatter_add(xp.zeros(placed.shape, dtype=space.dtype, device=space.device), placed.key, placed.g)

    def tensor(self, g: Any, space: Space) -> Any:
        return g

    def value(self, tensor: TensorBase) -> Any:
        return tensor

    def static(self, space: Space, name: str, value: Any) -> Any:
        return value

    def input(self, tensor: TensorBase, space: Space) -> Any:
        return tensor if tensor.space.dtype is space.dtype else self.namespace(space).astype(tensor, space.dtype)

    def output(self, data: Any, space: Space, node: Node) -> Any:
        return make(space, data, node)

    def converted(self, xp: Any, g: Any, source: Space, target: Space) -> Any:
        if g.space.dtype is target.dtype:
            return g
        if g.space.dtype.is_complex and not target.dtype.is_complex:
            g = xp.real(g)
        return xp.astype(g, target.dtype)


RAW = RawTools()
