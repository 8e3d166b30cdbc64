"""Kernels that make, convert, move and copy arrays. Shapes and axes come checked from the core."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from wengert.protocol.extensions import Layout

from wengert_numpy.kernels import quiet

Shape = tuple[int, ...]


def astype(x: Any, dtype: Any, /) -> Any:
    """A copy of `x` in another dtype; the imaginary part is dropped without a word, values out of range too."""
    if x.dtype.kind == "c" and dtype.kind not in "cb":
        x = x.real
    return quiet.call(x.astype, dtype)


def tolist(x: Any, /) -> Any:
    """Nested lists of Python numbers."""
    return x.tolist()


def reshape(x: Any, /, shape: Shape) -> Any:
    """`x` in another shape, a view where that can be."""
    return x.reshape(shape)


def permute_dims(x: Any, /, axes: Shape) -> Any:
    """A view with the axes in another order."""
    return x.transpose(axes)


def matrix_transpose(x: Any, /) -> Any:
    """A view with the last two axes swapped."""
    return x.mT


def broadcast_to(x: Any, /, shape: Shape) -> Any:
    """A view of `x` in a larger shape; where `x` is contiguous, by its strides, in less than half of NumPy's time."""
    if not x.shape:
        return np.ndarray(shape, x.dtype, x, 0, (0,) * len(shape))
    if not x.flags.c_contiguous:
        view = np.broadcast_to(x, shape)
        view.flags.writeable = x.flags.writeable
        return view
    strides = _stretched(x.shape, x.strides, shape)
    return np.broadcast_to(x, shape) if strides is None else np.ndarray(shape, x.dtype, x, 0, strides)


@lru_cache(maxsize=4096)
def _stretched(old: Shape, strides: Shape, shape: Shape) -> Shape | None:
    """The strides of an array that is broadcast to `shape`; None where it cannot be."""
    lead = len(shape) - len(old)
    if lead < 0 or any(n not in (1, m) for n, m in zip(old, shape[lead:], strict=True)):
        return None
    if shape[lead:] == old:
        return (0,) * lead + strides
    return (0,) * lead + tuple([0 if n == 1 else step for n, step in zip(old, strides, strict=True)])


def expand_dims(x: Any, /, *, axis: int) -> Any:
    """A view with a new axis of size 1."""
    shape = x.shape
    position = axis if axis >= 0 else axis + len(shape) + 1
    return x.reshape((*shape[:position], 1, *shape[position:]))


def squeeze(x: Any, /, axis: int | Shape) -> Any:
    """A view without the axes named, whose size is 1."""
    return x.squeeze(axis)


def concat(arrays: Sequence[Any], /, *, axis: int) -> Any:
    """The arrays one after the other."""
    return np.concatenate(arrays, axis)


def diagonal(x: Any, /, *, offset: int, axis1: int, axis2: int) -> Any:
    """The diagonal of two axes as the last axis, a view that can be written where `x` can."""
    view = x.diagonal(offset, axis1, axis2)
    if x.flags.writeable:
        view.flags.writeable = True
    return view


def contiguous(x: Any, /) -> Any:
    """`x` itself where it is laid out row by row, else a copy that is."""
    return np.asarray(x, order="C")


def zeros_like(x: Any, /) -> Any:
    """Zeros in the shape and dtype of `x`."""
    return np.zeros(x.shape, x.dtype)


def ones_like(x: Any, /) -> Any:
    """Ones in the shape and dtype of `x`."""
    return np.ones(x.shape, x.dtype)


def full_like(x: Any, value: Any, /) -> Any:
    """One value in the shape and dtype of `x`."""
    return np.full(x.shape, value, x.dtype)


def windows(x: Any, /, *, axis: int, size: int, step: int) -> Any:
    """A view whose last axis runs over `size` neighbours, starting at every `step`-th element of `axis`."""
    shape, strides = x.shape, x.strides
    count = (shape[axis] - size) // step + 1
    return as_strided(
        x,
        (*shape[:axis], count, *shape[axis + 1 :], size),
        (*strides[:axis], strides[axis] * step, *strides[axis + 1 :], strides[axis]),
    )


def _memory(x: Any) -> Any:
    """All the memory that `x` lies in, as a vector of its dtype."""
    owner = x
    while owner.base is not None:
        behind = owner.base
        if type(behind) is not np.ndarray:  # what `as_strided` makes holds the array one step further
            behind = getattr(behind, "base", None)
            if type(behind) is not np.ndarray:
                break
        owner = behind
    return owner.ravel("K").view(x.dtype)


