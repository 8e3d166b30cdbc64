"""Floor 7: `backward` and `grad`: from tensors to the engine and back."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, cast
from weakref import ref

from wengert.api.roots import GradientEdge, roots_of, shape_of
from wengert.extras import deferred
from wengert.graph.engine import run
from wengert.graph.modes import is_grad_enabled
from wengert.graph.node import AccumulateGrad, Node, Several
from wengert.ops.xp import namespace_of
from wengert.tensor.base import TensorBase, edge_of, is_leaf, make
from wengert.tensor.level import running
from wengert.tensor.retain import retain
from wengert.tensor.tools import RAW, RecordingTools
from wengert.transforms.passes import OnTensors, interpreted

RECORDING = RecordingTools(namespace_of)


Tensors = TensorBase | GradientEdge | Sequence[TensorBase | GradientEdge] | Mapping[Any, TensorBase]


def get_gradient_edge(tensor: TensorBase) -> GradientEdge:
    """The place on the tape that a gradient of `tensor` goes to.

    Errors: RuntimeError if `tensor` does not require grad.
    Source: torch.autograd.graph.get_gradient_edge.

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> edge = get_gradient_edge(x * x)
    >>> grad(edge, x, ones(2))
    (tensor([2., 4.]),)
    """
    edge = edge_of(tensor)
    if edge is None:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require gradients. Make it, or "
            "what it is computed from, with requires_grad=True."
        )
    node, index = edge.destination()
    if not isinstance(node, AccumulateGrad):
        node.extras().shapes[index] = tensor.shape
    return GradientEdge(node, index)


def backward(
    tensors: Tensors,
    grad_tensors: TensorBase | Sequence[TensorBase | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Tensors | None = None,
) -> None:
    """Add the gradients of `tensors` to the `.grad` of the leaves that they came from.

    `grad_tensors` are the cotangents, one for each tensor and of its shape; they may be left out for tensors of one
    element. With `create_graph` the gradients can be differentiated again. With `inputs` only these are added to; one
    that is no leaf retains its gradient.

    Errors: RuntimeError where a cotangent is missing or has another shape, where a tensor has no history, where a
    second backward goes through a graph that the first one freed.
    Source: torch.autograd.backward.

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> backward((x * x).sum())
    >>> x.grad
    tensor([2., 4.])
    """
    if grad_variables is not None:
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please only "
                "use `grad_tensors`."
            )
        grad_tensors = grad_variables
    run_backward(tensors, grad_tensors, retain_graph, create_graph, inputs)


class _Said:
    """What is said once in a process."""

    of_cycles = False


def run_backward(
    tensors: Tensors, given: Any, retain_graph: bool | None, create_graph: bool, inputs: Tensors | None
) -> None:
    """`backward`, called from the function that the user called."""
    if running.get():
        raise RuntimeError(
            "backward() called inside a functorch transform. This is not supported, please use functorch.grad or "
            "functorch.vjp instead or call backward() outside of functorch transforms."
        )
    targets = None if inputs is None else _checked_targets(inputs)
    ends = [tensors] if isinstance(tensors, TensorBase) else _sequence(tensors)
    roots = roots_of(ends, given, "grad_tensors", create_graph)
    if create_graph and not _Said.of_cycles:
        _Said.of_cycles = True
        warnings.warn(
            "Using backward() with create_graph=True will create a reference cycle between the parameter and its "
            "gradient which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid "
            "this. If you have to use this function, make sure to reset the .grad fields of your parameters to None "
            "after use to break the cycle and avoid the leak.",
            UserWarning,
            stacklevel=3,
        )
    for tensor in targets or ():
        if isinstance(tensor, TensorBase) and not is_leaf(tensor):
            retain(tensor)
    places = None if targets is None else _places(targets)
    keep = create_graph if retain_graph is None else retain_graph
    run(roots, RECORDING if create_graph else RAW, keep=keep, targets=places, capture=False)


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
) -> Any:
    """The gradients of `outputs` by `inputs`, which need not be leaves; `.grad` stays as it is.

    A dict of inputs gives a dict of gradients.

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
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for "
            "other parts of the graph, please use autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    ends = _sequence(outputs)
    starts = _targets(inputs, "grad")
    if is_grads_batched:

        def of_one(g: Any) -> Any:
            keep = True if retain_graph is None else retain_graph
            return grad(outputs, inputs, g, keep, create_graph, True, allow_unused, False, materialize_grads)

        shapes = [shape_of(end) if isinstance(end, GradientEdge) else end.shape for end in ends]
        return _late("each_of_a_batch")(shapes, grad_outputs, of_one)
    given = grad_outputs if isinstance(grad_outputs, (tuple, list)) else [grad_outputs]
    on_tensors = create_graph or interpreted([*ends, *given])
    roots = roots_of(ends, grad_outputs, "grad_outputs", on_tensors)
    places = _places(starts)
    keep = create_graph if retain_graph is None else retain_graph
    tools = RECORDING if create_graph else OnTensors(False) if on_tensors else RAW
    found = run(roots, tools, keep=keep, targets=places)
    results: list[Any] = []
    for tensor, g in zip(starts, found, strict=True):
        if g is not None:
            if not on_tensors:
                space = tensor.space if isinstance(tensor, TensorBase) else tensor.node.space
                g = make(space, g if g.shape else space.xp.asarray(g))
            results.append(g)
        elif not (allow_unused or materialize_grads):
            raise RuntimeError(
                f"The differentiated Tensor at index {len(results)} appears to not have been used in the graph. Set "
                "allow_unused=True if this is the desired behavior."
            )
        else:
            results.append(_zeros(tensor, create_graph) if materialize_grads else None)
    if type(inputs) is dict:
        return dict(zip(cast(dict[Any, Any], inputs), results, strict=True))
    return tuple(results)


