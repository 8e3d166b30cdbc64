"""Floor 4: the backward engine.

The walk takes the newest node first, which is a valid order because a node is numbered after all that it came from; so
there is no pass that counts dependencies. Cotangents wait under their node's number in a dict; a heap of numbers says
which is next. Most steps need neither: where the node that a cotangent goes to is newer than everything that waits, the
walk follows it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush, heappushpop
from typing import Any, cast

from wengert.graph.hooks import EMPTY, Extra, Hooks, answered
from wengert.graph.node import CAREFUL, AccumulateGrad, Node, OutputNode, Several
from wengert.graph.sums import SHARED, Owned, accumulate, owner_of
from wengert.graph.task import Root, Task, Tools, entered, leading_to, live_places, walks_in_places
from wengert.protocol.backend import Space
from wengert.rule.pending import Pending, whole
from wengert.rule.placed import Placed


def run(
    roots: Iterable[Root],
    tools: Tools,
    *,
    keep: bool = False,
    targets: Sequence[tuple[Node, int]] | None = None,
    capture: bool = True,
) -> list[Any]:
    """Walk the tape from `roots` (nodes, which of their outputs, and the cotangents of these).

    `tools` runs the rules: on raw arrays, or recording for create_graph. With `targets` (nodes and which of their
    outputs) only the paths that lead to them are walked. Their cotangents are returned, or, without `capture`, they are
    accumulated as ever.
    """
    starts = list(roots)
    if not starts:
        return [None] * len(targets or ()) if capture else []
    task = Task(starts, tools, keep)
    if targets is not None:
        found: dict[Node, dict[int, Any]] = {}
        for node, index in targets:
            found.setdefault(node, {})[index] = None
        task.wanted, task.special = leading_to([node for node, _, _ in starts], found)
        task.captures, task.capturing = found, capture
    entered(task, walks_in_places[0](task, _walk, _handed_on) if live_places else lambda: _walk(task))
    if task.captures is None or not capture:
        return []
    return [task.captures[node][index] for node, index in targets or ()]


def _walk(task: Task) -> None:
    waiting: dict[int, list[Any]] = {}  # by sequence number: [node, cotangent, producer]
    task.waiting = waiting
    heap: list[int] = []
    careful = task.watched(_careful)
    at_leaf = careful if task.watching else _end_of(task)
    tools, keep, wanted, special = task.tools, task.keep, task.wanted, task.special
    recording = tools.recording

    def give(node: Node, g: Any, producer: Any) -> None:
        entry = waiting.get(node.seq)
        if entry is not None:
            if g is not None:
                accumulate(entry, g, producer, tools)
            return
        if g.__class__ is Placed:
            g, producer = tools.place(node.space, g), SHARED
            if not recording:
                producer = owner_of(node.space, g)
        waiting[node.seq] = [node, g, producer]
        heappush(heap, node.seq)

    for node, index, g in task.starts:
        if wanted is None or node in wanted:
            give(node.output_edge(index), g, SHARED)

    while heap:
        node, g, producer = waiting.pop(heappop(heap))
        if type(node) is AccumulateGrad:
            at_leaf(task, node, g, producer)
            continue
        while True:
            if g is None or (special is not None and node in special):
                result = careful(task, node, g, producer)
            else:
                result = node.trace(g, keep, tools) if recording else node.step(g, keep, tools, producer)
            if result.__class__ is not tuple:
                if result is CAREFUL:
                    result = (at_leaf if type(node) is AccumulateGrad else careful)(task, node, g, producer)
                if result is node:
                    _deliver(result, g, producer, waiting, heap, task)
                elif result.__class__ is list:
                    edges = node.edges if node.layout == 3 else node.edge_nodes()
                    for edge, value in zip(edges, result):  # one for each; `strict` takes as long as the loop
                        if edge is None or (wanted is not None and edge not in wanted):
                            continue
                        seq = edge.seq
                        if seq in waiting or value.__class__ is Placed:
                            give(edge, value, node)
                        else:
                            waiting[seq] = [edge, value, node]
                            heappush(heap, seq)
                elif result.__class__ is _Shown:
                    for edge, value in zip(node.edge_nodes(), result, strict=True):
                        if edge is not None and (wanted is None or edge in wanted):
                            give(edge, value, SHARED)
                elif result is not _END:
                    _deliver(result.edge, result.g, result.producer, waiting, heap, task)
                break
            g, follow, other, second = result
            if second is not None:
                if follow is None:
                    follow, g = second, other
                else:
                    seq = second.seq
                    entry = waiting.get(seq)
                    if entry is None:
                        waiting[seq] = [second, other, node]
                        heappush(heap, seq)
                    elif other is not None:
                        if entry[2].__class__ is Owned:
                            entry[1] = entry[2].add_into(entry[1], other)
                        else:
                            accumulate(entry, other, node, tools)
            if follow is None:
                break
            if heap and heap[0] <= (seq := follow.seq):
                entry = waiting.get(seq)
                if entry is not None:
                    if g is not None:
                        accumulate(entry, g, node, tools)
                    break
                waiting[seq] = [follow, g, node]
                node, g, producer = waiting.pop(heappushpop(heap, seq))
            else:
                producer, node = node, follow


class _Shown(list[Any]):
    """Cotangents that hooks have seen, so that the user may hold them."""

    __slots__ = ()


class _Output:
    """The cotangent of one output of several, on its way to the operation's node."""

    __slots__ = ("edge", "g", "producer")

    def __init__(self, edge: OutputNode, g: Any, producer: Any) -> None:
        self.edge, self.g, self.producer = edge, g, producer


