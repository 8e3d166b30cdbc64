"""Floor 4: the nodes of the tape.

Each operation has a class of nodes, named as in torch (MulBackward0). A node keeps its edges (the nodes that its inputs
came from), its sequence number, the space of its result and what its rules asked for. Three layouts hold the edges, so
that the common ones cost least: one input (`e0`), two (`e0`, `e1`), any number (`edges`). `pull_with` gives the
cotangents of the inputs from that of the output. `step` is the same for the engine, which meets nodes of a hundred
classes in one line: what that line would look up on a node costs it ten times what it costs the node itself, so the
node hands its edges over with the cotangents, and says itself whether it has hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, ClassVar

from wengert.graph.hooks import EMPTY, Extra, Hook, RemovableHandle
from wengert.graph.saved import FREED, check_version, checked_output
from wengert.protocol.backend import Space
from wengert.rule.kinds import sum_to
from wengert.rule.placed import Placed
from wengert.rule.primitive import Kept, Primitive

#: The next sequence number. They count down: nodes made later have a lower one, so ascending order, which is that of a
#: heap, is a valid order for backward.
next_number: Callable[[], int] = count(-1, -1).__next__

#: What a node answers to `step` and `trace` where more is to be done than its rules: it has hooks, or is an end.
CAREFUL: Any = object()


class Node:
    """One recorded operation."""

    __slots__ = ("__weakref__", "extra", "seq", "space")

    extra: Extra | None
    seq: int
    space: Space
    e0: Node | None  # layouts 1 and 2
    e1: Node | None  # layout 2
    edges: tuple[Node | None, ...]  # layout 3

    primitive: ClassVar[Primitive]
    count: int = 1  # of outputs
    no_extra: ClassVar[Extra | None] = None  # what `extra` is until there is something
    fresh: ClassVar[bool] = False  # the cotangents are new arrays that nobody else holds
    takes_undefined: ClassVar[bool] = False  # runs even if all cotangents are undefined
    is_end: ClassVar[bool] = False  # tapes may end here
    takes_pending: ClassVar[bool] = False  # `step` takes a cotangent that is not worked out yet
    hands_on: ClassVar[bool] = False  # and gives it to an edge as it is
    gathers: ClassVar[bool] = False  # `pull_with` gets the cotangents of all outputs as `Several`, even if there is one
    layout: ClassVar[int] = 0  # 1: e0; 2: e0 and e1; 3: edges

    def name(self) -> str:
        """The name of the operation, such as "MulBackward0"."""
        return type(self).__name__

    def edge_nodes(self) -> Sequence[Node | None]:
        """The nodes that the inputs came from, None for an input that needs no gradient."""
        if self.layout == 1:
            return (self.e0,)
        if self.layout == 2:
            return self.e0, self.e1
        return self.edges if self.layout == 3 else ()

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The node and output number behind each input, as in torch."""
        return tuple(e.destination() if e is not None else (None, 0) for _, e in self.shown_edges())

    def shown_edges(self) -> list[tuple[int, Node | None]]:
        """The edges that torch has too, with their positions."""
        return list(enumerate(self.edge_nodes()))

    def destination(self) -> tuple[Node, int]:
        """This node as the user knows it, and which of its outputs an edge to it means."""
        return self, 0

    @property
    def requires_grad(self) -> bool:
        """True: what needs no gradient has no node."""
        return True

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dictionary for the user's own notes on this node."""
        return self.extras().metadata

    def _sequence_nr(self) -> int:
        """The number of this node: later ones have a higher one."""
        return -self.seq

    def __call__(self, *gradients: Any) -> Any:
        """The gradients of the inputs from those of the outputs, by hand: nothing kept is freed, and no hook runs."""
        if len(gradients) != self.count:
            raise TypeError(f"expected {self.count} arguments, got {len(gradients)} instead")
        for gradient in gradients:
            if gradient is not None:
                if not hasattr(gradient, "passed_through"):
                    raise TypeError(f"argument {gradients.index(gradient)} is not a Variable")
                return gradient.passed_through(self, gradients)
        nothing = (None,) * len(self.shown_edges())
        return None if len(nothing) == 1 else nothing

    def register_hook(self, fn: Hook) -> RemovableHandle:
        """Call `fn(grad_inputs, grad_outputs)` after this node has run; a tuple that it returns replaces
        grad_inputs."""
        return RemovableHandle.of(self.extras().posthooks, fn)

    def register_prehook(self, fn: Hook) -> RemovableHandle:
        """Call `fn(grad_outputs)` before this node runs; a tuple that it returns replaces them."""
        return RemovableHandle.of(self.extras().prehooks, fn)

    def extras(self) -> Extra:
        """The rare attributes, made at the first need."""
        if self.extra is None or self.extra is self.no_extra:
            self.extra = Extra()
        return self.extra

    def output_edge(self, index: int) -> Node:
        """The node that a gradient of one output goes to."""
        if self.count == 1 and not self.gathers:
            return self
        edge = OutputNode()
        edge.e0, edge.index, edge.extra, edge.space, edge.seq = self, index, EMPTY, self.space, next_number()
        return edge

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        """The cotangents of the inputs through the tools of one pass (raw or recording), one for each edge, None for
        those that are not in `wanted` (None: all); frees what was kept unless `keep`."""
        raise NotImplementedError(self.name())

    def step(self, g: Any, keep: bool, tools: Any, producer: Any = None) -> Any:
        """`pull_with` as the engine calls it: a list for the edges, or for layouts 1 and 2 the tuple (cotangent, edge,
        cotangent, edge), or CAREFUL. `g` may be written over if its `producer` is `fresh`."""
        return self.pull_with(g, tools, keep, None) if self.extra is None else CAREFUL

    def trace(self, g: Any, keep: bool, tools: Any) -> Any:
        """`step` on Tensors, in a pass that records."""
        return self.step(g, keep, tools)

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


