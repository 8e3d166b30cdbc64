"""Floor 4: the backward engine.

The walk takes nodes in descending sequence number, which is a valid order because a node is numbered after all that it
came from; so there is no pass that counts dependencies. Cotangents wait under their node's number in a dict; a heap of
numbers says which is next. Most steps need neither: where the node that a cotangent goes to is newer than everything
that waits, the walk follows it at once.

Who owns a buffer is the engine's own knowledge. A sum that the engine made is its own and later terms are added into
it. A node class says whether its pull returns new arrays (`fresh`); anything else may be shared and is copied before it
becomes a `.grad` or is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from operator import attrgetter
from threading import RLock
from typing import Any, Protocol, cast

from wengert.graph.modes import set_grad_mode
from wengert.graph.node import EMPTY, Extra, Node, OutputNode, Several, next_number
from wengert.protocol.backend import Space
from wengert.rule.placed import Placed


class Tools(Protocol):
    """One way to run rules: on raw arrays, or on Tensors so that the pass itself is recorded."""

    recording: bool

    def namespace(self, space: Space) -> Any: ...
    def add(self, space: Space, x: Any, y: Any) -> Any: ...
    def place(self, space: Space, placed: Placed) -> Any: ...
    def tensor(self, g: Any, space: Space) -> Any: ...  # a Tensor for hooks and functions of the user
    def value(self, tensor: Any) -> Any: ...  # and back
    def hooked(self, answer: Any, tensor: Any, hook: Any) -> Any: ...  # what a hook returned, checked


class _Owned:
    """The producer of a buffer that the engine made itself."""

    fresh = True


_OWNED: Any = _Owned
_SHARED: Any = Node
_accumulating = RLock()


class AccumulateGrad(Node):
    """The end of the tape at a leaf: adds the cotangent to the leaf's `.grad`."""

    __slots__ = ("variable",)

    variable: Any
    no_extra = EMPTY


def accumulator(leaf: Any) -> AccumulateGrad:
    """A new end node for `leaf`; its number is below that of the operation about to be recorded."""
    node = AccumulateGrad()
    node.variable, node.seq, node.space, node.extra = leaf, next_number(), leaf.space, EMPTY
    return node


def run(
    roots: Iterable[tuple[Node, Any]],
    raw: Tools,
    tools: Tools,
    *,
    keep: bool = False,
    captures: dict[Node, Any] | None = None,
) -> None:
    """Walk the tape from `roots` (nodes and their cotangents).

    `tools` runs the rules: `raw`, or the recording ones for create_graph. With `captures` (nodes as keys) only the
    paths that lead to those nodes are walked; their cotangents are stored as the values and nothing is accumulated.
    """
    starts = list(roots)
    if not starts:
        return
    wanted, special = (None, None) if captures is None else _leading_to([node for node, _ in starts], captures)
    previous = set_grad_mode(tools.recording)
    try:
        with starts[0][0].space.xp.errstate():  # a gradient may be infinite or nan without a word
            _walk(starts, tools, keep, captures, wanted, special)
    finally:
        set_grad_mode(previous)


