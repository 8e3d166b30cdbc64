"""Floor 6: `x[key]` and what else reads by masks and keys."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from wengert.ops.elements import for_each_element
from wengert.ops.indexing.keys import WHOLE, Key, normalized_key, raise_out_of_bounds, slice_within
from wengert.protocol.dtypes import bool_, int64
from wengert.protocol.shapes import Shape, broadcast_shapes, inverse_permutation
from wengert.rules import indexing as rules
from wengert.rules import movement
from wengert.rules.indexing import ARRAY
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import concrete_classes, make
from wengert.tensor.level import is_inside
from wengert.tensor.operation import kernel, view_kernel
from wengert.tensor.rebasing import SEVERAL_STEPS

select = view_kernel(rules.getitem, "SelectBackward0", x="self")
slice_ = view_kernel(rules.getitem, "SliceBackward0", x="self")
_KINDS = {
    "Select": select,
    "Slice": slice_,
    "Unsqueeze": view_kernel(rules.getitem, "UnsqueezeBackward0", x="self"),
    "Alias": view_kernel(rules.getitem, "AliasBackward0", x="self"),
}
alias = _KINDS["Alias"]


def _count_steps(key: tuple[Any, ...]) -> int:
    """How many of torch's views a basic key takes."""
    return sum(entry != WHOLE for entry in key)


SEVERAL_STEPS.update(dict.fromkeys(_KINDS.values(), _count_steps))
_index = kernel(rules.index, "IndexBackward0", x="self")
_masked_select = kernel(rules.index, "MaskedSelectBackward0", x="self", first="mask")
_reshape = kernel(movement.reshape, "ViewBackward0", x="self")
_permute = kernel(movement.permute_dims, "PermuteBackward0", x="self", axes="dims")
_expand = kernel(movement.broadcast_to, "ExpandBackward0", x="self")
_classes = concrete_classes()


def getitem(input: Any, key: Any) -> Any:
    """`input[key]`: a view for integers, slices, None and Ellipsis, a copy where the key holds arrays.

    Shapes: as in NumPy, but integers and slices apply before arrays. Dtype: that of `input`.
    Derivative: g -> g placed at the key in zeros, repeats adding up.
    Errors: IndexError for what is out of bounds or no index; ValueError for a step that is not positive.
    Source: torch's indexing.

    >>> getitem(tensor([[1., 2.], [3., 4.]]), (slice(None), 1))
    tensor([2., 4.])
    """
    kind = key.__class__
    if kind is int and input.shape:
        n = input.shape[0]
        if not -n <= key < n:
            raise_out_of_bounds(key, 0, n)
        explicit = (key if key >= 0 else key + n,)
        return select(input, explicit)
    if kind is slice and input.shape:
        part = (slice_within(key, input.shape[0])[0],)
        return slice_(input, part)
    if kind is tuple and len(key) <= len(input.shape):
        found = _simple(key, input.shape)
        if found is not None:
            return found[0](input, found[1])
    return by_key(input, normalized_key(input, key))


def _simple(key: tuple[Any, ...], shape: Shape) -> tuple[Any, tuple[Any, ...]] | None:
    """What records a key of integers and slices, and the key made explicit; None where there is more to it."""
    explicit: list[Any] = []
    last = None
    for entry, n in zip(key, shape, strict=False):
        if entry.__class__ is int and -n <= entry < n:
            explicit.append(entry if entry >= 0 else entry + n)
            last = select
        elif entry.__class__ is slice:
            if entry.start is None and entry.stop is None and entry.step is None:
                explicit.append(WHOLE)
                continue
            part, literal = slice_within(entry, n)
            explicit.append(part)
            last = last if literal else slice_
        else:
            return None
    return None if last is None else (last, tuple(explicit))


def by_key(input: Any, key: Key) -> Any:
    """`input` at a checked key."""
    if key.basic is not None:
        input = viewed(input, key.basic, key.kind)
    return input if key.pattern is None else by_arrays(_index, input, key.pattern, key.arrays)


def viewed(input: Any, basic: tuple[Any, ...], kind: str) -> Any:
    """The view of `input` at a basic key, recorded under torch's name for its last entry."""
    record = _KINDS[kind]
    return record(input, basic)


def by_arrays(record: Callable[..., Any], input: Any, pattern: tuple[Any, ...], arrays: tuple[Any, ...]) -> Any:
    """`input` at the arrays of a pattern: by one record for up to four, else by one position that stands for all."""
    if len(arrays) <= MOST:
        return record(input, *arrays, pattern=pattern)
    joined = Joined(input, pattern, arrays)
    return _permute(record(joined.rows(input), joined.position, pattern=(ARRAY,)), joined.placed)


