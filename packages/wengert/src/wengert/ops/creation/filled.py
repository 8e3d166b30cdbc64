"""Floor 6: tensors filled with one value, of a given shape or like another tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wengert.ops.creation.sizes import Number, fitted, integer, number, sequence_shape, shape_from
from wengert.ops.placement import Device, checked_dtype, leaf, space_beside, space_for
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import scalar_dtype
from wengert.protocol.layouts import is_row_major
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.level import beside


def zeros(
    *size: Any,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    **more: Any,
) -> Any:
    """A tensor of zeros.

    Shapes: `zeros(2, 3)`, `zeros((2, 3))` and `zeros(size=(2, 3))` are the same. Dtype: the default one unless given.
    Errors: RuntimeError for a negative size; TypeError for one that is no integer.
    Source: torch.zeros.

    >>> zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    space = space_for("zeros", dtype, device, backend)
    return leaf(space, _plain("zeros", space, shape_from("zeros", size, _size(more, "zeros"))), requires_grad)


def ones(
    *size: Any,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    **more: Any,
) -> Any:
    """A tensor of ones.

    Shapes, dtype and errors: those of `zeros`. Source: torch.ones.

    >>> ones(2, requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """
    space = space_for("ones", dtype, device, backend)
    return leaf(space, _plain("ones", space, shape_from("ones", size, _size(more, "ones"))), requires_grad)


def empty(
    *size: Any,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    **more: Any,
) -> Any:
    """A tensor with whatever values its memory happens to hold.

    Shapes, dtype and errors: those of `zeros`. Source: torch.empty.

    >>> empty(2, 3).shape
    (2, 3)
    """
    space = space_for("empty", dtype, device, backend)
    return leaf(space, _plain("empty", space, shape_from("empty", size, _size(more, "empty"))), requires_grad)


