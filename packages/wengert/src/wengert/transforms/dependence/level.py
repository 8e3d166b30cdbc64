"""Floor 6: the level at which dependences are followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.protocol.dtypes import DType
from wengert.tensor.base import TensorBase
from wengert.tensor.general import Operation
from wengert.transforms.dependence.labels import Labels
from wengert.transforms.dependence.rules import Step, rule_of
from wengert.transforms.dual import DualLevel, make_dual, tangent_at


class DependenceLevel(DualLevel):
    """One function whose dependences are followed. The tangent of a tensor is an int64 tensor of numbers of sets."""

    __slots__ = ("labels",)

    def __init__(self) -> None:
        super().__init__()
        self.labels = Labels()

    def entered(self, tensor: TensorBase, start: int) -> Any:
        """`tensor` as an argument, whose elements are called start, start + 1, ..."""
        return make_dual(self, tensor, self.labels.of_elements(tensor, start))

    def dependences(self, tensor: Any) -> list[frozenset[int]]:
        """For each element of `tensor`, in order, on which elements of the arguments it may depend."""
        label = tangent_at(self, tensor) if isinstance(tensor, TensorBase) else None
        return [self.labels.sets.members[number] for number in self.labels.numbers(self.labels.of(tensor, label))]

    # what forward mode asks

    def push(
        self,
        operation: Operation,
        primals: Sequence[Any],
        tangents: Sequence[Any],
        statics: dict[str, Any],
        outs: Sequence[Any],
        dtype: DType | None,
    ) -> Any:
        primitive = operation.primitive
        found = rule_of(primitive)(Step(self.labels, operation, primals, tangents, statics, outs))
        return found if primitive.outputs else found[0]

    def push_unknown(self, rule: Callable[[], Any], tangents: Sequence[Any], outs: Sequence[Any]) -> Any:
        number = self.labels.all_of(tangents)
        return tuple([None if out is None else self.labels.filled(out, number) for out in outs])

    def zero(self, tensor: TensorBase) -> Any:
        return self.labels.filled(tensor, 0)