def _walk(
    starts: Sequence[tuple[Node, Any]],
    tools: Tools,
    keep: bool,
    captures: dict[Node, Any] | None,
    wanted: set[Node] | None,
    special: set[Node] | None,
) -> None:
    waiting: dict[int, list[Any]] = {}  # by sequence number: [node, cotangent, producer]
    heap: list[int] = []
    recording = tools.recording

    def give(node: Node, g: Any, producer: Any) -> None:
        entry = waiting.get(node.seq)
        if entry is None:
            if g.__class__ is Placed:
                g, producer = tools.place(node.space, g), _SHARED if recording else _OWNED
            waiting[node.seq] = [node, g, producer]
            heappush(heap, -node.seq)
        elif g is not None:
            _accumulate(entry, g, producer, tools)

    for node, g in starts:
        if wanted is None or node in wanted:
            give(node, g, _SHARED)

    while heap:
        node, g, producer = waiting.pop(-heappop(heap))
        while True:
            if node.extra is None and g is not None and (special is None or node not in special):
                result = node.trace(g, keep, tools) if recording else node.pull(g, keep)
            else:
                result = _careful(node, g, producer, tools, keep, captures, wanted)
            if result.__class__ is tuple:
                follow, second = node.e0, node.e1  # a tuple means layout 2
                g, other = result
                if second is not None:
                    if follow is None:
                        follow, g = second, other
                    else:
                        entry = waiting.get(second.seq)
                        if entry is None:
                            waiting[second.seq] = [second, other, node]
                            heappush(heap, -second.seq)
                        elif entry[2] is _OWNED and other is not None:
                            add_into = second.space.xp.add_into
                            entry[1] = add_into(entry[1], other)
                        else:
                            give(second, other, node)
            elif result.__class__ is list:
                for edge, value in zip(node.edge_nodes(), result, strict=True):
                    if edge is not None and (wanted is None or edge in wanted):
                        give(edge, value, node)
                break
            elif result is _END:
                break
            elif result.__class__ is _Output:
                entry = waiting.get(result.node.seq)
                if entry is None:
                    entry = waiting[result.node.seq] = [result.node, Several(result.node.count), _SHARED]
                    heappush(heap, -result.node.seq)
                entry[1].values[result.index] = result.g
                break
            else:
                follow, g = node.e0, result  # a bare value means layout 1
            if follow is None:
                break
            if heap and -heap[0] >= follow.seq:
                give(follow, g, node)
                break
            producer, node = node, follow


class _Output:
    """The cotangent of one output of several, on its way to the operation's node."""

    __slots__ = ("g", "index", "node")

    def __init__(self, node: Any, index: int, g: Any) -> None:
        self.node, self.index, self.g = node, index, g


_END: Any = object()


def _accumulate(entry: list[Any], g: Any, producer: Any, tools: Tools) -> None:
    """Add `g` to what waits for a node, in place where the engine made the sum."""
    node, sofar, made_by = entry
    xp = node.space.xp
    if sofar is None:
        entry[1:] = [tools.place(node.space, g), _OWNED] if g.__class__ is Placed else [g, producer]
    elif tools.recording:
        entry[1] = tools.add(node.space, sofar, tools.place(node.space, g) if g.__class__ is Placed else g)
    elif g.__class__ is Placed:
        entry[1:] = [xp.add_at(sofar if made_by is _OWNED else xp.copy(sofar), g.key, g.g), _OWNED]
    elif made_by is _OWNED:
        entry[1] = xp.add_into(sofar, g)
    else:
        entry[1:] = [xp.add_into(sofar, g) if made_by.fresh else xp.add(sofar, g), _OWNED]


def _careful(
    node: Node,
    g: Any,
    producer: Any,
    tools: Tools,
    keep: bool,
    captures: dict[Node, Any] | None,
    wanted: set[Node] | None,
) -> Any:
    """One step with everything that a node may have: hooks, captures, several outputs, the end at a leaf, an undefined
    cotangent, a pass that records or that leads to some nodes only."""
    if node.extra is not None and node.extra is not EMPTY:
        g, producer = _run_prehooks(node, node.extra, g, producer, tools)
    if node.__class__ is OutputNode:
        assert isinstance(node, OutputNode)
        if captures is not None and node in captures:
            captures[node] = _own(node, g, producer, tools)
        return _Output(node.e0, node.index, g)
    if node.__class__ is AccumulateGrad:
        assert isinstance(node, AccumulateGrad)
        hooks = node.variable.tensor_hooks()
        if hooks:
            g, producer = tensor_hooks(hooks, g, node.space, tools), _SHARED
        if captures is None:
            if g is not None:
                with _accumulating:
                    node.variable.accumulate_grad(g, producer.fresh, tools)
        elif node in captures:
            captures[node] = _own(node, g, producer, tools)
        if node.extra is not None and node.extra.posthooks:
            _run_posthooks(node, [], g, tools)
        return _END
    if captures is not None and node in captures:
        captures[node] = _own(node, g, producer, tools)
        if not any(edge in wanted for edge in node.edge_nodes() if edge is not None and wanted is not None):
            return _END
    if g is None and not node.takes_undefined:
        result: Any = [None] * len(node.edge_nodes())
    elif tools.recording or wanted is not None:
        result = node.pull_with(g, tools, keep, wanted)
    else:
        result = node.pull(g, keep)
    if node.extra is not None and node.extra.posthooks:
        result = _run_posthooks(node, result, g, tools)
    return result


