"""Floor 2: Fourier transforms over `axes`; `norm` says which way is scaled, as in the array API.

The transpose goes the opposite way with the same factor. Half a spectrum stands for a whole one that is Hermitian: the
elements that stand for two are halved or doubled on the way.
"""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import linear

_OPPOSITE = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


@linear
def fftn(xp: Namespace, x: Array, *, axes: Shape, norm: str) -> Array:
    return xp.fftn(x, axes=axes, norm=norm)


@fftn.transpose
def fftn_transpose(xp: Namespace, g: Array, axes: Shape, norm: str) -> Array:
    return xp.ifftn(g, axes=axes, norm=_OPPOSITE[norm])


@linear
def ifftn(xp: Namespace, x: Array, *, axes: Shape, norm: str) -> Array:
    return xp.ifftn(x, axes=axes, norm=norm)


@ifftn.transpose
def ifftn_transpose(xp: Namespace, g: Array, axes: Shape, norm: str) -> Array:
    return xp.fftn(g, axes=axes, norm=_OPPOSITE[norm])


@linear
def rfftn(xp: Namespace, x: Array, *, axes: Shape, norm: str) -> Array:
    """Of real numbers: half of the last of the axes."""
    return xp.rfftn(x, axes=axes, norm=norm)


rfftn.keeps_dtype = False


@rfftn.transpose
def rfftn_transpose(xp: Namespace, g: Array, x_shape: Shape, axes: Shape, norm: str) -> Array:
    size = x_shape[axes[-1]]
    return xp.irfftn(_scaled_inside(xp, g, axes[-1], size, 0.5), size=size, axes=axes, norm=_OPPOSITE[norm])


@linear
def irfftn(xp: Namespace, x: Array, *, size: int, axes: Shape, norm: str) -> Array:
    """The inverse of rfftn, real, with `size` elements along the last of the axes."""
    return xp.irfftn(x, size=size, axes=axes, norm=norm)


irfftn.keeps_dtype = False


@irfftn.transpose
def irfftn_transpose(xp: Namespace, g: Array, size: int, axes: Shape, norm: str) -> Array:
    return _scaled_inside(xp, xp.rfftn(g, axes=axes, norm=_OPPOSITE[norm]), axes[-1], size, 2)


def _scaled_inside(xp: Namespace, x: Array, axis: int, size: int, factor: float) -> Array:
    """`factor` times the elements of half a spectrum that stand for two."""
    lead, count = (slice(None),) * axis, x.shape[axis]
    last = (size + 1) // 2
    parts = [xp.getitem(x, (*lead, slice(0, 1))), xp.getitem(x, (*lead, slice(1, last))) * factor]
    if last < count:
        parts.append(xp.getitem(x, (*lead, slice(last, count))))
    return xp.concat(parts, axis=axis)
