"""Floor 7: what `autograd.functional` takes and gives back: tensors or tuples of them, connected as the caller asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from wengert.api.autograd import grad
from wengert.ops.xp import namespace_of
from wengert.tensor.base import TensorBase

_OUTPUTS = "outputs of the user-provided function"


def as_tuple(given: Any, what: str, function: str) -> tuple[bool, tuple[Any, ...]]:
    """Whether `given` is a tuple, and it as one; TypeError for what is neither a tensor nor a tuple of them."""
    values = cast(tuple[Any, ...], given) if isinstance(given, tuple) else (given,)
    for position, value in enumerate(values):
        if isinstance(value, TensorBase):
            continue
        where = f"value at index {position}" if isinstance(given, tuple) else f"given {what}"
        raise TypeError(
            f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but the {where} has type "
            f"{type(value)}."
        )
    return isinstance(given, tuple), values


def outputs_of(result: Any, function: str, strict: bool) -> tuple[bool, tuple[Any, ...]]:
    """What the user's function returned, as `as_tuple` gives it; with `strict` it must require grad."""
    is_tuple, outputs = as_tuple(result, _OUTPUTS, function)
    require_grad(outputs, "outputs", strict)
    return is_tuple, outputs


def connected(inputs: Sequence[Any], create_graph: bool, requires_grad: bool = True) -> tuple[Any, ...]:
    """The inputs as new tensors: of the history of the old ones with `create_graph`, else leaves."""
    return tuple(
        [t.view_as(t) if create_graph and t.requires_grad else t.detach().requires_grad_(requires_grad) for t in inputs]
    )


def disconnected(results: Any, create_graph: bool) -> Any:
    """Results without their history, unless `create_graph`."""
    if create_graph:
        return results
    if isinstance(results, TensorBase):
        return cast(Any, results).detach()
    return tuple([disconnected(result, create_graph) for result in results])


def gradients(
    outputs: Sequence[Any], inputs: Sequence[Any], cotangents: Sequence[Any] | None, create_graph: bool = False,
    retain_graph: bool | None = None, is_grads_batched: bool = False,
) -> tuple[Any, ...]:  # fmt: skip
    """`autograd.grad` of the outputs that require grad, None where there is none."""
    given = [None] * len(outputs) if cotangents is None else cotangents
    pairs = [(out, g) for out, g in zip(outputs, given, strict=True) if out is not None and out.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    return grad(
        [out for out, _ in pairs], inputs, [g for _, g in pairs], retain_graph=retain_graph, create_graph=create_graph,
        allow_unused=True, is_grads_batched=is_grads_batched,
    )  # fmt: skip


def check_vector(vector: Sequence[Any], like: Sequence[Any], is_tuple: bool) -> None:
    """RuntimeError unless `vector` has the number and the shapes of `like`."""
    if len(vector) != len(like):
        if is_tuple:
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(vector)}.")
        raise RuntimeError("The given v should contain a single Tensor.")
    for position, (v, t) in enumerate(zip(vector, like, strict=True)):
        if v.shape != t.shape:
            entry = f"Entry {position} in v" if is_tuple else "v"
            raise RuntimeError(f"{entry} has invalid size: should be {list(t.shape)} but got {list(v.shape)}.")


def given_or_one(v: Any, like: Sequence[Any], is_tuple: bool, create_graph: bool, function: str, of: str) -> Any:
    """The vector `v`, checked, or a one where `like` is a single number."""
    if v is not None:
        _, vector = as_tuple(v, "v", function)
        vector = connected(vector, create_graph, requires_grad=False)
        check_vector(vector, like, is_tuple)
        return vector
    if len(like) != 1 or like[0].numel() != 1:
        raise RuntimeError(f"The vector v can only be None if {of} a single Tensor with a single element.")
    return (namespace_of(like[0].space.backend).ones_like(like[0]),)


_INDEPENDENT = {
    "back": "The output of the user-provided function is independent of input {0}. This is not allowed in strict mode.",
    "back_trick": "The gradient with respect to the input is independent of entry {0} in the grad_outputs when using "
    "the double backward trick to compute forward mode gradients. This is not allowed in strict mode.",
    "double_back": "The jacobian of the user-provided function is independent of input {0}. This is not allowed in "
    "strict mode.",
    "double_back_trick": "The hessian of the user-provided function is independent of entry {0} in the grad_jacobian. "
    "This is not allowed in strict mode as it prevents from using the double backward trick to replace forward mode "
    "AD.",
}


def filled(found: Sequence[Any], like: Sequence[Any], strict: bool, create_graph: bool, stage: str) -> tuple[Any, ...]:
    """Zeros for the gradients that are None; with `strict` they are refused, and with `create_graph` those that are
    constant."""
    results: list[Any] = []
    for position, (g, t) in enumerate(zip(found, like, strict=True)):
        if g is None:
            if strict:
                raise RuntimeError(_INDEPENDENT[stage].format(position))
            results.append(namespace_of(t.space.backend).zeros_like(t))
            continue
        if strict and create_graph and not g.requires_grad:
            what = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {what} of the user-provided function is independent of input {position}. This is not allowed in "
                "strict mode when create_graph=True."
            )
        results.append(g)
    return tuple(results)


_CONSTANT = {
    "outputs": "Output {0} of the user-provided function does not require gradients. The outputs must be computed in a "
    "differentiable manner from the input when running in strict mode.",
    "grad_inputs": "The gradient with respect to input {0} is independent of the inputs of the user-provided function. "
    "This is not allowed in strict mode.",
    "jacobian": "While computing the hessian, found that the jacobian of the user-provided function with respect to "
    "input {0} is independent of the input. This is not allowed in strict mode. You should ensure that your function "
    "is twice differentiable and that the jacobian depends on the inputs.",
}


def require_grad(tensors: Sequence[Any], what: str, strict: bool) -> None:
    """With `strict`, RuntimeError for one of `tensors` that is None or does not require grad."""
    for position, tensor in enumerate(tensors if strict else ()):
        if tensor is None or not tensor.requires_grad:
            raise RuntimeError(_CONSTANT[what].format(position))


def single(result: tuple[Any, ...], is_tuple: bool) -> Any:
    """A tuple of results, or the only one where the user gave no tuple."""
    return result if is_tuple else result[0]


def number_of(result: Any, function: str, strict: bool) -> Any:
    """The one number that the user's function must return."""
    is_tuple, outputs = outputs_of(result, function, strict)
    if is_tuple:
        raise RuntimeError(f"The function given to {function} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {function} should contain a single element")
    return outputs[0].squeeze()
