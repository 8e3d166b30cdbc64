"""Floor 2: moving elements without changing them: shapes, axes, order, joining and splitting."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape, inverse_permutation
from wengert.rule.kinds import elementwise, linear, sum_to
from wengert.rule.placed import Placed


@elementwise
def copy(xp: Namespace, x: Array) -> Array:
    return xp.copy(x)


copy.partials(x=lambda xp: 1)


@elementwise
def contiguous(xp: Namespace, x: Array) -> Array:
    return xp.contiguous(x)


contiguous.partials(x=lambda xp: 1)


@linear
def astype(xp: Namespace, x: Array, *, dtype: Any) -> Array:
    return xp.astype(x, dtype)


@astype.transpose
def astype_transpose(xp: Namespace, g: Array, x_dtype: Any) -> Array:
    return xp.astype(g, x_dtype)


@linear
def reshape(xp: Namespace, x: Array, *, shape: Shape) -> Array:
    return xp.reshape(x, shape)


@reshape.transpose
def reshape_transpose(xp: Namespace, g: Array, x_shape: Shape) -> Array:
    return xp.reshape(g, x_shape)


@linear
def permute_dims(xp: Namespace, x: Array, *, axes: Shape) -> Array:
    return xp.permute_dims(x, axes)


@permute_dims.transpose
def permute_dims_transpose(xp: Namespace, g: Array, axes: Shape) -> Array:
    return xp.permute_dims(g, inverse_permutation(axes))


@linear
def broadcast_to(xp: Namespace, x: Array, *, shape: Shape) -> Array:
    return xp.broadcast_to(x, shape)


@broadcast_to.transpose
def broadcast_to_transpose(xp: Namespace, g: Array, x_shape: Shape) -> Array:
    return sum_to(xp, g, x_shape)


@linear
def tile(xp: Namespace, x: Array, *, repeats: Shape) -> Array:
    """x laid side by side, `repeats[d]` times along each axis; `repeats` may name more axes than x has."""
    shape = (1,) * (len(repeats) - len(x.shape)) + x.shape
    apart = tuple(n for size in shape for n in (1, size))
    full = tuple(n for pair in zip(repeats, shape, strict=True) for n in pair)
    joined = tuple(r * n for r, n in zip(repeats, shape, strict=True))
    return xp.reshape(xp.broadcast_to(xp.reshape(x, apart), full), joined)


@tile.transpose
def tile_transpose(xp: Namespace, g: Array, x_shape: Shape, repeats: Shape) -> Array:
    shape = (1,) * (len(repeats) - len(x_shape)) + x_shape
    apart = xp.reshape(g, tuple(n for pair in zip(repeats, shape, strict=True) for n in pair))
    return xp.reshape(xp.sum(apart, axis=tuple(range(0, 2 * len(shape), 2))) if shape else apart, x_shape)


# --- joining and splitting --------------------------------------------------------------------------------------------


@linear
def concat(xp: Namespace, *arrays: Array, axis: int) -> Array:
    return xp.concat(arrays, axis=axis)


@concat.transpose
def concat_transpose(xp: Namespace, g: Array, arrays_shape: list[Shape], axis: int) -> list[Array]:
    return sections(xp, g, [shape[axis] for shape in arrays_shape], axis)


@linear
def stack(xp: Namespace, *arrays: Array, axis: int) -> Array:
    return xp.stack(arrays, axis=axis)


@stack.transpose
def stack_transpose(xp: Namespace, g: Array, arrays_shape: list[Shape], axis: int) -> list[Array]:
    return layers(xp, g, len(arrays_shape), axis)


@linear(outputs=("parts",))
def split(xp: Namespace, x: Array, *, sizes: Shape, axis: int) -> list[Array]:
    return sections(xp, x, sizes, axis)


@split.transpose
def split_transpose(xp: Namespace, g_parts: list[Array | None], x_shape: Shape, sizes: Shape, axis: int) -> Any:
    given = [g for g in g_parts if g is not None]
    if len(given) == len(sizes):
        return xp.concat(given, axis=axis)
    if len(given) == 1:
        number = next(i for i, g in enumerate(g_parts) if g is not None)
        start = sum(sizes[:number])
        return Placed(along(slice(start, start + sizes[number]), axis), given[0], x_shape)
    shapes = [(*x_shape[:axis], size, *x_shape[axis + 1 :]) for size in sizes]
    parts = [zeros(xp, given[0], shape) if g is None else g for g, shape in zip(g_parts, shapes, strict=True)]
    return xp.concat(parts, axis=axis)


@linear(outputs=("parts",))
def unbind(xp: Namespace, x: Array, *, axis: int) -> list[Array]:
    return layers(xp, x, x.shape[axis], axis)


@unbind.transpose
def unbind_transpose(xp: Namespace, g_parts: list[Array | None], x_shape: Shape, axis: int) -> Any:
    given = [g for g in g_parts if g is not None]
    if len(given) == 1:
        number = next(i for i, g in enumerate(g_parts) if g is not None)
        return Placed(along(number, axis), given[0], x_shape)
    return xp.stack([xp.zeros_like(given[0]) if g is None else g for g in g_parts], axis=axis)


split.places = unbind.places = True


def along(entry: int | slice, axis: int) -> tuple[Any, ...]:
    """The key that takes `entry` from one axis and all of those before it."""
    return (slice(None),) * axis + (entry,)


def sections(xp: Namespace, x: Array, sizes: Sequence[int], axis: int) -> list[Array]:
    """The neighbouring parts of `x` along `axis` that have these sizes."""
    parts: list[Array] = []
    getitem, lead, start = xp.getitem, (slice(None),) * axis, 0
    for size in sizes:
        parts.append(getitem(x, (*lead, slice(start, start + size))))
        start += size
    return parts


def layers(xp: Namespace, x: Array, count: int, axis: int) -> list[Array]:
    """The `count` parts of `x` for the positions along `axis`."""
    getitem, lead = xp.getitem, (slice(None),) * axis
    return [getitem(x, (*lead, position)) for position in range(count)]


def zeros(xp: Namespace, x: Array, shape: Shape) -> Array:
    """Zeros of the dtype and device of the floating array `x` in another shape; not to be written."""
    return xp.broadcast_to(xp.zeros_like(xp.sum(x)), shape)


# --- order ------------------------------------------------------------------------------------------------------------


@linear
def flip(xp: Namespace, x: Array, *, axis: Shape) -> Array:
    return xp.flip(x, axis=axis)


@flip.transpose
def flip_transpose(xp: Namespace, g: Array, axis: Shape) -> Array:
    return xp.flip(g, axis=axis)


@linear
def rot90(xp: Namespace, x: Array, *, k: int, axis: Shape) -> Array:
    """k quarter turns, k from 0 to 3, from the first axis towards the second."""
    return _turned(xp, x, k, axis)


@rot90.transpose
def rot90_transpose(xp: Namespace, g: Array, k: int, axis: Shape) -> Array:
    return _turned(xp, g, -k % 4, axis)


def _turned(xp: Namespace, x: Array, k: int, axis: Shape) -> Array:
    if k == 0:
        return xp.copy(x)
    if k == 2:
        return xp.flip(x, axis=axis)
    order = list(range(len(x.shape)))
    order[axis[0]], order[axis[1]] = axis[1], axis[0]
    if k == 1:
        return xp.flip(xp.permute_dims(x, tuple(order)), axis=(axis[0],))
    return xp.permute_dims(xp.flip(x, axis=(axis[0],)), tuple(order))


@linear
def roll(xp: Namespace, x: Array, *, shift: Shape, axis: Shape) -> Array:
    """Along axes; in memory order where `axis` is empty."""
    if axis:
        return xp.roll(x, shift, axis=axis)
    return xp.reshape(xp.roll(xp.reshape(x, (prod(x.shape),)), shift, axis=(0,)), x.shape)


@roll.transpose
def roll_transpose(xp: Namespace, g: Array, shift: Shape, axis: Shape) -> Array:
    return roll.forward(xp, g, shift=tuple(-n for n in shift), axis=axis)


# --- matrices and windows ---------------------------------------------------------------------------------------------


@linear
def tril(xp: Namespace, x: Array, *, k: int) -> Array:
    return xp.tril(x, k=k)


@tril.transpose
def tril_transpose(xp: Namespace, g: Array, k: int) -> Array:
    return xp.tril(g, k=k)


@linear
def triu(xp: Namespace, x: Array, *, k: int) -> Array:
    return xp.triu(x, k=k)


@triu.transpose
def triu_transpose(xp: Namespace, g: Array, k: int) -> Array:
    return xp.triu(g, k=k)


@linear
def diagonal(xp: Namespace, x: Array, *, offset: int, axis1: int, axis2: int) -> Array:
    return xp.diagonal(x, offset=offset, axis1=axis1, axis2=axis2)


@diagonal.transpose
def diagonal_transpose(xp: Namespace, g: Array, x_shape: Shape, offset: int, axis1: int, axis2: int) -> Array:
    return matrices(xp, g, x_shape[axis1], x_shape[axis2], offset, axis1, axis2)


@linear
def diag_embed(xp: Namespace, x: Array, *, offset: int, axis1: int, axis2: int) -> Array:
    size = x.shape[-1] + abs(offset)
    return matrices(xp, x, size, size, offset, axis1, axis2)


@diag_embed.transpose
def diag_embed_transpose(xp: Namespace, g: Array, offset: int, axis1: int, axis2: int) -> Array:
    return xp.diagonal(g, offset=offset, axis1=axis1, axis2=axis2)


def matrices(xp: Namespace, x: Array, rows: int, columns: int, offset: int, axis1: int, axis2: int) -> Array:
    """Matrices in axes `axis1` and `axis2`, zero but for the last axis of `x` on a diagonal.

    In memory order the elements of a diagonal are columns + 1 apart: each is followed by that many zeros less one, and
    the rows are cut anew.
    """
    outer, n = x.shape[:-1], x.shape[-1]
    nothing = xp.astype(xp.zeros_like(xp.sum(x, axis=(len(outer),), keepdims=True)), x.dtype)

    def blank(count: int) -> Array:
        return xp.broadcast_to(nothing, (*outer, count))

    gaps = xp.broadcast_to(xp.reshape(nothing, (*outer, 1, 1)), (*outer, n, columns))
    line = xp.reshape(
        xp.concat([xp.reshape(x, (*outer, n, 1)), gaps], axis=len(outer) + 1), (*outer, n * (columns + 1))
    )
    before, total = max(-offset, 0) * columns + max(offset, 0), rows * columns
    after = max(total - before - n * (columns + 1), 0)
    line = xp.concat([blank(before), line, blank(after)], axis=len(outer))
    square = xp.reshape(xp.getitem(line, along(slice(0, total), len(outer))), (*outer, rows, columns))
    order = list(range(len(outer)))
    for axis, source in sorted([(axis1, len(outer)), (axis2, len(outer) + 1)]):
        order.insert(axis, source)
    return xp.permute_dims(square, tuple(order))


@linear
def windows(xp: Namespace, x: Array, *, axis: int, size: int, step: int) -> Array:
    return xp.windows(x, axis=axis, size=size, step=step)


@windows.transpose
def windows_transpose(xp: Namespace, g: Array, x_shape: Shape, axis: int, step: int) -> Array:
    return xp.overlap_add(g, axis=axis, step=step, length=x_shape[axis])


@linear
def overlap_add(xp: Namespace, x: Array, *, axis: int, step: int, length: int) -> Array:
    return xp.overlap_add(x, axis=axis, step=step, length=length)


@overlap_add.transpose
def overlap_add_transpose(xp: Namespace, g: Array, x_shape: Shape, axis: int, step: int) -> Array:
    used = (x_shape[axis] - 1) * step + x_shape[-1]
    part = xp.getitem(g, along(slice(0, used), axis)) if used < g.shape[axis] else g
    return xp.windows(part, axis=axis, size=x_shape[-1], step=step)


reshape.fresh = permute_dims.fresh = broadcast_to.fresh = tile.fresh = astype.fresh = copy.fresh = contiguous.fresh = (
    False
)
concat.fresh = stack.fresh = split.fresh = unbind.fresh = diagonal.fresh = diag_embed.fresh = False
windows.fresh = overlap_add.fresh = flip.fresh = rot90.fresh = False
