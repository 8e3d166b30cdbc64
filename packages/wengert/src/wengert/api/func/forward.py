"""Floor 7: `jvp`: derivatives forward."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from wengert.api.func.arguments import with_aux
from wengert.api.func.reverse import require_tensors
from wengert.ops.xp import namespace_of
from wengert.tensor.base import TensorBase
from wengert.tensor.level import running
from wengert.tensor.view import as_alias
from wengert.transforms.dual import DualLevel, make_dual, primal_at, tangent_at
from wengert.transforms.trees import flatten, map_leaves, unflatten

Function = Callable[..., Any]


def jvp(func: Function, primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> tuple[Any, ...]:
    """The output of `func` at `primals` and its derivative in the direction of `tangents`.

    An output that does not depend on the primals has a tangent of zeros, or with `strict` is refused. With `has_aux`
    `func` returns its output and something else, which comes third.

    Shapes: tangents as the primals; the results as the output.
    Errors: RuntimeError where primals and tangents are nested differently, where something is no Tensor; ValueError for
    integers.
    Source: torch.func.jvp.

    >>> import wengert
    >>> wengert.func.jvp(lambda x: x ** 2, (tensor([1., 2.]),), (tensor([1., 0.]),))
    (tensor([1., 4.]), tensor([2., 0.]))
    """
    where = "jvp(f, primals, tangents)"
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{where}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    leaves, structure = flatten(primals)
    directions, their_structure = flatten(tangents)
    if structure != their_structure:
        raise RuntimeError(
            f"{where}: Expected primals and tangents to have the same python structure. For example, if primals is a "
            f"tuple of 3 tensors, tangents also must be. Got primals with structure {structure} and tangents with "
            f"structure {their_structure}"
        )
    for name, values in (("primals", leaves), ("tangents", directions)):
        if not values:
            raise RuntimeError(f"{where}: Expected {name} to contain at least one Tensor.")
        require_tensors(values, f"{where}: Expected {name} to only contain Tensors, got ")
    level = DualLevel()
    outer = running.get()
    running.set((*outer, level))
    try:
        duals = [_dual(level, primal, t) for primal, t in zip(leaves, directions, strict=True)]
        output, aux = with_aux(func(*unflatten(duals, structure)), has_aux, where)
        outputs, shape = flatten(output)
        require_tensors(outputs, f"{where}: expected f(*primals) to return only tensors, got unsupported type ")
        pushed = [tangent_at(level, out) for out in outputs]
        if strict and any(t is None for t in pushed):
            raise RuntimeError(
                "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not "
                "allowed with strict=True."
            )
        values = unflatten([primal_at(level, out) for out in outputs], shape)
        rest = map_leaves(partial(_outside, level), aux)
    finally:
        level.end()
        running.set(outer)
    filled = [
        namespace_of(out.space.backend).zeros_like(out) if t is None else t
        for out, t in zip(outputs, pushed, strict=True)
    ]
    moved = unflatten(filled, shape)
    return (values, moved, rest) if has_aux else (values, moved)


def _outside(level: DualLevel, part: Any) -> Any:
    return primal_at(level, part) if isinstance(part, TensorBase) else part


def _dual(level: DualLevel, primal: Any, tangent: Any) -> Any:
    if not primal.space.dtype.is_inexact:
        raise ValueError(f"Expected primal to be floating point or complex, but got: {primal.space.dtype!r}")
    if primal.shape != tangent.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(primal.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )
    return as_alias(make_dual(level, primal, tangent), primal)