def full(
    size: Sequence[int],
    fill_value: Number | Tensor,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """A tensor with `fill_value` everywhere.

    Dtype: unless given, that of the value: bool, int64, the default dtype or its complex partner.
    Errors: those of `zeros`; RuntimeError if the value does not fit the dtype.
    Source: torch.full.

    >>> full((2, 2), 7)
    tensor([[7, 7],
            [7, 7]])
    """
    shape = sequence_shape("full", size)
    value = number("full", "fill_value", 2, fill_value)
    inferred = fill_value.space.dtype if isinstance(fill_value, Tensor) else scalar_dtype(value)
    space = space_for("full", checked_dtype("full", dtype) or inferred, device, backend)
    return leaf(space, filled(space, shape, value), requires_grad)


def zeros_like(
    input: Tensor,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    memory_format: Any = None,
) -> Any:
    """Zeros of the shape, dtype and device of `input`, unless others are given. Source: torch.zeros_like.

    >>> zeros_like(tensor([1, 2]))
    tensor([0, 0])
    """
    space = space_like("zeros_like", input, dtype, device, backend, memory_format)
    return _beside(input, input.shape, space, "zeros", requires_grad)


def ones_like(
    input: Tensor,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    memory_format: Any = None,
) -> Any:
    """Ones of the shape, dtype and device of `input`, unless others are given. Source: torch.ones_like.

    >>> ones_like(tensor([1., 2.]))
    tensor([1., 1.])
    """
    space = space_like("ones_like", input, dtype, device, backend, memory_format)
    return _beside(input, input.shape, space, "ones", requires_grad)


def empty_like(
    input: Tensor,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    memory_format: Any = None,
) -> Any:
    """A tensor of the shape, dtype and device of `input` with whatever values. Source: torch.empty_like.

    >>> empty_like(tensor([1., 2.])).shape
    (2,)
    """
    space = space_like("empty_like", input, dtype, device, backend, memory_format)
    return _beside(input, input.shape, space, "empty", requires_grad)


def full_like(
    input: Tensor,
    fill_value: Number | Tensor,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    memory_format: Any = None,
) -> Any:
    """`fill_value` in the shape, dtype and device of `input`, unless others are given. Source: torch.full_like.

    >>> full_like(tensor([1., 2.]), 3)
    tensor([3., 3.])
    """
    space = space_like("full_like", input, dtype, device, backend, memory_format)
    value = number("full_like", "fill_value", 2, fill_value)
    return beside(input, input.shape, lambda shape: leaf(space, filled(space, shape, value), requires_grad))


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """The n by m matrix (square without `m`) with ones on its diagonal and zeros elsewhere. Source: torch.eye.

    >>> eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    rows = integer("eye", "n", 1, n)
    columns = rows if m is None else integer("eye", "m", 2, m)
    for name, value in (("n", rows), ("m", columns)):
        if value < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {value}")
    space = space_for("eye", dtype, device, backend)
    return leaf(space, space.xp.eye(rows, columns, dtype=space.native, device=space.native_device), requires_grad)


def scalar_tensor(
    s: Number | Tensor,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """A number as a 0-d tensor of the default dtype, unless another is given. Source: torch.scalar_tensor.

    >>> scalar_tensor(2)
    tensor(2.)
    """
    space = space_for("scalar_tensor", dtype, device, backend)
    return leaf(space, filled(space, (), number("scalar_tensor", "s", 1, s)), requires_grad)


def new_zeros(
    self: Any,
    *size: Any,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    **more: Any,
) -> Any:
    """Zeros of the given shape, of self's dtype and device unless others are given."""
    space = space_beside("new_zeros", self.space, dtype, device, backend)
    size = shape_from("new_zeros", size, _size(more, "new_zeros"))
    return _beside(self, size, space, "zeros", requires_grad)


def new_ones(
    self: Any,
    *size: Any,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    **more: Any,
) -> Any:
    """Ones of the given shape, of self's dtype and device unless others are given."""
    space = space_beside("new_ones", self.space, dtype, device, backend)
    size = shape_from("new_ones", size, _size(more, "new_ones"))
    return _beside(self, size, space, "ones", requires_grad)


def new_empty(
    self: Any,
    *size: Any,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
    **more: Any,
) -> Any:
    """A tensor of the given shape with whatever values, of self's dtype and device unless others are given."""
    space = space_beside("new_empty", self.space, dtype, device, backend)
    size = shape_from("new_empty", size, _size(more, "new_empty"))
    return _beside(self, size, space, "empty", requires_grad)


def new_full(
    self: Any,
    size: Sequence[int],
    fill_value: Number | Tensor,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """`fill_value` in the given shape, of self's dtype and device unless others are given."""
    space = space_beside("new_full", self.space, dtype, device, backend)
    value = number("new_full", "fill_value", 2, fill_value)
    wanted = sequence_shape("new_full", size)
    return beside(self, wanted, lambda shape: leaf(space, filled(space, shape, value), requires_grad))


def _beside(like: Any, shape: Shape, space: Space, what: str, requires_grad: bool) -> Any:
    """A leaf made by the function `what` of the library, for each element of a batch that `like` is an element of."""
    return beside(like, shape, lambda shape: leaf(space, _plain(what, space, shape), requires_grad))


def filled(space: Space, shape: Shape, value: Number) -> Any:
    """A raw array with one value everywhere; RuntimeError if `space` cannot hold it."""
    (fitting,) = fitted(space.dtype, [value])
    return space.xp.full(shape, fitting, dtype=space.native, device=space.native_device)


def _plain(kernel: str, space: Space, shape: Shape) -> Any:
    return getattr(space.xp, kernel)(shape, dtype=space.native, device=space.native_device)


def _size(more: dict[str, Any], name: str) -> Any:
    """The keyword form of the shape; TypeError for any other keyword."""
    for keyword in more:
        if keyword != "size":
            raise TypeError(f"{name}() got an unexpected keyword argument {keyword!r}")
    return more.get("size")


def space_like(name: str, input: Any, dtype: Any, device: Device, backend: str | None, memory_format: Any) -> Space:
    """Where the function `name` puts a new tensor that is to be like `input`, unless other places are given."""
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    if memory_format is not None:
        is_row_major(memory_format, name)  # new tensors are in any case
    return space_beside(name, input.space, dtype, device, backend)
