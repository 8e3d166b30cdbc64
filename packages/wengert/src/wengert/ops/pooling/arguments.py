"""Floor 6: what poolings have in common: the windows that their arguments mean, and torch's refusals."""

from __future__ import annotations

from typing import Any, NamedTuple

from wengert.protocol.dtypes import BOOL, COMPLEX
from wengert.protocol.shapes import Shape
from wengert.rule.refusals import refuse
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor


class Windows(NamedTuple):
    """The windows of a pooling, with a number for each axis."""

    size: Shape
    step: Shape
    padding: Shape
    dilation: Shape
    output: Shape


def windows(
    name: str, rank: int, input: Any, size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> Windows:
    """The windows over the last `rank` axes of `input`, checked in torch's order."""
    if not isinstance(input, Tensor):
        raise_not_tensor(name, "input", input)
    size = per_axis(name, "kernel_size", size, rank)
    step = size if is_absent(stride) else per_axis(name, "stride", stride, rank)
    border, spread = per_axis(name, "padding", padding, rank), per_axis(name, "dilation", dilation, rank)
    for argument, values, words in (
        ("kernel_size", size, "kernel size should be greater than zero"),
        ("stride", step, "stride should not be zero"),
        ("dilation", spread, "dilation should be greater than zero"),
    ):
        if min(values) <= 0:
            raise RuntimeError(f"{name}() {argument} must be greater than zero, but got {min(values)}: {words}")
    for k, p, d in zip(size, border, spread, strict=True):
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > ((k - 1) * d + 1) // 2:
            raise RuntimeError(
                f"{name}() padding should be at most half of kernel size: pad should be at most half of effective "
                f"kernel size, but got pad={p}, kernel_size={k} and dilation={d}"
            )
    shape = tuple(input.shape)
    check_planes(name, rank, shape)
    refuse(name, input.space.dtype, BOOL, COMPLEX)
    return Windows(size, step, border, spread, _counts(name, shape[-rank - 1 :], size, step, border, spread, ceil_mode))


def check_planes(name: str, rank: int, shape: Shape) -> None:
    """RuntimeError unless `shape` has the axes of a batch of planes or of one sample, none of a sample empty."""
    if len(shape) not in (rank + 1, rank + 2) or 0 in shape[-rank - 1 :]:
        raise RuntimeError(
            f"{name}: Expected {rank + 1}D or {rank + 2}D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{list(shape)}; non-empty {rank + 1}D or {rank + 2}D (batch mode) tensor expected for "
            "input: Expected input's non-batch dimensions to have positive length"
        )


def is_absent(stride: Any) -> bool:
    """Whether no stride was given: None, or an empty sequence."""
    return stride is None or (not isinstance(stride, int) and len(stride) == 0)


def per_axis(name: str, argument: str, value: Any, rank: int) -> Shape:
    """A number for each axis, from one for all or a sequence."""
    if isinstance(value, int):
        return (value,) * rank
    values = tuple(value)
    if len(values) not in (1, rank):
        words = {1: "one", 2: "two", 3: "three"}
        raise RuntimeError(
            f"{name}: {argument} must either be a single int, or a tuple of {words.get(rank, rank)} ints"
        )
    return values if len(values) == rank else values * rank


def _counts(
    name: str, shape: Shape, size: Shape, step: Shape, padding: Shape, dilation: Shape, ceil_mode: bool
) -> Shape:
    """The number of windows along each axis of a sample of `shape` (channels, ...)."""
    result: list[int] = []
    for n, k, s, p, d in zip(shape[1:], size, step, padding, dilation, strict=True):
        room = n + 2 * p - d * (k - 1) - 1
        count = -(-room // s) + 1 if ceil_mode else room // s + 1
        if ceil_mode and (count - 1) * s >= n + p:
            count -= 1  # the last window has to start inside the input or its left padding
        result.append(count)
    if min(result) < 1:
        given, found = ("x".join(map(str, (shape[0], *line))) for line in (shape[1:], [max(n, 0) for n in result]))
        raise RuntimeError(
            f"{name}: Given input size: ({given}). Calculated output size: ({found}). Output size is too small; "
            f"Invalid computed output size: {min(result)}"
        )
    return tuple(result)
