"""Floor 4: where tapes end: the nodes at leaves, and whether a pass was asked for all ends that are alive."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from weakref import ref

from wengert.graph.hooks import EMPTY
from wengert.graph.node import AccumulateGrad, Node, next_number


def accumulator(leaf: Any) -> AccumulateGrad:
    """A new end node for `leaf`, which refers to it weakly; its number is above that of the operation about to be
    recorded."""
    node = AccumulateGrad()
    node.variable, node.seq, node.space, node.extra = leaf, next_number(), leaf.space, EMPTY
    leaf.node = keep_in_view(node)
    return node


#: The nodes alive at which tapes end.
_ends: set[ref[Any]] = set()
_forget = _ends.discard


def keep_in_view(end: Node) -> ref[Any]:
    """Say that tapes may end at a node whose class `is_end`, and refer to it weakly."""
    found = ref(end, _forget)
    _ends.add(found)
    return found


def end_nowhere() -> None:
    """Say that from now on a tape may end at any node, one that has no edge since its input leads nowhere."""
    _ends.add(ref(Node))


def are_all_ends(nodes: Collection[Node]) -> bool:
    """Whether tapes end nowhere but at these nodes, so that whatever is walked leads to one of them."""
    return len(nodes) == len(_ends) and all(node.is_end for node in nodes)
