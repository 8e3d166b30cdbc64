"""Floor 6: `self[key] = value`: a write to the view that the basic part of the key makes."""

from __future__ import annotations

from math import prod
from typing import Any, cast

from wengert.graph.modes import is_grad_enabled
from wengert.ops.arguments import spoken
from wengert.ops.indexing.keys import Key, normalized_key
from wengert.ops.indexing.reading import viewed
from wengert.ops.indexing.writing import assigned, fitting, put_in_place, stretched, write_item
from wengert.ops.inplace.filling import beside, checked_number, copy_, fill_
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import uint8
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import bump_version
from wengert.tensor.inplace import before, raise_overlap, write
from wengert.tensor.operands import NUMBERS, overflow
from wengert.tensor.view import check_writable, user_line


def setitem(self: Any, key: Any, value: Any) -> None:
    """`self[key] = value`, differentiable in both."""
    is_tensor = isinstance(value, Tensor)
    if not is_tensor:
        if not isinstance(value, NUMBERS):
            raise TypeError(
                f"can't assign a {type(value).__name__} to a tensor of {self.space.dtype!r}. Make it a Tensor: "
                "wengert.as_tensor(x)."
            )
        value = checked_number(self.space.plain, "__setitem__", value)
    if key is False:
        return  # selects nothing
    explicit = normalized_key(self, None if key is True else (key,) if key.__class__ is slice else key)
    recorded = (self.node is not None or value.node is not None) and is_grad_enabled()
    claims, is_plain = self.space.backend.capabilities, self.space.__class__ is Space and value.space.__class__ is Space
    has_regions = is_plain and claims.mutable and claims.views
    if has_regions and (recorded or self.space.xp.is_overlapping(self.array)):
        _write_region(self, key, explicit, beside(self, value))
        return
    check_writable(self, others=(value,))
    _refuse_bytes(key, explicit, value)
    if is_tensor:
        value = _fitting(self, explicit, beside(self, value))
    if recorded or not is_plain:
        write(self, assigned(before(self), explicit, before(value) if value is self else value))
        return
    write_item(self, explicit, value)
    bump_version(self, user_line())


def delitem(self: Any, key: Any) -> None:
    """`del self[key]`: refused."""
    raise TypeError("Tensor does not support deleting items")


def _write_region(self: Any, key: Any, explicit: Key, value: Any) -> None:
    """Write `value` into the view at the basic part of a key, and let the history of self go on by that of the view."""
    region = self if explicit.basic is None or explicit.kind == "Alias" else viewed(self, explicit.basic, explicit.kind)
    if explicit.pattern is not None:
        check_writable(region, may_overlap=True, others=(value,))
        _refuse_bytes(key, explicit, value)
        value = _fitting(self, explicit, value)
        write(region, put_in_place(before(region), explicit, before(value) if value is self else value))
        return
    value = fitting(value, explicit, region.shape)
    if value.shape or not region.shape:
        copy_(region, stretched(value, region.shape))
    else:
        check_writable(region, others=(value,))
        fill_(region, value)


def _fitting(self: Any, key: Key, value: Any) -> Any:
    """`value` in the dtype of self; RuntimeError in torch's words where dtypes have to agree or memories to differ."""
    dtype = self.space.dtype
    fills = key.pattern is None or (key.is_mask and prod(value.shape) == 1)
    if value.version is not None and value.version is self.version:
        xp = self.space.xp
        target = self.array if key.basic is None else xp.getitem(self.array, key.basic)
        found = xp.overlap(target, value.array)
        if (found and not fills) or (found == 2 and key.pattern is None and value.shape == tuple(target.shape)):
            raise_overlap()
    if value.space.dtype is dtype:
        return value
    if not fills:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {spoken(dtype)} for the destination and "
            f"{spoken(value.space.dtype)} for the source. Convert the value: value.to({dtype!r})."
        )
    if key.pattern is not None and value.space.dtype.is_complex and not dtype.is_complex:
        raise overflow(dtype)
    return value.to(dtype)


def _refuse_bytes(key: Any, explicit: Key, value: Any) -> None:
    """RuntimeError in torch's words for one value at a mask of bytes, which index tensors may be but fills may not."""
    entries = cast("tuple[Any, ...]", key if isinstance(key, tuple) else (key,))
    if (
        explicit.is_mask
        and prod(value.shape) == 1
        and any(isinstance(e, Tensor) and e.shape and e.space.dtype is uint8 for e in entries)
    ):
        raise RuntimeError(
            "masked_fill_ only supports boolean masks, but got mask with dtype unsigned char. Convert it: "
            "mask.to(wengert.bool)."
        )
