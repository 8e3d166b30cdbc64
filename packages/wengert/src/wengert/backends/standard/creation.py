"""Floor 3: arrays made from nothing, by `asarray` of a number and broadcasting."""

from __future__ import annotations

import builtins
from math import ceil
from typing import Any

from wengert.backends.standard.facts import Kernels, constant, counting, filled
from wengert.protocol.dtypes import complex64
from wengert.protocol.shapes import Shape


def full(xp: Kernels, shape: Shape, value: Any, /, *, dtype: Any, device: Any = None) -> Any:
    return xp.copy(xp.broadcast_to(xp.asarray(value, dtype=dtype, device=device), shape))


def zeros(xp: Kernels, shape: Shape, /, *, dtype: Any, device: Any = None) -> Any:
    return xp.full(shape, 0, dtype=dtype, device=device)


def ones(xp: Kernels, shape: Shape, /, *, dtype: Any, device: Any = None) -> Any:
    return xp.full(shape, 1, dtype=dtype, device=device)


def empty(xp: Kernels, shape: Shape, /, *, dtype: Any, device: Any = None) -> Any:
    return xp.full(shape, 0, dtype=dtype, device=device)


def full_like(xp: Kernels, x: Any, value: Any, /) -> Any:
    return xp.copy(filled(xp, x, x.shape, value))


def zeros_like(xp: Kernels, x: Any, /) -> Any:
    return xp.full_like(x, 0)


def ones_like(xp: Kernels, x: Any, /) -> Any:
    return xp.full_like(x, 1)


def copy(xp: Kernels, x: Any, /) -> Any:
    return xp.asarray(x, copy=True)


def contiguous(xp: Kernels, x: Any, /) -> Any:
    return xp.copy(x) if xp.facts.views else x


def arange(xp: Kernels, start: Any, stop: Any, step: Any = 1, /, *, dtype: Any, device: Any = None) -> Any:
    n = max(ceil((stop - start) / step), 0)
    first = xp.asarray(start, dtype=dtype, device=device)
    if n == 0 or not xp.facts.dtype(first).is_inexact:
        return xp.asarray([start + i * step for i in range(n)], dtype=dtype, device=device)
    return xp.astype(counting(xp, first, n), dtype) * step + first


def linspace(xp: Kernels, start: Any, stop: Any, num: int, /, *, dtype: Any, device: Any = None) -> Any:
    step = (stop - start) / (num - 1) if num > 1 else 0
    points = [start + i * step for i in range(num - 1)] + [stop if num > 1 else start] * (num > 0)
    return xp.asarray(points, dtype=dtype, device=device)


def eye(xp: Kernels, rows: int, columns: int, /, *, dtype: Any, device: Any = None) -> Any:
    one = xp.asarray(1, dtype=dtype, device=device)
    on_diagonal = xp.equal(_row_numbers(xp, one, rows), counting(xp, one, columns))
    return xp.where(on_diagonal, one, constant(xp, one, 0))


def tril(xp: Kernels, x: Any, /, *, k: int = 0) -> Any:
    """The elements of the last two axes whose column number is at most the row number plus k; zero elsewhere."""
    return xp.where(_is_below(xp, x, k), x, constant(xp, x, 0))


def triu(xp: Kernels, x: Any, /, *, k: int = 0) -> Any:
    return xp.where(_is_below(xp, x, k - 1), constant(xp, x, 0), x)


def _is_below(xp: Kernels, x: Any, k: int) -> Any:
    return xp.less_equal(counting(xp, x, x.shape[-1]), _row_numbers(xp, x, x.shape[-2]) + k)


def _row_numbers(xp: Kernels, x: Any, n: int) -> Any:
    return xp.reshape(counting(xp, x, n), (n, 1))


def complex(xp: Kernels, real: Any, imag: Any, /) -> Any:
    """real + imag j, exact but for the sign of a zero imaginary part.

    inf * 1j would have nan as its real part, so imaginary parts that are not finite are put in as constants.
    """
    native = xp.facts.dtypes.get(xp.facts.dtype(real).to_complex()) or xp.facts.dtypes[complex64]
    magnitude = xp.where(xp.isfinite(imag), imag, constant(xp, imag, 0))
    part = xp.astype(magnitude, native) * 1j
    for value in (float("inf"), float("-inf")):
        part = xp.where(xp.equal(imag, constant(xp, imag, value)), _imaginary(xp, part, value), part)
    part = xp.where(xp.isnan(imag), _imaginary(xp, part, float("nan")), part)
    return xp.add(xp.astype(real, native), part)


def _imaginary(xp: Kernels, x: Any, value: float) -> Any:
    return constant(xp, x, builtins.complex(0.0, value))
