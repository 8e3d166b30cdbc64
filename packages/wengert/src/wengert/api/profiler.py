"""Floor 7: a profile of backward: what each node costs in time and memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Sequence
from math import prod
from operator import attrgetter
from os import PathLike
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from wengert.api.inspection import in_words, saved_by
from wengert.extras import optional
from wengert.graph.engine import returned
from wengert.graph.modes import change_mode, current_mode
from wengert.graph.node import Node, OutputNode
from wengert.rule.placed import Placed


class NodeCost(NamedTuple):
    """One node's run, or all runs of one kind of node: seconds (nested passes left out) and bytes.

    `gradients` are what the node returned, `saved` what it kept for this. `allocated` and `peak` are what Python's
    tracemalloc saw, 0 without it.
    """

    name: str
    start: float
    time: float
    gradients: int
    saved: int
    allocated: int
    peak: int
    calls: int = 1


_HEADINGS = ("node", "calls", "time", "per call", "gradients", "saved", "allocated", "peak")
_SORTABLE = ("time", "calls", "gradients", "saved", "allocated", "peak")


class profile:  # torch's name
    """Measure each node that backward runs inside: time, bytes of gradients and of saved tensors. A context manager.

    With `memory`, tracemalloc tells what each node allocated, and its peak, where the array library reports to it
    (NumPy does); that makes everything slower.

    Source: the role of torch.autograd.profiler.profile.

    >>> x = ones(1000, requires_grad=True)
    >>> with autograd.profiler.profile() as costs:
    ...     (x * x).sum().backward()
    >>> [(cost.name, cost.gradients, cost.saved) for cost in costs.nodes]
    [('SumBackward0', 4000, 0), ('MulBackward0', 8000, 8000), ('AccumulateGrad', 0, 0)]
    """

    def __init__(self, memory: bool = False) -> None:
        self.memory = memory
        self.nodes: list[NodeCost] = []
        self._within: list[float] = []  # seconds spent in passes within the nodes that run now
        self._began, self._traced = 0.0, False

    def __enter__(self) -> profile:
        self._traced = self.memory and not tracemalloc.is_tracing()
        if self._traced:
            tracemalloc.start()
        self._began = perf_counter()
        change_mode(watching=(*current_mode().watching, self._watch))
        return self

    def __exit__(self, *details: object) -> None:
        change_mode(watching=tuple([watch for watch in current_mode().watching if watch != self._watch]))
        if self._traced:
            tracemalloc.stop()

    def _watch(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def watched(task: Any, node: Node, g: Any, producer: Any) -> Any:
            if isinstance(node, OutputNode):
                return step(task, node, g, producer)
            saved, before = sum(kept.nbytes for kept in saved_by(node)), self._allocated()
            self._within.append(0.0)
            start = perf_counter()
            try:
                result = step(task, node, g, producer)
            finally:
                elapsed = perf_counter() - start
                within = self._within.pop()
                if self._within:
                    self._within[-1] += elapsed
            after, peak = tracemalloc.get_traced_memory() if self.memory else (0, 0)
            self.nodes.append(
                NodeCost(
                    node.name(),
                    start - self._began,
                    elapsed - within,
                    sum(_nbytes(value) for value in returned(node, result)),
                    saved,
                    after - before,
                    peak - before,
                )
            )
            return result

        return watched

    def _allocated(self) -> int:
        if not self.memory:
            return 0
        tracemalloc.reset_peak()
        return tracemalloc.get_traced_memory()[0]

    def key_averages(self) -> list[NodeCost]:
        """The costs of each kind of node: sums, and the highest peak; the slowest first."""
        found: dict[str, NodeCost] = {}
        for cost in self.nodes:
            sofar = found.get(cost.name)
            found[cost.name] = cost if sofar is None else _together(sofar, cost)
        return sorted(found.values(), key=attrgetter("time"), reverse=True)

    def table(self, sort_by: str = "time", row_limit: int | None = None) -> str:
        """The kinds of nodes as a table in plain text.

        Errors: ValueError if there is no column `sort_by`.
        """
        cells = [list(self._headings()), *self._rows(sort_by, row_limit)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *[cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True)]])
            for row in cells
        ]
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])

    def show(self, sort_by: str = "time", row_limit: int | None = None) -> None:
        """Print the table: with rich if it is installed, else in plain text."""
        try:
            tables, console = optional("rich.table", "rich"), optional("rich.console", "rich")
        except ImportError:
            print(self.table(sort_by, row_limit))
            return
        drawn = tables.Table(title="backward")
        for column, heading in enumerate(self._headings()):
            drawn.add_column(heading, justify="right" if column else "left", min_width=0 if column else 24)
        for row in self._rows(sort_by, row_limit):
            drawn.add_row(*row)
        console.Console().print(drawn)

    def to_json(self) -> str:
        """Every run of a node, in order, as a JSON list of objects: seconds and bytes."""
        return json.dumps([cost._asdict() for cost in self.nodes], indent=1)

    def export_json(self, path: str | PathLike[str]) -> None:
        """Write `to_json()` into a file."""
        Path(path).write_text(self.to_json() + "\n", encoding="utf-8")

    def export_chrome_trace(self, path: str | PathLike[str]) -> None:
        """Write the runs as a trace that chrome://tracing and Perfetto show."""
        events = [
            {"name": c.name, "ph": "X", "ts": c.start * 1e6, "dur": c.time * 1e6, "pid": 0, "tid": 0}
            for c in self.nodes
        ]
        Path(path).write_text(json.dumps({"traceEvents": events}) + "\n", encoding="utf-8")

    def __str__(self) -> str:
        return self.table()

    def _headings(self) -> Sequence[str]:
        return _HEADINGS if self.memory else _HEADINGS[:-2]

    def _rows(self, sort_by: str, row_limit: int | None) -> list[list[str]]:
        if sort_by not in _SORTABLE:
            raise ValueError(f"table: sort_by={sort_by!r}; expected one of {', '.join(_SORTABLE)}.")
        costs = sorted(self.key_averages(), key=attrgetter(sort_by), reverse=True)[:row_limit]
        rows: list[list[str]] = []
        for c in costs:
            row = [c.name, str(c.calls), _seconds(c.time), _seconds(c.time / c.calls)]
            row += [in_words(c.gradients), in_words(c.saved)]
            rows.append([*row, in_words(c.allocated), in_words(c.peak)] if self.memory else row)
        return rows


def _together(a: NodeCost, b: NodeCost) -> NodeCost:
    return NodeCost(
        a.name, a.start, a.time + b.time, a.gradients + b.gradients, a.saved + b.saved, a.allocated + b.allocated,
        max(a.peak, b.peak), a.calls + b.calls,
    )  # fmt: skip


def _nbytes(value: Any) -> int:
    """The bytes of a gradient: a raw array, a Tensor, or a part with its place."""
    value = value.g if isinstance(value, Placed) else value
    array = getattr(value, "array", value)
    if array is None:
        return 0
    size = getattr(array, "nbytes", None)
    return prod(array.shape) * getattr(array, "itemsize", 4) if size is None else int(size)


def _seconds(time: float) -> str:
    return f"{time * 1e3:.3f} ms" if time < 1 else f"{time:.3f} s"