Node.__abstractmethods__ = frozenset({"pull_with"})  # pyright: ignore[reportAttributeAccessIssue]  # as `abc` does, without its metaclass, which makes isinstance slow


class OperationNode(Node):
    """A node of a declared operation: keeps what the rules name, in slots made for that operation.

    Slots: `saved_x` and `version_x` for an input x, `saved_out` and `cell_out` for the result, `shape_x`, `static_s`;
    `shapes` (of the inputs, None where no broadcasting happened) for elementwise operations; `arrived` (shape and space
    of every input) and `compute` (the space that the forward ran in) for operands that were converted.
    """

    __slots__ = ("shapes",)

    kept_by: ClassVar[dict[str, tuple[int, ...]]]  # which inputs' rules ask for a kept name
    saved_names: ClassVar[dict[str, str]]  # our names of kept values as torch's
    backs: ClassVar[dict[str, Callable[..., Any]]] = {}  # what records the ways back that are one operation

    arrived: tuple[tuple[tuple[int, ...], Space] | None, ...] | None = None
    compute: Space
    shapes: Any

    def shown_edges(self) -> list[tuple[int, Node | None]]:
        primitive, edges = self.primitive, list(enumerate(self.edge_nodes()))
        if primitive.variadic or not primitive.constants:
            return edges
        return [entry for entry in edges if primitive.inputs[entry[0]] not in primitive.constants]

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        primitive, xp = self.primitive, tools.namespace(self.space)
        asked = [edge is not None and (wanted is None or edge in wanted) for edge in self.edge_nodes()]
        is_real = self.space.__class__ is Space and not self.space.dtype.is_complex
        backs = self.backs if tools.recording and is_real else {}
        values = primitive.pullbacks(xp, asked, g, self.kept_once(tools), backs)
        result = [self.returned(position, value, xp, tools) for position, value in enumerate(values)]
        if not keep:
            self.free()
        return result

    def returned(self, position: int, g: Any, xp: Any, tools: Any) -> Any:
        """`g` with broadcasting and conversion of the input at `position` undone."""
        if g is None or g.__class__ is Placed:
            return g
        arrived = self.arrived
        if arrived is None:
            shapes = self.shapes if self.primitive.elementwise else None
            return g if shapes is None else sum_to(xp, g, shapes[position])
        shape, space = arrived[position] or ((), self.compute)
        if self.primitive.elementwise:
            g = sum_to(xp, g, shape)
        return tools.converted(xp, g, self.compute, space)

    def kept_once(self, tools: Any) -> Kept:
        """`kept`, for rules of several inputs that ask for the same."""
        return _Known(self, tools).__getitem__

    def kept(self, name: str, tools: Any) -> Any:
        """What this node kept under a name that a rule asks for."""
        primitive = self.primitive
        if name in primitive.statics:
            return tools.static(self.space, name, getattr(self, f"static_{name}"))
        if name == "out":
            packed = self.packed(name)
            if packed is not None:
                return tools.output(packed.unpacked().array, self.space, self)
            data = checked_output(self, name, self.saved_out, self.cell_out)
            return tools.output(data, self.space, self)
        if name in primitive.inputs:
            tensor = self.input_kept(name)
            if tensor is None:
                return None
            as_it_is = self.arrived is None or name in primitive.constants
            return tools.input(tensor, tensor.space if as_it_is else self.compute)
        return tools.static(self.space, name.rpartition("_")[2], getattr(self, name))

    def packed(self, name: str) -> Any:
        """What hooks have put in the place of a kept value, None where they have not."""
        return None if self.extra is None else self.extra.packed.get(name)

    def free(self) -> None:
        """Let go of the kept arrays."""
        for name in self.kept_by:
            self.free_one(name)
        if self.extra is not None:
            self.extra.packed.clear()

    def free_one(self, name: str) -> None:
        """Let go of the array kept under a name."""
        if name == "out":
            self.saved_out = None
        elif name in self.primitive.inputs:
            setattr(self, f"saved_{name}", FREED)

    def is_freed(self, name: str) -> bool:
        """Whether the value kept under a name is gone."""
        return self.saved_out is None if name == "out" else getattr(self, f"saved_{name}") is FREED

    saved_out: Any
    cell_out: list[Any] | None

    def keeps(self, name: str) -> bool:
        """Whether the edges of this node had need of what can be kept under `name`."""
        if name in self.primitive.statics or name not in self.kept_by:
            return name in self.primitive.statics
        edges = self.edge_nodes()
        return self.primitive.variadic or any(edges[position] is not None for position in self.kept_by[name])

    def input_kept(self, name: str) -> Any:
        """The tensor kept under an input's name, checked; None if this call had none."""
        packed = self.packed(name)
        if packed is not None:
            return packed.unpacked()
        tensor = getattr(self, f"saved_{name}")
        if tensor is not None:
            check_version(self, name, tensor)
        return tensor


