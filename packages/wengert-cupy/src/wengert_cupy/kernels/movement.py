"""Kernels that make, move and copy CuPy arrays. Shapes and axes come checked from the core."""

from __future__ import annotations

from typing import Any

import cupy
from cupy.lib.stride_tricks import as_strided
from wengert.protocol.extensions import Layout

Shape = tuple[int, ...]


def asarray(x: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
    """An array of numbers, nested lists or an array, on `device` or the current one."""
    with cupy.cuda.Device(device):
        if copy is False and not isinstance(x, cupy.ndarray):
            raise ValueError("asarray: only a CuPy array can be had without a copy; drop copy=False.")
        return cupy.array(x, dtype=dtype, copy=bool(copy))


def astype(x: Any, dtype: Any, /) -> Any:
    """A copy of `x` in another dtype; the imaginary part is dropped without a word."""
    if x.dtype.kind == "c" and dtype.kind not in "cb":
        x = x.real
    return x.astype(dtype)


def tolist(x: Any, /) -> Any:
    """Nested lists of Python numbers; waits for the device."""
    return x.tolist()


def reshape(x: Any, /, shape: Shape) -> Any:
    """`x` in another shape, a view where that can be."""
    return x.reshape(shape)


def permute_dims(x: Any, /, axes: Shape) -> Any:
    """A view with the axes in another order."""
    return x.transpose(axes)


def matrix_transpose(x: Any, /) -> Any:
    """A view with the last two axes swapped."""
    return x.swapaxes(-1, -2)


def squeeze(x: Any, /, axis: int | Shape) -> Any:
    """A view without the axes named, whose size is 1."""
    return x.squeeze(axis)


def diagonal(x: Any, /, *, offset: int, axis1: int, axis2: int) -> Any:
    """The diagonal of two axes as the last axis, a view."""
    return x.diagonal(offset, axis1, axis2)


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
        owner = owner.base
    return owner.ravel("K").view(x.dtype)


def layout(x: Any, /) -> Layout:
    """Strides, offset, address and the length of the memory."""
    memory, size = _memory(x), x.itemsize
    offset = (x.data.ptr - memory.data.ptr) // size
    return Layout(tuple([step // size for step in x.strides]), offset, x.data.ptr, len(memory))


def is_dense(x: Any, /) -> bool:
    """Whether the elements lie one after the other, row by row."""
    return bool(x.flags.c_contiguous)


def strided(x: Any, /, *, size: Shape, stride: Shape, offset: int) -> Any:
    """A view of the memory that `x` lies in."""
    return as_strided(_memory(x)[offset:], size, tuple([step * x.itemsize for step in stride]))


def view_as_real(x: Any, /) -> Any:
    """The parts of complex numbers as a last axis, a view."""
    part = x.real
    return as_strided(part, (*x.shape, 2), (*part.strides, part.itemsize))


def view_as_complex(x: Any, /) -> Any:
    """The numbers whose parts the last axis holds: a view where these lie side by side."""
    if x.strides[-1] != x.itemsize:
        x = cupy.array(x, order="C")
    return x.view(cupy.result_type(x.dtype, cupy.complex64))[..., 0]


def reinterpret(x: Any, dtype: Any, /) -> Any:
    """The same bytes read as another dtype, a view."""
    return x.view(dtype)


def can_view(x: Any, shape: Shape, /) -> bool:
    """Whether an array of `shape` on the memory of `x` can be had by strides."""
    return bool(x.flags.c_contiguous) or bool(cupy.may_share_memory(x.reshape(shape), x))


def is_overlapping(x: Any, /) -> bool:
    """Whether several indices meet at one address, as far as strides of 0 tell."""
    return x.size > 1 and any(s == 0 and n > 1 for n, s in zip(x.shape, x.strides, strict=True))


def shares_memory(x: Any, y: Any, /) -> bool:
    """Whether the stretches of memory that the two lie in meet."""
    return bool(cupy.may_share_memory(x, y))


def overlap(x: Any, y: Any, /) -> int:
    """1 for arrays on the same memory, 2 for a part of it in common; 0 for none, or where there are gaps."""
    if not (shares_memory(x, y) and _is_dense(x) and _is_dense(y)):
        return 0
    return 1 if x.data.ptr == y.data.ptr and x.shape == y.shape and x.strides == y.strides else 2


def _is_dense(x: Any) -> bool:
    """Whether the elements fill a stretch of memory, each in a place of its own."""
    reach = x.itemsize
    for stride, n in sorted(zip(x.strides, x.shape, strict=True)):
        if n > 1:
            if stride != reach:
                return False
            reach *= n
    return bool(x.size)


def contiguous(x: Any, /) -> Any:
    """`x` itself where it is laid out row by row, else a copy that is."""
    return cupy.asarray(x, order="C")


kernels: dict[str, Any] = {
    "asarray": asarray,
    "asnumpy": cupy.asnumpy,
    "astype": astype,
    "broadcast_to": cupy.broadcast_to,
    "can_view": can_view,
    "contiguous": contiguous,
    "copy": cupy.array,
    "diagonal": diagonal,
    "is_dense": is_dense,
    "is_overlapping": is_overlapping,
    "layout": layout,
    "overlap": overlap,
    "matrix_transpose": matrix_transpose,
    "permute_dims": permute_dims,
    "reinterpret": reinterpret,
    "reshape": reshape,
    "shares_memory": shares_memory,
    "squeeze": squeeze,
    "strided": strided,
    "tolist": tolist,
    "view_as_complex": view_as_complex,
    "view_as_real": view_as_real,
    "windows": windows,
}
