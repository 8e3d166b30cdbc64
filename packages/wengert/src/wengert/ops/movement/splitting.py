"""Floor 6: parts of a tensor along an axis, all of them views."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from wengert.ops.movement.shaping import clone
from wengert.protocol.dtypes import INTEGER, int64
from wengert.protocol.shapes import normalize_axis
from wengert.rules import indexing as selection
from wengert.rules import movement as rules
from wengert.rules.movement import along
from wengert.tensor.alike import record_alike, record_parts
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.general import Operation
from wengert.tensor.operation import view_kernel

_split = Operation(rules.split, "SplitBackward0", {"axis": "dim"})
_split_with_sizes = Operation(rules.split, "SplitWithSizesBackward0", {"axis": "dim", "sizes": "split_sizes"})
_unsafe_split = Operation(rules.split, "UnsafeSplitBackward0", {"axis": "dim"})
_unbind = Operation(rules.unbind, "UnbindBackward0", {"axis": "dim"})
take_slice = view_kernel(selection.getitem, "SliceBackward0", x="self")
take_one = view_kernel(selection.getitem, "SelectBackward0", x="self")


def _parts(input: Tensor, operation: Operation, **statics: Any) -> tuple[Tensor, ...]:
    """The outputs of `operation` as views that may not be written in place while they carry a history."""
    return record_parts(operation, input, **statics)


def split(tensor: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the neighbouring parts of `tensor` along `dim`.

    All have one size (the last may be smaller), or the sizes that are listed.

    Derivative: g, g, ... -> the cotangents one after the other.
    Errors: RuntimeError if a size is negative or the sizes do not add up. Source: torch.split.

    >>> split(tensor([1, 2, 3]), 2)
    (tensor([1, 2]), tensor([3]))
    """
    if not isinstance(split_size_or_sections, int):
        return split_with_sizes(tensor, split_size_or_sections, dim)
    size = split_size_or_sections
    if not tensor.shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    axis = normalize_axis(dim, len(tensor.shape))
    n = tensor.shape[axis]
    if not size and n:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")
    sizes = tuple(min(size, n - start) for start in range(0, n, size)) if n else (0,)
    return _parts(tensor, _split, sizes=sizes, axis=axis)


def unsafe_split(tensor: Tensor, split_size: int, dim: int = 0) -> tuple[Any, ...]:
    """`split` whose parts may be written in place: they are not tracked as views.

    Derivative: g, g, ... -> the cotangents one after the other. Errors: those of `split`. Source: torch.unsafe_split.

    >>> unsafe_split(tensor([1, 2, 3]), 2)
    (tensor([1, 2]), tensor([3]))
    """
    return _apart(tensor, split(_untracked(tensor), split_size, dim), dim)


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """`chunk` whose parts may be written in place: they are not tracked as views.

    Derivative: g, g, ... -> the cotangents one after the other. Errors: those of `chunk`. Source: torch.unsafe_chunk.

    >>> unsafe_chunk(tensor([1, 2, 3]), 2)
    (tensor([1, 2]), tensor([3]))
    """
    return _apart(input, chunk(_untracked(input), chunks, dim), dim)


def _untracked(input: Tensor) -> Tensor:
    return make(input.space.plain, input.array)


def _apart(input: Tensor, parts: Sequence[Tensor], dim: int) -> tuple[Any, ...]:
    axis = normalize_axis(dim, len(input.shape))
    return record_alike(_unsafe_split, (input,), {"sizes": tuple(part.shape[axis] for part in parts), "axis": axis})


