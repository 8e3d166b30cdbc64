"""Floor 6: padding."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.xp import namespace_of
from wengert.protocol.dtypes import BOOL
from wengert.rule.refusals import refuse
from wengert.rules import convolution as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

Number = bool | int | float | complex

zero_padded = kernel(rules.pad, "ConstantPadNdBackward0")


def constant_pad_nd(input: Tensor, pad: Sequence[int], value: Number = 0) -> Tensor:
    """`nn.functional.pad` with a constant. Derivative: g -> g cut to the input's place. Source: torch.constant_pad_nd.

    >>> constant_pad_nd(tensor([1., 2.]), (1, 0), 5.)
    tensor([5., 1., 2.])
    """
    return _padded(input, pad, "constant", value)


def pad(input: AnyTensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Any:
    """`input` with elements added before and after its last axes: `pad` names (before, after) of the last axis first.

    `mode` says what is added: "constant" `value` (0 unless given), "reflect" the input mirrored at its edge,
    "replicate" the edge itself, "circular" the other end. A negative number cuts (constant and circular).
    Shapes: each padded axis grows by its two numbers. Dtype: that of `input`.
    Derivative: g -> g cut to the input's place; for the other modes each copy's gradient adds to its source.
    Errors: RuntimeError for an odd number of sizes or one too many; NotImplementedError for an unknown mode.
    Source: torch.nn.functional.pad.

    >>> wengert.nn.functional.pad(tensor([1., 2.]), (1, 0))
    tensor([0., 1., 2.])
    """
    return _padded(input, pad, mode, value)


def _padded(input: Any, pad: Sequence[int], mode: str, value: Number | None) -> Any:
    if not isinstance(input, Tensor):
        raise_not_tensor("pad", "input", input)
    sizes, ndim = tuple(pad), len(input.shape)
    if len(sizes) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(sizes) > 2 * ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(sizes)} and input of dimension {ndim}"
        )
    pairs = [(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 2, -1, -2)]
    widths = ((0, 0),) * (ndim - len(pairs)) + tuple(pairs)
    if mode == "constant":
        if any(n + low + high < 0 for n, (low, high) in zip(input.shape, widths, strict=True)):
            raise RuntimeError(
                f"narrow(): length must be non-negative. The input size {list(input.shape)}, plus padding "
                f"{list(sizes)}, "
                "resulted in a negative output size."
            )
        number: Any = 0 if value is None else value
        return zero_padded(input, widths, number if input.space.dtype.is_inexact else int(number))
    if mode not in _PLACES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}; expected one of constant, {', '.join(_PLACES)}.")
    refuse(f"{mode}_pad", input.space.dtype, *([] if mode == "circular" else [BOOL]))
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if len(sizes) not in (2, 4, 6) or ndim - len(pairs) not in (1, 2):
        raise NotImplementedError(
            f"Padding size {len(sizes)} is not supported for {ndim}D input tensor.\n"
            "Supported combinations for non-constant padding:\n"
            "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
            "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
            "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
        )
    return _by_positions(input, widths, mode, len(pairs))


def _by_positions(input: Tensor, widths: Sequence[tuple[int, int]], mode: str, count: int) -> Any:
    """The last `count` axes taken at the positions that `mode` means."""
    xp = namespace_of(input.space.backend)
    positions: list[Any] = []
    for axis in range(len(input.shape) - 1, len(input.shape) - 1 - count, -1):
        n, (low, high) = input.shape[axis], widths[axis]
        if mode == "reflect" and max(low, high) >= n and (low or high):
            raise RuntimeError(
                "Padding size should be less than the corresponding input dimension, but got: padding "
                f"({low}, {high}) at dimension {axis} of input {list(input.shape)}"
            )
        if mode == "circular" and max(low, high) > n:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if n + low + high <= 0 and prod(input.shape):
            raise RuntimeError(
                f"pad: input {list(input.shape)}, padding ({low}, {high}) at dimension {axis} leaves nothing."
            )
        places = _PLACES[mode](n, low, high)
        positions.append(xp.asarray(places, dtype=xp.int64, device=input.space.device))
    if mode != "circular":
        return _PADS[mode][count - 1](input, *positions)
    for back, (place, pair) in enumerate(zip(positions, reversed(widths), strict=False)):
        if any(pair):
            input = xp.take(input, place, axis=len(widths) - 1 - back)
    return input


def _reflected(n: int, low: int, high: int) -> list[int]:
    return [-i if i < 0 else 2 * (n - 1) - i if i >= n else i for i in range(-low, n + high)]


def _clamped(n: int, low: int, high: int) -> list[int]:
    return [min(max(i, 0), n - 1) for i in range(-low, n + high)]


def _wrapped(n: int, low: int, high: int) -> list[int]:
    """What is cut off goes first: the rest wraps around."""
    start, stop = max(-low, 0), n - max(-high, 0)
    return [start + i % (stop - start) for i in range(-max(low, 0), stop - start + max(high, 0))]


_PLACES = {"reflect": _reflected, "replicate": _clamped, "circular": _wrapped}
_PADS = {
    mode: [kernel(rules.pad_from_within, f"{name}Pad{rank}DBackward0", x="self") for rank in (1, 2, 3)]
    for mode, name in (("reflect", "Reflection"), ("replicate", "Replication"))
}
