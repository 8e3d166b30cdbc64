"""Floor 6: elements several times over."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, cast

from wengert.ops.movement.shaping import contiguous, ravel, sizes_of, unsqueeze, view
from wengert.ops.movement.stretching import expand
from wengert.protocol.dtypes import int64
from wengert.protocol.shapes import Shape, broadcast_all, normalize_axis
from wengert.rules import indexing as selection
from wengert.rules import movement as rules
from wengert.rules import reduction
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import agreed, is_inside
from wengert.tensor.operation import kernel

_sum = kernel(reduction.sum, "SumBackward1", axis="dim", keepdims="keepdim")
_repeat = kernel(rules.tile, "RepeatBackward0", x="self")
_index_select = kernel(selection.take, "IndexSelectBackward0", x="self", indices="index", axis="dim")


def broadcast_shapes(*shapes: int | Sequence[int]) -> Shape:
    """The shape that tensors of these shapes broadcast to.

    Errors: RuntimeError if they do not broadcast. Source: torch.broadcast_shapes.

    >>> broadcast_shapes((2, 1), (3,))
    (2, 3)
    """
    return broadcast_all([(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes])


def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """Self added up to `size`, which broadcasts to the shape of self: what undoes broadcasting.

    Derivative: g -> g expanded. Errors: RuntimeError if `size` does not broadcast to the shape of self.
    Source: torch.Tensor.sum_to_size.
    """
    wanted = tuple(int(n) for n in (sizes_of("sum_to_size", "size", size) if len(size) < 2 else size))
    lead = len(self.shape) - len(wanted)
    if lead < 0 or any(n not in (1, m) for n, m in zip(wanted, self.shape[lead:], strict=True)):
        raise RuntimeError(f"size {{{list(wanted)}}} is not expandable to size {{{list(self.shape)}}}.")
    axes = (*range(lead), *(lead + d for d, n in enumerate(wanted) if n == 1 != self.shape[lead + d]))
    if not wanted:
        return cast(Any, self).sum()
    return view(_sum(self, axes, True), *wanted) if axes else self


def repeat(self: Tensor, *times: Any, repeats: Any = None) -> Tensor:
    """A tensor in which self stands `repeats[d]` times along each axis; more numbers than axes add axes in front.
    They may be given one by one.

    Derivative: g -> the sum over the repetitions. Errors: RuntimeError for too few numbers or a negative one.
    """
    times = tuple([int(n) for n in sizes_of("repeat", "repeats", times, repeats)])
    lead = len(times) - len(self.shape)
    if lead < 0:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    if any(n < 0 for n in times):
        sizes = [n * m for n, m in zip(times, (1,) * lead + self.shape, strict=True)]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {sizes}")
    return _repeat(self, times)


def tile(input: Tensor, dims: Sequence[int]) -> Tensor:
    """A tensor in which `input` stands `dims[d]` times along each of the last axes.

    Derivative: g -> the sum over the repetitions. Source: torch.tile.

    >>> tile(tensor([1, 2]), (2,))
    tensor([1, 2, 1, 2])
    """
    times = (dims,) if isinstance(dims, int) else tuple(dims)
    return repeat(input, (1,) * (len(input.shape) - len(times)) + times)


def tile_method(self: Tensor, *times: Any, dims: Any = None) -> Tensor:
    """`tile(self, dims)`; the numbers may be given one by one."""
    return tile(self, sizes_of("tile", "dims", times, dims))


def _places(repeats: Any, n: int, output_size: int | None) -> Any:
    """Which slice each one of the result is, for an element of a batch, whose `repeats` cannot be read: how many end
    at or before it."""
    ends = repeats.reshape(-1).expand(n).cumsum(0)
    if output_size is None:
        output_size = int(agreed("repeat_interleave", ends[-1])) if n else 0
    return (ends.unsqueeze(1) <= ends.new_tensor(list(range(output_size)), dtype=int64)).sum(0)


def repeat_interleave(
    input: Tensor, repeats: int | Tensor, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """A tensor in which each element of `input` (each slice along `dim`) stands `repeats` times in a row.

    Without `dim` the input is flattened. `repeats` may be a tensor with a number for each slice.
    Derivative: g -> the sum over the repetitions.
    Errors: RuntimeError if a number is negative or there are not as many as slices. Source: torch.repeat_interleave.

    >>> repeat_interleave(tensor([1, 2]), 2)
    tensor([1, 1, 2, 2])
    """
    if dim is None:
        input, axis = ravel(input), 0
    else:
        axis = normalize_axis(dim, len(input.shape))
        input = input if input.shape else view(input, 1)
    n = input.shape[axis]
    if isinstance(repeats, Tensor):
        if repeats.space.dtype.is_inexact:
            raise RuntimeError(f"repeats has to be Long or Int tensor, got {repeats.space.dtype!r}")
        if repeats.shape not in ((), (1,), (n,)):
            raise RuntimeError(
                "repeats must have the same size as input along dim, but got "
                f"repeats.size(0) = {repeats.shape[0]} and input.size({axis}) = {n}"
            )
        if is_inside(repeats):
            return _index_select(input, _places(repeats, n, output_size), axis)
        given: Any = repeats.space.xp.tolist(repeats.array)
        counts: list[int] = [given] * n if not repeats.shape else given * n if repeats.shape == (1,) else given
    else:
        counts = [repeats] * n
    if any(count < 0 for count in counts):
        raise RuntimeError(
            "Repeats must be non-negative" if isinstance(repeats, int) else "repeats can not be negative"
        )
    if isinstance(repeats, Tensor):
        space = input.space.index
        positions = [number for number, count in enumerate(counts) for _ in range(count)]
        places = make(space, space.xp.asarray(positions, dtype=space.native, device=space.native_device))
        return _index_select(input, places, axis)
    apart = unsqueeze(input, axis + 1)
    stretched = expand(apart, (*input.shape[: axis + 1], repeats, *input.shape[axis + 1 :]))
    joined = (*input.shape[:axis], n * repeats, *input.shape[axis + 1 :])
    return view(contiguous(stretched), *joined) if prod(joined) else view(stretched, *joined)