def called(node: Node, gradients: Sequence[TensorBase | None]) -> Any:
    """What `node` gives for the gradients of its outputs, recorded in grad mode; nothing kept is freed."""
    tools = RECORDING if is_grad_enabled() else RAW
    for position, gradient in enumerate(gradients):
        if gradient is not None and not isinstance(gradient, TensorBase):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise TypeError(f"argument {position} is not a Variable")
    values = [None if gradient is None else tools.value(gradient) for gradient in gradients]
    if isinstance(node, AccumulateGrad):
        node.variable.accumulate_grad(values[0], False, tools)
        return ()
    g: Any = values[0]
    if node.count > 1:
        g = Several(node)
        g.values[:] = values
    found = node.pull_with(g, tools, True, None)
    shown = [
        None if edge is None or found[at] is None else tools.tensor(tools.whole(found[at], edge.space), edge.space)
        for at, edge in node.shown_edges()
    ]
    return shown[0] if len(shown) == 1 else tuple(shown)


#: What is imported at its first use.
_late = deferred(__name__, {"each_of_a_batch": "wengert.api.func.batches:each_of_a_batch"})


def _zeros(tensor: TensorBase | GradientEdge, requires_grad: bool) -> Any:
    if isinstance(tensor, GradientEdge):
        raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
    zeros: Any = namespace_of(tensor.space.backend).zeros_like(tensor)
    return zeros.detach().requires_grad_() if requires_grad else zeros


def _sequence(tensors: Any) -> list[Any]:
    if isinstance(tensors, (TensorBase, GradientEdge)):
        return [tensors]
    result = list(tensors)
    for tensor in result:
        if not isinstance(tensor, (TensorBase, GradientEdge)):
            raise AssertionError(f"Expected output to be a wengert.Tensor, but got {type(tensor).__name__}")
    return result


def _targets(inputs: Any, function: str) -> list[Any]:
    """The inputs as a list."""
    if isinstance(inputs, (TensorBase, GradientEdge)):
        return [inputs]
    name = type(inputs).__name__
    if type(inputs) not in (list, tuple) and isinstance(inputs, Mapping):  # the test of an abstract class is slow
        if type(cast(Any, inputs)) is not dict:
            raise TypeError(
                f"`inputs` argument to `{function}()` must be a dict, not {name}. "
                "Other Mapping types are not supported."
            )
        inputs = cast(dict[Any, Any], inputs).values()
    result: list[Any] = list(inputs)
    if not result:
        raise RuntimeError(f"`inputs` argument to `{function}()` cannot be empty.")
    return result


def _checked_targets(inputs: Any) -> list[Any]:
    """The inputs of `backward` as a list, checked before anything is changed."""
    result = _targets(inputs, "backward")
    for tensor in result:
        if not isinstance(tensor, (TensorBase, GradientEdge)):
            raise _no_tensor(tensor)
        if isinstance(tensor, TensorBase) and tensor.node is None:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    return result


def _no_tensor(found: Any) -> RuntimeError:
    return RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(found).__name__}")


def _places(tensors: Sequence[TensorBase | GradientEdge]) -> list[tuple[Node, int]]:
    """The node of each tensor, and which of its outputs the tensor is."""
    places: list[tuple[Node, int]] = []
    tensor: Any = None
    try:
        for tensor in tensors:
            node: Any = tensor.node
            if node.__class__ is ref and (node := node()) is not None:  # the common case: a leaf that is in use
                places.append((node, 0))
            else:
                places.append(_place(len(places), tensor))
    except AttributeError:
        if isinstance(tensor, (TensorBase, GradientEdge)):
            raise
        raise _no_tensor(tensor) from None
    return places


def _place(position: int, tensor: TensorBase | GradientEdge) -> tuple[Node, int]:
    if isinstance(tensor, GradientEdge):
        return tensor.node, tensor.output_nr
    if not isinstance(tensor, TensorBase):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise _no_tensor(tensor)
    node = edge_of(tensor)
    if node is None:
        raise RuntimeError(f"One of the differentiated Tensors does not require grad: inputs[{position}].")
    return node.destination()