#: The most index arrays that one record takes.
MOST = 4


class Joined:
    """Index arrays of several axes as one array of positions along these axes, laid out as one axis of rows."""

    def __init__(self, input: Any, pattern: tuple[Any, ...], arrays: tuple[Any, ...]) -> None:
        indices: list[Any] = []
        axes: list[int] = []
        axis = 0
        following = iter(arrays)
        for entry in pattern:
            found = _as_integers(next(following)) if entry is ARRAY else []
            indices += found
            axes += range(axis, axis + len(found))
            axis += len(found) or 1
        others = [d for d in range(len(input.shape)) if d not in axes]
        self.order = (*axes, *others)  # of the axes of `input`, those of the rows first
        self.sizes = [input.shape[d] for d in axes]
        self.joined = tuple([input.shape[d] for d in others])
        self.position = indices[0]
        for index, n in zip(indices[1:], self.sizes[1:], strict=True):
            self.position = self.position * n + index
        count = len(self.position.shape)
        place = axes[0] if axes == list(range(axes[0], axes[0] + len(axes))) else 0
        #: Of the axes of what is read, in the order that the pattern asks for.
        self.placed = (*range(count, count + place), *range(count), *range(count + place, count + len(others)))

    def rows(self, input: Any) -> Any:
        """`input` with the indexed axes as one, in front."""
        return _reshape(_permute(input, self.order), (prod(self.sizes), *self.joined))

    def taken(self, value: Any) -> Any:
        """`value`, of the shape of what is read, as it lies among the rows."""
        return _permute(value, inverse_permutation(self.placed))

    def back(self, rows: Any) -> Any:
        """`rows` in the shape of the input."""
        return _permute(_reshape(rows, (*self.sizes, *self.joined)), inverse_permutation(self.order))

    @property
    def read_shape(self) -> Shape:
        """The shape of what is read."""
        shape = (*self.position.shape, *self.joined)
        return tuple([shape[d] for d in self.placed])


def _as_integers(array: Any) -> list[Any]:
    if array.space.dtype is bool_:
        return [make(array.space.index, found) for found in array.space.xp.nonzero(array.array)]
    if array.space.dtype is int64:
        return [array]
    return [make(array.space.index, array.space.xp.astype(array.array, array.space.index.native))]


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements of `input` where `mask` is true, as a vector; the two broadcast.

    Shapes: any two that broadcast -> (k,). Dtype: that of `input`; `mask` is boolean.
    Derivative: g -> g placed where the mask is true in zeros.
    Errors: RuntimeError if the mask is not boolean or the shapes do not broadcast. Source: torch.masked_select.

    >>> masked_select(tensor([1., 2., 3.]), tensor([True, False, True]))
    tensor([1., 3.])
    """
    if mask.space.dtype is not bool_:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_shapes(mask.shape, input.shape)
    whole = input if input.shape == shape else _expand(input, shape)
    array = mask.array if mask.shape == shape else mask.space.xp.broadcast_to(mask.array, shape)
    if not shape:
        whole, array = _reshape(whole, (1,)), mask.space.xp.reshape(array, (1,))
    return _masked_select(whole, make(mask.space, array), pattern=(ARRAY,))


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The positions of the elements that are not 0: a row for each, or with `as_tuple` one vector for each axis.

    Dtype: int64. Derivative: none. Source: torch.nonzero.

    >>> nonzero(tensor([0, 1, 1]))
    tensor([[1],
            [2]])
    """
    if as_tuple is not True and as_tuple is not False:
        raise TypeError(f"nonzero(): argument 'as_tuple' must be bool, not {type(as_tuple).__name__}")
    space = input.space
    xp, target = space.xp, space.index
    array = input.array if input.shape else xp.reshape(input.array, (1,))
    found = [xp.astype(place, target.native) for place in xp.nonzero(array)]
    if as_tuple:
        return tuple([make(target, place) for place in found])
    table = xp.stack(found, axis=1)
    return make(target, table if input.shape else table[:, :0])


def argwhere(input: Tensor) -> Tensor:
    """The positions of the elements that are not 0, a row for each. Derivative: none. Source: torch.argwhere.

    >>> argwhere(tensor([0, 1]))
    tensor([[1]])
    """
    return for_each_element(argwhere, input) if is_inside(input) else nonzero(input)


__all__ = [
    "MOST",
    "WHOLE",
    "Joined",
    "argwhere",
    "by_arrays",
    "by_key",
    "getitem",
    "masked_select",
    "nonzero",
    "viewed",
]
