"""Floor 5: recording an operation, the general way.

The `record` function of an operation is written by `specialize.py` for the common case (all operands Tensors of one
space, real numbers) and comes here for everything else: Python scalars, mixed dtypes, 0-d operands, complex numbers,
conversions, several outputs, transforms. Here, too, all refusals are made, before anything is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from wengert.graph.hooks import EMPTY
from wengert.graph.modes import is_grad_enabled
from wengert.graph.node import OutputNode, next_number
from wengert.graph.saved import version_of
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType, scalar_dtype
from wengert.protocol.shapes import broadcast_all
from wengert.rule.kinds import Predicate
from wengert.tensor.base import TensorBase, concrete_classes, edge_of, make
from wengert.tensor.general import KeptOutput, Operation
from wengert.tensor.operands import common_place, compute_dtype, number, raise_not_tensor
from wengert.tensor.packing import finish
from wengert.tensor.tools import RAW


def record(operation: Operation, args: Sequence[Any], statics: dict[str, Any], compute: DType | None = None) -> Any:
    """Run `operation` forward on tensors, scalars and None, and put it on the tape if a gradient can be asked of it.

    `compute` is the dtype that the operands are converted to first, in the same node; None leaves it to promotion.
    """
    inmost = _inmost(args)
    if inmost is None:
        return record_plain(operation, args, statics, compute)
    return inmost.interpret(operation, args, statics, compute)  # a transform's space


def record_as(
    operation: Operation, args: Sequence[Any], statics: dict[str, Any], compute: DType | None, originals: Sequence[Any]
) -> Any:
    """`record`, with `originals` kept by a node in the place of `args`, which are the same one level further out."""
    inmost = _inmost(args)
    if inmost is None:
        return record_plain(operation, originals, statics, compute)
    return inmost.interpret(operation, args, statics, compute, originals)


def _inmost(args: Sequence[Any]) -> Any:
    """The space of the innermost transform that an operand is in; None outside of all."""
    inmost: Any = None
    for arg in args:
        if isinstance(arg, TensorBase) and arg.space.__class__ is not Space:
            space = cast(Any, arg.space)
            if inmost is None or space.depth > inmost.depth:
                inmost = space
    return inmost


def record_plain(
    operation: Operation,
    args: Sequence[Any],
    statics: dict[str, Any],
    compute: DType | None,
    known: Sequence[Any] = (),
) -> Any:
    """`record` below all transforms: a dual counts as its primal, but is kept as it is. `known` are the raw results,
    where they were computed before."""
    primitive = operation.primitive
    place = common_place(operation, args)
    names = primitive.inputs * len(args) if primitive.variadic else primitive.inputs
    compute = compute or compute_dtype(operation, names, args)
    if primitive.refusal is not None:
        dtypes = [
            arg.space.dtype if isinstance(arg, TensorBase) else scalar_dtype(arg) for arg in args if arg is not None
        ]
        if (error := primitive.refusal(dtypes, compute)) is not None:
            raise error
    target = place.of(compute)
    xp, compute = target.xp, target.dtype
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
    backend = place.backend
    several = bool(primitive.outputs)
    if not known:
        forward = primitive.forward if target.guard is None else target.guard(primitive.forward)
        result = forward(xp, *arrays, **native_statics)
        known = result if several else (result,)
    datas = [xp.asarray(data) for data in known]
    outs = [make(backend.space_of(data), data) for data in datas]
    if not isinstance(primitive, Predicate):
        attach(operation, names, operands, statics, outs, target)
    return tuple(outs) if several else outs[0]


def several_recorder(operation: Operation) -> Callable[..., Any]:
    """`record` of an operation with several results, without what operands of one space of real numbers need not
    ask."""
    primitive, classes = operation.primitive, concrete_classes()
    names, forward, is_floating = primitive.inputs, primitive.forward, primitive.floating
    moving = [position for position, name in enumerate(names) if primitive.differentiable(name)]
    may_miss = [name in primitive.optional for name in names]

    def general(args: Sequence[Any], **statics: Any) -> Any:
        first, mode = args[0], is_grad_enabled()
        space = first.space if first.__class__ in classes else None
        if space is None or not (space.is_plain_floating if is_floating else space.is_plain):
            return record(operation, args, statics)
        if mode.__class__ is not bool:
            return record(operation, args, statics)
        for arg, is_optional in zip(args, may_miss):  # as many
            if not is_optional if arg is None else arg.__class__ not in classes or arg.space is not space:
                return record(operation, args, statics)
        xp, space_of, outs = space.xp, space.backend.space_of, list[Any]()
        for data in forward(xp, *[None if arg is None else arg.array for arg in args], **statics):
            outs.append(make(space_of(data), data if data.shape else xp.asarray(data)))
        if mode:
            needing = [n for n in moving if args[n] is not None and args[n].node is not None]
            if needing and any(out.space.dtype.is_inexact for out in outs):
                _attach(operation, names, args, statics, outs, needing, space)
        return tuple(outs)

    return general


def attach(
    operation: Operation,
    names: Sequence[str],
    operands: Sequence[Any],
    statics: dict[str, Any],
    outs: Sequence[Any],
    compute: Space,
    needing: Sequence[int] | None = None,
) -> None:
    """Put the operation that made `outs` of `operands` on the tape, if a gradient can be asked of it: of the operands
    at the positions `needing`, of all that need one if that is None."""
    mode = is_grad_enabled()
    if not mode:
        return
    if needing is None:
        needing = [
            position
            for position, (name, arg) in enumerate(zip(names, operands, strict=True))
            if arg is not None and arg.node is not None and operation.primitive.differentiable(name)
        ]
    if needing and any(out.space.dtype.is_inexact for out in outs):
        node = _attach(operation, names, operands, statics, outs, needing, compute)
        if mode is not True:
            finish(node)


def _attach(
    operation: Operation,
    names: Sequence[str],
    operands: Sequence[Any],
    statics: dict[str, Any],
    outs: Sequence[Any],
    needing: Sequence[int],
    compute: Space,
) -> Any:
    """Make the node and let the outputs point at it."""
    primitive = operation.primitive
    node = operation.general_class()()
    node.extra, node.space, node.compute, node.static, node.cell_out = None, outs[0].space, compute, statics, None
    node.computed, node.count = None, len(outs)
    node.edges = tuple([edge_of(operand) if position in needing else None for position, operand in enumerate(operands)])
    node.arrived = tuple([None if operand is None else (operand.shape, operand.space) for operand in operands])
    asked = operation.asked(needing, names)
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
            node.kept_outputs["out"] = KeptOutput(outs[0].array, None, outs[0].space, node.seq)
        return node
    names = primitive.outputs if len(primitive.outputs) > 1 else primitive.outputs * len(outs)
    for index, (name, out) in enumerate(zip(names, outs, strict=True)):
        its_number = next_number()
        if out.space.dtype.is_inexact:
            output = out.node = OutputNode()
            output.e0, output.index, output.extra, output.space = node, index, EMPTY, out.space
            output.seq = its_number
        if name in asked:
            cell = out.version = [0] if out.version is None else out.version
            node.kept_outputs[name] = KeptOutput(out.array, cell, out.space, its_number)
    return node
