"""Floor 5: `retain_grad`: what keeps the gradient of a tensor that is no leaf, and follows it when it is written."""

from __future__ import annotations

from typing import Any
from weakref import ref

from wengert.graph.node import Node
from wengert.tensor.base import TensorBase, gradient_of, is_leaf


class Retained:
    """Keeps the gradient of one tensor, which it does not keep alive."""

    __slots__ = ("target",)

    def __init__(self, tensor: TensorBase) -> None:
        self.target = ref(tensor)

    def __call__(self, gradient: Any) -> None:
        """Put `gradient` into the tensor's `.grad`, or add it to what is there."""
        tensor = self.target()
        if tensor is not None:
            held: Any = gradient_of(tensor)
            tensor._grad = gradient.clone() if held is None else held + gradient  # pyright: ignore[reportPrivateUsage]  # the slot of this floor's own class


def retain(tensor: TensorBase) -> None:
    """Keep the gradient of `tensor`, made by an operation, in its `.grad` from now on."""
    if not retains(tensor):
        node, index = tensor.node.destination()
        node.extras().retained[index] = Retained(tensor)


def retains(tensor: TensorBase) -> bool:
    """Whether `tensor` keeps its gradient though it is no leaf."""
    return _keeper(tensor) is not None


def _keeper(tensor: TensorBase) -> Retained | None:
    if is_leaf(tensor):
        return None
    node, index = tensor.node.destination()
    keeper = None if node.extra is None else node.extra.retained.get(index)
    return keeper if keeper is not None and keeper.target() is tensor else None


def go_on_from(tensor: TensorBase, node: Node | None, before: Any) -> None:
    """Let the history of `tensor`, which was written and had the node `before`, go on from `node`; it retains its
    gradient as before, while hooks stay with the value that they were registered for."""
    tensor.node = node
    if before is None or before.__class__ is ref:
        return
    old, index = before.destination()
    extra = old.extra
    keeper = None if extra is None else extra.retained.get(index)
    if extra is not None and keeper is not None and keeper.target() is tensor:
        del extra.retained[index]
        if node is not None:
            retain(tensor)
