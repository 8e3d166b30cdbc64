"""Floor 5: how histories go on after a write to shared memory: the nodes for a base and for a view of it.

After a recorded write through a view the base continues at a `CopySlices` node. After any write the views on that
memory are marked; a marked view gets its next node, an `AsStridedBackward0` on the base as it is then, when it is
needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.graph.modes import is_grad_enabled, set_grad_mode
from wengert.graph.node import Node, next_number
from wengert.graph.saved import raise_freed
from wengert.protocol.shapes import Shape, inverse_permutation
from wengert.tensor.base import TensorBase, edge_of, history_of, make, set_refreshed
from wengert.tensor.chain import Chain, Found, raise_restricted, replayed, steps
from wengert.tensor.packing import note
from wengert.tensor.retain import go_on_from


def refreshed(view: TensorBase) -> Any:
    """Give a view whose memory was written its next node: its history continues from that of its base."""
    found = view._view  # pyright: ignore[reportPrivateUsage]  # the slot that all floors of tensors share
    if found[2]:
        raise_restricted(view, found, "its base or another view of its base has been")
    node = _regenerated(found)
    view._view = found[:3]  # pyright: ignore[reportPrivateUsage]  # likewise
    go_on_from(view, node, found[3] if len(found) > 3 else None)
    return node


def value_before(tensor: TensorBase) -> Node | None:
    """The history that the value of `tensor` has before a write. That of a view with hooks is made again: what a view
    was before a write has no part in its base's history."""
    if not is_grad_enabled():
        return None
    node, found = history_of(tensor), getattr(tensor, "_view", None)
    if node is None or found is None or (node.extra is None and found[1][1] not in FROM_MEMORY):
        return node
    return _regenerated(found)


def _regenerated(found: Found) -> Node:
    """The node for a view of a base as it is now, made by taking the steps to it again."""
    base = found[0]
    alias = make(base.space.plain, base.array, edge_of(base))
    previous = set_grad_mode(True)
    try:
        behind, here, pending, was_named = alias.node, alias, False, False
        for record, statics in steps(found[1]):
            is_named = record in KEEPS_NAME
            if pending and (is_named or was_named):
                behind = here.node = AsStridedBackward0.recorded(here, behind)
            here = record(here, *statics)
            if was_named and record in SEVERAL_STEPS:
                for _ in range(SEVERAL_STEPS[record](*statics) - 1):
                    behind = here.node = AsStridedBackward0.recorded(here, behind)
            pending, was_named = not is_named, is_named or was_named
            behind = behind if pending else here.node
    finally:
        set_grad_mode(previous)
    return AsStridedBackward0.recorded(here, behind) if pending else here.node


def _order_of(base: TensorBase) -> Shape | None:
    xp = base.space.xp
    layout = None if xp.is_dense(base.array) else xp.layout(base.array)
    return layout and tuple(sorted(range(len(base.shape)), key=lambda axis: -layout.stride[axis]))


def _laid_out(tensor: Any, order: Shape | None) -> Any:
    """A copy of `tensor` that lies as the base does, so that each step to a view is one to a view of it too."""
    turned = tensor if order is None else tensor.permute(order)
    dense = turned.contiguous()
    copy = dense.clone() if dense is turned else dense
    return copy if order is None else copy.permute(inverse_permutation(order))


set_refreshed(refreshed)
#: Record functions whose views are not made again by strides but by themselves, under their own name.
KEEPS_NAME: set[Callable[..., Any]] = set()
#: Record functions that take several of torch's steps at once, with how many these are for given static arguments.
SEVERAL_STEPS: dict[Callable[..., Any], Callable[..., int]] = {}
#: Record functions whose views may have more of the memory than what they were made of.
FROM_MEMORY: set[Callable[..., Any]] = set()


class AsStridedBackward0(Node):
    """The history of a view after a write: stands for all the steps from the base to the view, which lie behind it."""

    __slots__ = ("e0", "source")

    layout = 1
    source: Node | None

    @classmethod
    def recorded(cls, view: TensorBase, source: Node | None) -> Node:
        """The node for `view`, made of steps that began at the node `source`."""
        node = cls()
        node.e0, node.source = view.node, source
        node.extra, node.space, node.seq = None, view.space, next_number()
        note(node)
        return node

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The node that made the base."""
        return ((None, 0) if self.source is None else self.source.destination(),)

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        return [g]


class CopySlices(Node):
    """The history of a base that was written through a view: what lies in the view comes from there, the rest from
    before."""

    __slots__ = ("chain", "e0", "e1", "order")

    layout = 2
    fresh = True
    chain: Chain | None  # None once it was let go
    order: Shape | None  # how the base lies: its axes from the outermost to the innermost, None for as they are

    @classmethod
    def recorded(cls, base: TensorBase, chain: Chain, result: TensorBase) -> Node:
        """The node for `base`, after `result` was written into the view of it that `chain` tells of."""
        node = cls()
        node.e0, node.e1 = edge_of(base), edge_of(result)
        node.chain, node.order = chain, _order_of(base)
        node.space, node.extra, node.seq = base.space.plain, None, next_number()
        note(node)
        return node

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The node that made the base, then those that the written value came from besides the view itself."""
        before = (None, 0) if self.e0 is None else self.e0.destination()
        return before, *(() if self.e1 is None else self.e1.next_functions[1:])

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        chain = self.chain
        if chain is None:
            raise_freed(self)
        if not keep and not getattr(self.e1, "kept_by", ()):  # else the node of the written value tells
            self.chain = None
        rest = _laid_out(tools.tensor(g, self.space), self.order)
        region = replayed(chain, rest)
        value = region.clone()
        region.zero_()
        return [tools.value(rest), tools.value(value)]


CopySlices.__module__ = AsStridedBackward0.__module__ = "wengert.autograd.graph"
