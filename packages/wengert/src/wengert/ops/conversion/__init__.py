"""Floor 6: tensors to other dtypes, devices, backends, Python values, NumPy arrays and text."""

from __future__ import annotations

from wengert.ops.conversion import copying, moving, text, values
from wengert.ops.conversion.attributes import (
    AttributeMethods,
    is_complex,
    is_conj,
    is_floating_point,
    is_neg,
    is_nonzero,
    is_same_size,
    is_tensor,
    numel,
)
from wengert.ops.conversion.types import can_cast, finfo, iinfo, promote_types, result_type


class ConversionMethods(AttributeMethods):
    """The methods of a Tensor that convert it, and those that describe it."""

    __slots__ = ()

    to = moving.to
    type = moving.type_
    type_as = moving.type_as
    cpu = moving.cpu
    to_device = moving.to_device
    cuda = moving.cuda
    float, double, half, bfloat16 = moving.to_float, moving.to_double, moving.to_half, moving.to_bfloat16
    chalf, cfloat, cdouble = moving.to_chalf, moving.to_cfloat, moving.to_cdouble
    long, int, short = moving.to_long, moving.to_int, moving.to_short
    char, byte, bool = moving.to_char, moving.to_byte, moving.to_bool

    item = values.item
    tolist = values.tolist
    numpy = values.numpy
    __array__ = values.__array__
    __dlpack__ = values.__dlpack__
    __dlpack_device__ = values.__dlpack_device__
    __cuda_array_interface__ = property(values.__cuda_array_interface__)
    __bool__ = values.__bool__
    __int__ = values.__int__
    __float__ = values.__float__
    __complex__ = values.__complex__
    __index__ = values.__index__
    __len__ = values.__len__
    __iter__ = values.__iter__
    __reversed__ = values.__reversed__
    __contains__ = values.__contains__

    __repr__ = text.__repr__
    __str__ = text.__repr__
    __format__ = text.__format__

    __copy__ = copying.__copy__
    __deepcopy__ = copying.__deepcopy__
    __reduce_ex__ = copying.__reduce_ex__


__all__ = [
    "can_cast",
    "finfo",
    "iinfo",
    "is_complex",
    "is_conj",
    "is_floating_point",
    "is_neg",
    "is_nonzero",
    "is_same_size",
    "is_tensor",
    "numel",
    "promote_types",
    "result_type",
]
