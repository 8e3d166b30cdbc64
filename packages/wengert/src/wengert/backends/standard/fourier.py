"""Floor 3: Fourier transforms: the library's `fft`, else one product with a matrix for each axis."""

from __future__ import annotations

import math
from typing import Any

from wengert.backends.standard.facts import Kernels, constant, counting
from wengert.protocol.shapes import Shape


def fftn(xp: Kernels, x: Any, /, *, axes: Shape, norm: str) -> Any:
    library = getattr(xp.facts.library, "fft", None)
    if library is not None:
        return library.fftn(x, axes=axes, norm=norm)
    return _by_products(xp, x, axes, norm, -1)


def ifftn(xp: Kernels, x: Any, /, *, axes: Shape, norm: str) -> Any:
    library = getattr(xp.facts.library, "fft", None)
    if library is not None:
        return library.ifftn(x, axes=axes, norm=norm)
    return _by_products(xp, x, axes, norm, 1)


def rfftn(xp: Kernels, x: Any, /, *, axes: Shape, norm: str) -> Any:
    library = getattr(xp.facts.library, "fft", None)
    if library is not None:
        return library.rfftn(x, axes=axes, norm=norm)
    whole = fftn(xp, xp.complex(x, xp.zeros_like(x)), axes=axes, norm=norm)
    return _first(xp, whole, axes[-1], x.shape[axes[-1]] // 2 + 1)


def irfftn(xp: Kernels, x: Any, /, *, size: int, axes: Shape, norm: str) -> Any:
    library = getattr(xp.facts.library, "fft", None)
    if library is not None:
        sizes = (*(x.shape[axis] for axis in axes[:-1]), size)
        return library.irfftn(x, s=sizes, axes=axes, norm=norm)
    last = axes[-1]
    others = ifftn(xp, x, axes=axes[:-1], norm=norm) if len(axes) > 1 else x
    mirrored = xp.conj(xp.flip(_first(xp, others, last, (size + 1) // 2), axis=last))
    inside = _first(xp, mirrored, last, (size + 1) // 2 - 1)
    return xp.real(ifftn(xp, xp.concat([others, inside], axis=last), axes=(last,), norm=norm))


def _first(xp: Kernels, x: Any, axis: int, count: int) -> Any:
    return xp.getitem(x, (*(slice(None),) * axis, slice(0, count)))


def _by_products(xp: Kernels, x: Any, axes: Shape, norm: str, sign: int) -> Any:
    """Each axis in turn moved last and multiplied by the matrix of the transform."""
    scaled_way = {"backward": 1, "forward": -1}.get(norm, 0)
    for axis in axes:
        n = x.shape[axis]
        factor = 1 / math.sqrt(n) if norm == "ortho" else 1 / n if sign == scaled_way else 1.0
        order = (*(d for d in range(len(x.shape)) if d != axis), axis)
        moved = xp.matmul(xp.permute_dims(x, order), _roots(xp, xp.real(x), n, sign)) * factor
        x = xp.permute_dims(moved, tuple(order.index(d) for d in range(len(order))))
    return x


def _roots(xp: Kernels, real: Any, n: int, sign: int) -> Any:
    """exp(sign 2 pi i j k / n) at j, k."""
    count = counting(xp, real, n)
    turns = xp.remainder(xp.multiply(count, xp.reshape(count, (n, 1))), xp.full_like(count, n))
    angle = xp.multiply(xp.astype(turns, real.dtype), constant(xp, real, sign * 2 * math.pi / n))
    return xp.complex(xp.cos(angle), xp.sin(angle))
