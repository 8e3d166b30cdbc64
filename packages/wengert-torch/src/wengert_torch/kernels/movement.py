"""Kernels that make, convert, move and copy tensors. Shapes and axes come checked from the core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from wengert.protocol.extensions import Layout

Shape = tuple[int, ...]


def asarray(x: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
    """A tensor of numbers, nested lists, or an array of any library that shares its memory where torch can."""
    if isinstance(x, Tensor):
        if x.requires_grad:
            raise RuntimeError(
                "a torch tensor that requires grad cannot become a wengert tensor: its gradient would be lost. "
                "Pass tensor.detach() instead."
            )
        return torch.asarray(x, dtype=dtype, device=device, copy=copy)
    strides = getattr(x, "strides", None)
    if strides is not None:
        flags = getattr(x, "flags", None)
        if any(step < 0 for step in strides) or (flags is not None and not flags.writeable):  # torch takes neither
            if copy is False:
                raise ValueError(
                    "asarray: an array that is read-only or has negative strides cannot be shared; drop copy=False."
                )
            x = x.copy()
    return torch.asarray(x, dtype=dtype, device=device, copy=copy)


def astype(x: Any, dtype: Any, /) -> Any:
    """A copy of `x` in another dtype; the imaginary part is dropped without a word."""
    if x.is_complex() and not dtype.is_complex and dtype is not torch.bool:
        x = x.real
    return x.to(dtype, copy=True)


def concat(arrays: Sequence[Any], /, *, axis: int) -> Any:
    """The arrays one after the other."""
    return torch.cat(tuple(arrays), axis)


def stack(arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
    """The arrays side by side along a new axis."""
    return torch.stack(tuple(arrays), axis)


def expand_dims(x: Any, /, *, axis: int) -> Any:
    """A view with a new axis of size 1."""
    return x.unsqueeze(axis)


def squeeze(x: Any, /, axis: int | Shape) -> Any:
    """A view without the axes named, whose size is 1."""
    return x.squeeze(axis) if axis != () else x.view(x.shape)


def flip(x: Any, /, *, axis: int | Shape) -> Any:
    """The elements in reverse order along `axis`."""
    return torch.flip(x, (axis,) if isinstance(axis, int) else axis)


def roll(x: Any, /, shift: int | Shape, *, axis: int | Shape) -> Any:
    """The elements moved along the axes, those that leave at the end coming back in front."""
    return torch.roll(x, shift, axis)


def matrix_transpose(x: Any, /) -> Any:
    """A view with the last two axes swapped."""
    return x.mT


def tril(x: Any, /, *, k: int = 0) -> Any:
    """`x` on and below the diagonal `k`, zeros above it."""
    return torch.tril(x, k)


def triu(x: Any, /, *, k: int = 0) -> Any:
    """`x` on and above the diagonal `k`, zeros below it."""
    return torch.triu(x, k)


def diagonal(x: Any, /, *, offset: int, axis1: int, axis2: int) -> Any:
    """The diagonal of two axes as the last axis, a view."""
    return torch.diagonal(x, offset, axis1, axis2)


def full_like(x: Any, value: Any, /) -> Any:
    """One value in the shape and dtype of `x`."""
    return torch.full(x.shape, value, dtype=x.dtype, device=x.device)


def arange(start: Any, stop: Any, step: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    """`start`, `start + step`, ... before `stop`."""
    return torch.arange(start, stop, step, dtype=dtype, device=device)


def linspace(start: Any, stop: Any, num: int, /, *, dtype: Any = None, device: Any = None) -> Any:
    """`num` values from `start` to `stop`, both included."""
    return torch.linspace(start, stop, num, dtype=dtype, device=device)


def windows(x: Any, /, *, axis: int, size: int, step: int) -> Any:
    """A view whose last axis runs over `size` neighbours, starting at every `step`-th element of `axis`."""
    return x.unfold(axis, size, step)


def layout(x: Any, /) -> Layout:
    """Strides, offset, address and the length of the memory."""
    length = x.untyped_storage().nbytes() // x.element_size()
    return Layout(tuple(x.stride()), x.storage_offset(), x.data_ptr(), length)


def strided(x: Any, /, *, size: Shape, stride: Shape, offset: int) -> Any:
    """A view of the memory that `x` lies in."""
    return torch.as_strided(x, size, stride, offset)


def strided_add(g: Any, /, *, size: Shape, stride: Shape, offset: int, length: int) -> Any:
    """The transpose of `strided`, for a vector of `length` elements."""
    places = torch.arange(length, device=g.device).as_strided(size, stride, offset)
    return torch.zeros(length, dtype=g.dtype, device=g.device).index_put_((places,), g, accumulate=True)


def view_as_complex(x: Any, /) -> Any:
    """The numbers whose parts the last axis holds: a view where these lie side by side, as torch wants them."""
    fits = x.stride(-1) == 1 and not x.storage_offset() % 2 and not any(step % 2 for step in x.stride()[:-1])
    return torch.view_as_complex(x if fits else x.clone(memory_format=torch.contiguous_format))


def reinterpret(x: Any, dtype: Any, /) -> Any:
    """The same bytes read as another dtype, a view."""
    return x.view(dtype)


def overlap_add(x: Any, /, *, axis: int, step: int, length: int) -> Any:
    """The windows of the last axis added back to their places along `axis`, whose size becomes `length`."""
    sizes = (*x.shape[:axis], length, *x.shape[axis + 1 : -1])
    return torch.ops.aten.unfold_backward(x, sizes, axis, x.shape[-1], step)


def can_view(x: Any, shape: Shape, /) -> bool:
    """Whether a tensor of `shape` on the memory of `x` can be had by strides."""
    if x.is_contiguous():
        return True
    try:
        x.view(shape)
    except RuntimeError:
        return False
    return True


def is_overlapping(x: Any, /) -> bool:
    """Whether several indices meet at one address, as far as strides of 0 tell."""
    return any(s == 0 and n > 1 for n, s in zip(x.shape, x.stride(), strict=True))


def shares_memory(x: Any, y: Any, /) -> bool:
    """Whether the stretches of memory that the two lie in meet."""
    if x.numel() == 0 or y.numel() == 0 or x.device != y.device:
        return False
    (x_start, x_stop), (y_start, y_stop) = _extent(x), _extent(y)
    return x_start < y_stop and y_start < x_stop


def _extent(x: Any) -> tuple[int, int]:
    last = sum((n - 1) * s for n, s in zip(x.shape, x.stride(), strict=True))
    return x.data_ptr(), x.data_ptr() + (last + 1) * x.element_size()


def overlap(x: Any, y: Any, /) -> int:
    """1 for tensors on the same memory, 2 for a part of it in common; 0 for none, or where there are gaps."""
    dense = torch.ops.aten.is_non_overlapping_and_dense.default
    if not (shares_memory(x, y) and dense(x) and dense(y)):
        return 0
    return 1 if _extent(x) == _extent(y) and x.shape == y.shape and x.stride() == y.stride() else 2


def asnumpy(x: Any, /) -> Any:
    """The NumPy array of the same memory where `x` is on the CPU, else of a copy."""
    return x.resolve_conj().resolve_neg().cpu().numpy()


kernels: dict[str, Any] = {
    "arange": arange,
    "asarray": asarray,
    "asnumpy": asnumpy,
    "astype": astype,
    "broadcast_to": torch.broadcast_to,
    "can_view": can_view,
    "concat": concat,
    "contiguous": Tensor.contiguous,
    "copy": torch.clone,
    "diagonal": diagonal,
    "empty": torch.empty,
    "expand_dims": expand_dims,
    "eye": torch.eye,
    "flip": flip,
    "full": torch.full,
    "full_like": full_like,
    "is_dense": Tensor.is_contiguous,
    "is_overlapping": is_overlapping,
    "layout": layout,
    "overlap": overlap,
    "linspace": linspace,
    "matrix_transpose": matrix_transpose,
    "ones": torch.ones,
    "ones_like": torch.ones_like,
    "overlap_add": overlap_add,
    "permute_dims": torch.permute,
    "reinterpret": reinterpret,
    "reshape": torch.reshape,
    "roll": roll,
    "shares_memory": shares_memory,
    "squeeze": squeeze,
    "stack": stack,
    "strided": strided,
    "strided_add": strided_add,
    "tolist": Tensor.tolist,
    "tril": tril,
    "triu": triu,
    "view_as_complex": view_as_complex,
    "view_as_real": torch.view_as_real,
    "windows": windows,
    "zeros": torch.zeros,
    "zeros_like": torch.zeros_like,
}
