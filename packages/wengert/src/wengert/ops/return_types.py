"""Floor 6: the named tuples that functions with two results return, printed as torch prints them."""

from __future__ import annotations

from typing import Any, NamedTuple


def _printed(self: Any) -> str:
    pairs = zip(self._fields, self, strict=True)
    fields = ",\n".join(f"{name}={value!r}" for name, value in pairs)
    return f"wengert.return_types.{type(self).__name__}(\n{fields})"


class max(NamedTuple):  # named as the function that returns it
    """The largest elements along a dimension and where they stand."""

    values: Any
    indices: Any
    __repr__ = _printed


class min(NamedTuple):  # likewise
    """The smallest elements along a dimension and where they stand."""

    values: Any
    indices: Any
    __repr__ = _printed


class median(NamedTuple):
    """The medians along a dimension and where they stand."""

    values: Any
    indices: Any
    __repr__ = _printed


class cummax(NamedTuple):
    """The largest elements so far and where they stand."""

    values: Any
    indices: Any
    __repr__ = _printed


class cummin(NamedTuple):
    """The smallest elements so far and where they stand."""

    values: Any
    indices: Any
    __repr__ = _printed


class aminmax(NamedTuple):
    """The smallest and the largest elements."""

    min: Any
    max: Any
    __repr__ = _printed


class sort(NamedTuple):
    """The elements along a dimension in order and where they stood."""

    values: Any
    indices: Any
    __repr__ = _printed


class topk(NamedTuple):
    """The largest elements along a dimension and where they stood."""

    values: Any
    indices: Any
    __repr__ = _printed
