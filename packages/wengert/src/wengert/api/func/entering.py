"""Floor 7: variables of a derivative. Each transform that differentiates gives its arguments a place of their own on
the tape, and results leave it: what depends on nothing else comes out without a history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from weakref import ref

from wengert.graph.ends import keep_in_view
from wengert.graph.modes import is_grad_enabled, set_grad_mode
from wengert.graph.node import AccumulateGrad, Node, next_number
from wengert.ops.xp import namespace_of
from wengert.tensor.base import TensorBase, edge_of, make, require_inexact
from wengert.tensor.level import Level, depth_of, running
from wengert.tensor.tools import RAW
from wengert.tensor.view import as_alias
from wengert.transforms.batched import BatchLevel
from wengert.transforms.dual import DualSpace, make_dual, primal_at, tangent_at
from wengert.transforms.passes import passing


class Entered(Node):
    """The place of a variable: a gradient stops here inside of the transform, and outside goes on to where the argument
    came from."""

    __slots__ = ("e0", "level")

    layout = 1
    is_end = True
    level: Level

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        return [g]


def entered_level() -> BatchLevel | None:
    """The innermost vmap that is running, on whose tape variables are put."""
    return next((level for level in reversed(running.get()) if isinstance(level, BatchLevel)), None)


class Variables:
    """The arguments of one derivative as variables of it."""

    __slots__ = ("batch", "level", "nodes", "tensors")

    def __init__(self, arguments: Sequence[Any], level: Level) -> None:
        self.batch, self.level = entered_level(), level
        self.tensors: list[Any] = []
        self.nodes: list[Entered] = []
        for argument in arguments:
            if not isinstance(argument, TensorBase):
                raise ValueError(f"Thing passed to transform API must be Tensor, got {type(argument)}")
            require_inexact(argument.space.dtype)
            self._enter(argument if self.batch is None else _lifted(self.batch, argument))

    def _enter(self, argument: Any) -> None:
        node = Entered()
        node.e0, node.level = edge_of(argument), self.level
        node.space, node.extra, node.seq = argument.space.plain, None, next_number()
        keep_in_view(node)
        variable: Any = as_alias(make(argument.space, argument.array), argument)
        if argument.space is not argument.space.plain:
            variable._tangent, variable.node = argument._tangent, node
        else:
            variable.node = ref(node)
        self.tensors.append(variable)
        self.nodes.append(node)

    def reach_outside(self, tensors: Iterable[Any]) -> bool:
        """Whether the history of one of `tensors` goes on to what a gradient may be asked of outside of this
        derivative: a leaf, where an argument came from, or a variable of a derivative that is being taken."""
        own = set(self.nodes)
        seen: set[Node] = set()
        todo = [edge for edge in map(self._edge, tensors) if edge is not None]
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            if isinstance(node, AccumulateGrad):
                return True
            if isinstance(node, Entered) and node not in own and node.level.alive:
                return True
            todo += [edge for edge in node.edge_nodes() if edge is not None]
        return False

    def _edge(self, tensor: TensorBase) -> Node | None:
        """Where the history of `tensor` is, if it is on the tape of these variables."""
        mine = 0 if self.batch is None else self.batch.depth
        return edge_of(tensor) if tensor.node is not None and depth_of(tensor.space.plain) == mine else None

    def left(self, result: Any) -> Any:
        """`result` as it is outside: without a history, where that is about the variables alone."""
        if not isinstance(result, TensorBase) or self._edge(result) is None:
            return result
        space: Any = result.space
        out: Any = as_alias(make(space, result.array), result)
        if space is not space.plain:
            out._tangent = result._tangent  # pyright: ignore[reportPrivateUsage]  # the slot for forward mode
        if self.reach_outside([result]) and is_grad_enabled():
            out.node = edge_of(result)
        return out

    def pulled(self, results: Sequence[Any], cotangents: Sequence[Any], needed: bool) -> list[Any]:
        """The gradients by the variables from `cotangents` of `results`, zeros where there are none; `needed` says
        whether they are to have a history."""
        roots = [
            (*edge.destination(), g)
            for edge, g in zip(map(self._edge, results), cotangents, strict=True)
            if edge is not None
        ]
        found = passing(roots, self.nodes, self.batch, needed)
        gradients: list[Any] = []
        for tensor, g in zip(self.tensors, found, strict=True):
            xp: Any = namespace_of(tensor.space.backend)
            gradients.append(self.left(xp.zeros_like(tensor) if g is None else g))
        return gradients


def _lifted(batch: BatchLevel, tensor: TensorBase) -> Any:
    """`tensor` as one of the elements of a batch."""
    space: Any = tensor.space
    if isinstance(space, DualSpace) and space.depth > batch.depth:
        level: Any = space.level
        return make_dual(level, _lifted(batch, primal_at(level, tensor)), tangent_at(level, tensor))
    return tensor if depth_of(space) == batch.depth else batch.tensor(tensor, False)


class Inside:
    """The region in which a function that is being differentiated runs: one level more, with grad mode on."""

    __slots__ = ("level", "mode", "outer")

    def __init__(self, level: Level | None = None) -> None:
        self.level = Level() if level is None else level

    def __enter__(self) -> Level:
        self.outer = running.get()
        running.set((*self.outer, self.level))
        self.mode = set_grad_mode(True)
        return self.level

    def __exit__(self, *details: object) -> None:
        set_grad_mode(self.mode)
        running.set(self.outer)
        self.level.end()


__all__ = ["RAW", "Entered", "Inside", "Variables"]
