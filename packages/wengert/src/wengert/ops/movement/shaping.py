"""Floor 6: other shapes for the same elements, in the same order: views, where the backend has any."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from operator import index
from typing import Any

from wengert.ops.movement.strides import reinterpreted
from wengert.ops.placement import checked_dtype
from wengert.protocol.dtypes import DType
from wengert.protocol.layouts import is_row_major
from wengert.protocol.shapes import Shape, infer_shape, normalize_axes, normalize_axis
from wengert.rules import movement as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel, view_kernel

_view = view_kernel(rules.reshape, "ViewBackward0", x="self")
_reshape_alias = view_kernel(rules.reshape, "ReshapeAliasBackward0", x="self")
_unsafe_view = kernel(rules.reshape, "UnsafeViewBackward0", x="self")
_unsqueeze = view_kernel(rules.reshape, "UnsqueezeBackward0", x="self")
_squeeze_all = view_kernel(rules.reshape, "SqueezeBackward0", x="self")
_squeeze_one = view_kernel(rules.reshape, "SqueezeBackward1", x="self")
_squeeze_some = view_kernel(rules.reshape, "SqueezeBackward2", x="self")
_copy = kernel(rules.copy, "CloneBackward0", x="self")
_contiguous = kernel(rules.contiguous, "CloneBackward0", x="self")


def sizes_of(name: str, argument: str, sizes: tuple[Any, ...], named: Any = None) -> tuple[Any, ...]:
    """The sizes in `f(2, 3)`, `f((2, 3))`, `f([2, 3])` or `f(argument=(2, 3))`, whose value is `named`."""
    if named is not None:
        if sizes:
            raise TypeError(f"{name}() got multiple values for argument '{argument}'")
        sizes = (named,)
    if len(sizes) == 1 and isinstance(sizes[0], Sequence):
        return tuple(sizes[0])  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # checked below
    if not sizes:
        raise TypeError(f'{name}() missing 1 required positional arguments: "{argument}"')
    return sizes


def integers(name: str, argument: str, sizes: Sequence[Any]) -> Shape:
    """`sizes` as a tuple of integers; TypeError in torch's words for what is none."""
    try:
        return tuple([index(n) for n in sizes])
    except TypeError:
        stray = next(type(n).__name__ for n in sizes if not hasattr(n, "__index__"))
        raise TypeError(f"{name}(): argument '{argument}' (position 1) must be tuple of ints, not {stray}") from None


@lru_cache(maxsize=4096)
def _reshaped(shape: Shape, wanted: tuple[Any, ...]) -> Shape:
    sizes = integers("reshape", "shape", wanted)
    if min(sizes, default=0) < -1:
        at = next(i for i, n in enumerate(sizes) if n < -1)
        raise RuntimeError(f"invalid shape dimension {sizes[at]} at index {at} of shape {list(sizes)}")
    return infer_shape(sizes, prod(shape))


def reshape(input: Tensor, shape: Sequence[int]) -> Tensor:
    """The elements of `input` in another shape, a view where that can be.

    One size may be -1: whatever is left.

    Shapes: any of as many elements. Dtype: that of `input`.
    Derivative: g -> reshape(g, input.shape).
    Errors: RuntimeError if the number of elements differs.
    Source: torch.reshape.

    >>> reshape(tensor([1., 2., 3., 4.]), (2, -1))
    tensor([[1., 2.],
            [3., 4.]])
    """
    if isinstance(shape, int):
        shape = (shape,)
    return in_shape(input, _reshaped(input.shape, tuple(shape)))


def in_shape(input: Any, wanted: Shape) -> Any:
    """`input` in a shape that fits, a view where that can be."""
    xp, array = input.space.xp, input.array
    if xp.is_dense(array):
        return _view(input, wanted)
    if xp.can_view(array, wanted):
        return _reshape_alias(input, wanted)
    return _unsafe_view(_contiguous(input), wanted)


def reshape_method(self: Tensor, *sizes: Any, shape: Any = None) -> Tensor:
    """`reshape(self, shape)`; the sizes may be given one by one."""
    if shape is None and (len(sizes) > 1 or (sizes and sizes[0].__class__ is int)):
        return reshape(self, sizes)
    return reshape(self, sizes_of("reshape", "shape", sizes, shape))


def view(self: Tensor, *shape: Any, **named: Any) -> Tensor:
    """The elements of self in another shape, always as a view; the sizes may be given one by one. With a dtype, the
    bytes of self read as that.

    Errors: RuntimeError if the number of elements differs or if strides cannot tell the new shape: use reshape then.
    """
    if named:
        shape = tuple([named.pop(name) for name in ("size", "dtype") if not shape and name in named])
        if named or len(shape) != 1:
            raise _bad_view(shape, named)
    if len(shape) > 1 or (shape and shape[0].__class__ is int):
        wanted = _reshaped(self.shape, shape)
    elif shape and isinstance(shape[0], (DType, type)):
        dtype = checked_dtype("view", shape[0])
        assert dtype is not None
        return reinterpreted(self, dtype)
    elif not shape or not isinstance(shape[0], Sequence):
        raise _bad_view(shape, named)
    else:
        wanted = _reshaped(self.shape, tuple(shape[0]))  # pyright: ignore[reportUnknownArgumentType]  # checked there
    if not self.space.xp.can_view(self.array, wanted):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return _view(self, wanted)


