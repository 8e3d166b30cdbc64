"""Floor 7: `grad`, `grad_and_value`, `vjp` and `linearize`: derivatives in reverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from wengert.api.func.arguments import Argnums, chosen, replaced, with_aux
from wengert.api.func.entering import Inside, Variables
from wengert.ops.xp import namespace_of
from wengert.tensor.base import TensorBase
from wengert.transforms.trees import flatten, map_leaves, unflatten

Function = Callable[..., Any]


def grad(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function that gives the gradient of `func`, which returns one number.

    `argnums` says by which arguments, each of which may be nested. With `has_aux` `func` returns its output and
    something else, and so does the result. `grad` nests with itself and every other transform.

    Shapes: those of the arguments. Derivative: the second one of `func`.
    Errors: RuntimeError where the output is no Tensor of no axes, or `argnums` names no argument.
    Source: torch.func.grad.

    >>> import wengert
    >>> square = wengert.func.grad(lambda x: x ** 2)
    >>> square(tensor(3.)), wengert.func.grad(square)(tensor(3.))
    (tensor(6.), tensor(2.))
    """

    @wraps(func)
    def gradient(*args: Any, **keywords: Any) -> Any:
        found = _grad_and_value(func, argnums, has_aux, args, keywords)
        return (found[0], found[1][1]) if has_aux else found[0]

    return gradient


def grad_and_value(func: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function that gives the gradient of `func` and its value; see `grad`.

    With `has_aux` it gives the gradient and the pair that `func` returned.

    Errors: those of `grad`. Source: torch.func.grad_and_value.

    >>> import wengert
    >>> wengert.func.grad_and_value(lambda x: x ** 2)(tensor(3.))
    (tensor(6.), tensor(9.))
    """

    @wraps(func)
    def both(*args: Any, **keywords: Any) -> Any:
        return _grad_and_value(func, argnums, has_aux, args, keywords)

    return both


def _grad_and_value(
    func: Function, argnums: Argnums, has_aux: bool, args: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[Any, Any]:
    where = "grad_and_value(f)(*args)"
    places, selected = chosen(argnums, args)
    leaves, structure = flatten(selected)
    with Inside() as level:
        variables = Variables(leaves, level)
        given = replaced(args, places, unflatten(variables.tensors, structure))
        output, aux = with_aux(func(*given, **keywords), has_aux, where)
    if not isinstance(output, TensorBase):
        raise RuntimeError(f"{where}: Expected f(*args) to return a Tensor, got {type(output)}")
    if output.shape:
        raise RuntimeError(
            f"{where}: Expected f(*args) to return a scalar Tensor, got tensor with {len(output.shape)} dims. Maybe "
            "you wanted to use the vjp or jacrev APIs instead?"
        )
    if not output.space.dtype.is_floating_point and output.node is not None:
        raise RuntimeError(
            f"grad can be implicitly created only for real scalar outputs but got {output.space.dtype!r}"
        )
    one = namespace_of(output.space.backend).ones_like(output)
    gradients = variables.pulled([output], [one], variables.reach_outside([output]))
    shaped = unflatten(gradients, structure)
    value = variables.left(output)
    return (
        shaped[0] if isinstance(argnums, int) else shaped,
        (value, map_leaves(variables.left, aux)) if has_aux else value,
    )


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The output of `func` at `primals`, and the function that takes cotangents of it to those of the primals.

    With `has_aux` `func` returns its output and something else, which comes third.

    Errors: RuntimeError where a cotangent has another shape or nesting than the output, where the output holds
    something else than Tensors.
    Source: torch.func.vjp.

    >>> import wengert
    >>> out, pull = wengert.func.vjp(lambda x: x ** 2, tensor([1., 2.]))
    >>> pull(tensor([1., 1.]))
    (tensor([2., 4.]),)
    """
    return pullback(func, primals, has_aux)


def pullback(func: Function, primals: tuple[Any, ...], has_aux: bool = False) -> tuple[Any, ...]:
    """`vjp` for the transforms that are made of it."""
    where = "vjp(f, *primals)"
    leaves, structure = flatten(primals)
    with Inside() as level:
        variables = Variables(leaves, level)
        output, aux = with_aux(func(*unflatten(variables.tensors, structure)), has_aux, where)
    outputs, shape = flatten(output)
    if not outputs:
        raise RuntimeError(f"{where}: Expected f to be a function that has non-empty output (got output = {output})")
    require_tensors(outputs, f"{where}: expected f(*primals) to return only tensors, got unsupported type ")
    needed = variables.reach_outside(outputs)

    def pull(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        given, their_shape = flatten(cotangents)
        if their_shape != shape:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the "
                f"function. cotangents: {their_shape}, primal output: {shape}"
            )
        for position, (out, g) in enumerate(zip(outputs, given, strict=True)):
            if g.shape != out.shape:
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{position}] has a shape of {list(g.shape)} and output[{position}] "
                    f"has a shape of {list(out.shape)}."
                )
        return unflatten(variables.pulled(outputs, given, needed), structure)

    result = unflatten([variables.left(out) for out in outputs], shape)
    return (result, pull, map_leaves(variables.left, aux)) if has_aux else (result, pull)


def require_tensors(values: Sequence[Any], message: str) -> None:
    """RuntimeError that ends in the type of what is no Tensor."""
    for value in values:
        if not isinstance(value, TensorBase):
            raise RuntimeError(f"{message}{type(value)}")


def linearize(func: Function, *primals: Any) -> tuple[Any, Function]:
    """The output of `func` at `primals`, and its derivative there as a function of tangents, which does not run `func`
    again.

    Errors: RuntimeError where a tangent has another shape or nesting than its primal.
    Source: torch.func.linearize; the transpose of the pullback, which is itself linear in the cotangent.

    >>> import wengert
    >>> out, push = wengert.func.linearize(lambda x: x ** 2, tensor([1., 2.]))
    >>> push(tensor([1., 0.])), push(tensor([0., 1.]))
    (tensor([2., 0.]), tensor([0., 4.]))
    """
    leaves, structure = flatten(primals)
    with Inside() as level:
        output, pull = pullback(lambda *inner: func(*inner), primals)
        outputs, shape = flatten(output)
        zeros = [namespace_of(out.space.backend).zeros_like(out) for out in outputs]
        directions = Variables(zeros, level)
        pulled, _ = flatten(pull(unflatten(directions.tensors, shape)))
    needed = directions.reach_outside(pulled)

    def push(*tangents: Any) -> Any:
        given, their_shape = flatten(tangents)
        if their_shape != structure:
            raise RuntimeError(
                f"Expected the tangents {their_shape} to have the same argspec as the primals {structure}"
            )
        for position, (t, leaf) in enumerate(zip(given, leaves, strict=True)):
            if t.shape != leaf.shape:
                raise RuntimeError(
                    f"tangent:{position} with shape {list(t.shape)} in flattened pytree doesn't match the shape "
                    f"{list(leaf.shape)} of the corresponding primal."
                )
        return unflatten(directions.pulled(pulled, given, needed), shape)

    return output, push
