"""Reading and writing at keys, where repeats add up in `add_at` and `scatter_add`, and random numbers."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import cupy

Key = tuple[Any, ...]
Shape = tuple[int, ...]


def getitem(x: Any, key: Key, /) -> Any:
    """`x[key]`, a view for basic keys."""
    return x[key]


def setitem(x: Any, key: Key, value: Any, /) -> Any:
    """Write `value` at `key`."""
    x[key] = value
    return x


def scatter_add(x: Any, key: Key, value: Any, /) -> Any:
    """A copy of `x` with `value` added at `key`, once for each time that a position is named."""
    return add_at(cupy.array(x, order="C"), key, value)


def add_at(x: Any, key: Key, value: Any, /) -> Any:
    """`x`, into which `value` has been added at `key`, once for each time that a position is named."""
    if any(isinstance(entry, cupy.ndarray) for entry in key):
        cupy.add.at(x, key, value)
    else:
        x[key] += value
    return x


def generator(seed: int | None, /, *, device: Any = None) -> Any:
    """A generator that starts at `seed`, or somewhere for None."""
    with cupy.cuda.Device(device):
        return cupy.random.Generator(cupy.random.XORWOW(seed))


def uniform(generator: Any, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Numbers in [0, 1); the parts of a complex number are drawn apart."""
    if dtype.kind == "c":
        part = cupy.dtype(cupy.float32 if dtype.itemsize == 8 else cupy.float64)
        return generator.random((*shape, 2), dtype=part).view(dtype).reshape(shape)
    if dtype.itemsize >= 4:
        return generator.random(shape, dtype=dtype)
    return (generator.integers(0, 2048, shape) / 2048).astype(dtype)  # half precision has 11 digits


def normal(generator: Any, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Numbers of mean 0 and variance 1; complex ones have half of it in each part."""
    if dtype.kind == "c":
        part = cupy.dtype(cupy.float32 if dtype.itemsize == 8 else cupy.float64)
        parts = generator.standard_normal((*shape, 2), dtype=part)
        return (parts * 0.5**0.5).view(dtype).reshape(shape)
    drawn = cupy.float64 if dtype.itemsize == 8 else cupy.float32
    return generator.standard_normal(shape, dtype=drawn).astype(dtype, copy=False)


def integers(generator: Any, low: int, high: int, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Integers in [low, high), in any dtype."""
    return generator.integers(low, high, shape).astype(dtype)


def permutation(generator: Any, n: int, /, *, dtype: Any, device: Any) -> Any:
    """The integers below `n` in some order: that of as many random numbers."""
    return cupy.argsort(generator.random((n,))).astype(dtype)


def errstate() -> AbstractContextManager[None]:
    """Nothing: CuPy gives no floating-point warnings."""
    return nullcontext()


kernels: dict[str, Any] = {
    "add_at": add_at,
    "errstate": errstate,
    "generator": generator,
    "getitem": getitem,
    "integers": integers,
    "normal": normal,
    "permutation": permutation,
    "scatter_add": scatter_add,
    "setitem": setitem,
    "uniform": uniform,
}
