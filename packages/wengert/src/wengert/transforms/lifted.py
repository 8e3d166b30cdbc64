"""Floor 6: the protocol's functions over `Batched` arrays, for code that works on a tensor's array: each goes by the
namespace of Tensors to the same operation on batched tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, cast

from wengert.ops.xp import namespace_of
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase, make, wrap


class LiftedNamespace:
    """The namespace of one batched space."""

    def __init__(self, space: Any) -> None:
        self._space = space
        self._tensors = namespace_of(space.backend)

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._tensors, name)
        if not callable(function):
            return function

        def over_arrays(*args: Any, **keywords: Any) -> Any:
            return self._lowered(function(*[self._raised(arg) for arg in args], **keywords))

        setattr(self, name, over_arrays)
        return over_arrays

    def _raised(self, value: Any) -> Any:
        """Arrays as tensors, also inside of keys and sequences."""
        if isinstance(value, (tuple, list)):
            return _alike(cast(Sequence[Any], value), self._raised)
        if hasattr(value, "has_axis"):
            return self._space.level.of_array(value)
        if isinstance(value, self._space.backend.array_type):  # one that all elements share
            return wrap(self._space.backend, value)
        return value

    def _lowered(self, value: Any) -> Any:
        """Tensors as arrays."""
        if isinstance(value, (tuple, list)):
            return _alike(cast(Sequence[Any], value), self._lowered)
        if not isinstance(value, TensorBase):
            return value
        space: Any = value.space
        if getattr(space, "level", None) is self._space.level:
            return value.array
        return self._space.level.tensor(value, False).array

    # what is asked of the memory, and of values

    def require(self, condition: Any, message: str, /) -> None:
        value = condition.value
        value.space.xp.require(value.array, message)

    def can_view(self, x: Any, shape: Shape, /) -> bool:
        value = x.value
        whole = (value.shape[0], *shape) if x.has_axis else shape
        return value.space.xp.can_view(value.array, whole)

    def is_dense(self, x: Any, /) -> bool:
        return x.value.space.xp.is_dense(x.value.array)

    def layout(self, x: Any, /) -> Any:
        found = x.value.space.xp.layout(x.value.array)
        return found if found is None or not x.has_axis else found._replace(stride=found.stride[1:])

    def is_overlapping(self, x: Any, /) -> bool:
        return x.value.space.xp.is_overlapping(x.value.array)

    def shares_memory(self, x: Any, y: Any, /) -> bool:
        return x.value.space.xp.shares_memory(x.value.array, y.value.array)

    def overlap(self, x: Any, y: Any, /) -> int:
        return x.value.space.xp.overlap(x.value.array, y.value.array) if x.value.space is y.value.space else 0

    def errstate(self) -> Any:
        return self._space.below.xp.errstate()

    def tolist(self, x: Any, /) -> Any:
        if x.has_axis:
            _raise_reading()
        return x.value.space.xp.tolist(x.value.array)

    def asnumpy(self, x: Any, /) -> Any:
        if x.has_axis:
            _raise_reading()
        return x.value.space.xp.asnumpy(x.value.array)

    def nonzero(self, x: Any, /) -> Any:
        if x.has_axis:
            raise RuntimeError(
                "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over "
                "nonzero. Choose among elements with where instead of picking them."
            )
        return tuple([self._space.level.tensor(place, False).array for place in _positions(x.value)])

    # random numbers: the same for all elements, or the whole batch at once

    def uniform(self, generator: Any, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
        return self._drawn("uniform", dtype, generator, shape)

    def normal(self, generator: Any, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
        return self._drawn("normal", dtype, generator, shape)

    def integers(self, generator: Any, low: int, high: int, shape: Shape, /, *, dtype: Any, device: Any) -> Any:
        return self._drawn("integers", dtype, generator, shape, low, high)

    def permutation(self, generator: Any, n: int, /, *, dtype: Any, device: Any) -> Any:
        level, below = self._space.level, self._space.below.of(dtype)
        level.check_random()

        def draw() -> Any:
            return make(below, below.xp.permutation(generator, n, dtype=below.native, device=below.native_device))

        if level.randomness == "same":
            return level.tensor(draw(), False).array
        return level.tensor(self._tensors.stack([draw() for _ in range(level.size)], axis=0), True).array

    def _drawn(self, kind: str, dtype: Any, generator: Any, shape: Shape, *bounds: int) -> Any:
        level, below = self._space.level, self._space.below.of(dtype)
        level.check_random()
        different = level.randomness == "different"
        whole = (level.size, *shape) if different else shape
        draw = getattr(below.xp, kind)
        drawn = draw(generator, *bounds, whole, dtype=below.native, device=below.native_device)
        return level.tensor(make(below, drawn), different).array

    def poisson(self, generator: Any, rate: Any, /) -> Any:
        return self._drawn_of("poisson", generator, rate)

    def binomial(self, generator: Any, count: Any, prob: Any, /) -> Any:
        return self._drawn_of("binomial", generator, count, prob)

    def _drawn_of(self, kind: str, generator: Any, *parameters: Any) -> Any:
        """Random numbers whose parameters are arrays."""
        level = self._space.level
        level.check_random()
        tensors = [self._raised(parameter) for parameter in parameters]
        has_axis = any(level.has_axis(tensor) for tensor in tensors)
        different = level.randomness == "different"
        if has_axis and not different:
            raise RuntimeError(
                "Vmap does not currently support same randomness with a batched tensor input. Choose "
                "randomness='different', or draw outside of vmap."
            )
        below = [level.whole(tensor) if different else level.shared(tensor) for tensor in tensors]
        space = below[0].space
        drawn = getattr(space.xp, kind)(generator, *[tensor.array for tensor in below])
        return level.tensor(make(space, drawn), different).array

    def add_at(self, x: Any, key: Any, value: Any, /) -> Any:
        return self.scatter_add(x, key, value)


def _alike(parts: Any, function: Callable[[Any], Any]) -> Any:
    """A sequence of the same class with `function` of each part."""
    return type(parts)([function(part) for part in parts])


def _positions(value: Any) -> list[Any]:
    return [make(value.space.index, found) for found in value.space.xp.nonzero(value.array)]


def _raise_reading() -> NoReturn:
    raise RuntimeError(
        "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a "
        "Tensor, please try to rewrite what you're doing with other operations."
    )
