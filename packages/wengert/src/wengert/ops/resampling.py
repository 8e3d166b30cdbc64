"""Floor 6: images resampled: each new element of an axis a weighted mean of the old ones, or the nearest of them."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, pi, sin
from struct import pack, unpack
from typing import Any

from wengert.ops.arithmetic.operands import checked
from wengert.ops.pooling.adaptive import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d, along_axis
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, int64, uint8
from wengert.protocol.shapes import Shape
from wengert.protocol.warned import warn_user
from wengert.rule.refusals import refuse

Rows = list[list[float]]


def interpolate(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """`input` resampled to `size`, or to `scale_factor` times its size, over all axes after the first two.

    `mode` is "nearest", "nearest-exact", "area", "linear" (one axis), "bilinear", "bicubic", "lanczos" (two) or
    "trilinear" (three). With `align_corners` the outermost elements keep their places. `antialias` widens the filter
    where the image shrinks.
    Shapes: input (n, channels, ...) with one to three more axes -> the same with the new sizes. Dtype: kept.
    Derivative: g -> each element's share of g; linear in `input`.
    Errors: ValueError for sizes that contradict each other; NotImplementedError for a mode that the axes do not have.
    Source: torch.nn.functional.interpolate; Keys, "Cubic convolution interpolation", 1981.

    >>> wengert.nn.functional.interpolate(tensor([[[1., 3.]]]), scale_factor=2, mode="linear")
    tensor([[[1.0000, 1.5000, 2.5000, 3.0000]]])
    """
    given = tuple(checked("interpolate", "input", input).shape)
    rank = len(given) - 2
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    output, factors = _output(given[2:], size, scale_factor)
    if rank not in (1, 2, 3):
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {len(given)}D) for the modes: nearest | "
            f"linear | bilinear | bicubic | trilinear | area | nearest-exact (got {mode})"
        )
    if mode not in _MODES[rank]:
        raise NotImplementedError(f"Got {len(given)}D input, but {mode} mode needs another number of dimensions")
    if antialias and not (rank == 2 and mode in _FILTERS):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if recompute_scale_factor and size is not None:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    if min(output) < 1 or 0 in given[1:]:
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input {list(given)} and output sizes "
            f"{list(output)}"
        )
    if input.space.dtype is not uint8 or "cubic" in mode or mode == "area":
        refuse(f"upsample_{mode}", input.space.dtype, BOOL, INTEGER, COMPLEX)
    if mode == "area":
        return _ADAPTIVE[rank](input, output)
    for d, (n, m) in enumerate(zip(given[2:], output, strict=True)):
        factor = None if recompute_scale_factor else factors[d]
        if mode.startswith("nearest"):
            places = _nearest(n, m, factor, exact=mode != "nearest")
            input = input.index_select(2 + d, input.new_tensor(places, dtype=int64))
        elif n != m or factor not in (None, 1.0):
            input = along_axis(input, _weights(mode, n, m, factor, bool(align_corners), antialias), d - rank)
    return input


def _output(given: Shape, size: Any, scale_factor: Any) -> tuple[Shape, tuple[float | None, ...]]:
    """The new sizes, and by which factors they were asked for."""
    if (size is None) == (scale_factor is None):
        raise ValueError(
            "only one of size or scale_factor should be defined"
            if size is not None
            else "either size or scale_factor should be defined"
        )
    asked: Any = size if size is not None else scale_factor
    numbers: tuple[Any, ...] = tuple(asked) if hasattr(asked, "__len__") else (asked,) * len(given)
    if len(numbers) != len(given):
        raise ValueError(
            "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
            f"of {list(given)} and {'output size' if size is not None else 'scale_factor'} of {asked}."
        )
    if size is not None:
        if not all(isinstance(n, int) for n in numbers):
            raise TypeError(f"expected size to be one of int or a tuple of them, but got {[type(n) for n in numbers]}")
        return numbers, (None,) * len(given)
    return tuple(int(n * s) for n, s in zip(given, numbers, strict=True)), numbers


def _single(x: float) -> float:
    """`x` in single precision, in which torch finds places."""
    return unpack("f", pack("f", x))[0]


def _nearest(n: int, m: int, factor: float | None, exact: bool) -> list[int]:
    pace = _single(1.0 / factor) if factor else _single(n / m)
    return [min(floor(_single((i + exact / 2) * pace)), n - 1) for i in range(m)]


def _weights(mode: str, n: int, m: int, factor: float | None, aligned: bool, antialias: bool) -> Rows:
    """For each new element how much each old one counts."""
    if aligned:
        pace = (n - 1) / (m - 1) if m > 1 else 0.0
    else:
        pace = 1.0 / factor if factor else n / m
    if antialias or mode == "lanczos":
        return [_filtered(mode, n, (i + 0.5) * pace, max(pace, 1.0) if antialias else 1.0) for i in range(m)]
    rows: Rows = []
    for i in range(m):
        place = i * pace if aligned else (i + 0.5) * pace - 0.5
        place = place if mode == "bicubic" else max(place, 0.0)
        low = floor(place) if mode == "bicubic" else min(floor(place), n - 1)
        t, row = place - low, [0.0] * n
        shares = [_cubic(t + 1 - k, -0.75) for k in range(4)] if mode == "bicubic" else [1 - t, t]
        first = low - 1 if mode == "bicubic" else low
        for k, share in enumerate(shares):
            row[min(max(first + k, 0), n - 1)] += share
        rows.append(row)
    return rows


def _filtered(mode: str, n: int, centre: float, stretch: float) -> list[float]:
    """The weights of a filter around `centre`, made `stretch` times as wide, that add up to 1."""
    width, shape = _FILTERS[mode]
    reach = width * stretch
    low, high = max(floor(centre - reach + 0.5), 0), min(floor(centre + reach + 0.5), n)
    parts = [shape((i + low - centre + 0.5) / stretch) for i in range(high - low)]
    total = sum(parts) or 1.0
    return [0.0] * low + [part / total for part in parts] + [0.0] * (n - high)


def _triangle(x: float) -> float:
    return max(0.0, 1.0 - abs(x))


def _cubic(x: float, a: float = -0.5) -> float:
    """Keys' cubic of the distance `x`."""
    x = abs(x)
    if x < 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0