class _Known(dict[str, Any]):
    """What a node keeps by name, each taken off it at the first need."""

    __slots__ = ("node", "tools")

    def __init__(self, node: OperationNode, tools: Any) -> None:
        self.node, self.tools = node, tools

    def __missing__(self, name: str) -> Any:
        value = self[name] = self.node.kept(name, self.tools)
        return value


class Several:
    """The cotangents of an operation with several outputs, gathered until its node runs: each with who made it and the
    space of its output."""

    __slots__ = ("producers", "spaces", "values")

    def __init__(self, node: Node) -> None:
        count = node.count
        self.values: list[Any] = [None] * count
        self.producers: list[Any] = [Node] * count
        self.spaces: list[Space] = [node.space] * count


class OutputNode(Node):
    """An edge to one output of an operation that has several: hands its cotangent to the operation's node."""

    __slots__ = ("e0", "index")  # pyright: ignore[reportIncompatibleVariableOverride]  # e0 is never None here

    layout = 1
    no_extra = EMPTY
    e0: Node
    index: int

    def destination(self) -> tuple[Node, int]:
        return self.e0, self.index

    def step(self, g: Any, keep: bool, tools: Any, producer: Any = None) -> Any:
        return self if self.extra is EMPTY else CAREFUL  # there is nothing to do but to deliver g


class AccumulateGrad(Node):
    """The end of the tape at a leaf: adds the cotangent to the leaf's `.grad`."""

    __slots__ = ("variable",)

    variable: Any
    no_extra = EMPTY
    takes_pending = True
    is_end = True

    def step(self, g: Any, keep: bool, tools: Any, producer: Any = None) -> Any:
        return CAREFUL