def _bad_view(given: tuple[Any, ...], named: dict[str, Any]) -> TypeError:
    kinds = ", ".join([*[type(value).__name__ for value in given], *[f"{name}=..." for name in named]])
    return TypeError(
        f"view() received an invalid combination of arguments - got ({kinds}); expected sizes, one by one or in a "
        "tuple, or a dtype"
    )


def _check_template(name: str, other: Any) -> None:
    if not isinstance(other, Tensor):
        raise_not_tensor(name, "other", other, 1)


def view_as(self: Tensor, other: Tensor) -> Tensor:
    """`self.view(other.shape)`."""
    _check_template("view_as", other)
    return view(self, *other.shape) if other.shape else view(self, ())


def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """`self.reshape(other.shape)`."""
    _check_template("reshape_as", other)
    return reshape(self, other.shape)


def ravel(input: Tensor) -> Tensor:
    """The elements of `input` in one axis. Derivative: g -> reshape(g, input.shape). Source: torch.ravel.

    >>> ravel(tensor([[1, 2], [3, 4]]))
    tensor([1, 2, 3, 4])
    """
    return view(contiguous(input), -1)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """`input` with its axes from `start_dim` to `end_dim` joined into one.

    Shapes: (..., a, b, ...) -> (..., a b, ...); a 0-d input becomes (1,). Dtype: that of `input`.
    Derivative: g -> reshape(g, input.shape).
    Errors: RuntimeError if `start_dim` comes after `end_dim`; IndexError if there is no such axis.
    Source: torch.flatten.

    >>> flatten(tensor([[1, 2], [3, 4]]))
    tensor([1, 2, 3, 4])
    """
    wanted = _flattened(input.shape, start_dim, end_dim)
    return input if wanted is None else in_shape(input, wanted)


@lru_cache(maxsize=4096)
def _flattened(shape: Shape, start_dim: int, end_dim: int) -> Shape | None:
    """The shape with these axes joined, None where that is the shape itself."""
    ndim = len(shape)
    first, last = normalize_axis(start_dim, ndim), normalize_axis(end_dim, ndim)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not ndim:
        return (1,)
    return None if first == last else (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])


def unflatten(input: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """`input` with axis `dim` split into axes of `sizes`, one of which may be -1: whatever is left.

    Derivative: g -> reshape(g, input.shape).
    Errors: RuntimeError if the sizes do not multiply to that of the axis. Source: torch.unflatten.

    >>> unflatten(tensor([1, 2, 3, 4]), 0, (2, 2))
    tensor([[1, 2],
            [3, 4]])
    """
    axis = normalize_axis(dim, len(input.shape))
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    n = input.shape[axis]
    try:
        parts = infer_shape(tuple(sizes), n)
    except RuntimeError:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {axis} ({n}) in the input "
            "tensor"
        ) from None
    return view(input, *input.shape[:axis], *parts, *input.shape[axis + 1 :])


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """`input` with a new axis of size 1 at `dim`, a view.

    Derivative: g -> squeeze(g, dim). Errors: IndexError if `dim` is out of range. Source: torch.unsqueeze.

    >>> unsqueeze(tensor([1, 2]), 1)
    tensor([[1],
            [2]])
    """
    shape = input.shape
    axis = normalize_axis(dim, len(shape) + 1)
    wanted = (*shape[:axis], 1, *shape[axis:])
    return _unsqueeze(input, wanted)


def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """`input` without its axes of size 1, or without those named in `dim` that have size 1; a view.

    Derivative: g -> reshape(g, input.shape). Errors: IndexError if `dim` is out of range. Source: torch.squeeze.

    >>> squeeze(tensor([[1, 2]]), 0)
    tensor([1, 2])
    """
    shape = input.shape
    if dim is None:
        wanted, record = tuple([n for n in shape if n != 1]), _squeeze_all
    elif isinstance(dim, int):
        axis, record = normalize_axis(dim, len(shape)), _squeeze_one
        wanted = shape[:axis] + shape[axis + 1 :] if shape and shape[axis] == 1 else shape
    else:
        gone = normalize_axes(dim, len(shape)) if dim else ()
        wanted, record = tuple([n for d, n in enumerate(shape) if n != 1 or d not in gone]), _squeeze_some
    return record(input, wanted)


def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy of `input` that a gradient flows through: in its order in memory, or in row-major order with
    `memory_format=wengert.contiguous_format`. Derivative: g -> g. Source: torch.clone.

    >>> clone(tensor([1., 2.]))
    tensor([1., 2.])
    """
    if memory_format is not None and is_row_major(memory_format, "clone") and not input.space.xp.is_dense(input.array):
        return _contiguous(input)
    return _copy(input)


def contiguous(self: Tensor, *, memory_format: Any = None) -> Tensor:
    """Self where its elements lie in memory in order, else a copy that does. Derivative: g -> g."""
    if memory_format is not None and not is_row_major(memory_format, "contiguous"):
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    if self.space.xp.is_dense(self.array):
        return self
    return _contiguous(self)
