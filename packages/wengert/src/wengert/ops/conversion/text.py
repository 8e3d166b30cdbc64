"""Floor 6: tensors as text: `repr`, `str` and `format`."""

from __future__ import annotations

from typing import Any, cast

from wengert.backends.registry import default_backend
from wengert.ops.conversion.moving import live_tangent
from wengert.protocol import dtypes
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType, get_default_dtype
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.printing import format_tensor, tensor_suffixes


def __repr__(self: Tensor) -> str:
    """The values as torch prints them, and after them what they do not tell."""
    space, default = self.space, get_default_dtype()
    if space.plain.__class__ is not Space:
        return cast(Any, space.plain).text_of(self)  # a transform's space
    tangent = live_tangent(self)
    suffixes = tensor_suffixes(
        self.shape,
        repr(space.dtype),
        dtype_is_default=space.dtype is default,
        dtype_is_implied=space.dtype in (default, _implied_complex(default), dtypes.int64, dtypes.bool_),
        device=_unexpected_device(self),
        grad_fn=_node_name(self),
        requires_grad=self.node is not None,
        tangent=None if tangent is None else f"{tangent}",
    )
    return format_tensor(lambda key: _box(self, key), self.shape, space.dtype, suffixes)


def _node_name(self: Tensor) -> str | None:
    """The name of the node, as torch says it where a view may not be used any more."""
    try:
        node = cast(Any, self).grad_fn
    except RuntimeError:
        return "Invalid"
    return None if node is None else node.name()


def _implied_complex(default: DType) -> DType:
    return dtypes.complex128 if default is dtypes.float64 else dtypes.complex64


def _box(self: Tensor, key: tuple[slice, ...]) -> Any:
    xp = self.space.xp
    whole = all(part == slice(0, n) for part, n in zip(key, self.shape, strict=True))
    return xp.tolist(self.array if whole else xp.getitem(self.array, key))


def _unexpected_device(self: Tensor) -> str | None:
    """The device unless it is the one that creation uses without device=."""
    place = self.space.device
    if place == "cpu" or place == default_backend().devices()[0]:
        return None
    return place


def __format__(self: Tensor, format_spec: str) -> str:
    """A 0-d tensor formats as its value."""
    if not self.shape:
        return format(self.space.xp.tolist(self.array), format_spec)
    if format_spec:
        raise TypeError(f"unsupported format string passed to {type(self).__name__}.__format__")
    return str(self)
