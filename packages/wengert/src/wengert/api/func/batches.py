"""Floor 7: gradients from a batch of cotangents, for `autograd.grad`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from wengert.api.func.vmap import vmap
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase


def each_of_a_batch(shapes: Sequence[Shape | None], cotangents: Any, gradients: Callable[[Any], Any]) -> Any:
    """`gradients` of each row of the cotangents of outputs that have these shapes, all at once by vmap."""
    rows: list[Any] = [cotangents] if isinstance(cotangents, TensorBase) else list(cotangents or ())
    if any(g is not None and not g.shape for g in rows):
        raise IndexError(
            "invalid index of a 0-dim tensor. With `is_grads_batched=True` the first dimension of each grad_output is "
            "the batch dimension."
        )
    for position, (shape, g) in enumerate(zip(shapes, rows, strict=False)):
        if g is not None and shape is not None and g.shape[1:] != shape:
            raise RuntimeError(
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
                "dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding "
                f"output, but a mismatch was detected: grad_output[{position}] has a shape of {list(g.shape)} and "
                f"output[{position}] has a shape of {list(shape)}. If you only want some tensors in `grad_output` to "
                "be considered batched, consider using vmap."
            )
    found: list[Any] = []

    def of_one(*row: Any) -> list[Any]:
        found[:] = [gradients(row)]
        return [g for g in _listed(found[0]) if g is not None]

    in_dims = tuple([0 if isinstance(g, TensorBase) else None for g in rows])
    defined = iter(vmap(of_one, in_dims)(*rows))
    results = [None if g is None else next(defined) for g in _listed(found[0])]
    answer: Any = found[0]
    return dict(zip(answer, results, strict=True)) if isinstance(answer, dict) else tuple(results)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  # keys are the user's


def _listed(gradients: Any) -> list[Any]:
    return list(cast(dict[Any, Any], gradients).values() if type(gradients) is dict else gradients)
