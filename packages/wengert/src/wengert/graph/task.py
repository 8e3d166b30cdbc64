"""Floor 4: one backward pass: what it was asked for, the mode it runs in, and passes within passes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from contextvars import ContextVar, copy_context
from itertools import count
from operator import attrgetter
from threading import Thread, get_ident
from typing import Any, Protocol

from wengert.graph.ends import are_all_ends
from wengert.graph.modes import Mode, is_grad_enabled, set_grad_mode
from wengert.graph.node import Node
from wengert.protocol.backend import Space
from wengert.rule.pending import Pending, values, whole
from wengert.rule.placed import Placed

Root = tuple[Node, int, Any]  # a node, which of its outputs, and the cotangent of that output


class Tools(Protocol):
    """One way to run rules: on raw arrays, or on Tensors so that the pass itself is recorded."""

    recording: bool
    mode: bool  # grad mode while they run

    def namespace(self, space: Space) -> Any: ...
    def add(self, space: Space, x: Any, y: Any) -> Any: ...
    def place(self, space: Space, placed: Placed) -> Any: ...
    def whole(self, g: Any, space: Space) -> Any: ...
    def tensor(self, g: Any, space: Space) -> Any: ...  # a Tensor for hooks and functions of the user
    def value(self, tensor: Any) -> Any: ...  # and back
    def hooked(self, answer: Any, tensor: Any, hook: Any) -> Any: ...  # what a hook returned, checked


#: The places that are chosen now or that nodes have (`places.py`): where there are none, passes do not ask.
live_places: dict[int, Any] = {}
#: What makes of a walk one in places; it comes with the first place.
walks_in_places: list[Callable[..., Callable[[], None]]] = []

_next_id = count().__next__


_MOST_ENDS = 8  # that wait: the arrays that their formulas take are kept


class Task:
    """A pass in progress."""

    __slots__ = (
        "_reached", "callbacks", "captures", "capturing", "ends", "id", "keep", "node", "settled", "special", "starts",
        "thread", "tools", "waiting", "wanted", "watching",
    )  # fmt: skip

    def __init__(self, starts: Sequence[Root], tools: Tools, keep: bool) -> None:
        self.id, self.starts, self.tools, self.keep = _next_id(), starts, tools, keep
        self.captures: dict[Node, dict[int, Any]] | None = None  # the targets
        self.capturing = False  # whether what arrives at the targets is kept
        self.waiting: dict[int, list[Any]] = {}  # what the walk has for nodes to come
        self.wanted: Any = None  # the nodes that lead to a target; None: all
        self.special: Any = None  # those among them that take more than the common step
        self.callbacks: list[Callable[[], object]] = []
        self.ends: list[tuple[Any, Pending]] = []  # the ends without hooks that a formula came to
        self.thread = get_ident()
        self.node: Node | None = None  # what runs now, where somebody watches
        mode = is_grad_enabled()
        self.watching = mode.watching if isinstance(mode, Mode) else ()
        self._reached: set[Node] | None = None
        self.settled = Pending.latest  # the last of those that are known to be worked out

    def watched(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """`step` as those see it who watch this pass; then every node takes it."""
        for watch in self.watching:
            step, self.special = watch(step), _EVERY
        return step

    def settle(self) -> None:
        """Work out the cotangents that wait as formulas: code of the user is about to run, which may write the arrays
        that they take."""
        if self.settled != Pending.latest:
            self.settled = Pending.latest
            for entry in self.waiting.values():
                entry[1] = whole(entry[1])
            self.finish()

    def end_at(self, node: Any, g: Pending) -> None:
        """`g` came to an end without hooks: it is given to it at the end of the pass, together with others."""
        self.ends.append((node, g))
        if len(self.ends) == _MOST_ENDS:
            self.finish()

    def finish(self) -> None:
        """Work out what came to the ends, and give it to them."""
        ends, self.ends = self.ends, []
        for (node, _), value in zip(ends, values([g for _, g in ends]), strict=True):
            if self.captures is not None and self.capturing:
                self.captures[node][0] = value
            else:
                node.variable.accumulate_grad(value, True, self.tools)

    def will_run(self, node: Node) -> bool:
        """Whether this pass runs `node`, or brings a gradient to it."""
        return node in (self.reached() if self.wanted is None else self.wanted)

    def reached(self) -> set[Node]:
        """The nodes behind the roots of this pass, and the roots."""
        if self._reached is None:
            self._reached = set(_reached_from([start for start, _, _ in self.starts], 0))
        return self._reached


class _Every:
    """All nodes."""

    def __contains__(self, node: object) -> bool:
        return True


_EVERY = _Every()
_current: ContextVar[Task | None] = ContextVar("wengert_task", default=None)

#: The pass that this thread or task is in, None outside of backward.
current_task = _current.get


def entered(task: Task, walk: Callable[[], None]) -> None:
    """Run `walk` as the pass `task`: in its mode, deep inside other passes in a thread of its own, then its
    callbacks."""
    outer = _current.get()
    if outer is not None and outer.thread == task.thread and _is_deep():
        _in_thread(task, walk)
        return
    _current.set(task)
    previous = set_grad_mode(task.tools.mode)
    try:
        with task.starts[0][0].space.xp.errstate():  # a gradient may be infinite or nan without a word
            try:
                walk()
            finally:
                if task.ends:
                    task.finish()
        for callback in task.callbacks:  # may grow
            callback()
    finally:
        set_grad_mode(previous)
        _current.set(outer)


def _is_deep() -> bool:
    """Whether half of the frames that the interpreter allows are in use: about fifty passes within passes."""
    try:
        sys._getframe(min(sys.getrecursionlimit(), 1000) // 2)  # pyright: ignore[reportPrivateUsage]  # there is no public way to ask for the depth
    except ValueError:
        return False
    return True


def _in_thread(task: Task, walk: Callable[[], None]) -> None:
    """`entered` in a helper thread, where recursion begins anew, under the context of the caller, who waits."""
    errors: list[BaseException] = []

    def work() -> None:
        task.thread = get_ident()
        try:
            entered(task, walk)
        except BaseException as error:  # the caller's to handle
            errors.append(error)

    thread = Thread(target=copy_context().run, args=(work,), daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors.pop()


def _reached_from(starts: Iterable[Node], oldest: int) -> dict[Node, Sequence[Node | None]]:
    """The nodes that can be reached from `starts` and are no older than `oldest`, with their edges."""
    reached: dict[Node, Sequence[Node | None]] = {}
    todo = list(starts)
    while todo:
        node = todo.pop()
        if node not in reached:
            edges = reached[node] = node.edge_nodes()
            todo += [edge for edge in edges if edge is not None and edge.seq <= oldest]
    return reached


def leading_to(starts: Sequence[Node], targets: Collection[Node]) -> tuple[set[Node] | None, set[Node] | None]:
    """The nodes from which a target can be reached, targets included, None if those are all; and those among them that
    are targets with edges or have an edge that leads to none, None if there is no such node."""
    oldest = None if are_all_ends(targets) else max([node.seq for node in targets], default=0)
    if oldest is None or _all_lead(starts, targets, oldest):
        return None, {node for node in targets if node.layout} or None
    leading, special = set(targets), set(targets)
    reached = _reached_from(starts, oldest)
    for node in sorted(reached, key=attrgetter("seq"), reverse=True):  # what a node came from has higher numbers
        leads = strays = False
        for edge in reached[node]:
            if edge in leading:
                leads = True
            elif edge is not None:
                strays = True
        if leads:
            leading.add(node)
            if strays:
                special.add(node)
    return leading, special


def _all_lead(starts: Sequence[Node], targets: Collection[Node], oldest: int) -> bool:
    """Whether every way from `starts` ends at one of `targets`, of which the first made has the number `oldest`. Most
    passes ask no more, so this is the part that has to be quick."""
    seen = set(starts)
    todo = list(seen)
    add, push = seen.add, todo.append
    for node in todo:  # which grows
        if node.seq > oldest:
            return False
        layout, count = node.layout, len(todo)
        if layout == 2:
            edge, other = node.e0, node.e1
            if other is not None and other not in seen:
                add(other)
                push(other)
        elif layout == 1:
            edge = node.e0
        elif layout == 0:
            edge = None
        else:
            edge = None
            for other in node.edge_nodes():
                if other is not None and other not in seen:
                    add(other)
                    push(other)
        if edge is not None and edge not in seen:
            add(edge)
            push(edge)
        if len(todo) == count and node not in targets and not any(node.edge_nodes()):
            return False
    return True
