"""Floor 6: vmap. A batched tensor looks like one element of a batch; its array is a `Batched`, which holds the whole
batch as a tensor of the space below, the axis of the batch first. An operation on batched tensors is the same operation
on those tensors, arranged by its batching rule (`rule/batching.py`). It is recorded there as any operation is, so that
what is outside of a vmap can be differentiated through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import wengert.rules.batched as _rules
from wengert.graph.modes import is_grad_enabled
from wengert.ops.xp import namespace_of
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape, broadcast_all
from wengert.rule.batching import batch_rule, lined_up, stretched
from wengert.rule.kinds import Predicate
from wengert.tensor.base import TensorBase, make
from wengert.tensor.general import Operation
from wengert.tensor.level import Level, LevelSpace, depth_of, warn_of_loop
from wengert.tensor.operands import NUMBERS, compute_dtype, number
from wengert.tensor.record import attach, record
from wengert.tensor.view import as_view
from wengert.transforms.lifted import LiftedNamespace

__all__ = ["BatchLevel", "Batched", "BatchedSpace", "lifted", "raise_not_vmapped"]
_RULES = _rules  # their import hangs them on


def _operator(name: str) -> Callable[..., Any]:
    """The operator of tensors, on their arrays."""

    def operate(self: Batched, *others: Any) -> Any:
        level = self.level
        operands = [level.of_array(other) if isinstance(other, Batched) else other for other in others]
        return getattr(level.of_array(self), name)(*operands).array

    return operate


class Batched:
    """The array of a batched tensor: the tensor of the whole batch, or one that is the same for all its elements."""

    __slots__ = ("has_axis", "level", "shape", "value")

    def __init__(self, value: Any, has_axis: bool, level: BatchLevel) -> None:
        self.value, self.has_axis, self.level = value, has_axis, level
        self.shape: Shape = value.shape[1:] if has_axis else value.shape

    @property
    def dtype(self) -> DType:
        """What stands for the library's dtype where arrays are tensors."""
        return self.value.space.dtype

    __add__ = __radd__ = _operator("__add__")
    __sub__, __rsub__ = _operator("__sub__"), _operator("__rsub__")
    __mul__ = __rmul__ = _operator("__mul__")
    __truediv__, __rtruediv__ = _operator("__truediv__"), _operator("__rtruediv__")
    __pow__, __neg__, __getitem__ = _operator("__pow__"), _operator("__neg__"), _operator("__getitem__")
    __lt__, __le__ = _operator("__lt__"), _operator("__le__")
    __gt__, __ge__ = _operator("__gt__"), _operator("__ge__")


class BatchLevel(Level):
    """One call of vmap. `size` is that of the batch, `randomness` what random operations may do; nothing is recorded on
    the tape of this level while `records` is False."""

    __slots__ = ("randomness", "records", "size")

    def __init__(self, size: int, randomness: str = "error") -> None:
        super().__init__()
        self.size, self.randomness, self.records = size, randomness, True

    def space(self, below: Space) -> BatchedSpace:
        """The space of batched tensors over `below` at this level."""
        found = self.spaces.get(below)
        if found is None:
            found = self.spaces[below] = BatchedSpace(below, self)
            found.boolean, found.index = self.space(below.boolean), self.space(below.index)
        return found

    def tensor(self, value: TensorBase, has_axis: bool, node: Any = None) -> Any:
        """A tensor of this level for the whole batch `value`, its axis first, or for one that all elements share."""
        return make(self.space(value.space), Batched(value, has_axis, self), node)

    def of_array(self, array: Batched) -> Any:
        """The tensor that has this array."""
        return make(self.space(array.value.space), array)

    def end(self) -> None:
        for space in self.spaces.values():
            space.end()
        super().end()

    def random_space(self, space: Space) -> Space:
        return self.space(space)

    def check_random(self, shared: bool = False) -> None:
        if self.randomness == "error":
            raise RuntimeError(
                "vmap: called random operation while in randomness error mode. Please either use the 'same' or "
                "'different' randomness flags on vmap or perform the randomness operation out of vmap"
            )
        if shared and self.randomness == "different":
            raise RuntimeError(
                "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same "
                "randomness. Write the numbers into a tensor of each element, such as one made by clone()."
            )

    def has_axis(self, tensor: TensorBase) -> bool:
        """Whether `tensor` has the axis of this level."""
        space = tensor.space
        return isinstance(space, BatchedSpace) and space.level is self and tensor.array.has_axis

    def shared(self, tensor: TensorBase) -> Any:
        """The tensor outside of this level that all elements share, where `tensor` is one."""
        space = tensor.space
        return tensor.array.value if isinstance(space, BatchedSpace) and space.level is self else tensor

    def whole(self, tensor: TensorBase) -> Any:
        """The whole batch that `tensor` stands for, its axis first; one that knows nothing of it is stretched."""
        array = lifted(self, tensor).array
        if array.has_axis:
            return array.value
        return stretched(namespace_of(array.value.space.backend), array.value, self.size)