def layout(x: Any, /) -> Layout:
    """Strides, offset, address and the length of the memory."""
    memory, size = _memory(x), x.itemsize
    address = x.__array_interface__["data"][0]
    offset = (address - memory.__array_interface__["data"][0]) // size
    return Layout(tuple([step // size for step in x.strides]), offset, address, len(memory))


def is_dense(x: Any, /) -> bool:
    """Whether the elements lie one after the other, row by row."""
    return x.flags.c_contiguous


def strided(x: Any, /, *, size: Shape, stride: Shape, offset: int) -> Any:
    """A view of the memory that `x` lies in."""
    return as_strided(_memory(x)[offset:], size, tuple([step * x.itemsize for step in stride]))


def strided_add(g: Any, /, *, size: Shape, stride: Shape, offset: int, length: int) -> Any:
    """The transpose of `strided`, for a vector of `length` elements."""
    out = np.zeros(length, g.dtype)
    places = as_strided(np.arange(length)[offset:], size, tuple([8 * step for step in stride]))
    np.add.at(out, places, g)
    return out


def view_as_real(x: Any, /) -> Any:
    """The parts of complex numbers as a last axis, a view."""
    part = np.asarray(x).real  # that of a NumPy scalar would be a copy
    return as_strided(part, (*x.shape, 2), (*part.strides, part.itemsize))


def view_as_complex(x: Any, /) -> Any:
    """The numbers whose parts the last axis holds: a view where these lie side by side."""
    if x.strides[-1] != x.itemsize:
        x = np.array(x, order="C")
    return x.view(np.result_type(x.dtype, np.complex64))[..., 0]


def reinterpret(x: Any, dtype: Any, /) -> Any:
    """The same bytes read as another dtype, a view."""
    return x.view(dtype)


def overlap_add(x: Any, /, *, axis: int, step: int, length: int) -> Any:
    """The windows of the last axis added back to their places along `axis`, whose size becomes `length`."""
    shape = x.shape
    count, size = shape[axis], shape[-1]
    out = np.zeros((*shape[:axis], length, *shape[axis + 1 : -1]), x.dtype)
    if step >= size:
        windows(out, axis=axis, size=size, step=step)[...] = x
        return out
    lead = (slice(None),) * axis
    for k in range(size if count else 0):
        part = out[(*lead, slice(k, k + step * (count - 1) + 1, step))]
        np.add(part, x[..., k], part)
    return out


def can_view(x: Any, shape: Shape, /) -> bool:
    """Whether an array of `shape` on the memory of `x` can be had by strides."""
    if x.flags.c_contiguous or not x.size:
        return True
    blocks: list[int] = []  # sizes of the runs of axes that one stride goes through, the last run first
    reach = 0
    for n, stride in zip(x.shape[::-1], x.strides[::-1], strict=True):
        if n != 1:
            if blocks and stride == reach:
                blocks[-1] *= n
            else:
                blocks.append(n)
            reach = n * stride
    sizes = [n for n in shape if n != 1]
    for block in blocks:
        while block > 1:
            if not sizes or block % sizes[-1]:
                return False
            block //= sizes.pop()
    return True


def is_overlapping(x: Any, /) -> bool:
    """Whether several indices meet at one address, as far as strides of 0 tell."""
    return 0 in x.strides and x.size > 1 and any(s == 0 and n > 1 for n, s in zip(x.shape, x.strides, strict=True))


def shares_memory(x: Any, y: Any, /) -> bool:
    """Whether an element of both may lie at one address; gives up with True where that is hard to say."""
    return np.may_share_memory(x, y, 1000)


def overlap(x: Any, y: Any, /) -> int:
    """1 for arrays on the same memory, 2 for a part of it in common; 0 for none, or where there are gaps."""
    if not (np.may_share_memory(x, y) and _is_dense(x) and _is_dense(y)):
        return 0
    same_start = x.__array_interface__["data"] == y.__array_interface__["data"]
    return 1 if same_start and x.shape == y.shape and x.strides == y.strides else 2


def _is_dense(x: Any) -> bool:
    """Whether the elements fill a stretch of memory, each in a place of its own."""
    reach = x.itemsize
    for stride, n in sorted(zip(x.strides, x.shape, strict=True)):
        if n > 1:
            if stride != reach:
                return False
            reach *= n
    return bool(x.size)


def asnumpy(x: Any, /) -> Any:
    """`x` itself."""
    return x


def roll(x: Any, /, shift: int | Shape, *, axis: int | Shape) -> Any:
    """The elements moved along the axes, those that leave at the end coming back in front."""
    return np.roll(x, shift, axis)


kernels: dict[str, Any] = {
    "arange": np.arange,
    "asarray": np.asarray,
    "asnumpy": asnumpy,
    "astype": astype,
    "broadcast_to": broadcast_to,
    "can_view": can_view,
    "concat": concat,
    "contiguous": contiguous,
    "copy": np.array,
    "diagonal": diagonal,
    "empty": np.empty,
    "expand_dims": expand_dims,
    "eye": np.eye,
    "flip": np.flip,
    "full": np.full,
    "full_like": full_like,
    "is_dense": is_dense,
    "is_overlapping": is_overlapping,
    "layout": layout,
    "overlap": overlap,
    "linspace": np.linspace,
    "matrix_transpose": matrix_transpose,
    "ones": np.ones,
    "ones_like": ones_like,
    "overlap_add": overlap_add,
    "permute_dims": permute_dims,
    "reinterpret": reinterpret,
    "reshape": reshape,
    "roll": roll,
    "shares_memory": shares_memory,
    "squeeze": squeeze,
    "stack": np.stack,
    "strided": strided,
    "strided_add": strided_add,
    "tolist": tolist,
    "tril": np.tril,
    "triu": np.triu,
    "view_as_complex": view_as_complex,
    "view_as_real": view_as_real,
    "windows": windows,
    "zeros": np.zeros,
    "zeros_like": zeros_like,
}
