"""Floor 4: backward on the streams of the forward.

Under `wengert.cuda.stream` each node that is recorded keeps its place: a stream of a device. A pass that meets such
nodes runs every node in its place, one without in the one that the caller is in. What one place made and another uses
is waited for on the device. In the end the caller's places wait for all that were used. What was used elsewhere is kept
until then, and the place that it is from waits for the caller's: so no memory is given out anew while it is read.
Passes pay for this only while there are such nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import get_ident
from typing import Any, Protocol
from weakref import ref

from wengert.graph.modes import change_mode, current_mode
from wengert.graph.node import AccumulateGrad, Node, OutputNode, Several
from wengert.graph.task import Task, live_places, walks_in_places

Step = Callable[..., Any]


class Place(Protocol):
    """A stream of a device; equal to another object that means the same stream."""

    @property
    def device(self) -> str: ...
    def current(self, device: str | None = None, /) -> Place | None: ...  # of this thread, there or on its own device
    def enter(self) -> None: ...  # make it the current one, and its device too
    def wait_for(self, other: Place, /) -> None: ...  # what is put here from now on waits for what is there


class Noting:
    """What a mode calls with each node that is recorded, so that it keeps `place` if its result lies there."""

    __slots__ = ("place",)

    def __init__(self, place: Place) -> None:
        self.place, key = place, id(place)
        live_places[key] = ref(place, lambda _: live_places.pop(key, None))

    def __call__(self, node: Node) -> None:
        if node.space.device == self.place.device:
            node.extras().place = self.place


class _Made:
    """Of what waits for a node: where the last part was made, and whether others came from elsewhere."""

    __slots__ = ("is_mixed", "place")

    def __init__(self, place: Place) -> None:
        self.place, self.is_mixed = place, False


class _Walk:
    """A pass over nodes with places."""

    __slots__ = ("callers", "handed_on", "held", "lenders", "made", "noting", "outer", "task", "used", "where")

    def __init__(self, task: Task, places: set[Place], handed_on: Callable[[Node, Any], Sequence[Any]]) -> None:
        self.task, self.handed_on = task, handed_on
        outer = next(iter(places)).current()
        assert outer is not None
        self.outer: Place = outer
        self.callers: dict[str, Place | None] = {place.device: outer.current(place.device) for place in places}
        self.where = outer
        self.used: set[Place] = {outer}
        self.made: dict[int, _Made] = {}
        self.held: list[Any] = []
        self.lenders: set[Place] = set()
        self.noting = current_mode().noting

    def run(self, walk: Callable[[Task], None]) -> None:
        self.task.watching = (*self.task.watching, self.watch)
        self.outer.enter()  # a helper thread begins elsewhere
        try:
            walk(self.task)
        finally:
            self.end()

    def watch(self, step: Step) -> Step:
        def placed(task: Task, node: Node, g: Any, producer: Any) -> Any:
            origin = self.made.pop(node.seq, None)
            self.go_to(self.place_of(node, origin))
            if origin is not None and (origin.is_mixed or origin.place != self.where):
                self.held.append(g)
                if origin.place != self.where:
                    self.await_from(origin.place)
            result = step(task, node, g, producer)
            self.remember(node, result)
            return result

        return placed

    def place_of(self, node: Node, origin: _Made | None) -> Place:
        """Where `node` runs. Edges and the ends at leaves only hand on, or add to what is there: where that was
        made."""
        if isinstance(node, (AccumulateGrad, OutputNode)):
            if origin is not None:
                return origin.place
        elif node.extra is not None and node.extra.place is not None:
            return node.extra.place
        return self.caller(node.space.device) or self.where

    def caller(self, device: str) -> Place | None:
        """Where the caller of the pass is on `device`; None for a device of another type, such as the CPU."""
        if device not in self.callers:
            self.callers[device] = self.outer.current(device)
        return self.callers[device]

    def go_to(self, place: Place) -> None:
        """Be in `place` from now on; the first time it waits for what the caller has put on before the pass."""
        if place == self.where:
            return
        self.leave()
        place.enter()
        self.where = place
        if self.task.tools.recording:
            change_mode(noting=(*self.noting, Noting(place)))
        if place not in self.used:
            self.used.add(place)
            for before in {self.outer, self.caller(place.device)}:
                if before is not None and before != place:
                    place.wait_for(before)

    def leave(self) -> None:
        """Make current on the device of this place what was current there."""
        before = self.caller(self.where.device)
        if before is not None and before != self.where:
            before.enter()

    def remember(self, node: Node, result: Any) -> None:
        """Where what `node` hands on was made; parts of one sum that were made elsewhere are waited for."""
        for edge, value in zip(node.edge_nodes(), self.handed_on(node, result)):
            if edge is None or value is None:
                continue
            made = self.made.get(edge.seq)
            if made is None:
                self.made[edge.seq] = _Made(self.where)
                continue
            if made.place != self.where:
                self.await_from(made.place)
                sum_so_far = self.task.waiting[edge.seq][1]
                self.held.append(list(sum_so_far.values) if isinstance(sum_so_far, Several) else sum_so_far)
                made.place, made.is_mixed = self.where, True

    def await_from(self, place: Place) -> None:
        """Use here what `place` made."""
        self.where.wait_for(place)
        self.lenders.add(place)

    def end(self) -> None:
        self.leave()
        self.outer.enter()
        change_mode(noting=self.noting)
        for place in self.used:
            caller = self.caller(place.device)
            if caller is not None and caller != place:
                caller.wait_for(place)
        for place in self.lenders:
            caller = self.caller(place.device)
            if caller is not None and caller != place:
                place.wait_for(caller)
        self.held.clear()


def placed(
    task: Task, walk: Callable[[Task], None], handed_on: Callable[[Node, Any], Sequence[Any]]
) -> Callable[[], None]:
    """`walk` over the nodes of `task`, each in its place. `handed_on` says what a step gave its edges."""
    extras = [node.extra for node in task.reached()]
    places = {extra.place for extra in extras if extra is not None and extra.place is not None}
    if not places:
        return lambda: walk(task)
    walking, thread = _Walk(task, places, handed_on), get_ident()

    def run() -> None:
        if get_ident() == thread and all(place == walking.callers[place.device] for place in places):
            walk(task)  # all where the caller is
        else:
            walking.run(walk)

    return run


walks_in_places.append(placed)
