"""Floor 7: what a graph looks like from outside: its nodes, what they keep, the shapes that pass between them."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from operator import attrgetter
from typing import Any, NamedTuple

from wengert.api.function.node import BackwardCFunction
from wengert.graph.node import AccumulateGrad, Node, OperationNode
from wengert.graph.saved import FREED
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase, edge_of
from wengert.tensor.general import GeneralNode
from wengert.tensor.kept import kept_names
from wengert.tensor.tools import RAW

Place = tuple[Node, int]  # a node and which of its outputs


class Saved(NamedTuple):
    """A tensor that a node keeps for backward."""

    name: str
    shape: Shape
    dtype: DType

    @property
    def nbytes(self) -> int:
        """Its size in bytes."""
        return prod(self.shape) * self.dtype.itemsize


def saved_by(node: Node) -> list[Saved]:
    """The tensors that `node` keeps, under torch's names; those that hooks have packed are left out."""
    if isinstance(node, BackwardCFunction):
        tensors = [kept.tensor for kept in node.kept if kept.tensor is not None]
        return [Saved("saved_tensors", t.shape, t.space.dtype) for t in tensors]
    if not isinstance(node, OperationNode):
        return []
    found: list[Saved] = []
    for theirs, ours in kept_names(node).items():
        kept = _kept(node, ours)
        if kept is not None:
            found.append(Saved(theirs, *kept))
    return found


def _kept(node: OperationNode, name: str) -> tuple[Shape, DType] | None:
    """Shape and dtype of the tensor kept under our `name`, None if there is none."""
    if isinstance(node, GeneralNode):
        held = (node.kept_outputs or {}).get(name)
        if held is not None:
            return tuple(held.array.shape), held.space.dtype
        entry = node.kept_inputs.get(name)
        return None if entry is None else (entry[0].shape, entry[0].space.dtype)
    if name == "out":
        data = node.saved_out
        return None if data is None else (tuple(data.shape), node.space.dtype)
    tensor = getattr(node, f"saved_{name}", None) if name in node.primitive.inputs and node.keeps(name) else None
    return None if tensor is None or tensor is FREED else (tensor.shape, tensor.space.dtype)


def reached(tensor: TensorBase) -> list[Node]:
    """The nodes behind `tensor`, each before those that it came from."""
    edge = edge_of(tensor)
    if edge is None:
        raise RuntimeError("this tensor does not require grad: there is no graph behind it.")
    found: set[Node] = set()
    todo = [edge.destination()[0]]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += [behind for behind, _ in node.next_functions if behind is not None]
    return sorted(found, key=attrgetter("seq"))


def shapes_behind(tensor: TensorBase, nodes: list[Node]) -> dict[Place, Shape]:
    """The shape of what each output of `nodes` was, as far as it can be known.

    Most nodes know the shapes of their inputs. The others run their rule on zeros; none of the user's functions runs.
    """
    edge = edge_of(tensor)
    assert edge is not None
    shapes: dict[Place, Shape] = {edge.destination(): tensor.shape}
    for node in nodes:
        if isinstance(node, AccumulateGrad):
            shapes[node, 0] = node.variable.shape
            continue
        for (behind, index), shape in zip(node.next_functions, _input_shapes(node, shapes), strict=True):
            if behind is not None and shape is not None:
                shapes[behind, index] = shape
    return shapes


def _input_shapes(node: Node, shapes: dict[Place, Shape]) -> Iterator[Shape | None]:
    """The shape of each input that `next_functions` shows."""
    edges = node.shown_edges()
    if isinstance(node, BackwardCFunction):
        arrived: Any = [entry and entry[0] for entry in node.inputs]
    elif isinstance(node, GeneralNode):
        arrived = [entry and entry[0] for entry in node.arrived or ()]
    else:
        arrived = _pulled_shapes(node, shapes.get((node, 0)))
    return (arrived[position] for position, _ in edges)


def _pulled_shapes(node: Node, shape: Shape | None) -> list[Shape | None]:
    """The shapes of what the rule of `node` makes of zeros."""
    count = len(node.edge_nodes())
    if shape is None:
        return [None] * count
    if isinstance(node, OperationNode) and node.primitive.elementwise:
        return [shape] * count if node.shapes is None else list(node.shapes)
    space = node.space
    zeros = space.xp.zeros(shape, dtype=space.native, device=space.native_device)
    try:
        with space.xp.errstate():
            values = node.pull_with(zeros, RAW, True, None)
    except RuntimeError:  # what it kept was freed or written
        return [None] * count
    return [None if v is None else tuple(v.shape) for v in values]


def in_words(nbytes: int) -> str:
    """A size such as "12 B" or "3.4 MB"."""
    size, unit = float(nbytes), "B"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{nbytes} B" if unit == "B" else f"{size:.1f} {unit}"
