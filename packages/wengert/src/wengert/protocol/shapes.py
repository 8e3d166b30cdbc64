"""Floor 0: arithmetic on shapes and axes. Everything here is about tuples of integers, nothing about arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from operator import index

Shape = tuple[int, ...]


@lru_cache(maxsize=4096)
def broadcast_shapes(first: Shape, second: Shape) -> Shape:
    """The shape that both broadcast to; RuntimeError in torch's words where there is none."""
    ndim = max(len(first), len(second))
    pairs = zip(*((1,) * (ndim - len(shape)) + shape for shape in (first, second)), strict=True)
    sizes = [_wider(n, m, d, first, second) for d, (n, m) in reversed([*enumerate(pairs)])]  # the last misfit is named
    return tuple(sizes[::-1])


def broadcast_all(shapes: Sequence[Shape]) -> Shape:
    """The shape that all of `shapes` broadcast to."""
    result: Shape = ()
    for shape in shapes:
        result = broadcast_shapes(result, shape)
    return result


def _wider(n: int, m: int, dim: int, first: Shape, second: Shape) -> int:
    if n == m or m == 1:
        return n
    if n == 1:
        return m
    raise RuntimeError(
        f"The size of tensor a ({n}) must match the size of tensor b ({m}) at non-singleton dimension {dim}: "
        f"shapes {first} and {second} do not broadcast. Reshape one so that each pair of sizes, from the right, "
        "is equal or holds a 1."
    )


def normalize_axis(axis: int, ndim: int) -> int:
    """`axis` counted from the front; IndexError in torch's words where it is out of range. 0-d allows 0 and -1."""
    limit = ndim or 1
    if not -limit <= axis < limit:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-limit}, {limit - 1}], but got {axis})")
    return axis + limit if axis < 0 else axis


def normalize_axes(axes: int | Sequence[int] | None, ndim: int) -> Shape:
    """All axes for None and for an empty sequence, else each counted from the front; none may repeat."""
    if axes is None:
        return tuple(range(ndim))
    if isinstance(axes, int):
        return (normalize_axis(axes, ndim),) if ndim else _checked_scalar_axis(axes)
    chosen = tuple(normalize_axis(index(axis), ndim) for axis in axes)
    if len(set(chosen)) != len(chosen):
        raise RuntimeError(
            f"dim {next(a for a in chosen if chosen.count(a) > 1)} appears multiple times in the list of dims"
        )
    if not chosen or not ndim:
        return tuple(range(ndim))
    return chosen


def _checked_scalar_axis(axis: int) -> Shape:
    normalize_axis(axis, 0)
    return ()


@lru_cache(maxsize=4096)
def reduced_shape(shape: Shape, axes: Shape, keepdims: bool) -> Shape:
    """What is left of `shape` when `axes` (from the front) are reduced."""
    if keepdims:
        return tuple(1 if d in axes else n for d, n in enumerate(shape))
    return tuple(n for d, n in enumerate(shape) if d not in axes)


def infer_shape(wanted: Sequence[int], numel: int) -> Shape:
    """`wanted` with its one -1 filled in for `numel` elements; RuntimeError in torch's words where it cannot be."""
    known = prod(n for n in wanted if n != -1)
    if any(n < -1 for n in wanted):
        raise RuntimeError(f"invalid shape dimension {min(wanted)}")
    if sum(n == -1 for n in wanted) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if -1 not in wanted:
        if known != numel:
            raise RuntimeError(f"shape '{list(wanted)}' is invalid for input of size {numel}")
        return tuple(wanted)
    if known == 0 and numel == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(wanted)} because the unspecified dimension size -1 "
            "can be any value and is ambiguous"
        )
    if known == 0 or numel % known:
        raise RuntimeError(f"shape '{list(wanted)}' is invalid for input of size {numel}")
    return tuple(numel // known if n == -1 else n for n in wanted)


def inverse_permutation(axes: Sequence[int]) -> Shape:
    """The permutation that undoes `axes`."""
    inverse = [0] * len(axes)
    for position, axis in enumerate(axes):
        inverse[axis] = position
    return tuple(inverse)
