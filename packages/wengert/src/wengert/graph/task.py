"""Floor 4: one backward pass: what it was asked for, the mode it runs in, and passes within passes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar, copy_context
from itertools import count
from operator import attrgetter
from threading import Thread, get_ident
from typing import Any, Protocol

from wengert.graph.modes import Mode, is_grad_enabled, set_grad_mode
from wengert.graph.node import Node
from wengert.protocol.backend import Space
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


class Task:
    """A pass in progress."""

    __slots__ = (
        "_reached", "callbacks", "captures", "capturing", "id", "keep", "node", "special", "starts", "thread", "tools",
        "waiting", "wanted", "watching",
    )  # fmt: skip

    def __init__(self, starts: Sequence[Root], tools: Tools, keep: bool) -> None:
        self.id, self.starts, self.tools, self.keep = _next_id(), starts, tools, keep
        self.captures: dict[Node, dict[int, Any]] | None = None  # the targets
        self.capturing = False  # whether what arrives at the targets is kept
        self.waiting: dict[int, list[Any]] = {}  # what the walk has for nodes to come
        self.wanted: Any = None  # the nodes that lead to a target; None: all
        self.special: Any = None  # those among them that take more than the common step
        self.callbacks: list[Callable[[], object]] = []
        self.thread = get_ident()
        self.node: Node | None = None  # what runs now, where somebody watches
        mode = is_grad_enabled()
        self.watching = mode.watching if isinstance(mode, Mode) else ()
        self._reached: set[Node] | None = None

    def watched(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """`step` as those see it who watch this pass; then every node takes it."""
        for watch in self.watching:
            step, self.special = watch(step), _EVERY
        return step

    def will_run(self, node: Node) -> bool:
        """Whether this pass runs `node`, or brings a gradient to it."""
        return node in (self.reached() if self.wanted is None else self.wanted)

    def reached(self) -> set[Node]:
        """The nodes behind the roots of this pass, and the roots."""
        if self._reached is None:
            self._reached = set(_reached_from([start for start, _, _ in self.starts], 0)[0])
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
            walk()
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


def _reached_from(starts: Iterable[Node], oldest: int) -> tuple[dict[Node, Sequence[Node | None]], set[Node]]:
    """The nodes that can be reached from `starts` through nodes no older than `oldest`, with their edges; and those at
    which the ways end, some of which may be older."""
    reached: dict[Node, Sequence[Node | None]] = {}
    ends = set[Node]()
    todo = list(starts)
    while todo:
        node = todo.pop()
        if node not in reached:
            layout = node.layout
            edges = (node.e0,) if layout == 1 else (node.e0, node.e1) if layout == 2 else node.edge_nodes()
            reached[node] = edges
            is_end = True
            for edge in edges:
                if edge is not None:
                    is_end = False
                    if edge not in reached:
                        if edge.seq >= oldest:
                            todo.append(edge)
                        else:
                            ends.add(edge)
            if is_end:
                ends.add(node)
    return reached, ends


def leading_to(starts: Sequence[Node], targets: Iterable[Node]) -> tuple[set[Node] | None, set[Node]]:
    """The nodes from which a target can be reached, targets included, None if those are all; and those among them that
    are targets or have an edge that leads to none."""
    leading, special = set(targets), set(targets)
    reached, ends = _reached_from(starts, min((node.seq for node in leading), default=0))
    if ends <= special:
        return None, special
    for node in sorted(reached, key=attrgetter("seq")):  # what a node came from has lower numbers
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
