"""Floor 6: random tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ops.creation.filled import space_like
from wengert.ops.creation.sizes import integer, number, sequence_shape, shape_from
from wengert.ops.placement import Device, checked_dtype, leaf, space_for
from wengert.ops.random import draws
from wengert.ops.random.draws import bernoulli_mask, random_fill
from wengert.ops.random.generator import (
    Generator,
    default_generator,
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from wengert.ops.random.sampling import bernoulli, binomial, multinomial, normal, poisson
from wengert.protocol import dtypes
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.level import random_space


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    **more: Any,
) -> Any:
    """Random numbers from [0, 1), all equally likely.

    Shapes: `rand(2, 3)` and `rand((2, 3))` are the same. Dtype: the default one unless given; floating or complex.
    Errors: RuntimeError for a negative size; NotImplementedError for integers.
    Source: torch.rand; the numbers are the backend's own, not torch's.

    >>> rand(2, 3).shape
    (2, 3)
    """
    space, shape = random_space(space_for("rand", dtype, device, backend)), _shape("rand", size, more)
    return leaf(space, draws.uniform(space, shape, generator=generator), requires_grad)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    **more: Any,
) -> Any:
    """Random numbers of the normal distribution with mean 0 and variance 1.

    Shapes, dtype and errors: those of `rand`. Source: torch.randn.

    >>> randn(4, requires_grad=True).requires_grad
    True
    """
    space, shape = random_space(space_for("randn", dtype, device, backend)), _shape("randn", size, more)
    return leaf(space, draws.normal(space, shape, generator=generator), requires_grad)


def randint(
    *bounds: Any,
    low: int | None = None,
    high: int | None = None,
    size: Sequence[int] | None = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """Random integers: `randint(high, size)` from [0, high), `randint(low, high, size)` from [low, high).

    Dtype: int64 unless given. Errors: RuntimeError if `low` is not below `high` or the dtype cannot hold them.
    Source: torch.randint.

    >>> randint(1, 2, (3,))
    tensor([1, 1, 1])
    """
    first, last, shape = _bounds("randint", list(bounds), low, high, size)
    space = random_space(space_for("randint", checked_dtype("randint", dtype) or dtypes.int64, device, backend))
    return leaf(space, draws.integers(space, shape, first, last, generator), requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """The integers from 0 to n - 1 in random order. Dtype: int64 unless given. Source: torch.randperm.

    >>> sorted(randperm(4).tolist())
    [0, 1, 2, 3]
    """
    (count,) = sequence_shape("randperm", (integer("randperm", "n", 1, n),))
    space = random_space(space_for("randperm", checked_dtype("randperm", dtype) or dtypes.int64, device, backend))
    return leaf(space, draws.permutation(space, count, generator), requires_grad)


def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    memory_format: Any = None,
) -> Any:
    """`rand` in the shape, dtype and device of `input`, unless others are given. Source: torch.rand_like.

    >>> rand_like(zeros(2)).shape
    (2,)
    """
    space = random_space(space_like("rand_like", input, dtype, device, backend, memory_format))
    return leaf(space, draws.uniform(space, input.shape, generator=generator), requires_grad)


def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    memory_format: Any = None,
) -> Any:
    """`randn` in the shape, dtype and device of `input`, unless others are given. Source: torch.randn_like.

    >>> randn_like(zeros(2)).shape
    (2,)
    """
    space = random_space(space_like("randn_like", input, dtype, device, backend, memory_format))
    return leaf(space, draws.normal(space, input.shape, generator=generator), requires_grad)


def randint_like(
    input: Tensor,
    *bounds: Any,
    low: int | None = None,
    high: int | None = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    memory_format: Any = None,
) -> Any:
    """`randint` in the shape, dtype and device of `input`, unless others are given. Source: torch.randint_like.

    >>> randint_like(zeros(2), 1)
    tensor([0., 0.])
    """
    space = random_space(space_like("randint_like", input, dtype, device, backend, memory_format))
    first, last, shape = _bounds("randint_like", [*bounds, input.shape], low, high, None)
    return leaf(space, draws.integers(space, shape, first, last, generator), requires_grad)


def _shape(name: str, size: Sequence[Any], more: dict[str, Any]) -> Shape:
    for keyword in more:
        if keyword != "size":
            raise TypeError(f"{name}() got an unexpected keyword argument {keyword!r}")
    return shape_from(name, size, more.get("size"))


def _bounds(name: str, given: list[Any], low: Any, high: Any, size: Any) -> tuple[int, int, Shape]:
    """low, high and shape from what came by position and by keyword; the first of one bound alone is `high`."""
    kinds = [type(value).__name__ for value in given]
    wanted = (
        f"{name}() received an invalid combination of arguments - got ({', '.join(kinds)}); "
        "expected (int high, size) or (int low, int high, size)."
    )
    if size is None and given:
        size = given.pop()
    if not isinstance(size, (tuple, list)) or len(given) > 2:
        raise TypeError(wanted)
    if len(given) == 2:
        low, high = given
    elif len(given) == 1 and high is None:
        high = given[0]
    elif len(given) == 1:
        low = given[0]
    numbers = [number(name, which, 1, value) for which, value in (("low", 0 if low is None else low), ("high", high))]
    if any(isinstance(value, (float, complex)) for value in numbers):
        raise TypeError(wanted)
    return int(numbers[0]), int(numbers[1]), sequence_shape(name, size)  # pyright: ignore[reportArgumentType]  # integers


class RandomMethods(Tensor):
    """The methods of a Tensor that draw samples with its elements as parameters."""

    __slots__ = ()

    bernoulli = bernoulli
    multinomial = multinomial


__all__ = [
    "Generator",
    "bernoulli",
    "bernoulli_mask",
    "binomial",
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "normal",
    "poisson",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "random_fill",
    "randperm",
    "seed",
    "set_rng_state",
]
