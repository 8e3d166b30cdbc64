"""Floor 7: `jacrev`, `jacfwd` and `hessian`: all of a derivative at once, by vmap over a basis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from math import prod
from typing import Any

from wengert.api.func.arguments import Argnums, chosen, replaced, with_aux
from wengert.api.func.forward import jvp
from wengert.api.func.reverse import pullback, require_tensors
from wengert.api.func.vmap import vmap
from wengert.ops.xp import namespace_of
from wengert.protocol.shapes import Shape
from wengert.transforms.trees import flatten, map_leaves, unflatten

Function = Callable[..., Any]


def jacrev(func: Function, argnums: Argnums = 0, *, has_aux: bool = False, chunk_size: int | None = None) -> Function:
    """The function that gives the Jacobian of `func`, by one pass back for each element of the output, all at once.

    `chunk_size` says how many at once. Best where the output is smaller than the input.

    Shapes: output shape + argument shape, nested as the output and then as the arguments.
    Errors: those of `vjp`; ValueError if `chunk_size` is not positive.
    Source: torch.func.jacrev.

    >>> import wengert
    >>> wengert.func.jacrev(lambda x: x ** 2)(tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @wraps(func)
    def jacobian(*args: Any, **keywords: Any) -> Any:
        places, selected = chosen(argnums, args)
        found = pullback(lambda *inner: func(*replaced(args, places, inner), **keywords), selected, has_aux)
        output, pull = found[:2]
        outputs, shape = flatten(output)
        require_tensors(outputs, "jacrev: Expected f(*args) to return only tensors, got unsupported type ")
        flat_inputs, structure = flatten(selected)
        basis = basis_of(outputs)
        rows, _ = flatten(vmap(lambda *g: pull(unflatten(g, shape)), chunk_size=chunk_size)(*basis))
        counts = [prod(out.shape) for out in outputs]
        by_output: list[Any] = [[] for _ in outputs]
        for x, block in zip(flat_inputs, rows, strict=True):
            xp: Any = namespace_of(block.space.backend)
            start = 0
            for part, out, count in zip(by_output, outputs, counts, strict=True):
                part.append(xp.reshape(xp.getitem(block, slice(start, start + count)), (*out.shape, *x.shape)))
                start += count
        jacobians = unflatten([_of_arguments(part, structure, argnums) for part in by_output], shape)
        return (jacobians, found[2]) if has_aux else jacobians

    return jacobian


def jacfwd(func: Function, argnums: Argnums = 0, has_aux: bool = False, *, randomness: str = "error") -> Function:
    """The function that gives the Jacobian of `func`, by one forward derivative for each element of the arguments.

    They are taken all at once. `randomness` is that of `vmap`. Best where the input is smaller than the output.

    Shapes: output shape + argument shape, nested as the output and then as the arguments.
    Errors: those of `jvp`. Source: torch.func.jacfwd.

    >>> import wengert
    >>> wengert.func.jacfwd(lambda x: x ** 2)(tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @wraps(func)
    def jacobian(*args: Any, **keywords: Any) -> Any:
        places, selected = chosen(argnums, args)
        flat_inputs, structure = flatten(selected)
        require_tensors(flat_inputs, "jacfwd: Expected all inputs to be tensors, got ")

        def push(*directions: Any) -> Any:
            found = jvp(
                lambda *inner: func(*replaced(args, places, inner), **keywords),
                selected,
                unflatten(directions, structure),
                has_aux=has_aux,
            )
            return found[1], found[2] if has_aux else ()

        moved, aux = vmap(push, randomness=randomness)(*basis_of(flat_inputs))
        columns, shape = flatten(moved)
        parts: list[Any] = []
        for block in columns:
            xp: Any = namespace_of(block.space.backend)
            out_shape: Shape = block.shape[1:]
            start, row = 0, list[Any]()
            for x in flat_inputs:
                count = prod(x.shape)
                piece = xp.getitem(block, slice(start, start + count))
                last = xp.permute_dims(piece, (*range(1, len(block.shape)), 0))
                row.append(xp.reshape(last, (*out_shape, *x.shape)))
                start += count
            parts.append(_of_arguments(row, structure, argnums))
        jacobians = unflatten(parts, shape)
        return (jacobians, map_leaves(_first, aux)) if has_aux else jacobians

    return jacobian


def hessian(func: Function, argnums: Argnums = 0) -> Function:
    """The function that gives the second derivative of `func`: `jacfwd` of `jacrev`.

    Shapes: output shape + argument shape + argument shape. Errors: those of both. Source: torch.func.hessian.

    >>> import wengert
    >>> wengert.func.hessian(lambda x: (x ** 3).sum())(tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


def _first(part: Any) -> Any:
    return part[0]


def _of_arguments(parts: Sequence[Any], structure: Any, argnums: Argnums) -> Any:
    nested = unflatten(parts, structure)
    return nested[0] if isinstance(argnums, int) else nested


def basis_of(tensors: Sequence[Any]) -> list[Any]:
    """For each tensor the rows of an identity over the elements of all of them that concern it."""
    counts = [prod(t.shape) for t in tensors]
    total = sum(counts)
    found: list[Any] = []
    start = 0
    for t, count in zip(tensors, counts, strict=True):
        xp: Any = namespace_of(t.space.backend)
        eye = xp.eye(total, dtype=t.space.dtype, device=t.space.device)
        found.append(xp.reshape(xp.getitem(eye, (slice(None), slice(start, start + count))), (total, *t.shape)))
        start += count
    return found


__all__ = ["hessian", "jacfwd", "jacrev", "with_aux"]