class BatchedSpace(LevelSpace):
    """Where batched tensors live. Here the library's arrays are `Batched`, its dtypes and devices our own."""

    __slots__ = ()

    level: BatchLevel

    def __init__(self, below: Space, level: BatchLevel) -> None:
        super().__init__(below, level)
        self.xp = LiftedNamespace(self)  # pyright: ignore[reportAttributeAccessIssue]  # has the protocol's names by forwarding
        self.native, self.native_device, self.is_readable = below.dtype, below.device, False

    def of(self, dtype: DType) -> Space:
        return self.level.space(self.below.of(dtype))

    def interpret(
        self,
        operation: Operation,
        args: Sequence[Any],
        statics: dict[str, Any],
        compute: DType | None = None,
        originals: Sequence[Any] | None = None,
    ) -> Any:
        """Run `operation` on the whole batch; `originals` are what a node keeps in the place of `args`."""
        level, primitive = self.level, operation.primitive
        values: list[Any] = []
        shared: list[bool] = []
        for arg in args:
            array = arg.array if isinstance(arg, TensorBase) and _is_of(arg.space, level) else None
            values.append(arg if array is None else array.value)
            shared.append(array is None or not array.has_axis)
        if compute is None:
            compute = _mixed_dtype(operation, args)
        has_axis = not all(shared)
        if has_axis:
            result = _over_batch(operation, level, args, values, shared, statics, compute)
        else:
            result = record(operation, values, statics, compute)
        several = bool(primitive.outputs)
        outs = [level.tensor(out, has_axis) for out in (result if several else (result,))]
        if level.records and is_grad_enabled() and not isinstance(primitive, Predicate):
            self._attach(operation, args if originals is None else originals, statics, outs, compute)
        return tuple(outs) if several else outs[0]

    def _attach(
        self, operation: Operation, args: Sequence[Any], statics: dict[str, Any], outs: Sequence[Any], compute: Any
    ) -> None:
        """Put the operation on the tape of this level, if one of its operands is on it."""
        primitive = operation.primitive
        names = primitive.inputs * len(args) if primitive.variadic else primitive.inputs
        needing = [
            position
            for position, (name, arg) in enumerate(zip(names, args, strict=True))
            if isinstance(arg, TensorBase)
            and arg.node is not None
            and depth_of(_storage(arg.space)) == self.depth
            and primitive.differentiable(name)
        ]
        if not needing or not any(out.space.dtype.is_inexact for out in outs):
            return
        if compute is None:
            compute = compute_dtype(operation, names, args)
        place = self.root.of(compute)
        operands = [number(place, arg) if isinstance(arg, NUMBERS) else arg for arg in args]
        attach(operation, names, operands, statics, outs, place, needing)

    def text_of(self, tensor: TensorBase) -> str:
        """The tensor as torch prints it: the number of the level, and the whole batch."""
        array, depth = tensor.array, 0
        below: Any = self
        while isinstance(below, LevelSpace):
            depth, below = depth + isinstance(below, BatchedSpace), below.below
        inner = repr(array.value).replace("\n", "\n    ")
        return f"BatchedTensor(lvl={depth}, bdim={0 if array.has_axis else None}, value=\n    {inner}\n)"

    def end(self) -> None:
        """Break the circles that this space is in; of its tensors only the whole batches are left."""
        self.plain, self.boolean, self.index = self.below, self.below.boolean, self.below.index
        vars(self.xp).clear()
        self.scalars.clear()

    # in place and views

    def write(self, target: TensorBase, result: TensorBase) -> None:
        """Write `result` into the memory of `target`, a tensor of this level."""
        target, result = (make(t.space.plain, t.array) if t.space.plain is not t.space else t for t in (target, result))
        array, source = lifted(self.level, target).array, lifted(self.level, result).array
        if source.has_axis and not array.has_axis:
            raise_not_vmapped()
        value = source.value
        if source.has_axis:
            value = lined_up(namespace_of(self.backend), value, len(target.shape))
        array.value.copy_(value)

    def viewed(self, out: TensorBase, source: TensorBase, record: Callable[..., Any], statics: tuple[Any, ...]) -> None:
        """Say that the whole batch `out` is a view of `source` too."""
        level, has_axis = self.level, source.array.has_axis

        def of_whole(base: Any, *given: Any) -> Any:
            return record(level.tensor(base, has_axis), *given).array.value

        if out.array.value is not source.array.value:
            as_view(out.array.value, source.array.value, of_whole, statics)


