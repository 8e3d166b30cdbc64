"""Floor 6: tensors from data: Python numbers, nested sequences, arrays of any library, tensors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, cast

from wengert.backends.nested import nested
from wengert.backends.registry import backend_of
from wengert.extras import optional
from wengert.ops.conversion.moving import to, transfer
from wengert.ops.creation.sizes import fitted
from wengert.ops.placement import Device, checked_dtype, leaf, place_for, space_beside
from wengert.protocol import dtypes
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType, get_default_dtype, promote_types
from wengert.protocol.shapes import Shape
from wengert.protocol.warned import warn_user
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make

_PLAIN: tuple[type, ...] = (bool, int, float, complex)
LARGEST_RANK = 64  # what NumPy and torch's reductions hold


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """A new tensor of a copy of `data`: a number, nested sequences of numbers, an array of any library, or a Tensor.

    Dtype: without `dtype` that of the data: Python floats have the default dtype, integers int64, booleans bool; arrays
    and tensors their own. Device: without `device` and `backend` the default one.
    Errors: ValueError if sequences of one depth differ in length; TypeError or RuntimeError for what is no number or
    does not fit `dtype`; RuntimeError if integers should require grad.
    Source: torch.tensor.

    >>> tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    """
    if isinstance(data, Tensor):
        _warn_of_copying("wengert.tensor(sourceTensor)")
        return leaf(*_copied("tensor", data, dtype, device, backend), requires_grad)
    space, array = from_data("tensor", data, dtype, device, backend, copy=True)
    return leaf(space, array, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Device = None, *, backend: str | None = None) -> Any:
    """`data` as a tensor, copied only where it must be.

    A Tensor of that dtype and device is returned itself, another one is converted differentiably. An array on the CPU
    goes to the backend chosen, and keeps its memory if that backend can share it; on another device it stays with its
    own backend unless `device` or `backend` says otherwise.
    Errors: those of `tensor`.
    Source: torch.as_tensor.

    >>> x = tensor([1., 2.])
    >>> as_tensor(x) is x
    True
    """
    if isinstance(data, Tensor):
        return to(data, dtype=checked_dtype("as_tensor", dtype), device=device, backend=backend)
    space, array = from_data("as_tensor", data, dtype, device, backend, copy=False)
    return make(space, array)


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Device = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
    backend: str | None = None,
) -> Any:
    """`obj` as a tensor; `copy` True always copies, False never, None where it must be.

    Without `requires_grad` a Tensor keeps its place on the tape; with False it leaves it.
    Errors: those of `tensor`; ValueError if `copy` is False and a copy is needed.
    Source: torch.asarray.

    >>> asarray([1., 2.], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if isinstance(obj, Tensor):
        result = to(obj, dtype=checked_dtype("asarray", dtype), device=device, copy=bool(copy), backend=backend)
        if copy is False and result is not obj:
            raise ValueError("can't alias tensor with a different dtype or device; leave out copy=False.")
        if requires_grad is False and result.node is not None:
            return result.detach()
        if requires_grad and result.node is None:
            result = make(result.space.plain, result.array) if result is obj else result
            return leaf(result.space, result.array, True)
        return result
    if copy is False and (backend_of(obj) is None):
        raise ValueError("can't alias arbitrary sequence into a tensor.")
    space, array = from_data("asarray", obj, dtype, device, backend, copy=bool(copy))
    return leaf(space, array, bool(requires_grad))


def new_tensor(
    self: Any,
    data: Any,
    *,
    dtype: Any = None,
    device: Device = None,
    requires_grad: bool = False,
    backend: str | None = None,
) -> Any:
    """A new tensor of a copy of `data`, of self's dtype and device unless others are given."""
    if isinstance(data, Tensor):
        _warn_of_copying("tensor.new_tensor(sourceTensor)")
    space = space_beside("new_tensor", self.space, dtype, device, backend)
    if isinstance(data, Tensor):
        return leaf(space, transfer(data.array, data.space, space, copy=True), requires_grad)
    outside, array = from_data("new_tensor", data, space.dtype, space.device, space.backend.name, copy=True)
    return leaf(outside, array, requires_grad)  # inside of a transform too: all elements of a batch share it


def _warn_of_copying(called: str) -> None:
    warn_user(
        "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
        f"sourceTensor.detach().clone().requires_grad_(True), rather than {called}.",
        UserWarning,
    )


def _copied(name: str, data: Tensor, dtype: Any, device: Device, backend: str | None) -> tuple[Space, Any]:
    space = space_beside(name, data.space, dtype, device, backend)
    return space, transfer(data.array, data.space, space, copy=True)


def from_data(
    name: str, data: Any, dtype: Any, device: Device, backend: str | None, *, copy: bool
) -> tuple[Space, Any]:
    """The space and the raw array of data that is no Tensor."""
    wanted = checked_dtype(name, dtype)
    owner = backend_of(data)
    if owner is None and hasattr(data, "__cuda_array_interface__"):  # before NumPy's way, which leads to the host
        data = optional("cupy", "cuda12").asarray(data)
        owner = backend_of(data)
    if owner is None and hasattr(data, "__array__"):  # a table, a picture: what can become a NumPy array
        data = data.__array__()
        owner = backend_of(data)
    if owner is not None:
        if not isinstance(data, owner.array_type):  # NumPy's scalars
            data = owner.xp.asarray(data)
        source = owner.space_of(data)
        if device is None and backend is None and source.device != "cpu":
            space = source.of(wanted or source.dtype)
        else:
            found, place = place_for(name, device, backend)
            space = found.space(place, wanted or source.dtype)
        return space, transfer(data, source, space, copy=copy)
    found, place = place_for(name, device, backend)
    if hasattr(data, "__dlpack__"):  # an array whose library has no plugin here: the backend's own library reads it
        read = found.xp.asarray(data)
        source = found.space_of(read)
        space = found.space(place, wanted or source.dtype)
        return space, transfer(read, source, space, copy=copy)
    shape, items = _flat(data)
    if len(shape) > LARGEST_RANK:
        raise RuntimeError(f"only tensors with up to {LARGEST_RANK} dims are supported, but the data has {len(shape)}.")
    inferred = wanted or found.nearest(_dtype_of(items))
    space = found.space(place, inferred)
    xp, native, where = space.xp, space.native, space.native_device
    if not items:
        return space, xp.zeros(shape, dtype=native, device=where)
    values = _values(items)
    if wanted is None and inferred is dtypes.int64 and not all(-(1 << 63) <= value < 1 << 63 for value in values):
        raise ValueError("Overflow when unpacking long long")
    with xp.errstate():
        array = xp.asarray(nested(fitted(inferred, values, saturating=True), shape), dtype=native, device=where)
    return space, array


def _flat(data: Any) -> tuple[Shape, list[Any]]:
    """The shape of nested sequences and their numbers, in order; what is no sequence is a number of shape ()."""
    shape = _shape_by_first(data)
    items = [data]
    for dim, size in enumerate(shape):
        for row in items:
            if not _is_sequence(row):
                raise TypeError("not a sequence")
            if len(row) != size:
                raise ValueError(f"expected sequence of length {size} at dim {dim} (got {len(row)})")
        items = list(chain.from_iterable(_row(row) for row in items))
        if not size:
            break
    return shape, items


def _shape_by_first(data: Any) -> Shape:
    shape: list[int] = []
    while _is_sequence(data):
        shape.append(len(data))
        if not shape[-1]:
            break
        data = _row(data)[0]
    return tuple(shape)


def _is_sequence(data: Any) -> bool:
    kind = data.__class__
    if kind is list or kind is tuple:
        return True
    if kind in _PLAIN or isinstance(data, (str, bytes)):
        return False
    if isinstance(data, Tensor):
        return False
    return isinstance(data, Sequence) or (backend_of(data) is not None and bool(data.shape))


def _row(data: Any) -> Any:
    """A sequence, or the numbers of an array as nested lists of 0-d arrays' values."""
    if isinstance(data, Sequence):
        return data  # pyright: ignore[reportUnknownVariableType]  # of anything
    return [data[position] for position in range(len(data))]


def _dtype_of(items: list[Any]) -> DType:
    """The dtype that holds all items; the default one for none."""
    if not items:
        return get_default_dtype()
    result: DType | None = None
    kinds = set(map(type, items))
    if kinds <= set(_PLAIN):
        found = [_of_python_type(kind) for kind in kinds]
    else:
        found = list({_item_dtype(item) for item in items})
    for dtype in found:
        result = dtype if result is None else promote_types(result, dtype)
    assert result is not None
    return result


def _of_python_type(kind: type) -> DType:
    if kind is bool:
        return dtypes.bool_
    if kind is int:
        return dtypes.int64
    return get_default_dtype() if kind is float else get_default_dtype().to_complex()


def _item_dtype(item: Any) -> DType:
    if item.__class__ in _PLAIN:
        return _of_python_type(item.__class__)
    if isinstance(item, Tensor):
        return item.space.dtype
    owner = backend_of(item)
    if owner is not None:
        return owner.space_of(owner.xp.asarray(item)).dtype
    if isinstance(item, (str, bytes)):
        raise TypeError(f"new(): invalid data type {type(item).__name__!r}")
    if isinstance(item, Sequence):
        kind = cast(Any, item).__class__.__name__
        raise TypeError(f"{kind!r} object cannot be interpreted as an integer; expected all numbers at one depth.")
    for python_type in _PLAIN:
        if isinstance(item, python_type):
            return _of_python_type(python_type)
    raise RuntimeError(f"Could not infer dtype of {type(item).__name__}")


def _values(items: list[Any]) -> list[Any]:
    """Each item as a Python number."""
    return [item if item.__class__ in _PLAIN else _value(item) for item in items]


def _value(item: Any) -> Any:
    if isinstance(item, Tensor):
        if any(n != 1 for n in item.shape):
            raise ValueError("only one element tensors can be converted to Python scalars")
        return item.space.xp.tolist(item.space.xp.reshape(item.array, ()))
    owner = backend_of(item)
    if owner is not None:
        array = owner.xp.asarray(item)
        if any(n != 1 for n in array.shape):
            raise ValueError("only one element tensors can be converted to Python scalars")
        return owner.xp.tolist(owner.xp.reshape(array, ()))
    if isinstance(item, _PLAIN):
        return item
    raise TypeError(f"must be real number, not {type(item).__name__}")
