"""Floor 7: forward mode through a `Function`: the user's `jvp` pushes the tangents of the arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from wengert.api.function.node import zeros
from wengert.api.function.results import Call
from wengert.tensor.base import TensorBase
from wengert.tensor.view import view_of
from wengert.transforms.dual import DualLevel, DualSpace, become_dual, tangent_of


def level_of(args: Sequence[Any]) -> DualLevel | None:
    """The level of forward mode that an argument has a tangent at, if any."""
    for arg in args:
        if isinstance(arg, TensorBase) and isinstance(arg.space, DualSpace) and tangent_of(arg) is not None:
            return arg.space.level
    return None


def push(
    call: Call, level: DualLevel, tangents: Sequence[Any], outputs: Sequence[Any], finished: Sequence[Any]
) -> None:
    """Give the results (`finished`, made of the `outputs` of forward) the tangents that the user's jvp computes."""
    for position, (output, result, t) in enumerate(
        zip(outputs, finished, _pushed(call, level, tangents, outputs), strict=True)
    ):
        if not call.differentiable(output):
            if t is not None:
                raise RuntimeError(
                    f"Function's jvp returned a gradient at position {position}, but  the corresponding forward output "
                    "is not a differentiable Tensor.You should return None at that position instead."
                )
            continue
        _check_tangent(result, t)
        place = call.argument(output)
        if place is not None and call.wrote(output):
            if t is not tangents[place]:
                raise RuntimeError(
                    "An inplace custom Function is not modifying the forward mode gradients inplace. If the forward is "
                    "modifying an input inplace, then the jvp function must modify the corresponding gradient inplace."
                )
            continue
        if view_of(result) is not None and view_of(t) is None:
            raise RuntimeError(
                "A custom Function's forward is returning a view (or an input as-is) but the jvp is not returning a "
                "view."
            )
        become_dual(level.space(result.space.plain), result, t)
        for kept in call.node.kept:
            if kept.output == position and kept.tensor is not None:
                become_dual(result.space, kept.tensor, t)


def _pushed(call: Call, level: DualLevel, tangents: Sequence[Any], outputs: Sequence[Any]) -> list[Any]:
    """What jvp returns, one for each output."""
    node, materialize, count = call.node, call.ctx.materialize_grads, len(outputs)
    given = [
        zeros(tensor.shape, tensor.space) if t is None and tensor is not None and materialize else t
        for tensor, t in zip(call.tensors, tangents, strict=True)
    ]
    node.in_jvp, level.alive = True, False  # jvp works on plain values
    try:
        moving = [output if call.differentiable(output) else None for output in outputs]
        answer = level.push_unknown(lambda: node.function.jvp(call.ctx, *given), tangents, moving)
    finally:
        node.in_jvp, level.alive = False, True
    answers = list(cast(Sequence[Any], answer)) if isinstance(answer, tuple) else [answer]
    if len(answers) != count:
        raise RuntimeError(
            f"Function's jvp returned an invalid number of forward gradients (expected {count} but got {len(answers)})"
        )
    for position, t in enumerate(answers):
        if t is not None and not isinstance(t, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(t).__name__}) for grad output {position}.")
    return answers


def _check_tangent(output: TensorBase, t: Any) -> None:
    if t is None:
        raise RuntimeError(
            "Expected both tensor and its forward grad to be floating point or complex: jvp returned None for a "
            "differentiable output. Return zeros, or mark the output with mark_non_differentiable."
        )
    if t.shape != output.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(output.shape)} while the given forward gradient is of size "
            f"{list(t.shape)}."
        )
