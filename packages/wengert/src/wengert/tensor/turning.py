"""Floor 5: giving a tensor another shape or order in place, on the memory that it has."""

from __future__ import annotations

from typing import Any
from weakref import ref

from wengert.graph.modes import is_grad_enabled
from wengert.tensor.base import TensorBase, bump_version, make
from wengert.tensor.chain import FREE
from wengert.tensor.view import sharing, user_line


def turn(tensor: Any, view: TensorBase, record: Any, statics: tuple[Any, ...]) -> Any:
    """Make `tensor` what `view`, which `record(tensor, *statics)` gave, is; returns `tensor`.

    A view becomes the next view of its base. Where a base has views, what it was becomes their base, and its own."""
    node, found = view.node, getattr(tensor, "_view", None)
    if found is not None:
        tensor._view = (found[0], (found[1], record, statics), found[2])
    else:
        views = [other for other in sharing(tensor) if (getattr(other, "_view", None) or (None,))[0] is tensor]
        if views:
            base = make(tensor.space, tensor.array, tensor.node)
            base.version, base._view = tensor.version, None
            base.version[2].append(ref(base))
            for other in views:
                other._view = (base, *other._view[1:])  # pyright: ignore[reportPrivateUsage]  # the slot that all floors of tensors share
            tensor._view = (base, (None, record, statics), FREE)
    tensor.array, tensor.shape, tensor.space = view.array, view.shape, view.space
    if hasattr(view, "_tangent"):
        tensor._tangent = view._tangent  # pyright: ignore[reportPrivateUsage]  # likewise
    bump_version(tensor, user_line())
    if is_grad_enabled():
        tensor.node = node
    return tensor
