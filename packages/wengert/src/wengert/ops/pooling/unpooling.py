"""Floor 6: the way back from a maximum to its place, pooling by p-norms, and pooling over random windows."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, prod
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic.operands import checked
from wengert.ops.pooling.arguments import is_absent, per_axis
from wengert.ops.pooling.average import avg_pool1d, avg_pool2d, avg_pool3d
from wengert.ops.pooling.maximum import max_pool1d, max_pool2d, max_pool3d
from wengert.ops.random.draws import uniform
from wengert.ops.xp import namespace_of
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, int64
from wengert.rule.refusals import refuse
from wengert.tensor.base import make
from wengert.tensor.level import random_space

Sizes = int | Sequence[int]

_AVERAGES = (avg_pool1d, avg_pool2d, avg_pool3d)
_MAXIMA = (max_pool1d, max_pool2d, max_pool3d)


def max_unpool1d(
    input: Any, indices: Any, kernel_size: Sizes, stride: Any = None, padding: Sizes = 0, output_size: Any = None
) -> Any:
    """The elements of `input` at the positions that `max_pool1d` found them at, zeros elsewhere.

    Shapes: input and indices (n, channels, length) or (channels, length) -> the same with
    (length - 1) stride - 2 padding + k places, or `output_size`. Dtype: kept.
    Derivative: g -> g at the positions. Errors: RuntimeError if the shapes do not fit or a position is out of range;
    ValueError for an `output_size` that no pooling makes.
    Source: torch.nn.functional.max_unpool1d.

    >>> wengert.nn.functional.max_unpool1d(tensor([[3., 2.]]), tensor([[1, 2]]), 2)
    tensor([[0., 3., 2., 0.]])
    """
    return _unpooled("max_unpool1d", 1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: AnyTensor,
    indices: AnyTensor,
    kernel_size: Sizes,
    stride: Any = None,
    padding: Sizes = 0,
    output_size: Any = None,
) -> Any:
    """The elements of `input` at the positions that `max_pool2d` found them at, zeros elsewhere.

    Shapes: input and indices (n, channels, h, w) or (channels, h, w) -> the same with (h - 1) stride - 2 padding + k
    rows, and so the columns, or `output_size`. Dtype: kept.
    Derivative: g -> g at the positions. Errors: as `max_unpool1d`. Source: torch.nn.functional.max_unpool2d.

    >>> wengert.nn.functional.max_unpool2d(tensor([[[3.]]]), tensor([[[1]]]), 2)
    tensor([[[0., 3.],
             [0., 0.]]])
    """
    return _unpooled("max_unpool2d", 2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: AnyTensor,
    indices: AnyTensor,
    kernel_size: Sizes,
    stride: Any = None,
    padding: Sizes = 0,
    output_size: Any = None,
) -> Any:
    """The elements of `input` at the positions that `max_pool3d` found them at, zeros elsewhere.

    Shapes: input and indices (n, channels, d, h, w) or (channels, d, h, w) -> the same with as many places along each
    axis as `max_unpool2d` has. Dtype: kept.
    Derivative: g -> g at the positions. Errors: as `max_unpool1d`. Source: torch.nn.functional.max_unpool3d.

    >>> wengert.nn.functional.max_unpool3d(tensor([[[[3.]]]]), tensor([[[[1]]]]), (1, 1, 2))
    tensor([[[[0., 3.]]]])
    """
    return _unpooled("max_unpool3d", 3, input, indices, kernel_size, stride, padding, output_size)


def _unpooled(
    name: str, rank: int, input: Any, indices: Any, kernel_size: Sizes, stride: Any, padding: Sizes, output_size: Any
) -> Any:
    given = tuple(checked(name, "input", input).shape)
    refuse(name, input.space.dtype, BOOL, INTEGER, COMPLEX)
    size = per_axis(name, "kernel_size", kernel_size, rank)
    step = size if is_absent(stride) else per_axis(name, "stride", stride, rank)
    border = per_axis(name, "padding", padding, rank)
    usual = [(n - 1) * s + k - 2 * p for n, s, k, p in zip(given[-rank:], step, size, border, strict=True)]
    output = usual if output_size is None else list(output_size)[-rank:]
    if output_size is not None:
        if len(output_size) not in (rank, rank + 2):
            raise ValueError(
                f"output_size should be a sequence containing {rank} or {rank + 2} elements, but it has a length of "
                f"'{len(output_size)}'"
            )
        for d, (n, m, s) in enumerate(zip(output, usual, step, strict=True)):
            if not m - s < n < m + s:
                raise ValueError(f'invalid output_size "{output}" (dim {d} must be between {m - s} and {m + s})')
    if checked(name, "indices", indices).space.dtype is not int64:
        raise RuntimeError("elements in indices should be type int64")
    if indices.shape != given:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(given)}) but got indices tensor "
            f"with shape: {list(indices.shape)}"
        )
    if len(given) not in (rank + 1, rank + 2) or 0 in given[1:]:
        raise RuntimeError(
            f"{name}: Expected {rank + 1}D or {rank + 2}D input, none but the batch empty; got {list(given)}"
        )
    flat, volume, lead = (*given[:-rank], prod(given[-rank:])), prod(output), given[:-rank]
    if indices.space.is_readable and prod(given) and bool(((indices < 0) | (indices >= volume)).any()):
        raise RuntimeError(f"Found an invalid max index for an output volume of {output}: {indices.max().item()}")
    return (
        input.new_zeros((*lead, volume))
        .scatter(-1, indices.reshape(flat), input.reshape(flat))
        .reshape((*lead, *output))
    )


def lp_pool1d(input: Any, norm_type: float, kernel_size: Sizes, stride: Any = None, ceil_mode: bool = False) -> Any:
    """The p-norm of each window along the last axis: the root of the sum of powers.

    Shapes: as `avg_pool1d`. Dtype: kept. Derivative: of the composite of power, mean and root.
    Errors: as `avg_pool1d`. Source: torch.nn.functional.lp_pool1d.

    >>> wengert.nn.functional.lp_pool1d(tensor([[3., 4.]]), 2., 2)
    tensor([[5.]])
    """
    return _power_mean(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input: Any, norm_type: float, kernel_size: Sizes, stride: Any = None, ceil_mode: bool = False) -> Any:
    """The p-norm of each window over the last two axes: the root of the sum of powers.

    Shapes: as `avg_pool2d`. Dtype: kept. Derivative: of the composite of power, mean and root.
    Errors: as `avg_pool2d`. Source: torch.nn.functional.lp_pool2d.

    >>> wengert.nn.functional.lp_pool2d(tensor([[[3., 4.]]]), 2., (1, 2))
    tensor([[[5.]]])
    """
    return _power_mean(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input: Any, norm_type: float, kernel_size: Sizes, stride: Any = None, ceil_mode: bool = False) -> Any:
    """The p-norm of each window over the last three axes: the root of the sum of powers.

    Shapes: as `avg_pool3d`. Dtype: kept. Derivative: of the composite of power, mean and root.
    Errors: as `avg_pool3d`. Source: torch.nn.functional.lp_pool3d.

    >>> wengert.nn.functional.lp_pool3d(tensor([[[[3., 4.]]]]), 2., (1, 1, 2))
    tensor([[[[5.]]]])
    """
    return _power_mean(3, input, norm_type, kernel_size, stride, ceil_mode)


def _power_mean(rank: int, input: Any, p: float, kernel_size: Sizes, stride: Any, ceil_mode: bool) -> Any:
    checked(f"lp_pool{rank}d", "input", input)
    if p in (inf, -inf):
        sign = 1 if p > 0 else -1
        return _MAXIMA[rank - 1](input.abs() * sign, kernel_size, stride, ceil_mode=ceil_mode) * sign
    mean = _AVERAGES[rank - 1](input.pow(p), kernel_size, stride, ceil_mode=ceil_mode)
    count = prod(per_axis(f"lp_pool{rank}d", "kernel_size", kernel_size, rank))
    return (mean.sign() * mean.abs().relu() * count).pow(1.0 / p)


def fractional_max_pool2d(
    input: AnyTensor,
    kernel_size: Sizes,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """The largest elements of windows that start at random places, about evenly spread over the last two axes.

    Shapes: input (n, channels, h, w) or (channels, h, w) -> the same with `output_size`, or `output_ratio` times the
    size; with `return_indices` the pair of this and the flat positions in the plane (int64). Dtype: kept.
    Derivative: g goes to the element that was chosen, the first among equals.
    Errors: ValueError without a size; RuntimeError if the windows do not fit.
    Source: torch.nn.functional.fractional_max_pool2d; Graham, "Fractional MaxPooling", 2014.

    >>> wengert.nn.functional.fractional_max_pool2d(tensor([[[1., 3.], [2., 0.]]]), 2, output_size=1)
    tensor([[[3.]]])
    """
    return _fractional(2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool3d(
    input: AnyTensor,
    kernel_size: Sizes,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """The largest elements of windows that start at random places, about evenly spread over the last three axes.

    Shapes: input (n, channels, d, h, w) or (channels, d, h, w) -> the same with `output_size`, or `output_ratio` times
    the size; with `return_indices` the pair of this and the flat positions in the volume (int64). Dtype: kept.
    Derivative: g goes to the element that was chosen, the first among equals.
    Errors: as `fractional_max_pool2d`. Source: torch.nn.functional.fractional_max_pool3d.

    >>> wengert.nn.functional.fractional_max_pool3d(ones(1, 2, 2, 2), 2, output_size=1)
    tensor([[[[1.]]]])
    """
    return _fractional(3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def _fractional(
    rank: int, input: Any, kernel_size: Sizes, output_size: Any, ratio: Any, return_indices: bool, samples: Any
) -> Any:
    name = f"fractional_max_pool{rank}d"
    given = tuple(checked(name, "input", input).shape)
    if output_size is None and ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    if len(given) not in (rank + 1, rank + 2) or 0 in given[-rank - 1 :]:
        raise RuntimeError(f"{name}: Expected {rank + 1}D or {rank + 2}D tensor, but got: {list(given)}")
    refuse(f"{name}_out_frame", input.space.dtype, BOOL, COMPLEX)
    size = per_axis(name, "kernel_size", kernel_size, rank)
    if output_size is None:
        ratios = (ratio,) * rank if isinstance(ratio, (int, float)) else tuple(ratio)
        output_size = [int(n * r) for n, r in zip(given[-rank:], ratios, strict=True)]
    output = per_axis(name, "output_size", output_size, rank)
    if any(m + k - 1 > n for m, k, n in zip(output, size, given[-rank:], strict=True)):
        raise RuntimeError(f"{name}: pool size {list(size)} too large relative to input size {list(given[-rank:])}")
    batched = len(given) == rank + 2
    x = input if batched else input.unsqueeze(0)
    n, channels, *lengths = x.shape
    if samples is None:
        space = random_space(input.space)
        samples = make(space, uniform(space, (n, channels, rank)))
    places = x.new_tensor(0, dtype=int64)
    for d, (length, m, k) in enumerate(zip(lengths, output, size, strict=True)):
        u = samples[:, :, rank - 1 - d if rank == 2 else d]  # torch's order
        starts = _starts(x, u.detach(), length, m, k).reshape((n, channels, *(1,) * d, m, *(1,) * (rank - d - 1)))
        window = x.new_tensor(list(range(k)), dtype=int64).reshape((*(1,) * d, k, *(1,) * (rank - d - 1)))
        places: Any = places * length + starts.reshape((*starts.shape, *(1,) * rank)) + window
    planes = x.detach().reshape((n, channels, prod(lengths)))
    looked = places.expand((n, channels, *output, *size)).reshape((n, channels, prod((*output, *size))))
    seen = planes.gather(2, looked).reshape((n, channels, *output, prod(size)))
    positions = looked.reshape(seen.shape).gather(-1, seen.argmax(-1, keepdim=True)).squeeze(-1)
    picked = namespace_of(input.space.backend).plane_gather(x, positions)
    picked, positions = (picked, positions) if batched else (picked.squeeze(0), positions.squeeze(0))
    return (picked, positions) if return_indices else picked


def _starts(x: Any, u: Any, length: int, count: int, size: int) -> Any:
    """Where the windows of an axis start for the random numbers `u`; the last one ends with the axis."""
    last = x.new_tensor(length - size, dtype=int64).expand((*u.shape, 1))
    if count == 1:
        return last
    pace = (length - size) / (count - 1)
    steps = x.new_tensor(list(range(count - 1)), dtype=u.dtype)
    starts = ((steps + u.unsqueeze(-1)) * pace).to(int64) - (u * pace).to(int64).unsqueeze(-1)
    return namespace_of(x.space.backend).concat([starts, last], axis=-1)
