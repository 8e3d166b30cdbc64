"""Floor 6: the standard's functions for shapes, axes, order and joining, over Tensors; and its products."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.ops import linalg, movement
from wengert.ops.conversion.moving import to
from wengert.ops.xp.elementwise import promoted
from wengert.ops.xp.statistical import sum as _sum
from wengert.protocol import shapes
from wengert.protocol.dtypes import int64
from wengert.protocol.shapes import Shape, infer_shape, normalize_axes, normalize_axis
from wengert.tensor.base import TensorBase as Tensor

Arrays = Sequence[Any]


def _axes(axis: int | Shape | None, ndim: int) -> Shape:
    """The axes named, counted from the front; an empty tuple names none, where torch means all."""
    return () if axis == () else normalize_axes(axis, ndim)


# --- shapes -----------------------------------------------------------------------------------------------------------


def reshape(x: Any, /, shape: Shape, *, copy: bool | None = None) -> Any:
    """The elements in another shape; `copy` False refuses to copy them, True always does."""
    if copy:
        x = movement.clone(x)
    elif copy is False and not x.space.xp.can_view(x.array, infer_shape(shape, prod(x.shape))):
        raise ValueError(f"reshape: {x.shape} to {tuple(shape)} needs a copy here; leave out copy=False.")
    return movement.reshape(x, shape)


def expand_dims(x: Any, /, axis: int) -> Any:
    """A new axis of length 1 at `axis`."""
    return movement.unsqueeze(x, axis)


def squeeze(x: Any, /, axis: int | Shape) -> Any:
    """The array without the axes named, which have length 1."""
    for d in _axes(axis, len(x.shape)):
        if x.shape[d] != 1:
            raise ValueError(f"squeeze: axis {d} of shape {x.shape} has length {x.shape[d]}; expected 1.")
    return x if axis == () else movement.squeeze(x, axis)


def broadcast_to(x: Any, /, shape: Shape) -> Any:
    """`x` stretched to `shape`."""
    return movement.broadcast_to(x, shape)


def broadcast_arrays(*arrays: Any) -> tuple[Any, ...]:
    """The arrays stretched to their common shape."""
    return movement.broadcast_tensors(*arrays) if arrays else ()


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape that arrays of these shapes broadcast to."""
    return _common_shape(shapes)


_common_shape = shapes.broadcast_all


# --- axes and order ---------------------------------------------------------------------------------------------------


def permute_dims(x: Any, /, axes: Shape) -> Any:
    """The axes in another order."""
    return movement.permute(x, axes)


def moveaxis(x: Any, source: int | Shape, destination: int | Shape, /) -> Any:
    """The axes at `source` moved to `destination`."""
    return movement.movedim(x, source, destination)


def matrix_transpose(x: Any, /) -> Any:
    """The last two axes swapped."""
    if len(x.shape) < 2:
        raise ValueError(f"matrix_transpose: got shape {x.shape}; expected at least two axes.")
    return movement.transpose(x, -2, -1)


def flip(x: Any, /, *, axis: int | Shape | None = None) -> Any:
    """The order reversed along `axis`, along all without one."""
    return movement.flip(x, _axes(axis, len(x.shape)))


def roll(x: Any, /, shift: int | Shape, *, axis: int | Shape | None = None) -> Any:
    """The elements moved on by `shift` along `axis`, what falls off coming back at the start."""
    if axis is not None and isinstance(shift, int) and not isinstance(axis, int):
        shift = (shift,) * len(axis)
    return movement.roll(x, shift, axis) if x.shape else movement.clone(x)


# --- joining, splitting, repeating ------------------------------------------------------------------------------------


def concat(arrays: Arrays, /, *, axis: int | None = 0) -> Any:
    """The arrays one after the other along `axis`; flattened first where it is None."""
    several = promoted(*arrays)
    return movement.cat([movement.reshape(x, (-1,)) for x in several] if axis is None else several, axis or 0)


def stack(arrays: Arrays, /, *, axis: int = 0) -> Any:
    """The arrays as the layers of a new `axis`."""
    return movement.stack(promoted(*arrays), axis)


def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The layers along `axis`, each a view that may be written, as those of torch's unbind may not."""
    return tuple(movement.select(x, axis, position) for position in range(x.shape[axis]))


def repeat(x: Any, repeats: Any, /, *, axis: int | None = None) -> Any:
    """Each element, or slice along `axis`, `repeats` times in a row."""
    if isinstance(repeats, Tensor) and repeats.space.dtype is not int64:
        repeats = to(repeats, int64)
    return movement.repeat_interleave(x, repeats, axis)


def tile(x: Any, repetitions: Shape, /) -> Any:
    """The array laid side by side, `repetitions[d]` times along each axis."""
    return movement.tile(x, repetitions)


def meshgrid(*arrays: Any, indexing: str = "xy") -> tuple[Any, ...]:
    """The coordinates of a grid, an array for each axis."""
    return movement.meshgrid(*promoted(*arrays), indexing=indexing) if arrays else ()


def tril(x: Any, /, *, k: int = 0) -> Any:
    """The lower triangle, up to the `k`th diagonal."""
    return movement.tril(x, k)


def triu(x: Any, /, *, k: int = 0) -> Any:
    """The upper triangle, from the `k`th diagonal."""
    return movement.triu(x, k)


# --- products ---------------------------------------------------------------------------------------------------------


def matmul(x1: Any, x2: Any, /) -> Any:
    """The matrix product."""
    return linalg.matmul(*promoted(x1, x2))


def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """The sum of products over pairs of axes."""
    return linalg.tensordot(*promoted(x1, x2), dims=axes)


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The sum over `axis` of the conjugate of `x1` times `x2`, the other axes broadcast."""
    x, y = promoted(x1, x2)
    if x.shape[axis] != y.shape[axis]:
        raise ValueError(f"vecdot: got sizes {x.shape[axis]} and {y.shape[axis]} along axis {axis}; expected one size.")
    shared = normalize_axis(axis, min(len(x.shape), len(y.shape))) - min(len(x.shape), len(y.shape))
    return _sum(x.conj() * y, axis=shared, dtype=x.space.dtype)


FUNCTIONS = {
    function.__name__: function
    for function in (
        broadcast_arrays, broadcast_shapes, broadcast_to, concat, expand_dims, flip, matmul, matrix_transpose, meshgrid,
        moveaxis, permute_dims, repeat, reshape, roll, squeeze, stack, tensordot, tile, tril, triu, unstack, vecdot,
    )
}  # fmt: skip
