"""Floor 5: an operation under torch's name, and its nodes on the general way, which run the declared rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from wengert.extras import deferred
from wengert.graph.hooks import EMPTY
from wengert.graph.node import Node, OperationNode, OutputNode, Several
from wengert.graph.saved import checked_output, raise_freed, raise_stale, version_of, written_at
from wengert.protocol.backend import Space
from wengert.rule.primitive import Primitive
from wengert.tensor.kept import kept_values

#: What stands on this module.
_late = deferred(__name__, {"way_back": "wengert.tensor.operation:way_back"})


class Operation:
    """A primitive under the name that torch gives its nodes."""

    def __init__(self, primitive: Primitive, node_name: str = "", saved_names: Mapping[str, str] | None = None) -> None:
        self.primitive = primitive
        self.node_name = node_name or f"{primitive.name.title().replace('_', '')}Backward0"
        self.saved_names: Mapping[str, str] = saved_names or {}
        self.arguments = tuple([self.saved_names.get(name, name) for name in primitive.inputs])
        self.tensors_only: tuple[int, ...] = ()  # the positions of inputs that may not be Python numbers
        self.function = primitive.name  # what messages call it where no name of a node says that
        self._node_class: type[OperationNode] | None = None
        self._general_class: type[GeneralNode] | None = None
        self._asked: dict[tuple[int, ...], frozenset[str]] = {}

    @property
    def name(self) -> str:
        """What error messages call the operation: torch's name where the name of its nodes says it."""
        stem, found, _ = self.node_name.partition("Backward")
        if not found or not self.arguments or self.function != self.primitive.name:
            return self.function
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in stem).lstrip("_")

    def argument(self, position: int) -> str:
        """What error messages call an argument."""
        name = self.arguments[0 if self.primitive.variadic else position]
        return "input" if name in ("self", "x") else "other" if name == "y" else name

    def asked(self, needing: Sequence[int], names: Sequence[str]) -> frozenset[str]:
        """What must be kept for the cotangents of the inputs at the positions `needing`, of those called `names`."""
        key = () if self.primitive.variadic else tuple(needing)  # whose inputs ask for the same
        found = self._asked.get(key)
        if found is None:
            found = frozenset([ask for position in needing for ask in self.primitive.asks(names[position])])
            self._asked[key] = found
        return found

    def general_class(self) -> type[GeneralNode]:
        """The class of nodes whose pull runs the rules as they are declared."""
        found = self._general_class
        if found is None:
            found = self._general_class = cast(type[GeneralNode], node_class(self, GeneralNode))
            found.backs = self.backs()
        return found

    def backs(self) -> dict[str, Any]:
        """What records the ways back to inputs that are one operation, named as torch names them."""
        found: dict[str, Any] = {}
        for name, back in self.primitive.backs.items():
            asks = self.primitive.asks(name)
            known = ["output" if ask == "out" else self.saved_names.get(ask, "self") for ask in asks]
            saved_names = dict(zip(back.inputs, ["grad_output", *known], strict=False))  # statics keep their names
            found[name] = _late("way_back")(back, self.node_name.removesuffix("0") + "Backward0", **saved_names)
        return found

    def __repr__(self) -> str:
        return f"<operation {self.name} recorded as {self.node_name}>"


class KeptOutput:
    """An output that a node keeps: the raw array and what makes a tensor of it again."""

    __slots__ = ("array", "cell", "seq", "space", "tangent")

    def __init__(self, array: Any, cell: list[Any] | None, space: Space, seq: int) -> None:
        self.array, self.cell, self.space, self.seq = array, cell, space, seq
        self.tangent: Any = None  # in forward mode

    def unpacked(self, node: Node, tools: Any) -> Any:
        """The output for a rule, with `node` behind it in a pass that records."""
        output = tools.output(self.array, self.space, node)
        if self.tangent is not None and tools.recording:
            output._tangent = self.tangent
        return output


