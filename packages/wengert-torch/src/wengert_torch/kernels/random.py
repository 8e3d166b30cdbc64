"""Random numbers from torch's generators."""

from __future__ import annotations

from typing import Any

import torch

Shape = tuple[int, ...]


def generator(seed: int | None, /, *, device: Any = None) -> torch.Generator:
    """A generator that starts at `seed`, or somewhere for None."""
    made = torch.Generator(device or "cpu")
    if seed is None:
        made.seed()
    else:
        made.manual_seed(seed)
    return made


def uniform(generator: torch.Generator, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Numbers in [0, 1)."""
    return torch.rand(shape, generator=generator, dtype=dtype, device=device)


def normal(generator: torch.Generator, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Numbers of mean 0 and variance 1."""
    return torch.randn(shape, generator=generator, dtype=dtype, device=device)


def integers(generator: torch.Generator, low: int, high: int, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """Integers in [low, high), in any dtype."""
    return torch.randint(low, high, shape, generator=generator, dtype=dtype, device=device)


def permutation(generator: torch.Generator, n: int, /, *, dtype: Any, device: Any) -> Any:
    """The integers below `n` in some order."""
    return torch.randperm(n, generator=generator, dtype=dtype, device=device)


def poisson(generator: torch.Generator, rate: Any, /) -> Any:
    """Numbers of events at a rate."""
    return torch.poisson(rate, generator)


def binomial(generator: torch.Generator, count: Any, prob: Any, /) -> Any:
    """Numbers of successes in `count` trials."""
    if count.dtype in (torch.float32, torch.float64):
        return torch.binomial(count, prob, generator=generator)
    return torch.binomial(count.float(), prob.float(), generator=generator).to(count.dtype)


kernels: dict[str, Any] = {
    "binomial": binomial,
    "generator": generator,
    "integers": integers,
    "normal": normal,
    "permutation": permutation,
    "poisson": poisson,
    "uniform": uniform,
}
