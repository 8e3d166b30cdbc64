"""Floor 6: making tensors: from data, filled with one value, evenly spaced."""

from __future__ import annotations

from wengert.ops.creation.data import as_tensor, asarray, new_tensor, tensor
from wengert.ops.creation.filled import (
    empty,
    empty_like,
    eye,
    full,
    full_like,
    new_empty,
    new_full,
    new_ones,
    new_zeros,
    ones,
    ones_like,
    scalar_tensor,
    zeros,
    zeros_like,
)
from wengert.ops.creation.ranges import arange, linspace, logspace
from wengert.ops.creation.sharing import from_dlpack, from_numpy
from wengert.ops.creation.strided import empty_permuted, empty_strided, new_empty_strided
from wengert.ops.placement import device, get_default_device, set_default_device
from wengert.tensor.base import TensorBase as Tensor


class CreationMethods(Tensor):
    """The methods of a Tensor that make others of its dtype and device."""

    __slots__ = ()

    new_tensor = new_tensor
    new_zeros = new_zeros
    new_ones = new_ones
    new_empty = new_empty
    new_full = new_full
    new_empty_strided = new_empty_strided


__all__ = [
    "arange",
    "as_tensor",
    "asarray",
    "device",
    "empty",
    "empty_like",
    "empty_permuted",
    "empty_strided",
    "eye",
    "from_dlpack",
    "from_numpy",
    "full",
    "full_like",
    "get_default_device",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "scalar_tensor",
    "set_default_device",
    "tensor",
    "zeros",
    "zeros_like",
]
