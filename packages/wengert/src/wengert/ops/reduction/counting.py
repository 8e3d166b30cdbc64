"""Floor 6: counts of values, by themselves or in bins. Counts carry no gradient."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, prod
from typing import Any

from wengert.ops import return_types
from wengert.ops.arguments import Dims, reduction, spoken
from wengert.ops.arithmetic.operands import checked
from wengert.ops.creation import linspace
from wengert.ops.elements import for_each_element
from wengert.ops.indexing.searching import searchsorted
from wengert.protocol.dtypes import float64, int64, uint64
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import is_inside


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of 0, 1, 2, ... stands in `input`, or the sum of their `weights`.

    Shapes: (n,) -> (max(input) + 1,), at least (minlength,). Dtype: int64; with `weights` theirs if it is float32, else
    float64. Derivative: none.
    Errors: RuntimeError unless `input` holds non-negative integers in one axis, or if `weights` has another length.
    Source: torch.bincount.

    >>> bincount(tensor([1, 2, 1]))
    tensor([0, 2, 1])
    """
    space = checked("bincount", "input", input).space
    if is_inside(input, *([] if weights is None else [weights])):
        return for_each_element(bincount, input, weights, minlength)
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if space.dtype.is_inexact or space.dtype.category == 0:
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{spoken(space.dtype)}'")
    xp = space.xp
    low, high = (xp.tolist(f(input.array, axis=None)) for f in (xp.min, xp.max)) if prod(input.shape) else (0, -1)
    if len(input.shape) != 1 or low < 0:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    places = make(space.index, xp.astype(input.array, space.index.native))
    return _counted(places, weights, max(minlength, high + 1))


def _counted(places: Any, weights: Any, count: int) -> Any:
    """The sums of `weights`, or counts, of the places below `count`."""
    space = places.space
    dtype = int64 if weights is None else weights.space.dtype if weights.space.dtype.name == "float32" else float64
    out = space.of(dtype)
    xp = out.xp
    if weights is None:
        value = xp.ones_like(places.array)
    else:
        value = xp.astype(weights.array, out.native)
    zeros = xp.zeros((count,), dtype=out.native, device=out.native_device)
    return make(out, xp.asarray(xp.scatter_add(zeros, (places.array,), value)))