class GeneralNode(OperationNode):
    """A node of any operation: edges in one tuple, the pull by the declared rules."""

    __slots__ = (
        "arrived",
        "cell_out",
        "compute",
        "computed",
        "count",
        "edges",
        "kept_inputs",
        "kept_outputs",
        "static",
        "version_out",
    )
    layout = 3

    edges: tuple[Node | None, ...]
    kept_inputs: dict[str, Any]
    kept_outputs: dict[str, KeptOutput] | None
    static: dict[str, Any]
    count: int  # of outputs
    computed: Space | None  # where the result was computed, if it was then stored in a narrower dtype

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        guard = self.space.guard
        return (self._pulled if guard is None else guard(self._pulled))(g, tools, keep, wanted)

    def _pulled(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        if g.__class__ is Several and all(value is None for value in g.values):
            return [None] * len(self.edges)
        if self.computed is not None:
            g = tools.converted(tools.namespace(self.computed), g, self.space, self.computed)
        if not self.primitive.variadic:
            return super().pull_with(g, tools, keep, wanted)
        primitive, xp = self.primitive, tools.namespace(self.compute)
        values = primitive.pullback(xp, primitive.inputs[0], g, self.kept_once(tools))
        result = [
            None
            if edge is None or (wanted is not None and edge not in wanted)
            else self.returned(position, value, xp, tools)
            for position, (edge, value) in enumerate(zip(self.edges, values, strict=True))
        ]
        if not keep:
            self.free()
        return result

    def kept(self, name: str, tools: Any) -> Any:
        primitive = self.primitive
        if name in primitive.statics:
            return tools.static(self.space, name, self.static[name])
        if name == "out" or name in primitive.outputs:
            held = self.output_kept(name)
            return held.unpacked(self._edge_of_output(name, held) if primitive.outputs else self, tools)
        if name in primitive.inputs:
            tensor = self.input_kept(name)
            if tensor is None:
                return None
            as_it_is = name in primitive.constants
            return tools.input(tensor, tensor.space if as_it_is else self.compute)
        stem, _, what = name.rpartition("_")
        return tools.static(self.space, what, self.metadata_of(stem, what))

    def metadata_of(self, stem: str, what: str) -> Any:
        """The shape or dtype of an input, or the list of them for a variadic operation."""
        assert self.arrived is not None
        if self.primitive.variadic:
            return [entry[0] if what == "shape" else entry[1].dtype for entry in self.arrived if entry is not None]
        entry = self.arrived[self.primitive.inputs.index(stem)]
        if entry is None:
            return None
        return entry[0] if what == "shape" else entry[1].dtype

    def _edge_of_output(self, name: str, held: KeptOutput) -> OutputNode:
        output = OutputNode()
        output.e0, output.index = self, self.primitive.outputs.index(name)
        output.seq, output.space, output.extra = held.seq, held.space, EMPTY
        return output

    def input_kept(self, name: str) -> Any:
        """The tensor kept under an input's name, checked."""
        packed = self.packed(name)
        if packed is not None:
            return packed.unpacked()
        from_tape = self.kept_inputs.get(name, _FREED)
        if from_tape is _FREED:
            raise_freed(self)
        if from_tape is None:
            return None
        tensor, version = from_tape
        if version_of(tensor) != version:
            tensor.settle()
            raise_stale(self, name, tensor.shape, version_of(tensor), version, written_at(tensor.version))
        return tensor

    def output_kept(self, name: str) -> KeptOutput:
        """The output kept under a name, checked."""
        packed = self.packed(name)
        if packed is not None:
            tensor = packed.unpacked()
            return KeptOutput(tensor.array, None, tensor.space, packed.seq)
        held = None if self.kept_outputs is None else self.kept_outputs.get(name)
        if held is None:
            raise_freed(self)
        checked_output(self, name, held.array, held.cell or self.cell_out)
        return held

    def free(self) -> None:
        if self.kept_inputs:
            self.kept_inputs = {}
        self.kept_outputs = None
        if self.extra is not None:
            self.extra.packed.clear()

    def free_one(self, name: str) -> None:
        self.kept_inputs.pop(name, None)
        if self.kept_outputs:
            self.kept_outputs.pop(name, None)

    def is_freed(self, name: str) -> bool:
        return name not in self.kept_inputs and name not in (self.kept_outputs or ())


_FREED: Any = object()


def node_class(operation: Operation, base: type[OperationNode], slots: tuple[str, ...] = (), **members: Any) -> Any:
    """A class of nodes for `operation`, called as torch calls it."""
    primitive = operation.primitive
    kept_by: dict[str, tuple[int, ...]] = {}
    for position, name in enumerate(primitive.inputs):
        if primitive.differentiable(name):
            for ask in primitive.asks(name):
                kept_by[ask] = (*kept_by.get(ask, ()), position)
    members |= {"__slots__": slots, "primitive": primitive, "fresh": primitive.fresh, "kept_by": kept_by}
    members |= {"gathers": bool(primitive.outputs)}
    members |= {"saved_names": operation.saved_names, "__module__": "wengert.autograd.graph"}
    members |= kept_values(primitive, kept_by, operation.saved_names)
    return type(operation.node_name, (base,), members)
