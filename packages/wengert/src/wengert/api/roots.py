"""Floor 7: where a pass starts: the outputs' places on the tape, each with its cotangent, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from wengert.graph.node import AccumulateGrad, Node
from wengert.ops.xp import namespace_of
from wengert.protocol.backend import Space
from wengert.protocol.errors import BackendError
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase, edge_of, make
from wengert.tensor.operands import number


class GradientEdge(NamedTuple):
    """A place on the tape: a node and which of its outputs. It serves where a tensor would, and keeps no data alive.

    Source: torch.autograd.graph.GradientEdge.
    """

    node: Node
    output_nr: int
    ownership_token: Node | None = None  # torch's; nodes here keep the graph alive themselves


def roots_of(outputs: Sequence[Any], given: Any, name: str, recording: bool) -> list[tuple[Node, int, Any]]:
    """Each output's place on the tape with its cotangent: raw, or a Tensor for a pass that records."""
    if len(outputs) == 1 and (given is None or isinstance(given, TensorBase)):  # the common case
        return [root_of(0, outputs[0], cotangent_of(0, outputs[0], given, name), recording)]
    if given is None:
        given = [None] * len(outputs)
    elif isinstance(given, TensorBase):
        given = [given]
    else:
        given = list(given)
    if len(given) < len(outputs):
        raise RuntimeError(
            f"got {len(outputs)} tensors and {len(given)} gradients: {name} has one gradient for each tensor."
        )
    cotangents = [cotangent_of(position, output, given[position], name) for position, output in enumerate(outputs)]
    return [root_of(position, output, cotangents[position], recording) for position, output in enumerate(outputs)]


def root_of(position: int, output: TensorBase | GradientEdge, cotangent: Any, recording: bool) -> tuple[Node, int, Any]:
    if isinstance(output, GradientEdge):
        node, index = output.node, output.output_nr
    else:
        edge = edge_of(output)
        if edge is None:
            raise RuntimeError(
                f"element {position} of tensors does not require grad and does not have a grad_fn. Make its "
                "inputs with requires_grad=True, and compute it with grad mode on."
            )
        node, index = edge.destination()
    return node, index, cotangent if recording else cotangent.array


def cotangent_of(position: int, output: TensorBase | GradientEdge, cotangent: Any, name: str) -> Any:
    """The cotangent of one output: the one given, checked, or a 1."""
    if isinstance(output, GradientEdge):
        space, shape = output.node.space, shape_of(output)
    else:
        space, shape = output.space, output.shape
    if isinstance(cotangent, TensorBase):
        return _checked(position, space, cotangent.shape if shape is None else shape, cotangent, name)
    if cotangent is not None:
        raise TypeError(f"gradients can be either Tensors or None, but got {type(cotangent).__name__}")
    if isinstance(output, TensorBase) and output.node is None:
        return None  # roots_of tells what is wrong
    if shape is None or (shape and any(n != 1 for n in shape)):
        raise RuntimeError(
            f"grad can be implicitly created only for scalar outputs; got shape {shape}. "
            f"Reduce it, for example with .sum(), or pass a gradient of that shape as {name}."
        )
    if not space.dtype.is_floating_point:
        raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {space.dtype!r}")
    one = space.xp.copy(number(space.plain, 1).array)  # a hook may write it
    return make(space, space.xp.reshape(one, shape) if shape else one)


def shape_of(edge: GradientEdge) -> Shape | None:
    """The shape of the tensor behind an edge, None where the edge was not made by `get_gradient_edge`."""
    if isinstance(edge.node, AccumulateGrad):
        return edge.node.variable.shape
    return None if edge.node.extra is None else edge.node.extra.shapes.get(edge.output_nr)


def _checked(position: int, space: Space, shape: Shape, cotangent: Any, name: str) -> Any:
    if cotangent.shape != shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{position}] has a shape of {list(cotangent.shape)} and "
            f"output[{position}] has a shape of {list(shape)}. Give a gradient of the output's shape as {name}."
        )
    if cotangent.space is space:
        return cotangent
    if cotangent.space.dtype.is_complex is not space.dtype.is_complex:
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: "
            f"grad_output[{position}] has a dtype of {cotangent.space.dtype!r} and output[{position}] has a dtype of "
            f"{space.dtype!r}."
        )
    if cotangent.space.backend is not space.backend:
        raise BackendError(
            f"{name}[{position}] is on backend {cotangent.space.backend.name!r} and its output on "
            f"{space.backend.name!r}. Move it: t.to(backend={space.backend.name!r})."
        )
    if cotangent.space.device != space.device:
        raise RuntimeError(
            f"{name}[{position}] is on device {cotangent.space.device} and its output on {space.device}. Move it: "
            f"t.to({space.device!r})."
        )
    if cotangent.space.dtype is space.dtype:
        return cotangent
    return namespace_of(space.backend).astype(cotangent, space.dtype)
