"""Floor 7: how derivatives behave beyond their values: undefined ones, zeros, batches."""

from __future__ import annotations

from typing import Any
from warnings import warn

from wengert.api.autograd import grad
from wengert.api.forward_ad import dual_level, make_dual, unpack_dual
from wengert.api.function import Function
from wengert.api.gradcheck.jacobians import Check, GradcheckError, as_tuple, generic
from wengert.extras import deferred
from wengert.ops.comparison import allclose
from wengert.ops.creation import zeros_like
from wengert.ops.movement import stack

_late = deferred(__name__, {"vmap": "wengert.api.func.vmap:vmap"})


class _UndefinedGradient(Function):
    """An identity that no gradient comes back through."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        return None


def check_linearity(check: Check, masked: bool) -> None:
    """A cotangent of zeros gives a gradient of zeros, in the input's dtype, shape and place."""
    outputs, points = check.outputs(), check.points()
    if not outputs:
        return
    found = grad(outputs, points, [zeros_like(output).detach() for output in outputs], allow_unused=True)
    for x, g in zip(points, found, strict=True):
        if g is None:
            continue
        if not (allclose(g, zeros_like(g)) if masked else (g == 0).all()):
            raise GradcheckError("backward not multiplied by grad_output")
        for what, of_gradient, of_input in (
            ("type", g.dtype, x.dtype),
            ("device", g.device, x.device),
            ("size", g.shape, x.shape),
        ):
            if of_gradient != of_input:
                raise GradcheckError(f"grad is incorrect {what}: {of_gradient}, expected {of_input}")


def check_undefined_cotangents(check: Check) -> None:
    """With undefined cotangents, all of them and one at a time, gradients are undefined or zeros."""
    count = len(check.outputs())
    _check_undefined(check, set(range(count)))
    if count > 1:
        for index in range(count):
            _check_undefined(check, {index})


def _check_undefined(check: Check, undefined: set[int]) -> None:
    outputs = [_UndefinedGradient.apply(o) if n in undefined else o for n, o in enumerate(check.outputs())]
    if not outputs:
        return
    zeros = [zeros_like(output).detach() for output in outputs]
    advice = "Pass check_undefined_grad=False where backward is not made for undefined gradients."
    try:
        found = grad(outputs, check.points(), zeros, allow_unused=True)
    except RuntimeError as error:
        warn(advice, stacklevel=2)
        raise GradcheckError(f"Expected backward function to handle undefined output grads. {advice}") from error
    if not all(g is None or (g == 0).all() for g in found):
        warn(advice, stacklevel=2)
        raise GradcheckError(
            "Expected all input grads to be undefined or zero when all output grads are undefined or zero. " + advice
        )


def check_undefined_tangents(check: Check) -> None:
    """An input without a tangent counts as one with a tangent of zeros."""
    args: list[Any] = list(check.inputs)
    points = {position: args[position].detach() for position in check.moving()}
    for position, point in points.items():
        outcomes: list[list[Any]] = []
        with dual_level():
            for tangent in (zeros_like(point), None):
                moving = {n: make_dual(x, generic(x, n)) for n, x in points.items() if n != position}
                moving[position] = point if tangent is None else make_dual(point, tangent)
                outputs = as_tuple(check.func(*[moving.get(n, arg) for n, arg in enumerate(args)]))
                outcomes.append([unpack_dual(output).tangent for output in outputs])
        for index, (zero, undefined) in enumerate(zip(*outcomes, strict=True)):
            if zero is not None and undefined is not None and not allclose(zero, undefined):
                raise GradcheckError(
                    f"Mismatch in tangent values for output with index: {index} when input: {position} has an "
                    f"undefined tangent value. Got: {undefined} but expected: {zero}"
                )


def check_batched_cotangents(check: Check) -> None:
    """Gradients of a batch of cotangents are those of each."""
    points = check.points()
    for index, output in enumerate(check.outputs()):
        cotangents = [generic(output.detach(), seed, signed=True) for seed in (1, 2)]
        each = [grad(output, points, v, retain_graph=True, allow_unused=True) for v in cotangents]
        batch = stack(cotangents)
        try:
            found = grad(output, points, batch, retain_graph=True, allow_unused=True, is_grads_batched=True)
        except RuntimeError as error:
            raise GradcheckError(f"While computing batched gradients, got: {error}") from error
        for place, (g, expected) in enumerate(zip(found, zip(*each, strict=True), strict=True)):
            _compare_batches(index, place, g, None if expected[0] is None else stack(expected))


def check_batched_tangents(check: Check) -> None:
    """Tangents of a batch are those of each."""
    vmap = _late("vmap")

    def pushed(t: Any, position: int) -> tuple[Any, ...]:
        return tuple(check.pushed(position, t))

    for place, position in enumerate(check.moving()):
        tangents = [generic(check.inputs[position].detach(), seed, signed=True) for seed in (1, 2)]
        each = [check.pushed(position, t) for t in tangents]
        try:
            found = vmap(pushed, in_dims=(0, None))(stack(tangents), position)
        except RuntimeError as error:
            raise GradcheckError(f"While computing batched gradients, got: {error}") from error
        for index, (t, expected) in enumerate(zip(found, zip(*each, strict=True), strict=True)):
            _compare_batches(index, place, t, stack(expected))


def _compare_batches(output: int, place: int, found: Any, expected: Any) -> None:
    if found is None and expected is None:
        return
    if found is None or expected is None or not allclose(found, expected):
        raise GradcheckError(
            f"For output {output} and input {place}: gradients of a batch differ from those of each cotangent.\n"
            f"Got:\n{found}\n\nExpected:\n{expected}"
        )