def _own(node: Node, g: Any, producer: Any, tools: Tools) -> Any:
    """`g` as a value that nobody else holds, to be given to the user."""
    if g is None or tools.recording or producer.fresh:
        return g
    return node.space.xp.copy(g)


def tensor_hooks(hooks: dict[int, Callable[..., Any]], g: Any, space: Space, tools: Tools) -> Any:
    """Run a tensor's hooks in order on its gradient; each may return another one."""
    if g is None or not hooks:
        return g
    tensor = tools.tensor(g, space)
    for hook in list(hooks.values()):
        answer = hook(tensor)
        if answer is not None:
            tensor = tools.hooked(answer, tensor, hook)
    return tools.value(tensor)


def _run_prehooks(node: Node, extra: Extra, g: Any, producer: Any, tools: Tools) -> tuple[Any, Any]:
    """Hooks of the node's tensor, retained gradients, then hooks of the node, in torch's order."""
    if not (extra.tensor_hooks or extra.prehooks or extra.captures):
        return g, producer
    g = tensor_hooks(extra.tensor_hooks, g, node.space, tools)
    for capture in extra.captures:
        capture(None if g is None else tools.tensor(g, node.space))
    if extra.prehooks:
        several = isinstance(g, Several)
        tensors = tuple(None if v is None else tools.tensor(v, node.space) for v in (g.values if several else [g]))
        for hook in list(extra.prehooks.values()):
            answer = hook(tensors)
            if answer is not None:
                tensors = cast(tuple[Any, ...], answer) if isinstance(answer, tuple) else (answer,)
        values = [None if t is None else tools.value(t) for t in tensors]
        if several:
            g.values[:] = values
        else:
            g = values[0]
    return g, _SHARED


def _run_posthooks(node: Node, result: Any, g: Any, tools: Tools) -> Any:
    assert node.extra is not None
    values = list(result) if result.__class__ in (tuple, list) else [result]
    inputs = tuple(
        None if v is None or e is None else tools.tensor(_whole(v, e, tools), e.space)
        for v, e in zip(values, node.edge_nodes(), strict=False)
    )
    arrived = g.values if isinstance(g, Several) else [g]
    outputs = tuple(None if v is None else tools.tensor(v, node.space) for v in arrived)
    for hook in list(node.extra.posthooks.values()):
        answer = hook(inputs, outputs)
        if answer is not None:
            inputs = cast(tuple[Any, ...], answer) if isinstance(answer, tuple) else (answer,)
    return [None if t is None else tools.value(t) for t in inputs]


def _whole(value: Any, edge: Node, tools: Tools) -> Any:
    return tools.place(edge.space, value) if value.__class__ is Placed else value


def _leading_to(starts: Sequence[Node], targets: Iterable[Node]) -> tuple[set[Node], set[Node]]:
    """The nodes from which a target can be reached, targets included; and those among them that are targets or have an
    edge that leads to none."""
    leading, special = set(targets), set(targets)
    oldest = min((node.seq for node in leading), default=0)
    reached: dict[Node, Sequence[Node | None]] = {}
    todo = list(starts)
    while todo:
        node = todo.pop()
        if node not in reached:
            edges = reached[node] = node.edge_nodes()
            for edge in edges:
                if edge is not None and edge.seq >= oldest:
                    todo.append(edge)
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
