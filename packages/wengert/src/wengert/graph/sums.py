"""Floor 4: cotangents of one node added up, and who owns their buffers.

Who owns a buffer is the engine's own knowledge. A sum that the engine made is its own and later terms are added into
it. A node class says whether its rules return new arrays (`fresh`), over which the next node's rules may write;
anything else may be shared and is copied before it becomes a `.grad` or is written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from wengert.graph.node import Node
from wengert.graph.task import Tools
from wengert.protocol.backend import Space
from wengert.rule.pending import Pending
from wengert.rule.placed import Placed


class Owned:
    """The producer of a buffer that the engine made itself, and what adds to it in place."""

    __slots__ = ("add_into",)
    fresh = True

    def __init__(self, add_into: Callable[[Any, Any], Any]) -> None:
        self.add_into = add_into


def _added(add_into: Callable[[Any, Any], Any], sofar: Any, g: Any) -> Any:
    return g.added_to(sofar, spare=True) if g.__class__ is Pending else add_into(sofar, g)


#: The producer of what others may hold too.
SHARED: Any = Node


def owner_of(space: Space, buffer: Any) -> Owned:
    """The producer of a `buffer` that the engine made."""
    if 0 < space.defers <= buffer.size:
        return Owned(partial(_added, space.xp.add_into))
    found = space.owner
    if found is None:
        found = space.owner = Owned(space.xp.add_into)
    return found


def accumulate(entry: list[Any], g: Any, producer: Any, tools: Tools) -> None:
    """Add `g` to what waits for a node, in place where the engine made the sum."""
    node, sofar, made_by = entry
    space = node.space
    if tools.recording:
        g = tools.place(space, g) if g.__class__ is Placed else g
        entry[1:] = [g, producer] if sofar is None else [tools.add(space, sofar, g), SHARED]
        return
    if sofar.__class__ is Pending:
        if g.__class__ is Placed:
            sofar = sofar.value()
        elif g.__class__ is not Pending:
            sofar, made_by, g = g, producer, sofar
    if g.__class__ is Placed:
        if sofar is None:
            total = tools.place(space, g)
        else:
            total = space.xp.add_at(sofar if made_by.__class__ is Owned else space.xp.copy(sofar), g.key, g.g)
    elif sofar is None:
        entry[1:] = [g, producer]
        return
    elif sofar.__class__ is Pending:
        total = sofar.plus(g)
        if total.__class__ is Pending:
            entry[1] = total
            return
    elif made_by.fresh:
        total = g.added_to(sofar, spare=True) if g.__class__ is Pending else space.xp.add_into(sofar, g)
    elif g.__class__ is Pending:
        total = g.added_to(sofar, spare=False)
    else:
        total = space.xp.add_into(g, sofar) if producer.fresh else space.xp.add(sofar, g)
    entry[1] = total
    if entry[2].__class__ is not Owned:
        entry[2] = owner_of(space, total)
