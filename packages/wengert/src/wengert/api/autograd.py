"""Floor 7: `backward` and `grad`: from tensors to the engine and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.graph.engine import run
from wengert.graph.node import Node
from wengert.ops.xp import namespace_of
from wengert.protocol.errors import BackendError
from wengert.tensor.base import TensorBase, edge_of, make
from wengert.tensor.operands import number
from wengert.tensor.tools import RAW, RecordingTools

RECORDING = RecordingTools(namespace_of)

Tensors = TensorBase | Sequence[TensorBase]


def backward(
    tensors: Tensors,
    grad_tensors: TensorBase | Sequence[TensorBase | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensors | None = None,
) -> None:
    """Add the gradients of `tensors` to the `.grad` of the leaves that they came from.

    `grad_tensors` are the cotangents, one for each tensor and of its shape; they may be left out for tensors of one
    element. With `create_graph` the gradients can be differentiated again. With `inputs` only those leaves are added
    to.

    Errors: RuntimeError where a cotangent is missing or has another shape, where a tensor has no history, where a
    second backward goes through a graph that the first one freed.
    Source: torch.autograd.backward.

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> backward((x * x).sum())
    >>> x.grad
    tensor([2., 4.])
    """
    outputs = _sequence(tensors, "tensors")
    cotangents = _cotangents(outputs, grad_tensors, "grad_tensors", create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    tools = RECORDING if create_graph else RAW
    if inputs is None:
        run(_roots(outputs, cotangents), RAW, tools, keep=keep)
        return
    wanted = _sequence(inputs, "inputs")
    if not wanted:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    leaves = [_checked_input(position, tensor) for position, tensor in enumerate(wanted)]
    captures: dict[Node, Any] = dict.fromkeys(leaves)
    run(_roots(outputs, cotangents), RAW, tools, keep=keep, captures=captures)
    for tensor, node in zip(wanted, leaves, strict=True):
        if captures[node] is not None:
            tensor.accumulate_grad(captures[node], True, tools)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: TensorBase | Sequence[TensorBase | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of `outputs` by `inputs`, which need not be leaves; `.grad` stays as it is.

    Errors: RuntimeError where an input was not used in the graph (with `allow_unused` it gets None, with
    `materialize_grads` zeros), and those of `backward`.
    Source: torch.autograd.grad.

    >>> x = tensor(3., requires_grad=True)
    >>> (first,) = grad(x ** 3, x, create_graph=True)
    >>> grad(first, x)
    (tensor(18.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if is_grads_batched:
        raise NotImplementedError("grad: is_grads_batched needs vmap, which this version does not have.")
    ends, starts = _sequence(outputs, "outputs"), _sequence(inputs, "inputs")
    cotangents = _cotangents(ends, grad_outputs, "grad_outputs", create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    tools = RECORDING if create_graph else RAW
    nodes = [_checked_input(position, tensor) for position, tensor in enumerate(starts)]
    captures: dict[Node, Any] = dict.fromkeys(nodes)
    run(_roots(ends, cotangents), RAW, tools, keep=keep, captures=captures)
    results: list[Any] = []
    for position, (tensor, node) in enumerate(zip(starts, nodes, strict=True)):
        g = captures[node]
        if g is None and not (allow_unused or materialize_grads):
            raise RuntimeError(
                f"The differentiated Tensor at index {position} appears to not have been used in the graph. Set "
                "allow_unused=True if this is the desired behavior."
            )
        if g is not None:
            results.append(g if create_graph else make(tensor.space, tensor.space.xp.asarray(g)))
        else:
            results.append(namespace_of(tensor.space.backend).zeros_like(tensor) if materialize_grads else None)
    return tuple(results)


def _sequence(tensors: Tensors, name: str) -> list[TensorBase]:
    if isinstance(tensors, TensorBase):
        return [tensors]
    result = list(tensors)
    for tensor in result:
        if not isinstance(tensor, TensorBase):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise TypeError(f"{name}: got {type(tensor).__name__}; expected a Tensor or a sequence of Tensors.")
    return result


def _roots(outputs: Sequence[TensorBase], cotangents: Sequence[Any]) -> list[tuple[Node, Any]]:
    roots: list[tuple[Node, Any]] = []
    for position, (output, cotangent) in enumerate(zip(outputs, cotangents, strict=True)):
        node = edge_of(output)
        if node is None:
            raise RuntimeError(
                f"element {position} of tensors does not require grad and does not have a grad_fn. Make its inputs "
                "with requires_grad=True, and compute it with grad mode on."
            )
        roots.append((node, cotangent))
    return roots


def _checked_input(position: int, tensor: TensorBase) -> Node:
    node = edge_of(tensor)
    if node is None:
        raise RuntimeError(f"One of the differentiated Tensors does not require grad: inputs[{position}].")
    return node


def _cotangents(outputs: Sequence[TensorBase], given: Any, name: str, recording: bool) -> list[Any]:
    """One cotangent for each output: raw, or a Tensor for a pass that records."""
    if given is None:
        given = [None] * len(outputs)
    elif isinstance(given, TensorBase):
        given = [given]
    else:
        given = list(given)
    if len(given) != len(outputs):
        raise RuntimeError(
            f"got {len(outputs)} tensors and {len(given)} gradients: {name} has one gradient for each tensor."
        )
    result: list[Any] = []
    for position, (output, cotangent) in enumerate(zip(outputs, given, strict=True)):
        space = output.space
        if cotangent is None:
            if output.node is None:
                result.append(None)  # _roots tells what is wrong
                continue
            if output.shape and any(n != 1 for n in output.shape):
                raise RuntimeError(
                    f"grad can be implicitly created only for scalar outputs; got shape {output.shape}. "
                    f"Reduce it, for example with .sum(), or pass a gradient of that shape as {name}."
                )
            if not space.dtype.is_floating_point:
                raise RuntimeError(
                    f"grad can be implicitly created only for real scalar outputs but got {space.dtype!r}"
                )
            one = space.xp.copy(number(space.plain, 1).array)  # a hook may write it
            cotangent = make(space, space.xp.reshape(one, output.shape) if output.shape else one)
        elif not isinstance(cotangent, TensorBase):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(cotangent).__name__}.")
        else:
            cotangent = _checked_cotangent(position, output, cotangent, name)
        result.append(cotangent if recording else cotangent.array)
    return result


def _checked_cotangent(position: int, output: TensorBase, cotangent: Any, name: str) -> Any:
    space = output.space
    if cotangent.shape != output.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{position}] has a shape of {list(cotangent.shape)} and "
            f"output[{position}] has a shape of {list(output.shape)}. Give a gradient of the output's shape as {name}."
        )
    if cotangent.space.dtype.is_complex and not space.dtype.is_complex:
        raise RuntimeError(
            f"For complex Tensors, both {name} and output are required to have the same dtype. Mismatch in dtype: "
            f"{name}[{position}] has a dtype of {cotangent.space.dtype!r} and output[{position}] has a dtype of "
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
