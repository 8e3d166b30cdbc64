"""Floor 3: moving elements without changing them, and windows."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.backends.standard.facts import Kernels, along, counting, filled, integers
from wengert.protocol.shapes import Shape, broadcast_shapes, normalize_axes, normalize_axis


def expand_dims(xp: Kernels, x: Any, /, *, axis: int) -> Any:
    place = normalize_axis(axis, len(x.shape) + 1)
    return xp.reshape(x, (*x.shape[:place], 1, *x.shape[place:]))


def squeeze(xp: Kernels, x: Any, /, axis: int | Shape) -> Any:
    gone = normalize_axes(axis, len(x.shape)) if isinstance(axis, int) or axis else ()
    if any(x.shape[d] != 1 for d in gone):
        raise ValueError(f"squeeze: shape {x.shape}, axis {axis}; expected axes of size 1.")
    return xp.reshape(x, tuple(n for d, n in enumerate(x.shape) if d not in gone))


def stack(xp: Kernels, arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
    return xp.concat(
        [xp.expand_dims(x, axis=axis) for x in arrays], axis=normalize_axis(axis, len(arrays[0].shape) + 1)
    )


def flip(xp: Kernels, x: Any, /, *, axis: int | Shape) -> Any:
    for d in normalize_axes(axis, len(x.shape)) if isinstance(axis, int) or axis else ():
        x = xp.take(x, (x.shape[d] - 1) - counting(xp, x, x.shape[d]), axis=d)
    return x


def roll(xp: Kernels, x: Any, /, shift: int | Shape, *, axis: int | Shape) -> Any:
    shifts = (shift,) if isinstance(shift, int) else shift
    axes = (axis,) if isinstance(axis, int) else axis
    for by, a in zip(shifts, axes, strict=True):
        d = normalize_axis(a, len(x.shape))
        n = x.shape[d]
        if n and by % n:
            cut = n - by % n
            ndim = len(x.shape)
            x = xp.concat([x[along(slice(cut, n), d, ndim)], x[along(slice(0, cut), d, ndim)]], axis=d)
    return x


def matrix_transpose(xp: Kernels, x: Any, /) -> Any:
    n = len(x.shape)
    return xp.permute_dims(x, (*range(n - 2), n - 1, n - 2))


def take_along_axis(xp: Kernels, x: Any, indices: Any, /, *, axis: int) -> Any:
    """`x[..., indices, ...]` along one axis, the other axes of both broadcast."""
    ndim = len(x.shape)
    d = normalize_axis(axis, ndim)
    n, count = x.shape[d], indices.shape[d]
    others = broadcast_shapes(x.shape[:d] + x.shape[d + 1 :], indices.shape[:d] + indices.shape[d + 1 :])
    last = tuple(a for a in range(ndim) if a != d)
    lines = xp.reshape(xp.broadcast_to(xp.permute_dims(x, (*last, d)), (*others, n)), (prod(others) * n,))
    chosen = xp.broadcast_to(xp.permute_dims(indices, (*last, d)), (*others, count))
    starts = xp.reshape(counting(xp, x, prod(others)) * n, (*others, 1))
    positions = xp.reshape(xp.astype(chosen, starts.dtype) + starts, (prod(others) * count,))
    result = xp.reshape(xp.take(lines, positions, axis=0), (*others, count))
    return xp.permute_dims(result, (*range(d), ndim - 1, *range(d, ndim - 1)))


def diagonal(xp: Kernels, x: Any, /, *, offset: int, axis1: int, axis2: int) -> Any:
    """The elements whose column number (axis2) is the row number (axis1) plus `offset`, as the last axis."""
    ndim = len(x.shape)
    a, b = normalize_axis(axis1, ndim), normalize_axis(axis2, ndim)
    others = tuple(d for d in range(ndim) if d not in (a, b))
    rows, columns = x.shape[a], x.shape[b]
    first_row, first_column = max(-offset, 0), max(offset, 0)
    count = max(min(rows - first_row, columns - first_column), 0)
    outer = tuple(x.shape[d] for d in others)
    flat = xp.reshape(xp.permute_dims(x, (*others, a, b)), (*outer, rows * columns))
    positions = [(first_row + i) * columns + first_column + i for i in range(count)]
    return xp.take(flat, integers(xp, x, positions), axis=len(outer))


def windows(xp: Kernels, x: Any, /, *, axis: int, size: int, step: int) -> Any:
    ndim = len(x.shape)
    d = normalize_axis(axis, ndim)
    count = (x.shape[d] - size) // step + 1
    positions = [i * step + k for i in range(count) for k in range(size)]
    taken = xp.take(x, integers(xp, x, positions), axis=d)
    split = xp.reshape(taken, (*x.shape[:d], count, size, *x.shape[d + 1 :]))
    return xp.permute_dims(split, (*range(d + 1), *range(d + 2, ndim + 1), d + 1))


def overlap_add(xp: Kernels, x: Any, /, *, axis: int, step: int, length: int) -> Any:
    """Each window (the last axis of `x`) is cut into blocks of `step`; blocks of one number are laid side by side."""
    ndim = len(x.shape) - 1
    d = normalize_axis(axis, ndim)
    count, size = x.shape[d], x.shape[-1]
    before, after = x.shape[:d], x.shape[d + 1 : -1]
    x = xp.permute_dims(x, (*range(d + 1), ndim, *range(d + 1, ndim)))  # the window beside its number
    blocks = -(-size // step)
    x = _extended(xp, x, d + 1, 0, blocks * step - size)
    total = (count + blocks - 1) * step
    result = None
    for j in range(blocks):
        block = x[along(slice(j * step, (j + 1) * step), d + 1, ndim + 1)]
        line = _extended(xp, xp.reshape(block, (*before, count * step, *after)), d, j * step, (blocks - 1 - j) * step)
        result = line if result is None else xp.add(result, line)
    if result is None:
        return filled(xp, x, (*before, length, *after), 0)
    if total < length:
        return _extended(xp, result, d, 0, length - total)
    return result[along(slice(0, length), d, ndim)] if total > length else result


def strided(xp: Kernels, x: Any, /, *, size: Shape, stride: Shape, offset: int) -> Any:
    flat = xp.reshape(x, (prod(x.shape),))
    positions = integers(xp, x, _positions(size, stride, offset))
    return xp.reshape(xp.take(flat, positions, axis=0), size)


def strided_add(xp: Kernels, g: Any, /, *, size: Shape, stride: Shape, offset: int, length: int) -> Any:
    positions = integers(xp, g, _positions(size, stride, offset))
    return xp.scatter_add(filled(xp, g, (length,), 0), (positions,), xp.reshape(g, (prod(size),)))


def _positions(size: Shape, stride: Shape, offset: int) -> list[int]:
    found = [offset]
    for n, step in zip(size, stride, strict=True):
        found = [start + i * step for start in found for i in range(n)]
    return found


def view_as_real(xp: Kernels, x: Any, /) -> Any:
    return xp.stack([xp.real(x), xp.imag(x)], axis=len(x.shape))


def view_as_complex(xp: Kernels, x: Any, /) -> Any:
    last = len(x.shape) - 1
    return xp.complex(x[along(0, last, last + 1)], x[along(1, last, last + 1)])


def reinterpret(xp: Kernels, x: Any, dtype: Any, /) -> Any:
    if x.dtype == dtype:
        return x
    raise RuntimeError(f"view(dtype): an {xp.facts.array_type.__name__} cannot be read as another dtype.")


def _extended(xp: Kernels, x: Any, axis: int, before: int, after: int) -> Any:
    """`x` with that many zeros before and after along `axis`."""

    def zeros(n: int) -> list[Any]:
        return [filled(xp, x, (*x.shape[:axis], n, *x.shape[axis + 1 :]), 0)] if n else []

    return xp.concat([*zeros(before), x, *zeros(after)], axis=axis) if before or after else x
