"""GELU and its slope: in single precision block by block, so that the passes over a long array stay in the cache."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet, special

_SQRT_HALF, _GAUSS = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)


def gelu(x: Any, /) -> Any:
    """`x` times the share of the normal distribution below it."""
    if x.dtype == np.float32 and x.size >= special.LONG_ERF:
        return quiet.call(_by_blocks, _gelu, x)
    return quiet.call(_short_gelu, x)


def gelu_slope(x: Any, /) -> Any:
    """The derivative of `gelu`."""
    if x.dtype == np.float32 and x.size >= special.LONG_ERF:
        return quiet.call(_by_blocks, _gelu_slope, x)
    return quiet.call(_short_gelu_slope, x)


def _short_gelu(x: Any) -> Any:
    return (special.erf(x * _SQRT_HALF) + 1) * (x * 0.5)


def _short_gelu_slope(x: Any) -> Any:
    return (special.erf(x * _SQRT_HALF) + 1) * 0.5 + x * _GAUSS * np.exp(np.square(x) * -0.5)


def _by_blocks(kernel: Callable[..., None], x: Any) -> Any:
    """`kernel(part, out, *buffers)` for each block of x."""
    out = np.empty(x.shape, x.dtype)
    flat, flat_out = x.reshape(-1), out.reshape(-1)
    buffers = [np.empty(min(special.BLOCK, flat.size), x.dtype) for _ in range(3)]
    for start in range(0, flat.size, special.BLOCK):
        part = flat[start : start + special.BLOCK]
        kernel(part, flat_out[start : start + special.BLOCK], *(buffer[: part.size] for buffer in buffers))
    return out


def _gelu(part: Any, out: Any, scaled: Any, u: Any, v: Any) -> None:
    np.multiply(part, _SQRT_HALF, scaled)
    special.erf_of_block(scaled, out, u, v)
    np.add(out, 1, out)
    np.multiply(part, 0.5, scaled)
    np.multiply(out, scaled, out)


def _gelu_slope(part: Any, out: Any, scaled: Any, u: Any, v: Any) -> None:
    np.multiply(part, _SQRT_HALF, scaled)
    special.erf_of_block(scaled, out, u, v)
    np.add(out, 1, out)
    np.multiply(out, 0.5, out)
    np.multiply(part, part, scaled)
    np.multiply(scaled, -0.5, scaled)
    np.exp(scaled, scaled)
    np.multiply(scaled, part, scaled)
    np.multiply(scaled, _GAUSS, scaled)
    np.add(out, scaled, out)


kernels: dict[str, Any] = {}
if special.HAS_ERF:
    kernels |= {"gelu": gelu, "gelu_slope": gelu_slope}