_END: Any = object()


def returned(node: Node, result: Any) -> Sequence[Any]:
    """What a step on `node` returned, one value for each edge; empty where it ended or only handed on."""
    return cast(Sequence[Any], result) if isinstance(result, list) else []


def _handed_on(node: Node, result: Any) -> Sequence[Any]:
    """What a step on `node` gave its edges, one value for each."""
    return [result.g] if result.__class__ is _Output else returned(node, result)


def _deliver(
    edge: OutputNode, g: Any, producer: Any, waiting: dict[int, list[Any]], heap: list[int], task: Task
) -> None:
    """Put the cotangent of one output among those that its node waits for."""
    node, index = edge.e0, edge.index
    entry = waiting.get(node.seq)
    if entry is None:
        entry = waiting[node.seq] = [node, Several(node), SHARED]
        heappush(heap, node.seq)
    several: Several = entry[1]
    if several.values[index] is None:
        several.values[index], several.producers[index] = g, producer
        several.spaces[index] = edge.space
    elif g is not None:  # the same output under two numbers
        part = [edge, several.values[index], several.producers[index]]
        accumulate(part, g, producer, task.tools)
        several.values[index], several.producers[index] = part[1:]


def _careful(task: Task, node: Node, g: Any, producer: Any) -> Any:
    """One step with everything that a node may have: hooks, captures, several outputs, the end at a leaf, an undefined
    cotangent, a pass that records or that leads to some nodes only."""
    tools, extra, wanted = task.tools, node.extra, task.wanted
    g = whole(g)
    task.settle()
    if extra is not None and extra is not EMPTY and (extra.tensor_hooks or extra.retained):
        g, producer = _run_tensor_hooks(node, extra, g, producer, tools)
    if node.__class__ is AccumulateGrad:
        return _end_of(task)(task, node, g, producer)
    if node.__class__ is OutputNode:
        assert isinstance(node, OutputNode)
        return _Output(node, g, producer)
    if task.captures is not None and node in task.captures:
        if task.capturing:
            _capture(task.captures[node], node, g, producer, tools)
        if not any(wanted is None or edge in wanted for edge in node.edge_nodes() if edge is not None):
            return _END
    if extra is not None and extra.prehooks:
        g = _run_prehooks(node, extra, g, tools)
    if g is None and not node.takes_undefined:
        result: Any = [None] * len(node.edge_nodes())
    else:
        result = node.pull_with(g, tools, task.keep, wanted)
    if extra is not None and extra.posthooks:
        result = _run_posthooks(node, result, g, tools)
    return result


def _end_of(task: Task) -> Callable[[Task, Any, Any, Any], Any]:
    """The last step of a path of `task`."""
    return _end_at_target if task.capturing else _end_at_leaf


def _end_at_target(task: Task, node: Any, g: Any, producer: Any) -> Any:
    """The last step of a path where gradients are asked for: hooks of the leaf."""
    hooks = node.variable._hooks
    if g.__class__ is Pending:
        if not hooks and node in task.captures:
            task.end_at(node, g)
            return _END
        g, producer = g.value(), owner_of(node.space, g)
    if hooks:
        task.settle()
        g, producer = tensor_hooks(hooks, g, node.space, task.tools), SHARED
    found = task.captures.get(node)  # pyright: ignore[reportOptionalMemberAccess]  # a pass that captures has them
    if found is not None:
        found[0] = g if g is None or task.tools.recording or producer.fresh else node.space.xp.copy(g)
    return _END