def _lanczos(x: float) -> float:
    if x == 0:
        return 1.0
    return 3 * sin(pi * x) * sin(pi * x / 3) / (pi * x) ** 2 if -3 < x < 3 else 0.0


_FILTERS: dict[str, tuple[float, Callable[[float], float]]] = {
    "bilinear": (1.0, _triangle),
    "bicubic": (2.0, _cubic),
    "lanczos": (3.0, _lanczos),
}
_ADAPTIVE = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}
_MODES = {
    1: ("nearest", "nearest-exact", "area", "linear"),
    2: ("nearest", "nearest-exact", "area", "bilinear", "bicubic", "lanczos"),
    3: ("nearest", "nearest-exact", "area", "trilinear"),
}


def upsample(
    input: Any, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Any:
    """The older name of `interpolate`. Derivative: as `interpolate`. Source: torch.nn.functional.upsample.

    >>> import warnings
    >>> warnings.simplefilter("ignore")
    >>> wengert.nn.functional.upsample(tensor([[[1., 3.]]]), 4)
    tensor([[[1., 1., 3., 3.]]])
    """
    warn_user("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """The older name of `interpolate` by the nearest. Source: torch.nn.functional.upsample_nearest.

    >>> import warnings
    >>> warnings.simplefilter("ignore")
    >>> wengert.nn.functional.upsample_nearest(tensor([[[1., 3.]]]), 4)
    tensor([[[1., 1., 3., 3.]]])
    """
    warn_user("`nn.functional.upsample_nearest` is deprecated. Use `nn.functional.interpolate` instead.")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """The older name of bilinear `interpolate` with aligned corners. Source: torch.nn.functional.upsample_bilinear.

    >>> import warnings
    >>> warnings.simplefilter("ignore")
    >>> wengert.nn.functional.upsample_bilinear(tensor([[[[1., 3.]]]]), (1, 3))
    tensor([[[[1., 2., 3.]]]])
    """
    warn_user("`nn.functional.upsample_bilinear` is deprecated. Use `nn.functional.interpolate` instead.")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)
