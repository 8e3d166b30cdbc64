"""Floor 2: convolutions and pooling of a batch: the new axis goes into the samples, or with a kernel of its own for
each element into the channels, as so many more groups."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.shapes import Shape
from wengert.rule.batching import folded, lined_up, stretched, unfolded
from wengert.rules import convolution

Again = Callable[..., Any]


@convolution.pad.batch
def pad_batch(again: Again, x: Array, widths: tuple[Shape, ...], value: float) -> Array:
    return again(x, widths=((0, 0), *widths), value=value)


@convolution.pad_from_within.batch
def pad_from_within_batch(
    again: Again, shared: Container[str], x: Array, last: Array, second: Array | None, third: Array | None
) -> Any:
    if not all(name in shared for name in ("last", "second", "third")):
        return NotImplemented
    return again(x, last, second, third)


@convolution.convolve.batch
def convolve_batch(
    xp: Any, again: Again, batch_size: int, shared: Container[str], x: Array, w: Array,
    step: Shape, padding: Shape, dilation: Shape, groups: int,
) -> Array:  # fmt: skip
    statics = {"step": step, "padding": padding, "dilation": dilation}
    if "w" in shared:
        return unfolded(xp, again(folded(xp, x), w, groups=groups, **statics), batch_size)
    x = stretched(xp, x, batch_size) if "x" in shared else x
    return _apart(xp, again(_channels(xp, x), folded(xp, w), groups=groups * batch_size, **statics), batch_size)


@convolution.convolve_biased.batch
def convolve_biased_batch(
    xp: Any, again: Again, batch_size: int, shared: Container[str], x: Array, w: Array, bias: Array,
    step: Shape, padding: Shape, dilation: Shape, groups: int,
) -> Array:  # fmt: skip
    statics: dict[str, Any] = {"step": step, "padding": padding, "dilation": dilation, "groups": groups}
    if "w" in shared and "bias" in shared:
        return unfolded(xp, again(folded(xp, x), w, bias, **statics), batch_size)
    both_shared = "x" in shared and "w" in shared
    out = (
        xp.convolve(x, w, **statics)
        if both_shared
        else convolve_batch(xp, xp.convolve, batch_size, shared, x, w, **statics)
    )
    bias = xp.reshape(bias, (*bias.shape, *(1,) * len(step)))
    return xp.add(out, bias if "bias" in shared else lined_up(xp, bias, len(step) + 2))


@convolution.convolve_input.batch
def convolve_input_batch(
    xp: Any, again: Again, batch_size: int, shared: Container[str], y: Array, w: Array, shape: Shape,
    step: Shape, padding: Shape, dilation: Shape, groups: int,
) -> Array:  # fmt: skip
    statics = {"step": step, "padding": padding, "dilation": dilation}
    n, channels, *lengths = shape
    if "w" in shared:
        return unfolded(
            xp, again(folded(xp, y), w, shape=(n * batch_size, *shape[1:]), groups=groups, **statics), batch_size
        )
    y = stretched(xp, y, batch_size) if "y" in shared else y
    wide = (n, channels * batch_size, *lengths)
    return _apart(
        xp, again(_channels(xp, y), folded(xp, w), shape=wide, groups=groups * batch_size, **statics), batch_size
    )


@convolution.convolve_weight.batch
def convolve_weight_batch(
    xp: Any, again: Again, batch_size: int, y: Array, x: Array, shape: Shape,
    step: Shape, padding: Shape, dilation: Shape, groups: int,
) -> Array:  # fmt: skip
    out = again(
        _channels(xp, y), _channels(xp, x), shape=(shape[0] * batch_size, *shape[1:]), step=step, padding=padding,
        dilation=dilation, groups=groups * batch_size,
    )  # fmt: skip
    return unfolded(xp, out, batch_size)


def _channels(xp: Any, x: Array) -> Array:
    """(size, n, channels, ...) as (n, size channels, ...)."""
    shape = x.shape
    moved = xp.permute_dims(x, (1, 0, *range(2, len(shape))))
    return xp.reshape(moved, (shape[1], shape[0] * shape[2], *shape[3:]))


def _apart(xp: Any, x: Array, batch_size: int) -> Array:
    """The inverse of `_channels`."""
    shape = x.shape
    parted = xp.reshape(x, (shape[0], batch_size, shape[1] // batch_size if batch_size else 0, *shape[2:]))
    return xp.permute_dims(parted, (1, 0, *range(2, len(shape) + 1)))


# --- pooling ----------------------------------------------------------------------------------------------------------


def _samples(xp: Any, x: Array, size: Shape) -> Array:
    """x (size, n, channels, ...) or (size, channels, ...) with one axis for the samples."""
    return folded(xp, x) if len(x.shape) == len(size) + 3 else x


@convolution.max_pool.batch
def max_pool_batch(
    xp: Any, again: Again, x: Array, size: Shape, step: Shape, padding: Shape, dilation: Shape, output: Shape
) -> tuple[Array, Array]:
    found = again(_samples(xp, x, size), size=size, step=step, padding=padding, dilation=dilation, output=output)
    values, positions = (xp.reshape(a, (*x.shape[: -len(size)], *output)) for a in found)
    return values, positions


@convolution.avg_pool.batch
def avg_pool_batch(
    xp: Any, again: Again, shared: Container[str], x: Array, counts: Array | None,
    size: Shape, step: Shape, padding: Shape, output: Shape, divisor: int,
) -> Array:  # fmt: skip
    mean = again(_samples(xp, x, size), counts, size=size, step=step, padding=padding, output=output, divisor=divisor)
    return xp.reshape(mean, (*x.shape[: -len(size)], *output))


@convolution.pool_sum.batch
def pool_sum_batch(xp: Any, again: Again, x: Array, size: Shape, step: Shape, padding: Shape, output: Shape) -> Array:
    return unfolded(xp, again(folded(xp, x), size=size, step=step, padding=padding, output=output), x.shape[0])


@convolution.pool_spread.batch
def pool_spread_batch(xp: Any, again: Again, x: Array, shape: Shape, size: Shape, step: Shape, padding: Shape) -> Array:
    whole = (x.shape[0] * shape[0], *shape[1:])
    return unfolded(xp, again(folded(xp, x), shape=whole, size=size, step=step, padding=padding), x.shape[0])


@convolution.plane_gather.batch
def plane_gather_batch(xp: Any, again: Again, x: Array, positions: Array) -> Array:
    return unfolded(xp, again(folded(xp, x), folded(xp, positions)), x.shape[0])


@convolution.plane_scatter.batch
def plane_scatter_batch(xp: Any, again: Again, x: Array, positions: Array, shape: Shape) -> Array:
    whole = (x.shape[0] * shape[0], *shape[1:])
    return unfolded(xp, again(folded(xp, x), folded(xp, positions), shape=whole), x.shape[0])
