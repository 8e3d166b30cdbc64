"""Floor 6: samples whose parameters are tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ops.creation.sizes import integer, sequence_shape
from wengert.ops.placement import Device, leaf, space_for
from wengert.ops.random import draws
from wengert.ops.random.generator import Generator, raw_generator
from wengert.protocol import dtypes
from wengert.protocol.shapes import broadcast_shapes
from wengert.rule.refusals import unsupported
from wengert.rules import random as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import depth_of, random_space
from wengert.tensor.operands import raise_combination, raise_not_tensor
from wengert.tensor.operation import kernel

_bernoulli = kernel(rules.sampled, "BernoulliBackward0")
_poisson = kernel(rules.sampled, "PoissonBackward0")
_binomial = kernel(rules.counted, "NotImplemented")
_normal_of_mean = kernel(rules.sampled, "NormalBackward1")
_normal_of_std = kernel(rules.sampled, "NormalBackward2")
_normal_of_both = kernel(rules.sampled_between, "NormalBackward3")


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None) -> Any:
    """Ones and zeros: one with the probability that `input` has there, or with `p` everywhere.

    Shapes and dtype: those of `input`. Derivative: zero.
    Errors: RuntimeError if a probability is not in [0, 1]; NotImplementedError if `input` holds integers, without `p`.
    Source: torch.bernoulli.

    >>> bernoulli(tensor([0., 1., 1.]))
    tensor([0., 1., 1.])
    """
    space = random_space(_tensor("bernoulli", "input", 1, input).space.plain)
    if p is None:
        draws.require_inexact_for("bernoulli_tensor_cpu_p_", space.dtype)
        if space.dtype.is_complex:
            raise unsupported("bernoulli_tensor_cpu_self_", space.dtype)
    sample = make(space, draws.bernoulli(space, input.shape, input if p is None else p, generator))
    return _bernoulli(input, sample)


def normal(
    mean: float | Tensor = 0.0,
    std: float | Tensor = 1.0,
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """Random numbers of normal distributions: `mean` and `std` are tensors, or numbers with a `size`.

    Shapes: that to which `mean` and `std` broadcast, or `size`. Derivative: zero.
    Errors: RuntimeError if a standard deviation is negative. Source: torch.normal.

    >>> normal(tensor([1., 2.]), 0.)
    tensor([1., 2.])
    """
    first = mean if isinstance(mean, Tensor) else std if isinstance(std, Tensor) else None
    if first is None:
        assert not isinstance(mean, Tensor)
        assert not isinstance(std, Tensor)
        if size is None:
            raise_combination("normal", mean, std)
        space = random_space(space_for("normal", dtype, device, backend))
        return leaf(space, draws.normal(space, sequence_shape("normal", size), mean, std, generator), requires_grad)
    if size is not None:
        raise_combination("normal", mean, std, size)
    shape, space = first.shape, first.space.plain
    if isinstance(mean, Tensor) and isinstance(std, Tensor) and depth_of(std.space.plain) > depth_of(space):
        space = std.space.plain
    space = random_space(space)
    if isinstance(mean, Tensor) and isinstance(std, Tensor):
        shape = broadcast_shapes(mean.shape, std.shape)
    xp = space.xp
    spread = std.array if isinstance(std, Tensor) else std
    if not isinstance(std, Tensor):
        negative = std < 0
    else:
        negative = space.is_readable and xp.tolist(xp.any(std.array < 0))
    if negative:
        found = "" if isinstance(std, Tensor) else f", but found std {std:g}"
        raise RuntimeError(f"normal expects {'all elements of ' * (not found)}std >= 0.0{found}")
    centre = mean.array if isinstance(mean, Tensor) else mean
    drawn = draws.normal(space, shape, generator=generator)
    sample = make(space, draws.scaled(space, drawn, spread, centre))
    if isinstance(mean, Tensor) and isinstance(std, Tensor):
        return _normal_of_both(mean, std, sample)
    return _normal_of_mean(mean, sample) if isinstance(mean, Tensor) else _normal_of_std(std, sample)


def poisson(input: Tensor, generator: Generator | None = None) -> Any:
    """How many events come where `input` come on average: samples of Poisson distributions with these rates.

    Shapes and dtype: those of `input`. Derivative: zero.
    Errors: RuntimeError if a rate is negative; NotImplementedError for integers and complex numbers.
    Source: torch.poisson.

    >>> poisson(tensor([0., 0.]))
    tensor([0., 0.])
    """
    space = random_space(_tensor("poisson", "input", 1, input).space.plain)
    if not space.dtype.is_floating_point:
        raise unsupported("poisson_cpu", space.dtype)
    xp, rate = space.xp, input.array
    if space.is_readable and xp.tolist(xp.any(xp.less(rate, xp.zeros_like(rate)))):
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    sample = make(space, xp.poisson(raw_generator(space, generator), rate))
    return _poisson(input, sample)


def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Any:
    """How many of `count` trials succeed, each with the probability `prob`.

    Shapes: any two that broadcast. Dtype: that of both. Derivative: none.
    Errors: ValueError for integers; RuntimeError if the dtypes differ. Source: torch.binomial.

    >>> binomial(tensor([5., 3.]), tensor([1., 0.]))
    tensor([5., 0.])
    """
    for position, (name, operand) in enumerate((("count", count), ("prob", prob)), start=1):
        if not _tensor("binomial", name, position, operand).space.dtype.is_floating_point:
            raise ValueError(
                f"binomial only supports floating-point dtypes for {name}, got: {operand.space.dtype.spoken}"
            )
    if prob.space.plain is not count.space.plain:
        raise RuntimeError(f"Found dtype {prob.space.dtype.spoken} but expected {count.space.dtype.spoken}")
    space, shape = random_space(count.space.plain), broadcast_shapes(count.shape, prob.shape)
    counts, probs = [space.xp.broadcast_to(operand.array, shape) for operand in (count, prob)]
    sample = make(space, space.xp.binomial(raw_generator(space, generator), counts, probs))
    return _binomial(count, prob, sample)


def _tensor(name: str, argument: str, position: int, value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise_not_tensor(name, argument, value, position)
    return value


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Any:
    """Positions drawn with the weights in each row of `input`, which need not add up to 1.

    Shapes: (n,) -> (num_samples,); (m, n) -> (m, num_samples). Dtype: int64. Without `replacement` no position comes
    twice in a row. Derivative: none.
    Errors: RuntimeError if there are fewer positions than samples, or weights are negative, not finite or all zero.
    Source: torch.multinomial; without replacement by exponential races: the k smallest of E / weight.

    >>> multinomial(tensor([0., 1.]), 1)
    tensor([1])
    """
    space, shape, weights = random_space(input.space.plain), input.shape, input.array
    count = integer("multinomial", "num_samples", 2, num_samples)
    if len(shape) not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not space.dtype.is_floating_point:
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {space.dtype!r}")
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    xp = space.xp
    if space.is_readable:
        if not xp.tolist(xp.all(xp.logical_and(xp.isfinite(weights), weights >= 0))):
            raise RuntimeError(
                "invalid multinomial distribution (encountering probability entry < 0, infinity or NaN)"
                if replacement
                else "probability tensor contains either `inf`, `nan` or element < 0"
            )
        if not xp.tolist(xp.all(xp.sum(weights, axis=-1) > 0)):
            raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    wide = space.of(dtypes.float64 if dtypes.float64 in space.backend.dtypes else space.dtype)
    weights = xp.astype(weights, wide.native)
    if replacement:
        positions = _with_replacement(wide, weights, count, generator)
    else:
        races = draws.exponential(wide, shape, generator=generator)
        possible = xp.less(xp.zeros_like(weights), weights)
        scores = xp.divide(races, xp.where(possible, weights, xp.ones_like(weights)))
        scores = xp.where(possible, scores, xp.full_like(races, float("inf")))
        key = (slice(None),) * (len(shape) - 1) + (slice(0, count),)
        positions = xp.getitem(xp.argsort(scores, axis=-1), key)
    return make(space.index, xp.copy(xp.asarray(positions)))


def _with_replacement(space: Any, weights: Any, count: int, generator: Generator | None) -> Any:
    """How many entries of the running sum of weights lie at or below each of `count` uniform numbers."""
    xp, lead = space.xp, tuple(weights.shape[:-1])
    running = xp.cumulative_sum(weights, axis=-1)
    total = xp.getitem(running, (Ellipsis, slice(-1, None)))
    points = xp.multiply(draws.uniform(space, (*lead, count), generator=generator), total)
    n = weights.shape[-1]
    passed = xp.less_equal(xp.reshape(running, (*lead, 1, n)), xp.reshape(points, (*lead, count, 1)))
    found = xp.sum(xp.astype(passed, space.index.native), axis=-1)
    return xp.minimum(found, xp.full_like(found, n - 1))
