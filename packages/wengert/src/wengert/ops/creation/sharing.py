"""Floor 6: tensors with the memory of another library's arrays."""

from __future__ import annotations

from typing import Any, cast

from wengert.backends.registry import backend_of
from wengert.extras import optional
from wengert.ops.conversion.moving import to
from wengert.ops.creation.data import from_data
from wengert.ops.placement import Device
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make

#: Which library reads what an unknown one exports from a DLPack device type, and the extra that installs it.
_READERS = {1: ("numpy", "numpy"), 2: ("cupy", "cuda12"), 3: ("numpy", "numpy"), 13: ("cupy", "cuda12")}


def from_numpy(ndarray: Any, *, backend: str | None = None) -> Any:
    """A tensor with the memory of a NumPy array, where the backend can share it; dtype and shape are the array's.

    Errors: TypeError if `ndarray` is none, or of a dtype that tensors do not have.
    Source: torch.from_numpy.
    """
    kind = cast(type[Any], type(ndarray))
    if not any(base.__module__ == "numpy" and base.__name__ == "ndarray" for base in kind.__mro__):
        known = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        raise TypeError(f"expected np.ndarray (got {known})")
    return make(*from_data("from_numpy", ndarray, None, "cpu", backend, copy=False))


def from_dlpack(ext_tensor: Any, *, device: Device = None, copy: bool | None = None, backend: str | None = None) -> Any:
    """A tensor with the memory of what exports DLPack: an array of another library, or a Tensor.

    An array in host memory goes to the backend chosen, one on another device stays with its library; `device` and
    `backend` say otherwise. `copy` makes a copy in any case.
    Errors: BufferError or RuntimeError if `ext_tensor` requires grad: detach it first; RuntimeError if it exports
    nothing. Source: torch.from_dlpack.

    >>> import numpy as np
    >>> array = np.arange(3)
    >>> x = from_dlpack(array)
    >>> array[0] = 7
    >>> x
    tensor([7, 1, 2])
    """
    if isinstance(ext_tensor, Tensor):
        if ext_tensor.node is not None:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        return to(cast(Any, ext_tensor).detach(), device=device, copy=bool(copy), backend=backend)
    if backend_of(ext_tensor) is None:
        if not hasattr(ext_tensor, "__dlpack_device__"):
            raise RuntimeError(
                "from_dlpack received an invalid capsule: "
                f"got {type(ext_tensor).__name__}; expected an object with __dlpack__ and __dlpack_device__."
            )
        kind = int(ext_tensor.__dlpack_device__()[0])
        if kind not in _READERS:
            raise BufferError(f"from_dlpack: no backend reads memory of DLPack device type {kind}.")
        ext_tensor = optional(*_READERS[kind]).from_dlpack(ext_tensor)
    return make(*from_data("from_dlpack", ext_tensor, None, device, backend, copy=bool(copy)))
