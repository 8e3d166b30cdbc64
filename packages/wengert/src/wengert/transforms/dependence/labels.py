"""Floor 6: labels: tensors of numbers of sets, one for each element of another tensor, and how they are joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import prod
from typing import Any

from wengert.ops.xp import namespace_of
from wengert.protocol.backend import Space
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase, make
from wengert.tensor.level import root_of
from wengert.transforms.dependence.sets import IndexSets


class Labels:
    """The labels of one function. They lie outside of all levels, in the place of the tensors that they belong to."""

    __slots__ = ("sets",)

    def __init__(self) -> None:
        self.sets = IndexSets()

    # from and to Python

    def made(self, numbers: Sequence[int], shape: Shape, space: Space) -> Any:
        """The label with these numbers, in order, for a tensor of `space`."""
        index = root_of(space.plain).index
        flat = index.xp.asarray(list(numbers), dtype=index.native, device=index.native_device)
        return make(index, index.xp.reshape(flat, shape))

    def numbers(self, label: TensorBase) -> list[int]:
        """The numbers of a label in order."""
        xp = label.space.xp
        return xp.tolist(xp.reshape(label.array, (prod(label.shape),)))

    def of_elements(self, tensor: TensorBase, start: int) -> Any:
        """The label of an argument: each element depends on itself."""
        numbers = [self.sets.number(frozenset({start + place})) for place in range(prod(tensor.shape))]
        return self.made(numbers, tensor.shape, tensor.space)

    def filled(self, like: TensorBase, number: int) -> Any:
        """A label for `like` with one number everywhere."""
        return self.stretched(self.made([number], (), like.space), like.shape)

    def of(self, tensor: Any, label: Any) -> Any:
        """The label of `tensor`, which is `label` if it has one, else empty."""
        return self.filled(tensor, 0) if label is None else label

    # moving

    def reshaped(self, label: Any, shape: Shape) -> Any:
        return label if label.shape == shape else _xp(label).reshape(label, shape)

    def stretched(self, label: Any, shape: Shape) -> Any:
        """A label broadcast to `shape`."""
        return label if label.shape == shape else _xp(label).broadcast_to(label, shape)

    # joining

    def joined(self, labels: Iterable[Any], shape: Shape) -> Any:
        """For each element of a result of `shape` the union of what its operands, which broadcast, depend on."""
        given = [self.stretched(label, shape) for label in labels]
        first = given[0]
        if len(given) == 1:
            return first
        numbers = self.numbers(first)
        for label in given[1:]:
            numbers = list(map(self.sets.joined, numbers, self.numbers(label)))
        return self.made(numbers, shape, first.space)

    def all_of(self, labels: Iterable[Any]) -> int:
        """The number of the union of all that these labels (None: empty) name."""
        return self.sets.all_of([number for label in labels if label is not None for number in self.numbers(label)])

    def along(self, label: Any, axes: Sequence[int]) -> Any:
        """The unions over `axes`, which keep size 1."""
        shape: Shape = label.shape
        kept = tuple([1 if d in axes else n for d, n in enumerate(shape)])
        return self.made([self.sets.all_of(row) for row in self._rows(label, axes)], kept, label.space)

    def running(self, label: Any, axis: int) -> Any:
        """The unions of each element with all before it along `axis`."""
        shape: Shape = label.shape
        numbers = [number for row in self._rows(label, (axis,)) for number in accumulate(row, self.sets.joined)]
        order = [d for d in range(len(shape)) if d != axis]
        last = self.made(numbers, (*[shape[d] for d in order], shape[axis]), label.space)
        return _xp(label).permute_dims(last, (*range(axis), len(shape) - 1, *range(axis, len(shape) - 1)))

    def added(self, label: Any, source: Any, places: Any) -> Any:
        """`label` joined at `places`, positions in memory order, with what `source` names for each of them."""
        numbers = self.numbers(label)
        for place, number in zip(self.numbers(places), self.numbers(source), strict=True):
            numbers[place] = self.sets.joined(numbers[place], number)
        return self.made(numbers, label.shape, label.space)

    def _rows(self, label: Any, axes: Sequence[int]) -> list[list[int]]:
        """The numbers along `axes`, for each position on the other axes in order."""
        shape: Shape = label.shape
        others = [d for d in range(len(shape)) if d not in axes]
        size, count = prod([shape[d] for d in axes]), prod([shape[d] for d in others])
        numbers = self.numbers(_xp(label).permute_dims(label, (*others, *axes)))
        return [numbers[row * size : (row + 1) * size] for row in range(count)]


def _xp(label: TensorBase) -> Any:
    return namespace_of(label.space.backend)
