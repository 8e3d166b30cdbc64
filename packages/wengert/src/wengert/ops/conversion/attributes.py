"""Floor 6: what a tensor says about itself: size, dtype, place, memory."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.movement.strides import layout_of
from wengert.ops.placement import device, device_of
from wengert.protocol.dtypes import DType
from wengert.protocol.layouts import is_row_major, strided
from wengert.protocol.shapes import Shape, normalize_axis
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor


def numel(input: Tensor) -> int:
    """The number of elements. Source: torch.numel.

    >>> numel(zeros(2, 3))
    6
    """
    return prod(_checked("numel", input).shape)


def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a floating one, complex not included. Source: torch.is_floating_point."""
    return _checked("is_floating_point", input).space.dtype.is_floating_point


def is_complex(input: Tensor) -> bool:
    """Whether the dtype is complex. Source: torch.is_complex."""
    return _checked("is_complex", input).space.dtype.is_complex


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor. Source: torch.is_tensor."""
    return isinstance(obj, Tensor)


def is_nonzero(input: Tensor) -> bool:
    """Whether the one element is not zero. Source: torch.is_nonzero."""
    return bool(_checked("is_nonzero", input))


def _checked(name: str, input: Any) -> Any:
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    return input


def size(self: Tensor, dim: int | None = None) -> Any:
    """The shape, or the size of one dimension."""
    if dim is None:
        return self.shape
    if not isinstance(dim, int):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise TypeError(f"size(): argument 'dim' (position 1) must be int, not {type(dim).__name__}")
    if not self.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return self.shape[normalize_axis(dim, len(self.shape))]


def dim(self: Tensor) -> int:
    """The number of dimensions."""
    return len(self.shape)


def element_size(self: Tensor) -> int:
    """The bytes of one element."""
    return self.space.dtype.itemsize


def is_signed(self: Tensor) -> bool:
    """Whether the dtype has negative numbers."""
    return self.space.dtype.is_signed


def is_same_size(self: Tensor, other: Tensor) -> bool:
    """Whether both have one shape. Source: torch.is_same_size."""
    _require_other("is_same_size", other)
    return self.shape == other.shape


def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether both are the same elements of one memory: same place, shape and strides."""
    _require_other("is_set_to", tensor)
    if self.shape != tensor.shape or self.space is not tensor.space:
        return False
    here, there = self.space.xp.layout(self.array), tensor.space.xp.layout(tensor.array)
    return self.array is tensor.array if here is None else here == there


def is_conj(input: Tensor) -> bool:
    """Whether the elements are yet to be conjugated: never, `conj` writes them. Source: torch.is_conj."""
    _checked("is_conj", input)
    return False


def is_neg(input: Tensor) -> bool:
    """Whether the elements are yet to be negated: never. Source: torch.is_neg."""
    _checked("is_neg", input)
    return False


def is_pinned(self: Tensor) -> bool:
    """Whether the elements lie in page-locked memory: never, as far as we make it."""
    return False


def dim_order(self: Tensor) -> Shape:
    """The dimensions from the one with the largest strides to the innermost."""
    steps = stride(self)
    return tuple(sorted(range(len(self.shape)), key=lambda d: (-steps[d], d)))


def _require_other(name: str, other: Any) -> None:
    if not isinstance(other, Tensor):
        raise_not_tensor(name, "other", other, 1)


def get_device(self: Tensor) -> int:
    """The index of the device; -1 for the CPU."""
    index = self.space.device.partition(":")[2]
    return int(index) if index else -1


def stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements apart neighbours lie, along each dimension or one; those of a dense array where the library
    does not tell."""
    found = layout_of(self).stride
    return found if dim is None else found[normalize_axis(dim, len(self.shape))]


def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Whether the elements lie densely in row-major order."""
    if memory_format is not None and not is_row_major(memory_format, "is_contiguous"):
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    return self.space.xp.is_dense(self.array)


def data_ptr(self: Tensor) -> int:
    """The address of the first element; RuntimeError where the library does not tell."""
    found = self.space.xp.layout(self.array)
    if found is None:
        raise RuntimeError(f"data_ptr: arrays of backend {self.space.backend.name!r} do not tell their address.")
    return found.address


def storage_offset(self: Tensor) -> int:
    """How many elements after the beginning of its memory the tensor begins; 0 where the library does not tell."""
    return layout_of(self).offset


class AttributeMethods(Tensor):
    """The descriptive methods and properties of a Tensor."""

    __slots__ = ()

    numel = nelement = numel
    size = size
    dim = ndimension = dim
    element_size = element_size
    is_floating_point = is_floating_point
    is_complex = is_complex
    is_nonzero = is_nonzero
    is_signed = is_signed
    is_same_size = is_same_size
    is_conj = is_conj
    is_neg = is_neg
    is_pinned = is_pinned
    dim_order = dim_order
    is_contiguous = is_contiguous
    get_device = get_device
    stride = stride
    storage_offset = storage_offset
    data_ptr = data_ptr
    is_set_to = is_set_to

    #: Kinds of tensors that torch has and we have not, for code that asks.
    is_sparse = is_sparse_csr = is_quantized = is_meta = is_mkldnn = is_nested = is_mps = is_xpu = False
    name = None

    @property
    def dtype(self) -> DType:
        """The data type of the elements."""
        return self.space.dtype

    @property
    def device(self) -> device:
        """Where the elements lie."""
        return device_of(self.space)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def itemsize(self) -> int:
        """The bytes of one element."""
        return self.space.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of all elements."""
        return prod(self.shape) * self.space.dtype.itemsize

    @property
    def layout(self) -> Any:
        """How the elements are stored: `wengert.strided`, the only way that there is."""
        return strided

    @property
    def is_cuda(self) -> bool:
        """Whether the elements lie on a CUDA device."""
        return self.space.device.startswith("cuda")

    @property
    def is_cpu(self) -> bool:
        """Whether the elements lie in host memory."""
        return self.space.device == "cpu"
