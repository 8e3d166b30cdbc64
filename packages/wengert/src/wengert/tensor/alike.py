"""Floor 5: recording for operations on any number of tensors, or with any number of results, where all are alike.

Joining and splitting are called often and convert nothing in the common case, operands of one space of real numbers.
They come here and skip what `record.py` has to ask; whatever does not fit goes there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import ref

from wengert.graph.hooks import EMPTY
from wengert.graph.modes import InferenceCell, is_grad_enabled
from wengert.graph.node import OutputNode, next_number
from wengert.tensor.base import SEVERED, TensorBase, concrete_classes, edge_of, make, tensor_class
from wengert.tensor.chain import SEVERAL
from wengert.tensor.general import Operation
from wengert.tensor.packing import note
from wengert.tensor.record import record
from wengert.tensor.view import as_view, prune, shared_cell, unrecorded

_classes = concrete_classes()


def record_alike(operation: Operation, operands: Sequence[TensorBase], statics: dict[str, Any]) -> Any:
    """`record(operation, operands, statics)` for an operation whose results have the dtype of its operands, whose rules
    keep no array, and whose inputs all carry a gradient."""
    space = operands[0].space
    if not space.is_plain:
        return record(operation, operands, statics)
    for operand in operands:
        if operand.space is not space or type(operand) not in _classes:
            return record(operation, operands, statics)
    primitive = operation.primitive
    result = primitive.forward(space.xp, *[operand.array for operand in operands], **statics)
    several = bool(primitive.outputs)
    outs = tuple([make(space, data) for data in result]) if several else (make(space, result),)
    if (mode := is_grad_enabled()) and any(operand.node is not None for operand in operands):
        node: Any = operation.general_class()()
        node.extra, node.space, node.compute, node.static, node.cell_out = None, space, space, statics, None
        node.edges = tuple([None if operand.node is None else edge_of(operand) for operand in operands])
        node.arrived = tuple([(operand.shape, space) for operand in operands])
        node.kept_inputs, node.kept_outputs, node.seq = {}, {}, next_number()
        node.computed, node.count = None, len(outs)
        if several:
            for index, out in enumerate(outs):
                output = out.node = OutputNode()
                output.e0, output.index, output.extra, output.space, output.seq = (
                    node,
                    index,
                    EMPTY,
                    space,
                    next_number(),
                )
        else:
            outs[0].node = node
        if mode is not True:
            note(node)
    return outs if several else outs[0]


def record_parts(operation: Operation, source: TensorBase, **statics: Any) -> tuple[Any, ...]:
    """The results of `operation`, which has several, as views of `source`, its one input."""
    space, mode = source.space, is_grad_enabled()
    is_common = space.is_plain and type(source) in _classes and source.version.__class__ is not InferenceCell
    if not is_common or mode.__class__ is not bool:
        outs = record_alike(operation, (source,), statics)
        return tuple([as_view(out, source, _one, (operation, statics, n), SEVERAL) for n, out in enumerate(outs)])
    make_one, datas = tensor_class(), operation.primitive.forward(space.xp, source.array, **statics)
    cell = shared_cell(source)
    sharing = cell[2]
    above = source._view  # pyright: ignore[reportPrivateUsage]  # the slot that all floors of tensors share
    base, chain, inherited = (source, None, 0) if above is None else above[:3]
    made = (SEVERAL if mode else unrecorded()) or inherited
    node: Any = None
    if mode and source.node is not None:
        node = operation.general_class()()
        node.extra, node.space, node.compute, node.static, node.cell_out = None, space, space, statics, None
        node.edges, node.arrived = (edge_of(source),), ((source.shape, space),)
        node.kept_inputs, node.kept_outputs, node.seq = {}, {}, next_number()
        node.computed, node.count = None, len(datas)
    edge: Any = None if mode or base.node is None else SEVERED
    outs: list[Any] = []
    for index, data in enumerate(datas):
        if node is not None:
            edge = OutputNode()
            edge.e0, edge.index = node, index
            edge.extra, edge.space = EMPTY, space
            edge.seq = next_number()
        out = make_one()
        out.array, out.shape = data, tuple(data.shape)
        out.space, out.node = space, edge
        out.version = cell
        out._view = base, (chain, _one, (operation, statics, index)), made
        sharing.append(ref(out))
        outs.append(out)
    if len(sharing) > cell[3]:
        prune(cell)
    return tuple(outs)


def _one(source: TensorBase, operation: Operation, statics: dict[str, Any], number: int) -> Any:
    return record_alike(operation, (source,), statics)[number]
