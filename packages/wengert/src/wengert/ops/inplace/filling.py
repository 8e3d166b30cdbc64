"""Floor 6: in-place functions that put one value, or those of another tensor, in the place of what was there."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.arithmetic.basic import filled, filled_anew, filled_anew_by_tensor, filled_by_tensor, replaced, zeroed
from wengert.ops.arithmetic.operands import checked
from wengert.ops.creation.sizes import fitted
from wengert.protocol.backend import Space
from wengert.protocol.shapes import broadcast_shapes
from wengert.rules import indexing
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.inplace import before, check_unstretched, refuse_overlap, write
from wengert.tensor.operands import NUMBERS, number, overflow
from wengert.tensor.operation import in_dtype, kernel
from wengert.tensor.view import check_writable


def fill(input: Tensor, value: Any) -> Tensor:
    """A tensor like `input` with one value, a number or a 0-d tensor, everywhere.

    Shapes, dtype: those of `input`. Derivative: zeros to `input`, the sum to `value`.
    Errors: RuntimeError for a `value` with dimensions. Source: torch.fill.

    >>> fill(tensor([1., 2.]), 5.)
    tensor([5., 5.])
    """
    checked("fill", "input", input)
    if not isinstance(value, Tensor):
        return filled_anew(input, checked_number(input.space.plain, "fill", value))
    if value.shape:
        raise RuntimeError(
            f"fill only supports 0-dimension value tensor but got tensor with {len(value.shape)} dimensions."
        )
    return in_dtype(input.space.dtype, filled_anew_by_tensor, input, beside(input, value))


def zero_(self: Any) -> Any:
    """Fill self with zeros; returns self. Derivative: zero."""
    check_writable(self, may_overlap=True)
    space = self.space.plain
    zeros = space.xp.zeros(self.shape, dtype=space.native, device=space.native_device)
    return write(self, zeroed(before(self), make(space, zeros)))


def fill_(self: Any, value: Any) -> Any:
    """Fill self with one value, a number or a 0-d tensor; returns self.

    Derivative: zero to self, the sum to `value`.
    """
    check_writable(self, may_overlap=True, others=(value,))
    if not isinstance(value, Tensor):
        space = self.space.plain
        return write(self, filled(before(self), checked_number(space, "fill_", value)))
    if value.shape:
        raise RuntimeError(
            f"fill_ only supports 0-dimension value tensor but got tensor with {len(value.shape)} dimensions."
        )
    return write(self, in_dtype(self.space.dtype, filled_by_tensor, before(self), beside(self, value)))


def checked_number(space: Space, name: str, value: Any) -> Any:
    """A Python number as a 0-d tensor of `space`; RuntimeError in torch's words if it does not fit there."""
    if not isinstance(value, NUMBERS):
        raise TypeError(f"{name}() received an invalid combination of arguments - got ({type(value).__name__})")
    if isinstance(value, complex) and not space.dtype.is_complex:
        raise overflow(space.dtype)
    return number(space, fitted(space.dtype, [value])[0])


def beside(self: Any, source: Any) -> Any:
    """`source` on the device of self."""
    here, there = self.space, source.space
    if here.backend is there.backend and here.device == there.device:
        return source
    return source.to(here.device, backend=here.backend.name)


def copy_(self: Any, src: Any, non_blocking: bool = False) -> Any:
    """Copy `src`, which broadcasts to self, into self, converting dtype and device; returns self.

    Derivative: zero to self, the (summed, converted) cotangent to `src`.
    """
    check_writable(self, may_overlap=src is self, others=(src,))
    if isinstance(src, NUMBERS):
        src = checked_number(self.space.plain, "copy_", src)
    if checked("copy_", "other", src).shape != self.shape:
        check_unstretched(self, broadcast_shapes(self.shape, src.shape), "copy_")
    refuse_overlap(self, (src,))
    source = beside(self, before(self) if src is self else src)
    return write(self, in_dtype(self.space.dtype, replaced, before(self), source))


_put_on_diagonal = kernel(indexing.put_flat, "CopySlices")


def fill_diagonal_(self: Any, fill_value: Any, wrap: bool = False) -> Any:
    """Write one value, a number or a 0-d tensor, at each place whose indices are all equal; returns self.

    With `wrap` the diagonal of a tall matrix starts again below its end, one row left free.
    """
    shape = self.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    check_writable(self, others=(fill_value,))
    space = self.space.plain
    step, count = sum(prod(shape[d + 1 :]) for d in range(len(shape))), min(shape)
    places = range(0, prod(shape), step) if wrap and len(shape) == 2 and count else range(0, count * step, step)
    index = space.index
    positions = make(index, space.xp.asarray(list(places), dtype=index.native, device=index.native_device))
    is_tensor = isinstance(fill_value, Tensor)
    value = beside(self, fill_value) if is_tensor else checked_number(space, "fill_diagonal_", fill_value)
    if value.space.dtype is not space.dtype:
        value = value.to(space.dtype)
    return write(self, _put_on_diagonal(before(self), value.expand((len(places),)), positions, False))