def _end_at_leaf(task: Task, node: Any, g: Any, producer: Any) -> Any:
    """The last step of a path: hooks of the leaf, then its `.grad`, then hooks of its node."""
    tools, extra = task.tools, node.extra
    variable = node.variable
    hooks = variable._hooks
    is_watched = hooks or extra is not EMPTY or variable._post_accumulate_hooks or variable._grad is not None
    if g.__class__ is Pending:
        if not is_watched:
            task.end_at(node, g)
            return _END
        g, producer = g.value(), owner_of(node.space, g)
    if is_watched:
        task.settle()  # a gradient that is there is written, and may be what a formula takes
    if hooks:
        g, producer = tensor_hooks(hooks, g, node.space, tools), SHARED
    if extra is EMPTY:
        variable.accumulate_grad(g, producer.fresh, tools)
        return _END
    if extra.prehooks:
        g, producer = _run_prehooks(node, extra, g, tools), SHARED
    variable.accumulate_grad(g, producer.fresh, tools)
    if extra.posthooks:
        answered(extra.posthooks, (), tools.hooked, (None if g is None else tools.tensor(g, node.space),))
    return _END


def _capture(found: dict[int, Any], node: Node, g: Any, producer: Any, tools: Tools) -> None:
    """Keep what arrives at an operation that is a target, as values that nobody else holds, to be given to the user."""
    for index in found:
        value, maker = (g.values[index], g.producers[index]) if isinstance(g, Several) else (g, producer)
        owned = value is None or tools.recording or maker.fresh
        found[index] = value if owned else node.space.xp.copy(value)


def tensor_hooks(hooks: Hooks, g: Any, space: Space, tools: Tools) -> Any:
    """Run a tensor's hooks in order on its gradient; each may return another one."""
    tensor = None if g is None else tools.tensor(g, space)
    for hook in list(hooks.values()):
        answer = hook(tensor)
        if answer is not None:
            tensor = tools.hooked(answer, tensor, hook)
    return None if tensor is None else tools.value(tensor)


def _run_tensor_hooks(node: Node, extra: Extra, g: Any, producer: Any, tools: Tools) -> tuple[Any, Any]:
    """Hooks of the tensors that the node made, then what retains their gradients."""
    for index, hooks in list(extra.tensor_hooks.items()):
        if not hooks:
            continue
        if isinstance(g, Several):
            g.values[index] = tensor_hooks(hooks, g.values[index], g.spaces[index], tools)
            g.producers[index] = SHARED
        else:
            g, producer = tensor_hooks(hooks, g, node.space, tools), SHARED
    for index, retain in list(extra.retained.items()):
        value, space = (g.values[index], g.spaces[index]) if isinstance(g, Several) else (g, node.space)
        if value is not None:
            retain(tools.tensor(value, space))
    return g, producer


def _run_prehooks(node: Node, extra: Extra, g: Any, tools: Tools) -> Any:
    values = answered(extra.prehooks, _as_tensors(node, g, tools), tools.hooked)
    values = [None if t is None else tools.value(t) for t in values]
    if not isinstance(g, Several):
        return values[0]
    g.values[:] = values
    return g


def _run_posthooks(node: Node, result: Any, g: Any, tools: Tools) -> Any:
    assert node.extra is not None
    values = list(result)
    edges = node.shown_edges()
    inputs = [
        None if values[at] is None or edge is None else tools.tensor(tools.whole(values[at], edge.space), edge.space)
        for at, edge in edges
    ]
    answers = answered(node.extra.posthooks, inputs, tools.hooked, tuple(_as_tensors(node, g, tools)))
    for (at, _), answer in zip(edges, answers, strict=True):
        values[at] = None if answer is None else tools.value(answer)
    return _Shown(values)


def _as_tensors(node: Node, g: Any, tools: Tools) -> list[Any]:
    """The cotangents that arrived at a node as the user sees them."""
    if not isinstance(g, Several):
        return [None if g is None else tools.tensor(g, node.space)]
    return [None if v is None else tools.tensor(v, s) for v, s in zip(g.values, g.spaces, strict=True)]
