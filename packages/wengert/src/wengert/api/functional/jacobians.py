"""Floor 7: `jacobian` and `hessian`, element by element, all at once, or forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.api.func.jacobians import basis_of, jacfwd
from wengert.api.func.reverse import grad
from wengert.api.functional.arguments import (
    as_tuple,
    connected,
    disconnected,
    gradients,
    number_of,
    outputs_of,
    require_grad,
    single,
)
from wengert.api.modes import set_grad_enabled
from wengert.ops.movement import stack
from wengert.ops.xp import namespace_of

Function = Callable[..., Any]


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of `func` at `inputs`.

    `vectorize` takes all its rows at once by vmap. `strategy` is "reverse-mode" or, with `vectorize`, "forward-mode".

    Shapes: output shape + input shape; a tuple over outputs and inputs where these are tuples.
    Errors: RuntimeError, with `strict`, where an output does not depend on an input, and for options that exclude each
    other.
    Source: torch.autograd.functional.jacobian.

    >>> jacobian(lambda x: x ** 2, tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        return _forward(func, inputs, create_graph, strict, vectorize)
    with set_grad_enabled(True):
        is_tuple, given = as_tuple(inputs, "inputs", "jacobian")
        variables = connected(given, create_graph)
        several, outputs = outputs_of(func(*variables), "jacobian", strict)
        if vectorize and strict:
            raise RuntimeError(
                "autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. Please "
                "either set `strict=False` or `vectorize=False`."
            )
        rows = (
            _at_once(outputs, variables, create_graph)
            if vectorize
            else _one_by_one(outputs, variables, create_graph, strict)
        )
    nested = tuple([single(row, is_tuple) for row in rows])
    return single(disconnected(nested, create_graph), several)


def _one_by_one(
    outputs: Sequence[Any], variables: Sequence[Any], create_graph: bool, strict: bool
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for number, out in enumerate(outputs):
        lines: list[list[Any]] = [[] for _ in variables]
        flat = out.reshape(-1)
        for place in range(out.numel()):
            found = gradients((flat[place],), variables, None, create_graph=create_graph, retain_graph=True)
            for position, (line, g, t) in enumerate(zip(lines, found, variables, strict=True)):
                if g is None and strict:
                    raise RuntimeError(
                        f"Output {number} of the user-provided function is independent of input {position}. This is "
                        "not allowed in strict mode."
                    )
                if g is not None and strict and create_graph and not g.requires_grad:
                    raise RuntimeError(
                        f"The jacobian of the user-provided function is independent of input {number}. This is not "
                        "allowed in strict mode when create_graph=True."
                    )
                line.append(namespace_of(t.space.backend).zeros_like(t) if g is None else g)
        rows.append(tuple([_stacked(line, out, t) for line, t in zip(lines, variables, strict=True)]))
    return rows


def _stacked(line: Sequence[Any], out: Any, t: Any) -> Any:
    whole: Any = stack(line, 0) if line else out.new_zeros((0, *t.shape))
    return whole.reshape((*out.shape, *t.shape))


def _at_once(outputs: Sequence[Any], variables: Sequence[Any], create_graph: bool) -> list[tuple[Any, ...]]:
    blocks = gradients(
        outputs, variables, basis_of(outputs), create_graph=create_graph, retain_graph=True, is_grads_batched=True
    )
    rows: list[tuple[Any, ...]] = []
    start = 0
    for out in outputs:
        count, row = out.numel(), list[Any]()
        for block, t in zip(blocks, variables, strict=True):
            shape = (*out.shape, *t.shape)
            row.append(out.new_zeros(shape) if block is None else block[start : start + count].reshape(shape))
        rows.append(tuple(row))
        start += count
    return rows


def _forward(func: Function, inputs: Any, create_graph: bool, strict: bool, vectorize: bool) -> Any:
    for is_set, option in ((strict, "strict"), (create_graph, "create_graph")):
        if is_set:
            raise (RuntimeError if option == "strict" else NotImplementedError)(
                f'autograd.functional.jacobian: `{option}=True` and `strategy="forward-mode"` are not supported '
                f'together (yet). Please either set `{option}=False` or `strategy="reverse-mode"`.'
            )
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian is only implemented for "
            "`vectorize=True`."
        )
    is_tuple, given = as_tuple(inputs, "inputs", "jacobian")
    several: list[bool] = []

    def checked(*variables: Any) -> Any:
        is_several, outputs = outputs_of(func(*variables), "jacobian", False)
        several[:] = [is_several]
        return outputs

    rows = jacfwd(checked, argnums=tuple(range(len(given))))(*given)
    nested = [list(row) if is_tuple else row[0] for row in rows]  # lists, as in torch
    return nested if several[0] else nested[0]


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of `func`, which returns one number, at `inputs`: the Jacobian of its gradient.

    `vectorize` and `outer_jacobian_strategy` are those of `jacobian`.

    Shapes: input shape + input shape; a tuple of tuples where the inputs are a tuple.
    Errors: RuntimeError if `func` does not return one number; with `strict` if a derivative does not depend on an
    input.
    Source: torch.autograd.functional.hessian.

    >>> hessian(lambda x: (x ** 3).sum(), tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    is_tuple, given = as_tuple(inputs, "inputs", "hessian")

    def value(*variables: Any) -> Any:
        return number_of(func(*variables), "hessian", strict)

    def slope(*variables: Any) -> Any:
        if outer_jacobian_strategy == "forward-mode":
            return grad(value, argnums=tuple(range(len(variables))))(*variables)
        found = jacobian(value, variables, create_graph=True)
        require_grad(found, "jacobian", strict)
        return found

    rows = jacobian(slope, given, create_graph, strict, vectorize, outer_jacobian_strategy)
    nested = tuple([single(tuple(row), is_tuple) for row in rows])
    return single(nested, is_tuple)


__all__ = ["hessian", "jacobian"]