def _is_of(space: Space, level: BatchLevel) -> bool:
    return isinstance(space, BatchedSpace) and space.level is level


def raise_not_vmapped() -> None:
    """RuntimeError: the tensor that is written is the same for all elements of the batch, what is written is not."""
    raise RuntimeError(
        "vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in "
        "extra_args that has more elements than `self`. This happened due to `other` being vmapped over but `self` "
        "not being vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic."
    )


def _storage(space: Space) -> Space:
    """The space that holds the array and the tape of a tensor: its own, less all tangents."""
    while space.plain is not space:
        space = space.plain
    return space


def _mixed_dtype(operation: Operation, args: Sequence[Any]) -> DType | None:
    """The dtype to compute in where operands differ, which one element of the batch decides; None where they do not."""
    first: DType | None = None
    for arg in args:
        if isinstance(arg, TensorBase):
            dtype = arg.space.dtype
            if first is None:
                first = dtype
            elif dtype is not first:
                primitive = operation.primitive
                names = primitive.inputs * len(args) if primitive.variadic else primitive.inputs
                return compute_dtype(operation, names, args)
    return None


def _over_batch(
    operation: Operation,
    level: BatchLevel,
    args: Sequence[Any],
    values: Sequence[Any],
    shared: Sequence[bool],
    statics: dict[str, Any],
    compute: DType | None,
) -> Any:
    primitive = operation.primitive
    if primitive.elementwise or getattr(primitive, "is_elementwise", False):
        shapes = [arg.shape for arg in args if isinstance(arg, TensorBase)]
        if any(shape != shapes[0] for shape in shapes):
            broadcast_all(shapes)  # refuses what one element of the batch could not do
    xp = namespace_of(next(value for value in values if isinstance(value, TensorBase)).space.backend)

    def again(*inputs: Any, **given: Any) -> Any:
        absent = () if primitive.variadic else (None,) * (len(primitive.inputs) - len(inputs))
        return record(operation, (*inputs, *absent), given, compute)

    rule = batch_rule(primitive)
    result: Any = NotImplemented
    if level.size and rule is not None:
        result = rule(xp, again, level.size, values, shared, statics)
    elif rule is not None:
        result = rule(xp, again, 0, values, shared, statics)
    if result is NotImplemented:
        result = _one_by_one(operation, xp, level.size, values, shared, statics, compute)
    return result


def _one_by_one(
    operation: Operation,
    xp: Any,
    size: int,
    values: Sequence[Any],
    shared: Sequence[bool],
    statics: dict[str, Any],
    compute: DType | None,
) -> Any:
    warn_of_loop(operation.name, size)
    parts: list[Any] = []
    for position in range(size):
        inputs = [value if same else xp.getitem(value, position) for value, same in zip(values, shared, strict=True)]
        parts.append(record(operation, inputs, statics, compute))
    if operation.primitive.outputs:
        return tuple(xp.stack(outs, axis=0) for outs in zip(*parts, strict=True))
    return xp.stack(parts, axis=0)


# --- from one level to the next ---------------------------------------------------------------------------------------


def lifted(level: BatchLevel, tensor: TensorBase) -> Any:
    """`tensor` as one of `level`: itself, or what all elements share."""
    space = tensor.space
    return tensor if isinstance(space, BatchedSpace) and space.level is level else level.tensor(tensor, False)
