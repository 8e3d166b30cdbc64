"""Floor 6: several tensors made one, or brought to one shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from wengert.ops.movement.shaping import view
from wengert.ops.movement.stretching import atleast_1d, atleast_2d, atleast_3d, broadcast_to, listed
from wengert.protocol.shapes import broadcast_all, normalize_axis
from wengert.protocol.warned import warn_user
from wengert.rules import movement as rules
from wengert.tensor.alike import record_alike
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.general import Operation

_cat = Operation(rules.concat, "CatBackward0", {"axis": "dim"})
_stack = Operation(rules.stack, "StackBackward0", {"axis": "dim"})


def _checked(name: str, tensors: Any) -> list[Tensor]:
    if not isinstance(tensors, (tuple, list)):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}"
        )
    several = list(cast("list[Any]", tensors))
    for position, tensor in enumerate(several):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"expected Tensor as element {position} in argument 0, but got {type(tensor).__name__}")
    return several


def _some(name: str, tensors: Any) -> list[Tensor]:
    several = _checked(name, tensors)
    if not several:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return several


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """The tensors one after the other along the axis `dim`.

    Shapes: equal but for that axis; an empty tensor of shape (0,) is left out. Dtype: by torch's promotion.
    Derivative: g -> the parts of g.
    Errors: ValueError for no tensors; RuntimeError if the shapes do not fit; IndexError if there is no such axis.
    Source: torch.cat.

    >>> cat([tensor([1, 2]), tensor([3])])
    tensor([1, 2, 3])
    """
    several = _checked("cat", tensors)
    if not several:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    first = next((x for x in several if x.shape != (0,)), several[0])
    shape = first.shape
    if not shape:
        raise RuntimeError(f"zero-dimensional tensor (at position {several.index(first)}) cannot be concatenated")
    axis = normalize_axis(dim, len(shape))
    whole: list[Tensor] = []
    for position, tensor in enumerate(several):
        other = tensor.shape
        if other == (0,) and len(shape) != 1:
            tensor = view(tensor, *shape[:axis], 0, *shape[axis + 1 :])  # it holds nothing, but is connected
        elif other != shape:
            _check_fits(other, shape, axis, position)
        whole.append(tensor)
    return record_alike(_cat, whole, {"axis": axis})


def _check_fits(other: tuple[int, ...], shape: tuple[int, ...], axis: int, position: int) -> None:
    if not other:
        raise RuntimeError(f"zero-dimensional tensor (at position {position}) cannot be concatenated")
    if len(other) != len(shape):
        raise RuntimeError(f"Tensors must have same number of dimensions: got {len(shape)} and {len(other)}")
    for d, (n, m) in enumerate(zip(shape, other, strict=True)):
        if n != m and d != axis:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {axis}. Expected size {n} but got size {m} for "
                "tensor number "
                f"{position} in the list."
            )


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis `dim`.

    Shapes: all equal. Dtype: by torch's promotion. Derivative: g -> the layers of g.
    Errors: RuntimeError for no tensors or for different shapes; IndexError if `dim` is out of range.
    Source: torch.stack.

    >>> stack([tensor([1, 2]), tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    several = _checked("stack", tensors)
    if not several:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = several[0].shape
    axis = normalize_axis(dim, len(shape) + 1)
    for position, tensor in enumerate(several):
        if tensor.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and "
                f"{list(tensor.shape)} at entry "
                f"{position}"
            )
    return record_alike(_stack, several, {"axis": axis})


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors side by side: along the second axis, vectors along the first. Source: torch.hstack.

    >>> hstack([tensor([1]), tensor([2, 3])])
    tensor([1, 2, 3])
    """
    several = atleast_1d(_some("hstack", tensors))
    return cat(several, 0 if several and len(several[0].shape) == 1 else 1)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors one below the other, vectors as rows. Source: torch.vstack.

    >>> vstack([tensor([1, 2]), tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    return cat(atleast_2d(_some("vstack", tensors)), 0)


def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors one behind the other, along the third axis. Source: torch.dstack.

    >>> dstack([tensor([1, 2]), tensor([3, 4])]).shape
    (1, 2, 2)
    """
    return cat(atleast_3d(_some("dstack", tensors)), 2)


def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """The tensors side by side, vectors as columns. Source: torch.column_stack.

    >>> column_stack([tensor([1, 2]), tensor([3, 4])])
    tensor([[1, 3],
            [2, 4]])
    """
    return hstack([x if len(x.shape) > 1 else view(x, -1, 1) for x in _some("column_stack", tensors)])


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """Views of the tensors in the one shape that all broadcast to.

    Derivative: g -> g summed over the axes that were stretched.
    Errors: RuntimeError if the shapes do not broadcast. Source: torch.broadcast_tensors.

    >>> broadcast_tensors(tensor([1, 2]), tensor([[3], [4]]))[0]
    tensor([[1, 2],
            [1, 2]])
    """
    several = listed(tensors)
    shape = broadcast_all([x.shape for x in several])
    return tuple([x if x.shape == shape else broadcast_to(x, shape) for x in several])


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Coordinates on a grid: each vector stretched along the axes of all others.

    `indexing` is "ij" (the axes in the order of the vectors) or "xy" (the first two swapped).
    Derivative: g -> g summed over the other axes.
    Errors: RuntimeError for a tensor of more than one axis or another `indexing`. Source: torch.meshgrid.

    >>> meshgrid(tensor([1, 2]), tensor([3, 4]), indexing="ij")[0]
    tensor([[1, 1],
            [2, 2]])
    """
    several = listed(tensors)
    if not several:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if indexing is None:
        warn_user(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
            UserWarning,
        )
        indexing = "ij"
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    if any(x.space.dtype is not several[0].space.dtype for x in several):
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    for x in several:
        if len(x.shape) > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {list(x.shape)}")
    places = list(range(len(several)))
    if indexing == "xy" and len(several) > 1:
        places[:2] = [1, 0]
    counts = [x.shape[0] if x.shape else 1 for x in several]
    shape = [0] * len(several)
    for place, n in zip(places, counts, strict=True):
        shape[place] = n
    lines = [
        view(x, [n if d == place else 1 for d in range(len(shape))])
        for x, place, n in zip(several, places, counts, strict=True)
    ]
    return tuple([broadcast_to(line, shape) for line in lines])
