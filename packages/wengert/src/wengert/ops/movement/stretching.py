"""Floor 6: axes of size 1 stretched, and new axes of size 1 put in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, cast

from wengert.ops.movement.shaping import integers, reshape, sizes_of, unsqueeze
from wengert.protocol.shapes import Shape
from wengert.rules import movement as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import view_kernel

_expand = view_kernel(rules.broadcast_to, "ExpandBackward0", x="self")


@lru_cache(maxsize=4096)
def expanded_shape(shape: Shape, wanted: tuple[Any, ...]) -> Shape:
    """The shape that an array of `shape` is stretched to by the sizes `wanted`."""
    sizes = integers("expand", "size", wanted)
    lead = len(sizes) - len(shape)
    if lead < 0:
        raise RuntimeError(
            f"expand(Tensor{{{list(shape)}}}, size={list(sizes)}): the number of sizes provided ({len(sizes)}) must "
            "be greater "
            f"or equal to the number of dimensions in the tensor ({len(shape)})"
        )
    result = list(sizes)
    for d in reversed(range(len(sizes))):
        n, old = sizes[d], shape[d - lead] if d >= lead else 1
        if n < 0 and d < lead:
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) isn't allowed in a leading, non-existing dimension {d}"
            )
        if n != -1 and n != old and (old != 1 or n < 0):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({old}) at non-singleton "
                f"dimension {d}.  Target sizes: {list(sizes)}.  Tensor sizes: {list(shape)}"
            )
        if n == -1:
            result[d] = old
    return tuple(result)


def broadcast_to(input: Tensor, size: Sequence[int]) -> Tensor:
    """`input` with its axes of size 1, and new leading ones, stretched to `size`.

    It is a view, and cannot be written in place.

    Shapes: `size` has an entry for each axis; -1 leaves one as it is. Dtype: that of `input`.
    Derivative: g -> g summed over the axes that were stretched.
    Errors: RuntimeError if an axis of another size than 1 would have to change.
    Source: torch.broadcast_to.

    >>> broadcast_to(tensor([1, 2]), (2, 2))
    tensor([[1, 2],
            [1, 2]])
    """
    wanted = expanded_shape(input.shape, tuple(size))
    return _expand(input, wanted)


def expand(self: Tensor, *sizes: Any, size: Any = None, implicit: bool = False) -> Tensor:
    """`broadcast_to(self, size)`; the sizes may be given one by one."""
    if size is not None or not sizes or (len(sizes) == 1 and sizes[0].__class__ is not int):
        sizes = sizes_of("expand", "size", sizes, size)
    wanted = expanded_shape(self.shape, sizes)
    return _expand(self, wanted)


def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """`self.expand(other.shape)`."""
    if not isinstance(other, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  # a method's argument is any object
        raise_not_tensor("expand_as", "other", other, 1)
    return broadcast_to(self, other.shape)


def atleast_1d(*tensors: Any) -> Any:
    """`input` with at least one axis; a tuple for several tensors. Source: torch.atleast_1d.

    >>> atleast_1d(tensor(1.))
    tensor([1.])
    """

    def raised(x: Any) -> Any:
        return x if x.shape else reshape(x, (1,))

    return _each(tensors, raised)


def atleast_2d(*tensors: Any) -> Any:
    """`input` with at least two axes, new ones in front; a tuple for several tensors. Source: torch.atleast_2d.

    >>> atleast_2d(tensor([1., 2.]))
    tensor([[1., 2.]])
    """

    def raised(x: Any) -> Any:
        if len(x.shape) > 1:
            return x
        return unsqueeze(x, 0) if x.shape else reshape(x, (1, 1))

    return _each(tensors, raised)


def atleast_3d(*tensors: Any) -> Any:
    """`input` with at least three axes, around its own; a tuple for several tensors. Source: torch.atleast_3d.

    >>> atleast_3d(tensor([1., 2.])).shape
    (1, 2, 1)
    """

    def raised(x: Any) -> Any:
        if len(x.shape) > 2:
            return x
        if len(x.shape) == 2:
            return unsqueeze(x, -1)
        return unsqueeze(unsqueeze(x, 0), -1) if x.shape else reshape(x, (1, 1, 1))

    return _each(tensors, raised)


def _each(tensors: tuple[Any, ...], function: Callable[[Any], Any]) -> Any:
    results = tuple([function(x) for x in listed(tensors)])
    return results[0] if len(tensors) == 1 and isinstance(tensors[0], Tensor) else results


def listed(tensors: tuple[Any, ...]) -> list[Any]:
    """The tensors in `f(x, y)`, `f([x, y])` or `f((x, y))`."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(cast("list[Any]", tensors[0]))
    for position, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"expected Tensor as element {position} in argument 0, but got {type(tensor).__name__}")
    return list(tensors)
