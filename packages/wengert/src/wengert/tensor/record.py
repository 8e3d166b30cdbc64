"""Floor 5: recording an operation, the general way.

`Operation` binds a declared primitive to the name of its nodes. Its `record` function is written by `specialize.py` for
the common case (all operands Tensors of one space, real numbers) and comes here for everything else: Python scalars,
mixed dtypes, 0-d operands, complex numbers, conversions, several outputs, transforms. Here, too, all refusals are made,
before anything is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, NoReturn, cast

from wengert.graph.modes import is_grad_enabled
from wengert.graph.node import EMPTY, Node, OperationNode, OutputNode, next_number
from wengert.graph.saved import checked_output, raise_freed, raise_stale, version_of, written_at
from wengert.protocol.backend import Backend, Space
from wengert.protocol.dtypes import DType, get_default_dtype, result_dtype, scalar_dtype
from wengert.protocol.errors import BackendError
from wengert.protocol.shapes import broadcast_all
from wengert.rule.kinds import Predicate
from wengert.rule.primitive import Primitive
from wengert.tensor.base import TensorBase, edge_of, make, version_cell
from wengert.tensor.kept import attributes, kept_value
from wengert.tensor.tools import RAW

NUMBERS = (bool, int, float, complex)


class Operation:
    """A primitive under the name that torch gives its nodes."""

    def __init__(self, primitive: Primitive, node_name: str = "", saved_names: Mapping[str, str] | None = None) -> None:
        self.primitive = primitive
        self.node_name = node_name or f"{primitive.name.title().replace('_', '')}Backward0"
        self.saved_names = dict(saved_names or {})
        self.arguments: tuple[str, ...] = tuple(self.saved_names.get(name, name) for name in primitive.inputs)
        self._node_class: type[OperationNode] | None = None
        self._general_class: type[GeneralNode] | None = None
        self._direct: tuple[type, Callable[..., Any], Callable[..., Any]] | None = None

    @property
    def name(self) -> str:
        """What error messages call the operation: torch's name where the name of its nodes says it."""
        stem, found, _ = self.node_name.partition("Backward")
        if not found or not self.arguments:
            return self.primitive.name
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in stem).lstrip("_")

    def argument(self, position: int) -> str:
        """What error messages call an argument."""
        name = self.arguments[0 if self.primitive.variadic else position]
        return "input" if name in ("self", "x") else "other" if name == "y" else name

    def general_class(self) -> type[GeneralNode]:
        """The class of nodes whose pull runs the rules as they are declared."""
        found = self._general_class
        if found is None:
            found = self._general_class = cast(type[GeneralNode], node_class(self, GeneralNode))
        return found

    def __call__(self, *arrays: Any, **statics: Any) -> Any:
        return record(self, arrays, statics)

    def __repr__(self) -> str:
        return f"<operation {self.name} recorded as {self.node_name}>"


