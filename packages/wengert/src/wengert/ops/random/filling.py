"""Floor 6: random numbers written into a tensor. What was there before gets gradients of zero."""

from __future__ import annotations

from math import inf, isfinite, log, pi
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.creation.sizes import LARGEST
from wengert.ops.movement.stretching import expanded_shape
from wengert.ops.random import draws
from wengert.ops.random.generator import Generator
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import float32
from wengert.rules import arithmetic as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.inplace import before, write
from wengert.tensor.operation import kernel
from wengert.tensor.view import check_writable

_uniform, _normal = kernel(rules.replaced, "UniformBackward0"), kernel(rules.replaced, "NormalBackward0")
_log_normal, _cauchy = kernel(rules.replaced, "LogNormalBackward0"), kernel(rules.replaced, "CauchyBackward0")
_exponential, _geometric = kernel(rules.replaced, "ExponentialBackward0"), kernel(rules.replaced, "GeometricBackward0")
_bernoulli, _bernoulli_each = (
    kernel(rules.replaced, "BernoulliBackward2"),
    kernel(rules.replaced, "BernoulliBackward1"),
)
_random = tuple(kernel(rules.replaced, f"RandomBackward{number}") for number in range(3))


def uniform_(self: Any, from_: float = 0.0, to: float = 1.0, *, generator: Generator | None = None, **more: Any) -> Any:
    """Fill self with random numbers from [from, to), all equally likely; returns self.

    Errors: RuntimeError if `from` is above `to`; NotImplementedError for integers. Source: torch.Tensor.uniform_.

    >>> bool((zeros(3).uniform_(5., 6.) >= 5.).all())
    True
    """
    start = more.pop("from", from_)
    if more:
        raise TypeError(f"uniform_() got an unexpected keyword argument {next(iter(more))!r}")
    check_writable(self)
    space = self.space.plain
    draws.require_inexact_for("check_uniform_bounds", space.dtype)
    for name, value in (("from", start), ("to", to)):
        if not abs(value) <= LARGEST.get(space.dtype.to_real().name, inf):
            raise RuntimeError(f"{name} is out of bounds for {space.dtype.name}")
    return _filled(self, _uniform, draws.uniform(space, self.shape, start, to, generator))


