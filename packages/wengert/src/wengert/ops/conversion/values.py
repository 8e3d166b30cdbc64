"""Floor 6: from a tensor to Python values and NumPy arrays."""

from __future__ import annotations

from typing import Any, NoReturn, cast

from wengert.graph.modes import is_grad_enabled
from wengert.protocol.warned import warn_user
from wengert.tensor.base import TensorBase as Tensor

_NUMBERS = (bool, int, float, complex)


def item(self: Tensor) -> Any:
    """The one element as a Python number.

    Errors: RuntimeError unless there is exactly one element. Source: torch.Tensor.item.

    >>> tensor(2.5).item()
    2.5
    """
    return _scalar(self, _not_one)


def _scalar(self: Tensor, refuse: Any) -> Any:
    xp, array = self.space.xp, self.array
    if self.shape:
        if any(n != 1 for n in self.shape):
            refuse(self)
        array = xp.reshape(array, ())
    return xp.tolist(array)


def _count(self: Tensor) -> int:
    total = 1
    for n in self.shape:
        total *= n
    return total


def _not_one(self: Tensor) -> NoReturn:
    raise RuntimeError(
        f"a Tensor with {_count(self)} elements cannot be converted to Scalar; its shape is {self.shape}. "
        "Use tolist(), or reduce it first."
    )


def _not_one_for_python(self: Tensor) -> NoReturn:
    raise ValueError(
        f"only one element tensors can be converted to Python scalars; this one has shape {self.shape}. "
        "Use tolist(), or reduce it first."
    )


def _not_one_for_truth(self: Tensor) -> NoReturn:
    what = "more than one value" if _count(self) else "no values"
    raise RuntimeError(
        f"Boolean value of Tensor with {what} is ambiguous; its shape is {self.shape}. Use any() or all()."
    )


def _no_index(self: Tensor) -> NoReturn:
    raise TypeError("only integer tensors of a single element can be converted to an index")


def tolist(self: Tensor) -> Any:
    """The elements as nested lists of Python numbers; a bare number for a 0-d tensor. Source: torch.Tensor.tolist.

    >>> tensor([[1, 2], [3, 4]]).tolist()
    [[1, 2], [3, 4]]
    """
    return self.space.xp.tolist(self.array)


def numpy(self: Tensor, *, force: bool = False) -> Any:
    """The elements as a NumPy array, of the same memory where the backend can share it.

    `force` detaches and moves to the CPU first.
    Errors: RuntimeError if self requires grad; TypeError if it is not on the CPU or NumPy lacks the dtype.
    Source: torch.Tensor.numpy.
    """
    space = self.space
    if not force:
        if self.node is not None:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        if space.device != "cpu":
            raise TypeError(
                f"can't convert {space.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to "
                "host memory first."
            )
    if space.dtype.name == "bfloat16":
        raise TypeError("Got unsupported ScalarType BFloat16: NumPy has no such dtype. Convert it first: t.float().")
    return space.xp.asnumpy(self.array)


def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> Any:
    """What NumPy asks for; refused as `numpy` refuses."""
    array = numpy(self)
    if dtype is not None and array.dtype != dtype:
        if copy is False:
            raise ValueError("Unable to avoid copy while creating an array as requested.")
        return array.astype(dtype)
    return array.copy() if copy else array


def __dlpack__(self: Tensor, **options: Any) -> Any:
    """The memory for another library; BufferError if self requires grad."""
    if self.node is not None:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    return self.array.__dlpack__(**options)


def __dlpack_device__(self: Tensor) -> Any:
    """The device in DLPack's numbers."""
    return self.array.__dlpack_device__()


def __cuda_array_interface__(self: Tensor) -> Any:
    """The memory on a CUDA device for another library, numba for one, as the tensor's own library describes it.

    Errors: AttributeError on another device, so that `hasattr` tells; RuntimeError if self requires grad.
    Source: torch.Tensor.__cuda_array_interface__.
    """
    if not self.space.device.startswith("cuda"):
        raise AttributeError(
            f"Can't get __cuda_array_interface__ on non-CUDA tensor type: {cast(Any, self).type()} "
            "If CUDA data is required use tensor.cuda() to copy tensor to device memory."
        )
    if self.node is not None:
        raise RuntimeError(
            "Can't get __cuda_array_interface__ on Variable that requires grad. "
            "If gradients aren't required, use var.detach() to get Variable that doesn't require grad."
        )
    return self.array.__cuda_array_interface__


def __bool__(self: Tensor) -> bool:
    return bool(_scalar(self, _not_one_for_truth))


def __int__(self: Tensor) -> int:
    value = _scalar(self, _not_one_for_python)
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError("value cannot be converted to type int64_t without overflow")
        value = value.real
    return int(value)


def __float__(self: Tensor) -> float:
    value = _scalar(self, _not_one_for_python)
    if self.node is not None and is_grad_enabled():
        warn_user(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
            "Consider using tensor.detach() first.",
            UserWarning,
        )
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError("value cannot be converted to type double without overflow")
        value = value.real
    return float(value)


def __complex__(self: Tensor) -> complex:
    return complex(_scalar(self, _not_one_for_python))


def __index__(self: Tensor) -> int:
    if self.space.dtype.is_inexact:
        _no_index(self)
    return int(_scalar(self, _no_index))


def __len__(self: Tensor) -> int:
    if not self.shape:
        raise TypeError("len() of a 0-d tensor")
    return self.shape[0]


def __iter__(self: Tensor) -> Any:
    if not self.shape:
        raise TypeError("iteration over a 0-d tensor")
    return iter(cast(Any, self).unbind(0))


def __reversed__(self: Tensor) -> Any:
    return cast(Any, self).flip(0) if self.shape else self


def __contains__(self: Tensor, element: Any) -> bool:
    if not isinstance(element, (Tensor, *_NUMBERS)):
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")
    return bool((cast(Any, self) == element).any())
