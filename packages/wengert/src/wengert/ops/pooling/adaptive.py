"""Floor 6: pooling into m regions of n elements: region i is from floor(i n / m) to ceil((i + 1) n / m).

Axis by axis: a mean by one product of matrices, a maximum by one look-up of positions, from the last axis to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic.operands import checked
from wengert.ops.pooling.average import avg_pool1d, avg_pool2d, avg_pool3d
from wengert.ops.pooling.maximum import max_pool1d, max_pool2d, max_pool3d
from wengert.ops.xp import namespace_of
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, int64
from wengert.protocol.shapes import Shape
from wengert.rule.refusals import refuse

Sizes = int | Sequence[int | None]

_AVERAGES = (avg_pool1d, avg_pool2d, avg_pool3d)
_MAXIMA = (max_pool1d, max_pool2d, max_pool3d)


def adaptive_avg_pool1d(input: AnyTensor, output_size: Sizes) -> Any:
    """The means of `output_size` regions along the last axis.

    Shapes: input (n, channels, length) or (channels, length) -> the same with `output_size` places. Dtype: kept.
    Derivative: g -> each region's g over its size, added up. Errors: RuntimeError for a negative size.
    Source: torch.nn.functional.adaptive_avg_pool1d.

    >>> wengert.nn.functional.adaptive_avg_pool1d(tensor([[1., 2., 3.]]), 2)
    tensor([[1.5000, 2.5000]])
    """
    return _averages("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: AnyTensor, output_size: Sizes) -> Any:
    """The means of a grid of `output_size` regions over the last two axes; None keeps an axis.

    Shapes: input (n, channels, h, w) or (channels, h, w) -> the same with `output_size`. Dtype: kept.
    Derivative: g -> each region's g over its size, added up. Errors: RuntimeError for a negative size.
    Source: torch.nn.functional.adaptive_avg_pool2d.

    >>> wengert.nn.functional.adaptive_avg_pool2d(tensor([[[1., 2.], [3., 4.]]]), (1, None))
    tensor([[[2., 3.]]])
    """
    return _averages("adaptive_avg_pool2d", 2, input, output_size)


def adaptive_avg_pool3d(input: AnyTensor, output_size: Sizes) -> Any:
    """The means of a grid of `output_size` regions over the last three axes; None keeps an axis.

    Shapes: input (n, channels, d, h, w) or (channels, d, h, w) -> the same with `output_size`. Dtype: kept.
    Derivative: g -> each region's g over its size, added up. Errors: RuntimeError for a negative size.
    Source: torch.nn.functional.adaptive_avg_pool3d.

    >>> wengert.nn.functional.adaptive_avg_pool3d(ones(1, 2, 2, 2), 1)
    tensor([[[[1.]]]])
    """
    return _averages("adaptive_avg_pool3d", 3, input, output_size)


def adaptive_max_pool1d(input: AnyTensor, output_size: Sizes, return_indices: bool = False) -> Any:
    """The largest elements of `output_size` regions along the last axis.

    Shapes: input (n, channels, length) or (channels, length) -> the same with `output_size` places; with
    `return_indices` the pair of this and the positions (int64). Dtype: kept.
    Derivative: g goes to the element that was chosen, the first among equals. Errors: RuntimeError for a negative size.
    Source: torch.nn.functional.adaptive_max_pool1d.

    >>> wengert.nn.functional.adaptive_max_pool1d(tensor([[1., 2., 3.]]), 2)
    tensor([[2., 3.]])
    """
    return _maxima("adaptive_max_pool1d", 1, input, output_size, return_indices)


def adaptive_max_pool2d(input: AnyTensor, output_size: Sizes, return_indices: bool = False) -> Any:
    """The largest elements of a grid of `output_size` regions over the last two axes; None keeps an axis.

    Shapes: input (n, channels, h, w) or (channels, h, w) -> the same with `output_size`; with `return_indices` the
    pair of this and the flat positions in the plane (int64). Dtype: kept.
    Derivative: g goes to the element that was chosen, the first among equals. Errors: RuntimeError for a negative size.
    Source: torch.nn.functional.adaptive_max_pool2d.

    >>> wengert.nn.functional.adaptive_max_pool2d(tensor([[[1., 2.], [3., 4.]]]), (1, None))
    tensor([[[3., 4.]]])
    """
    return _maxima("adaptive_max_pool2d", 2, input, output_size, return_indices)


def adaptive_max_pool3d(input: AnyTensor, output_size: Sizes, return_indices: bool = False) -> Any:
    """The largest elements of a grid of `output_size` regions over the last three axes; None keeps an axis.

    Shapes: input (n, channels, d, h, w) or (channels, d, h, w) -> the same with `output_size`; with `return_indices`
    the pair of this and the flat positions in the volume (int64). Dtype: kept.
    Derivative: g goes to the element that was chosen, the first among equals. Errors: RuntimeError for a negative size.
    Source: torch.nn.functional.adaptive_max_pool3d.

    >>> wengert.nn.functional.adaptive_max_pool3d(ones(1, 2, 2, 2), 1)
    tensor([[[[1.]]]])
    """
    return _maxima("adaptive_max_pool3d", 3, input, output_size, return_indices)


def _averages(name: str, rank: int, input: Any, output_size: Sizes) -> Any:
    output = _sizes(
        name, rank, input, output_size, f"{name}: elements of output_size must be greater than or equal to 0"
    )
    given = tuple(input.shape[-rank:])
    refuse(name, input.space.dtype, BOOL, INTEGER, COMPLEX)
    steps = _even_steps(given, output)
    if steps is not None:
        return _AVERAGES[rank - 1](input, steps)
    for d, (n, m) in enumerate(zip(given, output, strict=True)):
        if n != m:
            input = along_axis(input, _shares(n, m), d - rank)
    return input


def along_axis(input: Any, weights: Sequence[Sequence[float]], axis: int) -> Any:
    """`input` whose elements along `axis` (negative) are made anew by the rows of `weights`: a product of matrices."""
    matrix = input.new_tensor(weights)
    if axis == -1:
        return input @ matrix.mT
    return (input.movedim(axis, -1) @ matrix.mT).movedim(-1, axis)


def _shares(n: int, m: int) -> list[list[float]]:
    """For each region how much each element counts."""
    return [[1 / (high - low) if low <= i < high else 0.0 for i in range(n)] for low, high in _regions(n, m)]


def _regions(n: int, m: int) -> list[tuple[int, int]]:
    return [(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]


def _maxima(name: str, rank: int, input: Any, output_size: Sizes, return_indices: bool) -> Any:
    output = _sizes(name, rank, input, output_size, "Trying to create tensor with negative dimension")
    refuse(name, input.space.dtype, BOOL, INTEGER, COMPLEX)
    given = tuple(input.shape[-rank:])
    steps = _even_steps(given, output)
    if steps is not None:
        return _MAXIMA[rank - 1](input, steps, return_indices=return_indices)
    lead = tuple(input.shape[:-rank])
    places: Any = input.new_tensor(0, dtype=int64).expand((*lead, *given))
    values: Any = input.detach()
    for d in range(rank - 1, -1, -1):  # places: of the largest so far, in the axes from d on
        axis, (n, m) = d - rank, (given[d], output[d])
        regions = _regions(n, m)
        width = max((high - low for low, high in regions), default=0)
        looked = input.new_tensor(
            [[min(low + k, high - 1) for k in range(width)] for low, high in regions], dtype=int64
        )
        seen = _regions_of(values, looked, axis)
        chosen = seen.argmax(-1, keepdim=True)
        values, inner = _chosen(seen, chosen, axis), _chosen(_regions_of(places, looked, axis), chosen, axis)
        own = _chosen(looked.expand((*chosen.shape[:-1], width)), chosen, axis)
        places = own * prod(given[d + 1 :]) + inner
    whole = input if len(lead) == 2 else input.unsqueeze(0)
    picked = namespace_of(input.space.backend).plane_gather(whole, places if len(lead) == 2 else places.unsqueeze(0))
    picked = picked if len(lead) == 2 else picked.squeeze(0)
    return (picked, places) if return_indices else picked


def _regions_of(x: Any, looked: Any, axis: int) -> Any:
    """The elements of `x` at the positions `looked`, (regions, width), along `axis`; the width is the last axis."""
    return x.movedim(axis, -1)[..., looked.reshape(-1)].unflatten(-1, looked.shape)


def _chosen(x: Any, chosen: Any, axis: int) -> Any:
    """One element of each region, which are along `axis` again."""
    return x.gather(-1, chosen).squeeze(-1).movedim(-1, axis)


def _even_steps(given: Shape, output: Shape) -> Shape | None:
    """The windows that the regions are where all are of one size."""
    if 0 in given or 0 in output or any(n % m for n, m in zip(given, output, strict=True)):
        return None
    return tuple(n // m for n, m in zip(given, output, strict=True))


def _sizes(name: str, rank: int, input: Any, output_size: Any, negative: str) -> Shape:
    shape = checked(name, "input", input).shape
    if rank == 1 and not isinstance(output_size, int) and len(output_size) != 1:
        raise RuntimeError(f"{name}() argument 'output_size' should contain one int (got {len(output_size)})")
    wanted: tuple[int | None, ...] = (output_size,) * rank if isinstance(output_size, int) else tuple(output_size)
    if len(shape) <= rank:
        raise ValueError(f"{name}: Input dimension should be at least {rank + 1}, got input of size {list(shape)}")
    if len(wanted) != rank:
        raise RuntimeError(f"{name}: internal error: output_size must be {rank} numbers, got {list(wanted)}")
    if len(shape) > rank + 2 or 0 in shape[-rank:]:
        raise RuntimeError(
            f"{name}(): Expected {rank + 1}D or {rank + 2}D tensor with non-zero size for non-batch dimensions, but "
            f"got {list(shape)}"
        )
    output = tuple(n if m is None else m for n, m in zip(shape[-rank:], wanted, strict=True))
    if min(output) < 0:
        raise RuntimeError(f"{negative}, but received {list(output)}")
    return output
