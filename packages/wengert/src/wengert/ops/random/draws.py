"""Floor 6: raw random arrays in a space: what creation, in-place filling and dropout are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.random.generator import Generator, raw_generator
from wengert.protocol import dtypes
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape
from wengert.rule.refusals import unsupported
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import overflow

_HIGHEST = {"float16": 1 << 11, "bfloat16": 1 << 8, "float32": 1 << 24, "float64": 1 << 53}


def uniform(space: Space, shape: Shape, low: float = 0.0, high: float = 1.0, generator: Generator | None = None) -> Any:
    """Numbers in [low, high)."""
    require_inexact_for("check_uniform_bounds", space.dtype)
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    raw = raw_generator(space, generator)
    drawn = space.xp.uniform(raw, shape, dtype=space.native, device=space.native_device)
    return drawn if (low, high) == (0.0, 1.0) else scaled(space, drawn, high - low, low)


def normal(space: Space, shape: Shape, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Any:
    """Numbers of the given mean and standard deviation."""
    require_inexact_for("normal_kernel_cpu", space.dtype)
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    raw = raw_generator(space, generator)
    drawn = space.xp.normal(raw, shape, dtype=space.native, device=space.native_device)
    return drawn if (mean, std) == (0.0, 1.0) else scaled(space, drawn, std, mean)


def scaled(space: Space, drawn: Any, factor: Any, start: Any) -> Any:
    """`drawn * factor + start` in `space`; both may be numbers or raw arrays."""
    xp = space.xp
    return xp.asarray(xp.add(xp.multiply(drawn, factor), start))


def integers(space: Space, shape: Shape, low: int, high: int, generator: Generator | None = None) -> Any:
    """Integers in [low, high), in any dtype that holds them."""
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if space.dtype.is_complex:
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
    smallest, largest = limits(space.dtype)
    for name, value in (("from", low), ("to - 1", high - 1)):
        if not (smallest <= value <= largest or space.dtype.is_inexact):
            raise RuntimeError(f"{name} is out of bounds for {space.dtype.name}")
    raw = raw_generator(space, generator)
    return space.xp.integers(raw, low, high, shape, dtype=space.native, device=space.native_device)


def exponential(space: Space, shape: Shape, rate: float = 1.0, generator: Generator | None = None) -> Any:
    """Numbers with density rate * exp(-rate * x)."""
    require_inexact_for("exponential_kernel_cpu", space.dtype)
    if not rate > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    xp = space.xp
    return xp.asarray(xp.multiply(xp.log1p(xp.negative(uniform(space, shape, generator=generator))), -1.0 / rate))


def bernoulli_mask(space: Space, shape: Shape, p: float, generator: Generator | None = None) -> Any:
    """A raw boolean array in the place of `space`, each element true with probability `p`."""
    return _below(space, shape, generator, lambda dtype: p)


def bernoulli(space: Space, shape: Shape, p: Any, generator: Generator | None = None) -> Any:
    """Ones with probability `p`, a number or a Tensor that broadcasts, and zeros, in the dtype of `space`."""
    xp = space.xp
    if isinstance(p, Tensor):
        array = p.array
        _require_probabilities(p)
        mask = _below(space, shape, generator, lambda native: xp.broadcast_to(xp.astype(array, native), shape))
    else:
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        mask = bernoulli_mask(space, shape, p, generator)
    return xp.astype(mask, space.native)


def _require_probabilities(p: Tensor) -> None:
    """RuntimeError unless all values are in [0, 1], where reading them costs nothing."""
    space, xp = p.space, p.space.xp
    if space.is_readable and 0 not in p.shape:
        array = p.array
        outside = xp.any(xp.logical_not(xp.logical_and(array >= 0, array <= 1)))
        if xp.tolist(outside):
            raise RuntimeError(
                "Expected p_in >= 0 && p_in <= 1 to be true, but got false: bernoulli takes probabilities."
            )


def _below(space: Space, shape: Shape, generator: Generator | None, threshold: Callable[[Any], Any]) -> Any:
    """Whether uniform numbers, of single precision at least, lie below what `threshold` gives for their dtype."""
    wide = space.dtype is dtypes.float64 or dtypes.float32 not in space.backend.dtypes
    dtype = dtypes.float64 if wide else dtypes.float32
    xp, native = space.xp, space.of(dtype).native
    drawn = xp.uniform(raw_generator(space, generator), shape, dtype=native, device=space.native_device)
    return xp.asarray(xp.less(drawn, threshold(native)))


def permutation(space: Space, n: int, generator: Generator | None = None) -> Any:
    """The integers below `n` in some order."""
    if space.dtype is dtypes.bool_:
        raise unsupported("randperm", space.dtype)
    if n and not n - 1 <= limits(space.dtype)[1]:
        raise overflow(space.dtype)
    return space.xp.permutation(raw_generator(space, generator), n, dtype=space.native, device=space.native_device)


_KINDS: dict[str, Callable[..., Any]] = {
    "uniform": uniform,
    "normal": normal,
    "integers": integers,
    "exponential": exponential,
    "bernoulli": bernoulli,
}


def random_fill(tensor: Tensor, kind: str, *parameters: Any, generator: Generator | None = None) -> Any:
    """A raw array like that of `tensor` with random values, for in-place functions to write into it.

    `kind` and its parameters: "uniform" (low, high), "normal" (mean, std), "integers" (low, high; without them as much
    as the dtype counts exactly), "exponential" (rate), "bernoulli" (p, a number or a Tensor).
    """
    if kind == "integers" and len(parameters) < 2:
        parameters = (0, parameters[0] if parameters else limits(tensor.space.dtype)[1] + 1)
    return _KINDS[kind](tensor.space.plain, tensor.shape, *parameters, generator=generator)


def limits(dtype: DType) -> tuple[int, int]:
    """The smallest and the largest integer such that `dtype` holds all between them exactly."""
    if dtype.is_inexact:
        highest = _HIGHEST[dtype.to_real().name]
        return -highest, highest
    if dtype is dtypes.bool_:
        return 0, 1
    span = 1 << 8 * dtype.itemsize
    return (-(span >> 1), (span >> 1) - 1) if dtype.is_signed else (0, span - 1)


def require_inexact_for(kernel: str, dtype: DType) -> None:
    """NotImplementedError in torch's words for integers and booleans."""
    if not dtype.is_inexact:
        raise NotImplementedError(
            f'"{kernel}" not implemented for {spoken(dtype)!r}; ask for a floating dtype with dtype=.'
        )