def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements of `input` lie in each of `bins` equal parts of [min, max], of their own range if both are 0.

    Shapes: any -> (bins,). Dtype: that of `input`. Derivative: none.
    Errors: RuntimeError for less than one bin, for a range that is not finite or whose ends are in disorder.
    Source: torch.histc.

    >>> histc(tensor([1., 2., 1.]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    space = checked("histc", "input", input).space
    if is_inside(input):
        return for_each_element(histc, input, bins, min, max)
    if not space.dtype.is_floating_point:
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{spoken(space.dtype)}'")
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    xp = space.xp
    flat = xp.astype(xp.reshape(input.array, (prod(input.shape),)), space.of(float64).native)
    low, high = _range("histc", xp, flat, min, max)
    inside = xp.logical_and(
        xp.greater_equal(flat, xp.full_like(flat, low)), xp.less_equal(flat, xp.full_like(flat, high))
    )
    above = xp.subtract(xp.where(inside, flat, xp.full_like(flat, low)), low)
    scaled = xp.floor(xp.multiply(above, bins / (high - low)))
    last = xp.full_like(flat, float(bins - 1))
    places = xp.astype(xp.minimum(scaled, last), space.index.native)
    weights = xp.astype(inside, space.native)
    zeros = xp.zeros((bins,), dtype=space.native, device=space.native_device)
    return make(space, xp.asarray(xp.scatter_add(zeros, (places,), weights)))


def _range(name: str, xp: Any, flat: Any, low: float, high: float, apart: float = 1.0) -> tuple[float, float]:
    """The ends of the bins: those given, or those of the values; `apart` from them where both are the same."""
    if low == high == 0 and flat.shape[0]:
        low, high = (float(xp.tolist(f(flat, axis=None))) for f in (xp.min, xp.max))
    if not (isfinite(low) and isfinite(high)):
        raise RuntimeError(f"torch.{name}: range of [{low}, {high}] is not finite")
    if high < low:
        raise RuntimeError(f"torch.{name}: max must be larger than min")
    return (low - apart, high + apart) if low == high else (low, high)


def histogram(
    input: Tensor,
    bins: int | Tensor,
    *,
    range: tuple[float, float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> return_types.histogram:
    """How many elements of `input` lie in each of `bins`, a number of equal parts or the edges between them.

    A named tuple (hist, bin_edges). With `weight` the sum of the weights, with `density` over the size of the bin and
    the sum of all.
    Shapes: any -> (bins,), (bins + 1,). Dtype: that of `input`. Derivative: none.
    Errors: RuntimeError for a range that is not finite, for edges of another dtype, for weights of another shape.
    Source: torch.histogram.

    >>> histogram(tensor([1., 2., 1.]), bins=4, range=(0., 3.)).hist
    tensor([0., 2., 1., 0.])
    """
    checked("histogram", "input", input)
    if is_inside(input, *[x for x in (bins, weight) if isinstance(x, Tensor)]):
        return for_each_element(histogram, input, bins, range=range, weight=weight, density=density)
    given = None if range is None else tuple(range)
    found = histogramdd(
        _column(input), [bins], range=given, weight=None if weight is None else _flat(weight), density=density
    )
    return return_types.histogram(found.hist, found.bin_edges[0])


def _flat(x: Any) -> Any:
    return make(x.space, x.space.xp.reshape(x.array, (prod(x.shape),)))


def _column(x: Any) -> Any:
    return make(x.space, x.space.xp.reshape(x.array, (prod(x.shape), 1)))


def histogramdd(
    input: Tensor,
    bins: int | Sequence[int | Tensor],
    *,
    range: Sequence[float] | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> return_types.histogramdd:
    """`histogram` of points in several dimensions: the last axis of `input` holds their coordinates.

    Shapes: (..., d) -> (bins of each dimension), and the edges of each. Dtype: that of `input`. Derivative: none.
    Errors: RuntimeError if the number of bins or edges is not that of the dimensions.
    Source: torch.histogramdd.

    >>> histogramdd(tensor([[0., 1.], [1., 0.]]), [2, 2]).hist
    tensor([[0., 1.],
            [1., 0.]])
    """
    space = checked("histogramdd", "input", input).space
    beside = [x for x in (weight, *([bins] if isinstance(bins, int) else bins)) if isinstance(x, Tensor)]
    if is_inside(input, *beside):
        return for_each_element(histogramdd, input, bins, range=range, weight=weight, density=density)
    if not space.dtype.is_floating_point:
        raise NotImplementedError(f"\"histogram_cpu\" not implemented for '{spoken(space.dtype)}'")
    if len(input.shape) < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    xp, count = space.xp, input.shape[-1]
    parts: list[Any] = [bins] * count if isinstance(bins, int) else list(bins)
    if len(parts) != count:
        raise RuntimeError(
            "histogramdd: The size of bins must be equal to the innermost dimension of the input: expected "
            f"{count}, got {len(parts)}"
        )
    points = xp.reshape(input.array, (prod(input.shape[:-1]), count))
    edges: list[Any] = []
    columns: list[Any] = []
    for d, part in enumerate(parts):
        column = xp.getitem(points, (slice(None), d))
        columns.append(make(space, xp.asarray(column)))
        if isinstance(part, Tensor):
            edges.append(part)
            continue
        low, high = (0.0, 0.0 if points.shape[0] else 1.0) if range is None else (range[2 * d], range[2 * d + 1])
        low, high = _range("histogramdd", xp, xp.asarray(column), low, high, 0.5)
        edges.append(linspace(low, high, part + 1, dtype=space.dtype, device=space.device, backend=space.backend.name))
    shape = tuple(edge.shape[0] - 1 for edge in edges)
    flat: Any = None
    inside: Any = None
    for column, edge, n in zip(columns, edges, shape, strict=True):
        place, within = _place(column, edge, n)
        flat = place if flat is None else xp.add(xp.multiply(flat, n), place)
        inside = within if inside is None else xp.logical_and(inside, within)
    weights = xp.astype(inside, space.native)
    if weight is not None:
        weights = xp.multiply(weights, xp.reshape(weight.array, (prod(weight.shape),)))
    zeros = xp.zeros((prod(shape),), dtype=space.native, device=space.native_device)
    hist: Any = make(space, xp.reshape(xp.scatter_add(zeros, (flat,), weights), shape))
    if density:
        hist = hist / hist.sum()
        for d, edge in enumerate(edges):
            hist = hist / (edge[1:] - edge[:-1]).reshape((-1, *(1,) * (len(shape) - d - 1)))
    return return_types.histogramdd(hist, tuple(edges))


def _place(column: Any, edge: Any, n: int) -> tuple[Any, Any]:
    """Which bin each element is in, the last one closed above, and whether it is in any."""
    xp = column.space.xp
    place = xp.subtract(searchsorted(edge, column, right=True).array, 1)
    last = xp.equal(column.array, xp.getitem(edge.array, (n,)))
    top = xp.full_like(place, n - 1)
    place = xp.where(last, top, place)
    zero = xp.zeros_like(place)
    within = xp.logical_and(xp.less_equal(zero, place), xp.less_equal(place, top))
    within = xp.logical_and(within, xp.logical_not(xp.isnan(column.array)))
    return xp.where(within, place, zero), within


def hash_tensor(input: Tensor, dim: Dims = None, *, keepdim: bool = False, mode: int = 0) -> Tensor:
    """The exclusive or of the bits of all elements over `dim`, each as 64 bits: equal tensors have equal hashes.

    Shapes: (..., n, ...) -> (..., ...). Dtype: uint64. Derivative: none.
    Errors: NotImplementedError for complex numbers; IndexError over an axis without elements; RuntimeError for a mode
    other than 0, and where the backend does not read the bits of numbers. Source: torch.hash_tensor.

    >>> hash_tensor(tensor([1, 2, 4])).item()
    7
    """
    if is_inside(checked("hash_tensor", "input", input)):
        return for_each_element(hash_tensor, input, dim, keepdim=keepdim, mode=mode)
    axes, _, space = reduction("hash_tensor", input, dim, keepdim, {})
    if mode != 0:
        raise RuntimeError(f"Unknown hash_tensor mode: {mode}")
    if space.dtype.is_complex or space.dtype.name in ("uint16", "uint32", "uint64"):
        raise NotImplementedError(f"\"xor_sum_cpu\" not implemented for '{spoken(space.dtype)}'")
    if axes is None and 0 in input.shape:
        raise RuntimeError(
            "hash_tensor: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
            "with the 'dim' argument."
        )
    axes = tuple(range(len(input.shape))) if axes is None else axes
    empty = next((axis for axis in axes if not input.shape[axis]), None)
    if empty is not None:
        raise IndexError(f"hash_tensor: Expected reduction dim {empty} to have non-zero size.")
    whole, bits = space.of(float64 if space.dtype.is_inexact else int64), space.of(int64)
    xp = bits.xp
    array = xp.reinterpret(xp.astype(input.array, whole.native), bits.native)
    for axis in axes:
        array = _folded(xp, array, axis)
    shape = tuple([1 if d in axes else n for d, n in enumerate(input.shape) if keepdim or d not in axes])
    out = space.of(uint64)
    return make(out, xp.reshape(xp.reinterpret(array, out.native), shape))


def _folded(xp: Any, array: Any, axis: int) -> Any:
    """The exclusive or along `axis`, which stays with one element: one half with the other, until one is left."""
    before = (slice(None),) * axis
    while (count := array.shape[axis]) > 1:
        half = count // 2
        parts = [xp.getitem(array, (*before, slice(*ends))) for ends in ((half,), (half, 2 * half), (2 * half, count))]
        folded = xp.bitwise_xor(parts[0], parts[1])
        array = xp.concat([folded, parts[2]], axis=axis) if count % 2 else folded
    return array


__all__ = ["bincount", "hash_tensor", "histc", "histogram", "histogramdd"]
