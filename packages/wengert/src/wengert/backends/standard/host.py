"""Floor 3: what the engine asks about arrays, the way out to NumPy, and random numbers made on the host."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager, nullcontext
from math import prod
from typing import Any

from wengert.backends.nested import nested
from wengert.backends.standard.facts import Kernels
from wengert.extras import optional
from wengert.protocol import dtypes as ours
from wengert.protocol.extensions import Layout
from wengert.protocol.shapes import Shape


def asnumpy(xp: Kernels, x: Any, /) -> Any:
    numpy = optional("numpy", "numpy")
    return numpy.asarray(xp.tolist(x), dtype=xp.facts.dtype(x).name).reshape(x.shape)


def errstate(xp: Kernels, /) -> AbstractContextManager[Any]:
    return nullcontext()


def require(xp: Kernels, condition: Any, message: str, /) -> None:
    if 0 not in condition.shape and not xp.tolist(xp.all(condition)):
        raise RuntimeError(message)


def shares_memory(xp: Kernels, x: Any, y: Any, /) -> bool:
    return x is y or (xp.facts.mutable and xp.facts.views)


def can_view(xp: Kernels, x: Any, shape: Shape, /) -> bool:
    return True


def is_dense(xp: Kernels, x: Any, /) -> bool:
    return True


def layout(xp: Kernels, x: Any, /) -> Layout | None:
    return None


def is_overlapping(xp: Kernels, x: Any, /) -> bool:
    return False


def overlap(xp: Kernels, x: Any, y: Any, /) -> int:
    return int(x is y)


# --- random numbers ---------------------------------------------------------------------------------------------------


def generator(xp: Kernels, seed: int | None, /, *, device: Any = None) -> random.Random:
    return random.Random(seed)


def uniform(xp: Kernels, generator: random.Random, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    """As many random bits as the dtype's fraction holds, so that rounding never gives 1."""
    bits = {ours.float16: 11, ours.bfloat16: 8, ours.float32: 24}.get(xp.facts.dtype_by_native[dtype], 53)
    scale = 0.5**bits
    return _shaped(xp, [generator.getrandbits(bits) * scale for _ in range(prod(shape))], shape, dtype, device)


def normal(xp: Kernels, generator: random.Random, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
    return _shaped(xp, [generator.gauss(0.0, 1.0) for _ in range(prod(shape))], shape, dtype, device)


def integers(
    xp: Kernels, generator: random.Random, low: int, high: int, shape: Shape, /, *, dtype: Any, device: Any
) -> Any:
    return _shaped(xp, [generator.randrange(low, high) for _ in range(prod(shape))], shape, dtype, device)


def permutation(xp: Kernels, generator: random.Random, n: int, /, *, dtype: Any, device: Any) -> Any:
    return _shaped(xp, generator.sample(range(n), n), (n,), dtype, device)


def poisson(xp: Kernels, generator: Any, rate: Any, /) -> Any:
    draw, rates = _host_generator(xp, generator, rate), xp.tolist(xp.reshape(rate, (-1,)))
    return _shaped(
        xp, [float(_poisson(draw, value)) for value in rates], rate.shape, rate.dtype, xp.facts.device_of(rate)
    )


def binomial(xp: Kernels, generator: Any, count: Any, prob: Any, /) -> Any:
    draw = _host_generator(xp, generator, count)
    pairs = zip(xp.tolist(xp.reshape(count, (-1,))), xp.tolist(xp.reshape(prob, (-1,))), strict=True)
    values = [float(_binomial(draw, int(n), p)) for n, p in pairs]
    return _shaped(xp, values, count.shape, count.dtype, xp.facts.device_of(count))


def _host_generator(xp: Kernels, generator: Any, beside: Any) -> random.Random:
    """A generator of Python's that starts at a number of `generator`'s."""
    device = xp.facts.device_of(beside)
    seed = xp.integers(generator, 0, 1 << 31, (), dtype=xp.facts.dtypes[ours.int64], device=device)
    return random.Random(xp.tolist(seed))


def _poisson(draw: random.Random, rate: float) -> int:
    """How many events come in a time `rate` when one comes in a time 1 on average: long times are cut at a late event,
    whose own time has the gamma distribution (Ahrens and Dieter, 1974)."""
    count = 0
    while rate > 16:
        events = int(rate * 7 / 8)
        time = draw.gammavariate(events, 1.0)
        if time > rate:
            return count + _binomial(draw, events - 1, rate / time)
        count, rate = count + events, rate - time
    time = draw.expovariate(1.0)
    while time < rate:
        count, time = count + 1, time + draw.expovariate(1.0)
    return count


def _binomial(draw: random.Random, n: int, p: float) -> int:
    """How many of `n` uniform numbers lie below `p`: many are cut at their median, whose place has the beta
    distribution."""
    count = 0
    while n > 16:
        middle = 1 + n // 2
        value = draw.betavariate(middle, n + 1 - middle)
        if value >= p:
            n, p = middle - 1, p / value
        else:
            count, n, p = count + middle, n - middle, (p - value) / (1.0 - value)
    return count + sum(draw.random() < p for _ in range(n))


def _shaped(xp: Kernels, values: list[Any], shape: Shape, dtype: Any, device: Any) -> Any:
    if not values:
        return xp.zeros(shape, dtype=dtype, device=device)
    return xp.asarray(nested(values, shape), dtype=dtype, device=device)
