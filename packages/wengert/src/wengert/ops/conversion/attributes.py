"""Floor 6: what a tensor says about itself: size, dtype, place, memory."""

from __future__ import annotations

from math import prod
from typing import Any, cast

from wengert.ops.placement import device, device_of
from wengert.protocol.dtypes import DType
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
    same_layout = self.shape == tensor.shape and stride(self) == stride(tensor)
    if self.array is tensor.array:
        return same_layout
    here, there = _address(self.array), _address(tensor.array)
    return same_layout and self.space is tensor.space and here is not None and here == there


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


def row_major(shape: Shape) -> Shape:
    """The strides, counted in elements, of a dense array whose last axis is the innermost."""
    result: list[int] = []
    step = 1
    for n in reversed(shape):
        result.append(step)
        step *= max(n, 1)
    return tuple(reversed(result))


def stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements apart neighbours lie, along each dimension or one; those of a dense array where the library
    does not tell."""
    told = getattr(self.array, "stride", None) or getattr(self.array, "strides", None)
    if callable(told):
        found: Shape = tuple(cast(Any, told)())
    elif isinstance(told, tuple):  # of bytes
        found = tuple(n // self.space.dtype.itemsize for n in cast(Shape, told))
    else:
        found = row_major(self.shape)
    return found if dim is None else found[normalize_axis(dim, len(self.shape))]


def is_contiguous(self: Tensor) -> bool:
    """Whether the elements lie densely in row-major order."""
    dense = row_major(self.shape)
    return prod(self.shape) == 0 or all(
        n == 1 or own == expected for n, own, expected in zip(self.shape, stride(self), dense, strict=True)
    )


def data_ptr(self: Tensor) -> int:
    """The address of the first element; RuntimeError where the library does not tell."""
    found = _address(self.array)
    if found is None:
        raise RuntimeError(f"data_ptr: arrays of backend {self.space.backend.name!r} do not tell their address.")
    return found


def _address(array: Any) -> int | None:
    if hasattr(array, "data_ptr"):
        return array.data_ptr()
    for name in ("__array_interface__", "__cuda_array_interface__"):
        interface = getattr(array, name, None)
        if interface is not None:
            return interface["data"][0]
    return None


def storage_offset(self: Tensor) -> int:
    """How many elements after the beginning of its memory the tensor begins; 0 where the library does not tell."""
    array = self.array
    if hasattr(array, "storage_offset"):
        return array.storage_offset()
    owner = array
    while getattr(owner, "base", None) is not None and _address(owner.base) is not None:
        owner = owner.base
    here, there = _address(array), _address(owner)
    return 0 if here is None or there is None else (here - there) // self.space.dtype.itemsize


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
    is_set_to = is_set_to
    is_conj = is_conj
    is_neg = is_neg
    is_pinned = is_pinned
    dim_order = dim_order
    is_contiguous = is_contiguous
    get_device = get_device
    stride = stride
    storage_offset = storage_offset
    data_ptr = data_ptr

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
    def is_cuda(self) -> bool:
        """Whether the elements lie on a CUDA device."""
        return self.space.device.startswith("cuda")

    @property
    def is_cpu(self) -> bool:
        """Whether the elements lie in host memory."""
        return self.space.device == "cpu"
