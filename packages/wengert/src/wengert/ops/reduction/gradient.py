"""Floor 6: derivatives of sampled functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ops.arithmetic import add, div, mul, sub
from wengert.ops.arithmetic.operands import checked
from wengert.ops.movement import cat, narrow, reshape
from wengert.protocol.shapes import normalize_axes
from wengert.tensor.base import TensorBase as Tensor

Spacing = float | Sequence[Any] | None


def gradient(
    input: Tensor, *, spacing: Spacing = None, dim: int | Sequence[int] | None = None, edge_order: int = 1
) -> tuple[Any, ...]:
    """The derivative of a sampled function by each coordinate, to second order inside, to `edge_order` at the ends.

    `spacing` is the distance of samples, one for all or for each of `dim`, or a tensor of coordinates for each.
    Shapes: one result of the shape of `input` for each of `dim` (all dimensions if None). Dtype: that of `input`, the
    default floating dtype for integers.
    Derivative: linear in `input`.
    Errors: RuntimeError for an axis of at most `edge_order` samples, for a spacing that does not fit `dim`.
    Source: torch.gradient; B. Fornberg, Math. Comp. 51 (1988), for uneven spacing.

    >>> gradient(tensor([0., 1., 4., 9.]))
    (tensor([1., 2., 4., 5.]),)
    """
    shape = checked("gradient", "input", input).shape
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    axes = (
        tuple(range(len(shape))) if dim is None else normalize_axes((dim,) if isinstance(dim, int) else dim, len(shape))
    )
    spaces = _spacing(spacing, axes, dim is None)
    if any(shape[axis] < edge_order + 1 for axis in axes):
        raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    for axis, space in zip(axes, spaces, strict=True):
        if isinstance(space, Tensor) and space.shape != (shape[axis],):
            raise RuntimeError(
                "torch.gradient expected each element of 'spacing' to have the same number of elements as the "
                f"dimension: got {list(space.shape)} for {shape[axis]}"
            )
    return tuple(_along(input, axis, space, edge_order) for axis, space in zip(axes, spaces, strict=True))


def _spacing(spacing: Spacing, axes: Sequence[int], all_axes: bool) -> list[Any]:
    if spacing is None or isinstance(spacing, (int, float, complex)):
        return [1.0 if spacing is None else spacing] * len(axes)
    spaces: list[Any] = [spacing] if isinstance(spacing, Tensor) else [*spacing]
    if len(spaces) != len(axes):
        against = (
            f"or a list of length equal to 'self.dim() = {len(axes)}', since dim argument was not given"
            if all_axes
            else f"or it's spacing and dim arguments to have the same length, but dim has {len(axes)}"
        )
        comma = "," if all_axes else ""
        raise RuntimeError(
            f"torch.gradient expected spacing to be unspecified, a scalar{comma} {against}; "
            f"got a spacing of length {len(spaces)}"
        )
    return spaces


def _along(x: Any, axis: int, space: Any, edge_order: int) -> Any:
    n = x.shape[axis]
    steps: Any

    def part(start: int, count: int) -> Any:
        return narrow(x, axis, start, count)

    if isinstance(space, Tensor):
        whole = (1,) * axis + (-1,) + (1,) * (len(x.shape) - axis - 1)
        steps = reshape(sub(narrow(space, 0, 1, n - 1), narrow(space, 0, 0, n - 1)), whole)
    else:
        steps = None

    def step(start: int, count: int) -> Any:
        return space if steps is None else narrow(steps, axis, start, count)

    inner: list[Any] = []
    if n > 2:
        before, after = step(0, n - 2), step(1, n - 2)
        if steps is None:
            inner = [div(sub(part(2, n - 2), part(0, n - 2)), before + after)]
        else:
            first = mul(part(0, n - 2), div(-after, mul(before, add(before, after))))
            middle = mul(part(1, n - 2), div(sub(after, before), mul(before, after)))
            last = mul(part(2, n - 2), div(before, mul(after, add(before, after))))
            inner = [add(add(first, middle), last)]
    if edge_order == 1:
        start = div(sub(part(1, 1), part(0, 1)), step(0, 1))
        end = div(sub(part(n - 1, 1), part(n - 2, 1)), step(n - 2, 1))
    else:
        start = _second_order([part(i, 1) for i in (0, 1, 2)], step(0, 1), step(1, 1), 1)
        end = _second_order([part(n - 1 - i, 1) for i in (0, 1, 2)], step(n - 2, 1), step(n - 3, 1), -1)
    return cat([start, *inner, end], axis)


def _second_order(points: list[Any], near: Any, far: Any, sign: int) -> Any:
    """The derivative at the first of three points, from it to the next `near` and from there `far`."""
    both = near + far
    terms = (
        mul(points[0], -sign * (near + both) / (near * both)),
        mul(points[1], sign * both / (near * far)),
        mul(points[2], -sign * near / (far * both)),
    )
    return add(add(terms[0], terms[1]), terms[2])


__all__ = ["gradient"]
