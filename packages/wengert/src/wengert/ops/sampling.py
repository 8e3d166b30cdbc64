"""Floor 6: images sampled at places that are themselves differentiable."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic.operands import checked
from wengert.ops.comparison import where
from wengert.ops.movement import meshgrid, stack
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, int64
from wengert.protocol.warned import warn_user
from wengert.rule.refusals import refuse

_MODES, _PADDINGS = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


def grid_sample(
    input: Any, grid: Any, mode: str = "bilinear", padding_mode: str = "zeros", align_corners: bool | None = None
) -> Any:
    """`input` sampled at the places of `grid`, which run from -1 to 1 along each axis, x first.

    `mode` is "bilinear", "nearest" or "bicubic" (images alone); `padding_mode` says what lies outside: "zeros", the
    "border", or the image's "reflection". With `align_corners` -1 and 1 are the centres of the outermost elements.
    Shapes: input (n, channels, h, w), grid (n, oh, ow, 2) -> (n, channels, oh, ow); input (n, channels, d, h, w), grid
    (n, od, oh, ow, 3) -> (n, channels, od, oh, ow). Dtype: that of both.
    Derivative: g -> each element's share of g, and g times the slope of the interpolation.
    Errors: ValueError for an unknown mode; RuntimeError if the shapes do not fit.
    Source: torch.nn.functional.grid_sample; Jaderberg and others, "Spatial Transformer Networks", 2015.

    >>> place = tensor([[[[0., 0.]]]])
    >>> wengert.nn.functional.grid_sample(tensor([[[[1., 3.]]]]), place, align_corners=False)
    tensor([[[[2.]]]])
    """
    if mode not in _MODES:
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'"
        )
    if padding_mode not in _PADDINGS:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', "
            f"but got: '{padding_mode}'"
        )
    return _sampled(input, grid, mode, padding_mode, _aligned(align_corners))


def grid_sampler_2d(
    input: AnyTensor, grid: AnyTensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Any:
    """`nn.functional.grid_sample` of images, its modes by number. Source: torch.grid_sampler_2d.

    >>> grid_sampler_2d(tensor([[[[1., 3.]]]]), tensor([[[[0., 0.]]]]), 0, 0, False)
    tensor([[[[2.]]]])
    """
    return _sampled(input, grid, _MODES[interpolation_mode], _PADDINGS[padding_mode], align_corners)


def grid_sampler_3d(
    input: AnyTensor, grid: AnyTensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Any:
    """`nn.functional.grid_sample` of volumes, its modes by number. Source: torch.grid_sampler_3d.

    >>> grid_sampler_3d(tensor([[[[[1., 3.]]]]]), tensor([[[[[0., 0., 0.]]]]]), 0, 0, False)
    tensor([[[[[2.]]]]])
    """
    return _sampled(input, grid, _MODES[interpolation_mode], _PADDINGS[padding_mode], align_corners)


def affine_grid(theta: Any, size: Sequence[int], align_corners: bool | None = None) -> Any:
    """The places for `grid_sample` that an affine map of each sample leads to.

    Shapes: theta (n, 2, 3), size (n, channels, h, w) -> (n, h, w, 2); theta (n, 3, 4), size (n, channels, d, h, w)
    -> (n, d, h, w, 3). Dtype: that of `theta`. Derivative: of the product of matrices.
    Errors: ValueError if the shapes do not fit; NotImplementedError for another number of axes.
    Source: torch.nn.functional.affine_grid.

    >>> wengert.nn.functional.affine_grid(eye(2, 3).unsqueeze(0), (1, 1, 1, 2), align_corners=False)
    tensor([[[[-0.5000,  0.0000],
              [ 0.5000,  0.0000]]]])
    """
    if not checked("affine_grid", "theta", theta).space.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.space.dtype}")
    rank = len(size) - 2
    if rank not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {list(size)}."
        )
    if tuple(theta.shape[1:]) != (rank, rank + 1):
        raise ValueError(
            f"Expected a batch of {rank}D affine matrices of shape Nx{rank}x{rank + 1} for size {list(size)}. "
            f"Got {list(theta.shape)}."
        )
    if min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {list(size)}")
    aligned = _aligned(align_corners)
    lines = [theta.new_tensor(_line(n, aligned)) for n in size[2:]]
    axes: Any = meshgrid(*lines, indexing="ij")
    base: Any = stack([*reversed(axes), axes[0] * 0 + 1], -1)
    return (base.reshape((1, -1, rank + 1)) @ theta.mT).reshape((size[0], *size[2:], rank))


def _line(n: int, aligned: bool) -> list[float]:
    if aligned:
        return [2 * i / (n - 1) - 1 if n > 1 else 0.0 for i in range(n)]
    return [(2 * i + 1) / n - 1 for i in range(n)]


def _aligned(align_corners: bool | None) -> bool:
    if align_corners is None:
        warn_user(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please "
            "specify align_corners=True if the old behavior is desired.",
        )
    return bool(align_corners)


def _sampled(input: Any, grid: Any, mode: str, padding: str, aligned: bool) -> Any:
    shape, rank = tuple(checked("grid_sampler", "input", input).shape), len(input.shape) - 2
    given = tuple(checked("grid_sampler", "grid", grid).shape)
    if rank not in (2, 3) or len(given) != rank + 2 or given[-1] != rank or given[0] != shape[0]:
        raise RuntimeError(
            f"grid_sampler(): expected grid and input to have same batch size, and grid to have size {rank} in last "
            f"dimension, but got input with sizes {list(shape)} and grid with sizes {list(given)}"
        )
    if 0 in shape[2:]:
        raise RuntimeError(
            f"grid_sampler(): expected input to have non-empty spatial dimensions, but got {list(shape)}"
        )
    if mode == "bicubic" and rank == 3:
        raise RuntimeError("grid_sampler(): bicubic interpolation only supports 4D input")
    if grid.space.dtype is not input.space.dtype:
        raise RuntimeError(
            f"grid_sampler(): expected scalar type {input.space.dtype.spoken} but found {grid.space.dtype.spoken}"
        )
    refuse("grid_sampler", input.space.dtype, BOOL, INTEGER, COMPLEX)
    sizes = shape[2:]
    places = [_unscaled(grid[..., rank - 1 - d], n, aligned) for d, n in enumerate(sizes)]
    if mode != "bicubic":
        places = [_inside(place, n, padding, aligned) for place, n in zip(places, sizes, strict=True)]
    neighbours: list[list[tuple[Any, Any]]] = []  # along each axis: where, and how much it counts
    for place in places:
        if mode == "nearest":
            neighbours.append([(place.detach().round(), None)])
            continue
        low = place.detach().floor()
        t = place - low
        if mode == "bilinear":
            neighbours.append([(low, 1 - t), (low + 1, t)])
        else:
            neighbours.append([(low + k, share) for k, share in zip(range(-1, 3), _cubic_shares(t), strict=True)])
    if mode == "bicubic":
        neighbours = [
            [(_inside(at, n, padding, aligned), share) for at, share in line]
            for line, n in zip(neighbours, sizes, strict=True)
        ]
    flat = input.flatten(2)
    total: Any = None
    for corner in product(*neighbours):
        term = _weighted(flat, corner, sizes)
        total = term if total is None else total + term
    if mode == "nearest":
        total = total + grid.sum() * 0  # torch's gradient by the grid is zeros
    return total


def _weighted(flat: Any, corner: Any, sizes: tuple[int, ...]) -> Any:
    """The elements at one neighbour of each place, times its weight; 0 outside."""
    position: Any = None
    inside: Any = None
    weight: Any = None
    for (at, share), n in zip(corner, sizes, strict=True):
        within = (at >= 0) & (at <= n - 1)
        inside = within if inside is None else inside & within
        index = where(within, at, at * 0).to(int64)
        position = index if position is None else position * n + index
        if share is not None:
            weight = share if weight is None else weight * share
    n, channels = flat.shape[:2]
    spread = position.reshape((n, 1, -1)).expand((n, channels, -1))
    values = flat.gather(2, spread).reshape((n, channels, *position.shape[1:]))
    values = values.masked_fill(~inside.unsqueeze(1), 0)
    return values if weight is None else values * weight.unsqueeze(1)


def _unscaled(x: Any, n: int, aligned: bool) -> Any:
    return (x + 1) * ((n - 1) / 2) if aligned else ((x + 1) * n - 1) / 2


def _inside(x: Any, n: int, padding: str, aligned: bool) -> Any:
    """A place moved into the image; the gradient ends where it was moved to the border."""
    if padding == "zeros":
        return x
    if padding == "reflection":
        low, span = (0.0, float(n - 1)) if aligned else (-0.5, float(n))
        if span == 0:
            x = x * 0
        else:
            x = (x - low).abs()
            turns = (x.detach() / span).floor()
            rest = x - turns * span
            x = where(turns.remainder(2) == 0, rest + low, span - rest + low)
    beyond = (x <= 0) | (x >= n - 1)
    return where(beyond, x.detach().clamp(0, n - 1), x)


def _cubic_shares(t: Any) -> list[Any]:
    """The four weights of Keys' cubic with a = -3/4."""
    a = -0.75
    near = [((a + 2) * d - (a + 3)) * d * d + 1 for d in (t, 1 - t)]
    far = [((a * d - 5 * a) * d + 8 * a) * d - 4 * a for d in (t + 1, 2 - t)]
    return [far[0], near[0], near[1], far[1]]
