"""Random numbers from NumPy's PCG64; single precision is drawn as such."""

from __future__ import annotations

from typing import Any

import numpy as np

Shape = tuple[int, ...]
_NATIVE = (np.dtype(np.float32), np.dtype(np.float64))


def generator(seed: int | None, /, *, device: Any = None) -> np.random.Generator:
    """A generator that starts at `seed`, or somewhere for None."""
    return np.random.Generator(np.random.PCG64(seed))


def uniform(generator: np.random.Generator, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Numbers in [0, 1); the parts of a complex number are drawn apart."""
    if dtype in _NATIVE:
        return np.asarray(generator.random(shape, dtype), dtype)
    if dtype.kind == "c":
        return _paired(generator.random((*shape, 2), _part(dtype)), dtype)
    return np.asarray(generator.integers(0, 2048, shape) / 2048, dtype)  # half precision has 11 digits


def normal(generator: np.random.Generator, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Numbers of mean 0 and variance 1; complex ones have half of it in each part."""
    if dtype in _NATIVE:
        return np.asarray(generator.standard_normal(shape, dtype), dtype)
    if dtype.kind == "c":
        parts = generator.standard_normal((*shape, 2), _part(dtype))
        return _paired(np.multiply(parts, 0.5**0.5, parts), dtype)
    return np.asarray(generator.standard_normal(shape, np.float32), dtype)


def integers(generator: np.random.Generator, low: int, high: int, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Integers in [low, high), in any dtype."""
    return np.asarray(generator.integers(low, high, shape), dtype)


def permutation(generator: np.random.Generator, n: int, /, *, dtype: Any, device: Any) -> Any:
    """The integers below `n` in some order."""
    return np.asarray(generator.permutation(n), dtype)


def poisson(generator: np.random.Generator, rate: Any, /) -> Any:
    """Numbers of events at a rate."""
    return np.asarray(generator.poisson(rate), rate.dtype)


def binomial(generator: np.random.Generator, count: Any, prob: Any, /) -> Any:
    """Numbers of successes in `count` trials; a probability beyond [0, 1] counts as its nearest bound."""
    trials = np.maximum(count, 0).astype(np.int64)
    return np.asarray(generator.binomial(trials, np.clip(prob, 0, 1)), count.dtype)


def _part(dtype: Any) -> Any:
    return np.dtype(np.float32 if dtype.itemsize == 8 else np.float64)


def _paired(parts: Any, dtype: Any) -> Any:
    return parts.view(dtype).reshape(parts.shape[:-1])


kernels: dict[str, Any] = {
    "binomial": binomial,
    "generator": generator,
    "integers": integers,
    "normal": normal,
    "permutation": permutation,
    "poisson": poisson,
    "uniform": uniform,
}