class GeneralNode(OperationNode):
    """A node of any operation: edges in one tuple, the pull by the declared rules."""

    __slots__ = (
        "arrived",
        "cell_out",
        "compute",
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
    kept_outputs: dict[str, Any] | None
    static: dict[str, Any]
    count: int  # of outputs

    def pull(self, g: Any, keep: bool) -> Any:
        return self.pull_with(g, RAW, keep, None)

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        if not self.primitive.variadic:
            return super().pull_with(g, tools, keep, wanted)
        primitive, xp = self.primitive, tools.namespace(self.compute)

        def kept(name: str) -> Any:
            return self.kept(name, tools)

        values = primitive.pullback(xp, primitive.inputs[0], g, kept)
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
            if primitive.outputs:
                output = OutputNode()
                output.e0, output.index = self, primitive.outputs.index(name)
                output.seq, output.space, output.extra = held[3], held[2], EMPTY
                return _with_tangent(tools.output(held[0], held[2], output), held[3], tools)
            return _with_tangent(tools.output(held[0], held[2], self), held[3], tools)
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

    def input_kept(self, name: str) -> Any:
        """The tensor kept under an input's name, checked."""
        from_tape = self.kept_inputs.get(name, _FREED)
        if from_tape is _FREED:
            raise_freed(self)
        if from_tape is None:
            return None
        tensor, version = from_tape
        if version_of(tensor) != version:
            raise_stale(self, name, tensor.shape, version_of(tensor), version, written_at(tensor.version))
        return tensor

    def output_kept(self, name: str) -> Any:
        """(array, version cell, space, number) of an output kept under a name, checked."""
        held = None if self.kept_outputs is None else self.kept_outputs.get(name)
        if held is None:
            raise_freed(self)
        checked_output(self, name, held[0], held[1] or self.cell_out)
        return held

    def free(self) -> None:
        if self.kept_inputs:
            self.kept_inputs = {}
        self.kept_outputs = None


_FREED: Any = object()


def _with_tangent(output: Any, tangent: Any, tools: Any) -> Any:
    if tangent is not None and tools.recording:
        output._tangent = tangent
    return output


def node_class(operation: Operation, base: type[OperationNode], slots: tuple[str, ...] = (), **members: Any) -> Any:
    """A class of nodes for `operation`, called as torch calls it."""
    primitive = operation.primitive
    kept_by: dict[str, tuple[int, ...]] = {}
    for position, name in enumerate(primitive.inputs):
        if primitive.differentiable(name):
            for ask in primitive.asks(name):
                kept_by[ask] = (*kept_by.get(ask, ()), position)
    members |= {"__slots__": slots, "primitive": primitive, "fresh": primitive.fresh, "kept_by": kept_by}
    members |= {"saved_names": operation.saved_names, "__module__": "wengert.autograd.graph"}
    members |= {"__getattr__": kept_value, "__dir__": attributes}
    return type(operation.node_name, (base,), members)


def record(operation: Operation, args: Sequence[Any], statics: dict[str, Any], compute: DType | None = None) -> Any:
    """Run `operation` forward on tensors, scalars and None, and put it on the tape if a gradient can be asked of it.

    `compute` is the dtype that the operands are converted to first, in the same node; None leaves it to promotion.
    """
    for arg in args:
        if isinstance(arg, TensorBase) and arg.space.__class__ is not Space:
            return cast(Any, arg.space).interpret(operation, args, statics, compute)  # a transform's space
    return record_plain(operation, args, statics, compute)


def record_plain(operation: Operation, args: Sequence[Any], statics: dict[str, Any], compute: DType | None) -> Any:
    """`record` below all transforms: a tensor inside one counts as its plain value, but is kept as it is."""
    primitive = operation.primitive
    place = common_place(operation, args)
    names = primitive.inputs * len(args) if primitive.variadic else primitive.inputs
    compute = compute or _compute_dtype(operation, names, args)
    if primitive.refusal is not None:
        dtypes = [
            arg.space.dtype if isinstance(arg, TensorBase) else scalar_dtype(arg) for arg in args if arg is not None
        ]
        if (error := primitive.refusal(dtypes, compute)) is not None:
            raise error
    xp, target = place.xp, place.of(compute)
    if primitive.elementwise or getattr(primitive, "is_elementwise", False):
        broadcast_all([arg.shape for arg in args if isinstance(arg, TensorBase)])
    operands: list[Any] = []
    arrays: list[Any] = []
    for name, arg in zip(names, args, strict=True):
        if arg is None:
            if name not in primitive.optional:
                raise_not_tensor(operation.name, operation.argument(names.index(name)), arg, names.index(name) + 1)
            operand = array = None
        elif name in primitive.constants and not isinstance(primitive, Predicate):
            operand = arg if isinstance(arg, TensorBase) else number(place.of(scalar_dtype(arg)), arg)
            array = operand.array
        elif isinstance(arg, TensorBase):
            operand = arg
            array = arg.array if arg.space.dtype is compute else xp.astype(arg.array, target.native)
        else:
            operand = number(target, arg)
            array = operand.array
        operands.append(operand)
        arrays.append(array)
    native_statics = {key: RAW.static(target, key, value) for key, value in statics.items()}
    result = primitive.forward(xp, *arrays, **native_statics)
    backend = place.backend
    several = bool(primitive.outputs)
    datas = [xp.asarray(data) for data in (result if several else (result,))]
    outs = [make(backend.space_of(data), data) for data in datas]
    if not isinstance(primitive, Predicate) and is_grad_enabled():
        needing = [
            position
            for position, (name, arg) in enumerate(zip(names, operands, strict=True))
            if arg is not None and arg.node is not None and primitive.differentiable(name)
        ]
        if needing and any(out.space.dtype.is_inexact for out in outs):
            _attach(operation, names, operands, statics, outs, needing, target)
    return tuple(outs) if several else outs[0]


def _attach(
    operation: Operation,
    names: Sequence[str],
    operands: Sequence[Any],
    statics: dict[str, Any],
    outs: Sequence[Any],
    needing: Sequence[int],
    compute: Space,
) -> None:
    """Make the node and let the outputs point at it."""
    primitive = operation.primitive
    node = operation.general_class()()
    node.extra, node.space, node.compute, node.static, node.cell_out = None, outs[0].space, compute, statics, None
    node.edges = tuple(edge_of(operand) if position in needing else None for position, operand in enumerate(operands))
    node.arrived = tuple(None if operand is None else (operand.shape, operand.space) for operand in operands)
    asked = {ask for position in needing for ask in primitive.asks(names[position])}
    node.kept_inputs = {
        name: None if operand is None else (operand, version_of(operand))
        for name, operand in zip(names, operands, strict=True)
        if name in asked
    }
    node.kept_outputs = {}
    node.seq = next_number()
    if not primitive.outputs:
        outs[0].node = node
        if "out" in asked:
            node.kept_outputs["out"] = (outs[0].array, None, outs[0].space, None)
        return
    node.count = len(outs)
    names = primitive.outputs if len(primitive.outputs) > 1 else primitive.outputs * len(outs)
    for index, (name, out) in enumerate(zip(names, outs, strict=True)):
        its_number = next_number()
        if out.space.dtype.is_inexact:
            output = out.node = OutputNode()
            output.e0, output.index, output.extra, output.space = node, index, EMPTY, out.space
            output.seq = its_number
        if name in asked:
            node.kept_outputs[name] = (out.array, version_cell(out), out.space, its_number)


def _compute_dtype(operation: Operation, names: Sequence[str], args: Sequence[Any]) -> DType:
    """The dtype that the forward runs in; torch's refusals where operands may not mix."""
    primitive = operation.primitive
    mixing = [
        arg
        for name, arg in zip(names, args, strict=True)
        if arg is not None and (name not in primitive.constants or isinstance(primitive, Predicate))
    ]
    ranked = [
        (a.space.dtype, 0 if a.shape else 1) if isinstance(a, TensorBase) else (scalar_dtype(a), 2) for a in mixing
    ]
    if not ranked:
        ranked = [(a.space.dtype, 0) for a in args if isinstance(a, TensorBase)]
    dtype = result_dtype(*[[dtype for dtype, rank in ranked if rank == wanted] for wanted in range(3)])
    if primitive.floating and not dtype.is_inexact:
        return get_default_dtype()
    promotes = primitive.elementwise or primitive.variadic or isinstance(primitive, Predicate)
    if not promotes:
        for other, rank in ranked:
            if rank != 2 and other is not dtype:
                found = ", ".join(d.name for d, _ in ranked)
                raise RuntimeError(
                    f"{operation.name}: expected tensors to have the same dtype, but got: {found}. "
                    f"Convert one of them, for example with .to({dtype!r})."
                )
    return dtype


def common_place(operation: Operation, args: Sequence[Any]) -> Space:
    """The space of the operand that decides backend and device; an error names both where two of them meet."""
    first: TensorBase | None = None
    for position, arg in enumerate(args):
        if isinstance(arg, TensorBase):
            if first is None:
                first = arg
            elif arg.space.backend is not first.space.backend or arg.space.device != first.space.device:
                first = _reconcile(operation.name, first, arg)
        elif arg is not None and not isinstance(arg, NUMBERS):
            raise_not_tensor(operation.name, operation.argument(position), arg, position + 1)
    if first is None:
        position = next((position for position, arg in enumerate(args) if arg is not None), 0)
        raise_not_tensor(operation.name, operation.argument(position), args[position], position + 1)
    return first.space.plain


def _reconcile(name: str, first: TensorBase, other: TensorBase) -> TensorBase:
    here, there = first.space, other.space
    if here.backend is not there.backend:
        raise BackendError(
            f"{name}: expected all tensors to be on the same backend, but found backends {here.backend.name!r} "
            f"(device {here.device}) and {there.backend.name!r} (device {there.device}). "
            f"Move one of them: t.to(backend={here.backend.name!r})."
        )
    if not other.shape and there.device == "cpu":
        return first
    if not first.shape and here.device == "cpu":
        return other
    raise RuntimeError(
        f"{name}: Expected all tensors to be on the same device, but found at least two devices, {here.device} and "
        f"{there.device}! Move one of them: t.to({here.device!r})."
    )


def raise_not_tensor(name: str, argument: str, value: Any, position: int | None = None) -> NoReturn:
    """TypeError for an argument that should have been a Tensor."""
    place = "" if position is None else f" (position {position})"
    hint = "" if value is None else " Make it one: wengert.as_tensor(x)."
    raise TypeError(f"{name}(): argument {argument!r}{place} must be Tensor, not {type(value).__name__}.{hint}")


def number(space: Space, value: Any) -> Any:
    """A Python number as a 0-d tensor of `space`, remembered so that a constant in a loop is made once."""
    found = space.scalars.get(value)
    if found is None:
        if value.__class__ not in NUMBERS:
            raise TypeError(
                f"got {type(value).__name__}; expected a Tensor or a Python number. Make it a Tensor: "
                "wengert.as_tensor(x)."
            )
        if space.dtype.category < 2 and value.__class__ is float and not isfinite(value):
            raise RuntimeError(f"value cannot be converted to type {space.dtype.name} without overflow")
        with space.xp.errstate():  # a number beyond the dtype becomes inf, quietly
            data = space.xp.asarray(_within(space.dtype, value), dtype=space.native, device=space.native_device)
        found = make(space, data)
        if value and value == value and len(space.scalars) < 1024:  # no zeros: 0.0 and -0.0 are one key; no nan
            space.scalars[value] = found
    return found


def _within(dtype: DType, value: Any) -> Any:
    """`value` wrapped around as torch does where it does not fit the integers of `dtype`."""
    if dtype.is_floating_point and isinstance(value, int):
        return float(value)
    if dtype.category != 1 or not isinstance(value, int):
        return value
    span = 1 << (8 * dtype.itemsize)
    low = -(span >> 1) if dtype.is_signed else 0
    return (int(value) - low) % span + low


def backend_of(tensor: TensorBase) -> Backend:
    """The backend that holds `tensor`."""
    return tensor.space.backend
