"""Floor 3: padding, convolution and pooling over the axes after the first two, by windows."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.backends.standard.facts import Kernels, along, counting, filled, lowest
from wengert.protocol.shapes import Shape

Widths = tuple[Shape, ...]


def pad(xp: Kernels, x: Any, /, *, widths: Widths, value: float) -> Any:
    kept = tuple(slice(max(-low, 0), n - max(-high, 0)) for n, (low, high) in zip(x.shape, widths, strict=True))
    if any(min(pair) < 0 for pair in widths):
        x = xp.getitem(x, kept)
    for axis, (low, high) in enumerate(widths):
        sides = [
            [filled(xp, x, (*x.shape[:axis], n, *x.shape[axis + 1 :]), value)] if n > 0 else [] for n in (low, high)
        ]
        if sides[0] or sides[1]:
            x = xp.concat([*sides[0], x, *sides[1]], axis=axis)
    return x


# --- convolution: columns (n, channels, *kernel, *places), and one product of matrices for each group -----------------


def convolve(xp: Kernels, x: Any, w: Any, /, *, step: Shape, padding: Shape, dilation: Shape, groups: int) -> Any:
    columns = _columns(xp, x, w.shape[2:], step, padding, dilation)
    places = columns.shape[2 + len(step) :]
    matrix = xp.reshape(w, (1, groups, w.shape[0] // groups, prod(w.shape[1:])))
    columns = xp.reshape(columns, (x.shape[0], groups, matrix.shape[3], prod(places)))
    return xp.reshape(xp.matmul(matrix, columns), (x.shape[0], w.shape[0], *places))


def convolve_input(
    xp: Kernels, g: Any, w: Any, /, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Any:
    n, rank = shape[0], len(step)
    matrix = xp.reshape(w, (1, groups, w.shape[0] // groups, prod(w.shape[1:])))
    spread = xp.reshape(g, (n, groups, w.shape[0] // groups, prod(g.shape[2:])))
    columns = xp.matmul(xp.matrix_transpose(matrix), spread)
    x = xp.reshape(columns, (n, shape[1], *w.shape[2:], *g.shape[2:]))
    for d in range(rank - 1, -1, -1):  # (n, channels, *kernel up to d, *places up to d, *lengths after d)
        ndim = len(x.shape)
        x = xp.permute_dims(x, (*range(2 + d), *range(3 + d, ndim), 2 + d))
        x = _dilated(xp, x, dilation[d])
        x = xp.overlap_add(x, axis=2 + 2 * d, step=step[d], length=shape[2 + d] + 2 * padding[d])
    if any(padding):
        x = xp.getitem(
            x, (slice(None), slice(None), *(slice(p, p + m) for p, m in zip(padding, shape[2:], strict=True)))
        )
    return x


def convolve_weight(
    xp: Kernels, g: Any, x: Any, /, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Any:
    n, places = g.shape[0], prod(g.shape[2:])
    columns = _columns(xp, x, shape[2:], step, padding, dilation)
    columns = xp.reshape(columns, (n, groups, prod(shape[1:]), places))
    spread = xp.reshape(g, (n, groups, shape[0] // groups, places))
    return xp.reshape(xp.sum(xp.matmul(spread, xp.matrix_transpose(columns)), axis=(0,)), shape)


def _columns(xp: Kernels, x: Any, size: Shape, step: Shape, padding: Shape, dilation: Shape) -> Any:
    """The window of each place: (n, channels, *size, *places)."""
    rank = len(size)
    if any(padding):
        x = xp.pad(x, widths=((0, 0), (0, 0), *((p, p) for p in padding)), value=0)
    if all(n == 1 for n in (*size, *step)):
        return xp.reshape(x, (*x.shape[:2], *size, *x.shape[2:]))
    for d in range(rank):
        x = _windows(xp, x, 2 + d, size[d], step[d], dilation[d])
    return xp.permute_dims(x, (0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank)))


def _windows(xp: Kernels, x: Any, axis: int, size: int, step: int, dilation: int) -> Any:
    x = xp.windows(x, axis=axis, size=(size - 1) * dilation + 1, step=step)
    return x if dilation == 1 else xp.getitem(x, (Ellipsis, slice(None, None, dilation)))


def _dilated(xp: Kernels, x: Any, dilation: int) -> Any:
    """The last axis with `dilation - 1` zeros between its elements."""
    if dilation == 1:
        return x
    size = x.shape[-1]
    x = xp.pad(xp.reshape(x, (*x.shape, 1)), widths=((0, 0),) * len(x.shape) + ((0, dilation - 1),), value=0)
    x = xp.reshape(x, (*x.shape[:-2], size * dilation))
    return xp.getitem(x, (Ellipsis, slice(0, (size - 1) * dilation + 1)))


# --- pooling ----------------------------------------------------------------------------------------------------------


def max_pool(
    xp: Kernels, x: Any, /, *, size: Shape, step: Shape, padding: Shape, dilation: Shape, output: Shape
) -> tuple[Any, Any]:
    extent = tuple((k - 1) * d + 1 for k, d in zip(size, dilation, strict=True))
    widths = _reach(x.shape, extent, step, padding, output)
    plane = xp.reshape(counting(xp, x, prod(x.shape[2:])), (1, 1, *x.shape[2:]))
    x = xp.pad(x, widths=widths, value=lowest(xp, x))
    plane = xp.pad(plane, widths=widths, value=0)
    for d in range(len(size)):
        x = _windows(xp, x, 2 + d, size[d], step[d], dilation[d])
        plane = _windows(xp, plane, 2 + d, size[d], step[d], dilation[d])
    x = xp.reshape(x, (*x.shape[:2], *output, prod(size)))
    plane = xp.broadcast_to(xp.reshape(plane, (1, 1, *output, prod(size))), x.shape)
    index = xp.argmax(x, axis=len(x.shape) - 1, keepdims=True)
    values, positions = (xp.take_along_axis(a, index, axis=len(x.shape) - 1) for a in (x, plane))
    return xp.reshape(values, x.shape[:-1]), xp.reshape(positions, x.shape[:-1])


def plane_gather(xp: Kernels, x: Any, positions: Any, /) -> Any:
    flat = xp.reshape(x, (*x.shape[:2], prod(x.shape[2:])))
    index = xp.reshape(positions, (*positions.shape[:2], prod(positions.shape[2:])))
    return xp.reshape(xp.take_along_axis(flat, index, axis=2), positions.shape)


def plane_scatter(xp: Kernels, g: Any, positions: Any, /, *, shape: Shape) -> Any:
    planes, width = prod(shape[:2]), prod(shape[2:])
    starts = xp.reshape(counting(xp, g, planes) * width, (planes, 1))
    index = xp.add(xp.reshape(positions, (planes, prod(positions.shape[2:]))), starts)
    zeros = xp.zeros((planes * width,), dtype=g.dtype, device=xp.facts.device_of(g))
    index, g = xp.reshape(index, (prod(g.shape),)), xp.reshape(g, (prod(g.shape),))
    return xp.reshape(xp.add_at(zeros, (index,), g), shape)


def pool_sum(xp: Kernels, x: Any, /, *, size: Shape, step: Shape, padding: Shape, output: Shape) -> Any:
    x = xp.pad(x, widths=_reach(x.shape, size, step, padding, output), value=0)
    ndim = len(x.shape)
    for d, (k, s, count) in enumerate(zip(size, step, output, strict=True)):
        terms = [xp.getitem(x, along(slice(first, first + (count - 1) * s + 1, s), 2 + d, ndim)) for first in range(k)]
        x = terms[0]
        for term in terms[1:]:
            x = xp.add(x, term)
    return x


def pool_spread(xp: Kernels, g: Any, /, *, shape: Shape, size: Shape, step: Shape, padding: Shape) -> Any:
    for d, (k, s) in enumerate(zip(size, step, strict=True)):
        spread = xp.broadcast_to(xp.reshape(g, (*g.shape, 1)), (*g.shape, k))
        length = max(shape[2 + d] + 2 * padding[d], (g.shape[2 + d] - 1) * s + k)
        g = xp.overlap_add(spread, axis=2 + d, step=s, length=length)
        g = xp.getitem(g, along(slice(padding[d], padding[d] + shape[2 + d]), 2 + d, len(shape)))
    return g


def _reach(shape: Shape, extent: Shape, step: Shape, padding: Shape, output: Shape) -> Widths:
    """The padding that gives exactly `output` windows; what lies beyond the last is cut off."""
    sides = [
        (p, (count - 1) * s + k - p - n)
        for n, k, s, p, count in zip(shape[2:], extent, step, padding, output, strict=True)
    ]
    return ((0, 0), (0, 0), *sides)