def normal_(self: Any, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Any:
    """Fill self with random numbers of the normal distribution; returns self.

    Errors: RuntimeError if `std` is negative; NotImplementedError for integers. Source: torch.Tensor.normal_.

    >>> zeros(2).normal_(3., 0.)
    tensor([3., 3.])
    """
    check_writable(self)
    return _filled(self, _normal, draws.normal(self.space.plain, self.shape, mean, std, generator))


def log_normal_(self: Any, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Any:
    """Fill self with exponentials of random numbers of the normal distribution; returns self.

    Errors: RuntimeError if `std` is not positive; NotImplementedError for other dtypes than floating ones.
    Source: torch.Tensor.log_normal_.
    """
    check_writable(self)
    space = self.space.plain
    _require_floating("log_normal_cpu", space)
    _require_positive("log_normal_", "std", std)
    return _filled(self, _log_normal, space.xp.exp(draws.normal(space, self.shape, mean, std, generator)))


def exponential_(self: Any, lambd: float = 1.0, *, generator: Generator | None = None) -> Any:
    """Fill self with random numbers of density lambd * exp(-lambd * x); returns self.

    Errors: RuntimeError if `lambd` is not positive, and for other dtypes than floating ones.
    Source: torch.Tensor.exponential_.
    """
    check_writable(self)
    space = self.space.plain
    _require_continuous("Exponential", space)
    return _filled(self, _exponential, draws.exponential(space, self.shape, lambd, generator))


def cauchy_(self: Any, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Any:
    """Fill self with random numbers of the Cauchy distribution; returns self.

    Errors: RuntimeError if `sigma` is not positive, and for other dtypes than floating ones.
    Source: torch.Tensor.cauchy_; the tangent of a uniform angle.
    """
    check_writable(self)
    space = self.space.plain
    _require_continuous("Cauchy", space)
    _require_positive("cauchy_", "sigma", sigma)
    angles = draws.uniform(space, self.shape, -0.5 * pi, 0.5 * pi, generator)
    return _filled(self, _cauchy, draws.scaled(space, space.xp.tan(angles), sigma, median))


def geometric_(self: Any, p: float, *, generator: Generator | None = None) -> Any:
    """Fill self with how many trials of chance `p` it takes to succeed, one at least; returns self.

    Errors: RuntimeError if `p` is not in (0, 1); NotImplementedError for booleans and complex numbers.
    Source: torch.Tensor.geometric_; the logarithm of a uniform number over that of 1 - p, rounded up.
    """
    check_writable(self)
    space = self.space.plain
    if space.dtype.category in (0, 3):
        raise NotImplementedError(f'"geometric_cpu" not implemented for {spoken(space.dtype)!r}')
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    wide = space if space.dtype.is_floating_point else space.of(float32)
    xp, rate = space.xp, -log(1 - p)
    trials = xp.ceil(draws.exponential(wide, self.shape, rate, generator))
    return _filled(self, _geometric, xp.astype(xp.maximum(trials, xp.ones_like(trials)), space.native))


def bernoulli_(self: Any, p: float | Tensor = 0.5, *, generator: Generator | None = None) -> Any:
    """Fill self with ones, of probability `p`, a number or a tensor, and zeros; returns self.

    Errors: RuntimeError if a probability is not in [0, 1]; NotImplementedError for complex numbers.
    Source: torch.Tensor.bernoulli_.

    >>> zeros(3).bernoulli_(1.)
    tensor([1., 1., 1.])
    """
    check_writable(self)
    space = self.space.plain
    if space.dtype.is_complex:
        raise NotImplementedError(f'"bernoulli_scalar_cpu_" not implemented for {spoken(space.dtype)!r}')
    if isinstance(p, Tensor):
        expanded_shape(p.shape, self.shape)  # refuses
    drawn = draws.bernoulli(space, self.shape, p, generator)
    return _filled(self, _bernoulli_each if isinstance(p, Tensor) else _bernoulli, drawn)


def random_(self: Any, *bounds: int | None, generator: Generator | None = None, **more: Any) -> Any:
    """Fill self with random integers: `random_()` with as much as the dtype counts exactly, `random_(to)` from [0, to),
    `random_(from, to)` from [from, to); returns self.

    Errors: RuntimeError if `from` is not below `to`, or the dtype cannot hold them. Source: torch.Tensor.random_.

    >>> zeros(3).random_(4, 5)
    tensor([4., 4., 4.])
    """
    check_writable(self)
    space = self.space.plain
    if space.dtype.is_complex:
        raise NotImplementedError(f'"random_kernel_cpu" not implemented for {spoken(space.dtype)!r}')
    start = more.get("from", bounds[0] if len(bounds) > 1 else 0)
    to = more.get("to", bounds[-1] if bounds else None)
    last = draws.limits(space.dtype)[1] + 1 if to is None else to
    record = _random[2 if not bounds and not more else 0 if len(bounds) > 1 or "from" in more else 1]
    return _filled(self, record, draws.integers(space, self.shape, start or 0, last, generator))


def _filled(self: Any, record: Any, drawn: Any) -> Any:
    space = self.space.plain
    return write(self, record(before(self), make(space, space.xp.asarray(drawn))))


def _require_floating(kernel_name: str, space: Space) -> None:
    if not space.dtype.is_floating_point:
        raise NotImplementedError(f'"{kernel_name}" not implemented for {spoken(space.dtype)!r}')


def _require_continuous(distribution: str, space: Space) -> None:
    if not space.dtype.is_floating_point:
        raise RuntimeError(
            f"{distribution} distribution is a continuous probability distribution. dtype must be a floating point but "
            f"you specified {space.dtype!r}"
        )


def _require_positive(name: str, parameter: str, value: float) -> None:
    if not (value > 0 and isfinite(value)):
        raise RuntimeError(f"{name} expects {parameter} > 0.0, but found {parameter}={value:g}")