def split_with_sizes(input: Tensor, split_sizes: Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the neighbouring parts of `input` along `dim` that have these sizes.

    Derivative: g, g, ... -> the cotangents one after the other.
    Errors: RuntimeError if a size is negative or they do not add up to that of the axis.
    Source: torch.split_with_sizes.

    >>> split_with_sizes(tensor([1, 2, 3]), (1, 2))
    (tensor([1]), tensor([2, 3]))
    """
    if not input.shape:
        raise RuntimeError("split_with_sizes expects at least a 1-dimensional tensor")
    axis, sizes = normalize_axis(dim, len(input.shape)), tuple([index(n) for n in split_sizes])
    n = input.shape[axis]
    if any(size < 0 for size in sizes):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={list(sizes)}"
        )
    if sum(sizes) != n:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {axis}), "
            "but got "
            f"split_sizes={list(sizes)}"
        )
    return _parts(input, _split_with_sizes, sizes=sizes, axis=axis)


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of at most `chunks` neighbouring parts of `input` along `dim`, of one size but for the last.

    Derivative: g, g, ... -> the cotangents one after the other.
    Errors: RuntimeError if `chunks` is not positive. Source: torch.chunk.

    >>> chunk(tensor([1, 2, 3]), 2)
    (tensor([1, 2]), tensor([3]))
    """
    if not input.shape:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis]
    if not n:
        return split_with_sizes(input, (0,) * chunks, axis)
    return split(input, -(-n // chunks), axis)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of all positions along `dim`, without that axis.

    Derivative: g, g, ... -> the cotangents stacked. Errors: IndexError for a 0-d tensor. Source: torch.unbind.

    >>> unbind(tensor([[1, 2], [3, 4]]))
    (tensor([1, 2]), tensor([3, 4]))
    """
    if not input.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis = normalize_axis(dim, len(input.shape))
    return _parts(input, _unbind, axis=axis)


def tensor_split(input: Tensor, indices_or_sections: int | Sequence[int] | Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of `input` cut along `dim` into so many parts as equal as can be, or at these positions.

    Derivative: g -> g placed in zeros. Errors: RuntimeError if the number is not positive. Source: torch.tensor_split.

    >>> tensor_split(tensor([1, 2, 3]), 2)
    (tensor([1, 2]), tensor([3]))
    """
    if not input.shape:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis]
    sections: Any = indices_or_sections
    if isinstance(sections, Tensor):
        if sections.space.dtype is not int64 or len(sections.shape) > 1:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor "
                f"with dtype of long, but got {sections.space.dtype.spoken} and {len(sections.shape)} dims"
            )
        sections = sections.space.xp.tolist(sections.array)
    if isinstance(sections, int):
        count = sections
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        small, larger = divmod(n, count)
        cuts = [0]
        for number in range(count):
            cuts.append(cuts[-1] + small + (number < larger))
    else:
        cuts = [0, *[index(cut) for cut in sections], n]
    spans = [range(n)[start:stop] for start, stop in zip(cuts, [*cuts[1:-1], n], strict=False)]
    return tuple([_sliced(input, axis, span.start, max(span.stop, span.start)) for span in spans])


def _split_along(name: str, input: Tensor, sections: Any, axis: int, least: int) -> tuple[Tensor, ...]:
    if len(input.shape) < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with "
            f"{len(input.shape)} dimensions!"
        )
    if isinstance(sections, int) and (sections <= 0 or input.shape[axis] % sections):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {axis}, but the size of the dimension "
            f"{input.shape[axis]} is not "
            f"divisible by the split_size {sections}!"
        )
    return tensor_split(input, sections, axis)


def hsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Views of `input` cut along its second axis, a vector along its first. Source: torch.hsplit.

    >>> hsplit(tensor([1, 2]), 2)
    (tensor([1]), tensor([2]))
    """
    return _split_along("hsplit", input, indices_or_sections, 0 if len(input.shape) == 1 else 1, 1)


def vsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Views of `input` cut along its first axis. Source: torch.vsplit.

    >>> vsplit(tensor([[1], [2]]), 2)
    (tensor([[1]]), tensor([[2]]))
    """
    return _split_along("vsplit", input, indices_or_sections, 0, 2)


def dsplit(input: Tensor, indices_or_sections: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Views of `input` cut along its third axis. Source: torch.dsplit.

    >>> dsplit(tensor([[[1, 2]]]), 2)
    (tensor([[[1]]]), tensor([[[2]]]))
    """
    return _split_along("dsplit", input, indices_or_sections, 2, 3)


def narrow(input: Tensor, dim: int, start: int | Tensor, length: int) -> Tensor:
    """The view of `length` positions from `start` along `dim`.

    Derivative: g -> g placed in zeros.
    Errors: RuntimeError if that is more than there is; IndexError if `start` is out of range. Source: torch.narrow.

    >>> narrow(tensor([1, 2, 3]), 0, 1, 2)
    tensor([2, 3])
    """
    if not input.shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    axis = normalize_axis(dim, len(input.shape))
    if isinstance(start, Tensor) and (start.shape or start.space.dtype.category != INTEGER):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    first, n = index(start), input.shape[axis]  # pyright: ignore[reportArgumentType]  # Tensor has it
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if not -n <= first <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {first})")
    first += n if first < 0 else 0
    if first + length > n:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({n}).")
    return _sliced(input, axis, first, first + length)


def _sliced(input: Tensor, axis: int, start: int, stop: int) -> Tensor:
    key = along(slice(start, stop), axis)
    return take_slice(input, key)


def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`narrow`, copied. Derivative: g -> g placed in zeros. Errors: those of `narrow`. Source: torch.narrow_copy.

    >>> narrow_copy(tensor([1, 2, 3]), 0, 1, 2)
    tensor([2, 3])
    """
    if input.shape and dim >= len(input.shape):
        raise RuntimeError(
            f"Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got false. It is {dim}."
        )
    if length < 0:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({input.shape[dim]}).")
    return clone(narrow(input, dim, start, length))


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """The view of one position along `dim`, without that axis.

    Derivative: g -> g placed in zeros. Errors: IndexError if out of range. Source: torch.select.

    >>> select(tensor([[1, 2], [3, 4]]), 1, 0)
    tensor([1, 3])
    """
    if not input.shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at dimension {axis}"
        )
    key = along(int(index + n if index < 0 else index), axis)
    return take_one(input, key)
