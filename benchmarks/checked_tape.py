"""The least tape in Python that checks what torch's does, for products and sums of one shape: a floor of W1 and W6.

What it has beside the bare tape of `floors.py`: the types, places and shapes of the operands, grad mode, ends that
leaves hold weakly, versions when a value is kept and again when it is used, values that are gone after a pass, hooks,
nodes in the order of their numbers, and sums of cotangents that only the walk writes. What it has not: scalars,
broadcasting, dtypes, views, conversions, several outputs, and all that a pass may be asked for.
"""

from __future__ import annotations

from contextvars import ContextVar
from heapq import heappop, heappush
from itertools import count
from typing import Any
from weakref import ref

import numpy

from benchmarks.program import Array, Arrays, Size

_mode: ContextVar[bool] = ContextVar("mode", default=True)
_is_on, _next_number = _mode.get, count(1).__next__
_GONE: Any = object()


class Value:
    """A value on the tape."""

    __slots__ = ("__weakref__", "array", "grad", "node", "place", "shape", "version")

    array: Array
    node: Any
    version: list[int] | None

    def __mul__(self, other: Value) -> Value:
        out = self._result(other)
        out.array = self.array * other.array
        e0, e1 = self.node, other.node
        if (e0 is not None or e1 is not None) and _is_on() is True:
            node = out.node = Product()
            node.hooks = None
            if e0 is not None:
                if type(e0) is ref:
                    e0 = e0() or end_of(self)
                node.y = other
                if other.version is not None:
                    node.version_y = other.version[0]
            if e1 is not None:
                if type(e1) is ref:
                    e1 = e1() or end_of(other)
                node.x = self
                if self.version is not None:
                    node.version_x = self.version[0]
            node.e0, node.e1, node.number = e0, e1, _next_number()
        return out

    def __add__(self, other: Value) -> Value:
        out = self._result(other)
        out.array = self.array + other.array
        e0, e1 = self.node, other.node
        if (e0 is not None or e1 is not None) and _is_on() is True:
            node = out.node = Total()
            node.hooks = None
            if type(e0) is ref:
                e0 = e0() or end_of(self)
            if type(e1) is ref:
                e1 = e1() or end_of(other)
            node.e0, node.e1, node.number = e0, e1, _next_number()
        return out

    def _result(self, other: Any) -> Value:
        if type(other) is not Value or other.place is not self.place:
            raise TypeError("two values of one place")
        shape = self.shape
        if shape is not other.shape and shape != other.shape:
            raise ValueError(f"{shape} and {other.shape}")
        out = Value()
        out.shape, out.place, out.version, out.node = shape, self.place, None, None
        return out


class Product:
    __slots__ = ("e0", "e1", "hooks", "number", "version_x", "version_y", "x", "y")

    def step(self, g: Any, keep: bool) -> Any:
        if self.hooks is not None:
            raise NotImplementedError
        e0, e1, g0, g1 = self.e0, self.e1, None, None
        if e0 is not None:
            y = self.y
            if y is _GONE or (y.version is not None and y.version[0] != self.version_y):
                raise RuntimeError("gone, or written since")
            g0 = g * y.array
        if e1 is not None:
            x = self.x
            if x is _GONE or (x.version is not None and x.version[0] != self.version_x):
                raise RuntimeError("gone, or written since")
            g1 = g * x.array
        if not keep:
            self.x = self.y = _GONE
        return g0, e0, g1, e1


class Total:
    __slots__ = ("e0", "e1", "hooks", "number")

    def step(self, g: Any, keep: bool) -> Any:
        if self.hooks is not None:
            raise NotImplementedError
        return g, self.e0, g, self.e1


class End:
    """Where a path ends: what arrives is the leaf's gradient."""

    __slots__ = ("__weakref__", "leaf", "number")


def end_of(leaf: Value) -> End:
    end = End()
    end.leaf, end.number = leaf, _next_number()
    leaf.node = ref(end)
    return end


def leaf(array: Array) -> Value:
    value = Value()
    value.array, value.shape, value.place, value.version = array, array.shape, array.dtype, None
    value.grad, value.node = None, ref(End())
    return value


def walk(node: Any, g: Any, keep: bool = False) -> None:
    """Backward from `node`, the newest first."""
    waiting: dict[int, list[Any]] = {node.number: [node, g, False]}  # whether the walk made the sum itself
    heap = [-node.number]
    while heap:
        node, g, is_owned = waiting.pop(-heappop(heap))
        while True:
            if type(node) is End:
                node.leaf.grad = g if is_owned else g.copy()
                break
            g, follow, other, second = node.step(g, keep)
            if second is not None:
                entry = waiting.get(second.number)
                if entry is None:
                    waiting[second.number] = [second, other, False]
                    heappush(heap, -second.number)
                elif entry[2]:
                    entry[1] += other
                else:
                    entry[1:] = [entry[1] + other, True]
            if follow is None:
                break
            if heap and -heap[0] >= follow.number:
                entry = waiting.get(follow.number)
                if entry is None:
                    waiting[follow.number] = [follow, g, False]
                    heappush(heap, -follow.number)
                else:
                    entry[1:] = [entry[1] + g, True]
                break
            node, is_owned = follow, False


def tiny_chain(arrays: Arrays, size: Size) -> Arrays:
    shape = arrays["x"].shape
    x, w, b = (leaf(arrays[name]) for name in "xwb")
    w.shape = b.shape = x.shape = shape
    y = x
    for _ in range(size["times"]):
        y = y * w + b
    walk(y.node, numpy.ones_like(y.array))
    return {"loss": y.array.sum(), "x.grad": x.grad, "w.grad": w.grad, "b.grad": b.grad}


def deep_graph(arrays: Arrays, size: Size) -> Arrays:
    x, w = leaf(arrays["x"]), leaf(arrays["w"])
    y = x
    for _ in range(size["nodes"]):
        y = y * w
    walk(y.node, numpy.ones_like(y.array))
    found = {"loss": y.array, "x.grad": x.grad, "w.grad": w.grad}
    node, y = y.node, x
    while type(node) is Product:  # newest first: a chain that is let go of as a whole recurses
        before, node.e0 = node.e0, None
        node = before
    return found
