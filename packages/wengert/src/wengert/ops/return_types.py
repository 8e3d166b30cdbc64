"""Floor 6: the named tuples that functions with two results return, printed as torch prints them."""

from __future__ import annotations

from typing import Any, NamedTuple


def printed(self: Any) -> str:
    """The fields one under the other."""
    pairs = zip(self._fields, self, strict=True)
    fields = ",\n".join(f"{name}={value!r}" for name, value in pairs)
    return f"wengert.return_types.{type(self).__name__}(\n{fields})"


class _Found(NamedTuple):
    values: Any
    indices: Any


class max(_Found):  # named as the function that returns it
    """The largest elements along a dimension and where they stand."""

    __slots__ = ()
    __repr__ = printed


class min(_Found):  # likewise
    """The smallest elements along a dimension and where they stand."""

    __slots__ = ()
    __repr__ = printed


class median(_Found):
    """The medians along a dimension and where they stand."""

    __slots__ = ()
    __repr__ = printed


class nanmedian(_Found):
    """The medians along a dimension, nan left out, and where they stand."""

    __slots__ = ()
    __repr__ = printed


class kthvalue(_Found):
    """The k-th smallest elements along a dimension and where they stand."""

    __slots__ = ()
    __repr__ = printed


class mode(_Found):
    """The most frequent elements along a dimension and where they stand."""

    __slots__ = ()
    __repr__ = printed


class histogram(NamedTuple):
    """The counts of the bins, and the edges between them."""

    hist: Any
    bin_edges: Any
    __repr__ = printed


class histogramdd(NamedTuple):
    """The counts of the bins, and the edges between them for each dimension."""

    hist: Any
    bin_edges: Any
    __repr__ = printed


class cummax(_Found):
    """The largest elements so far and where they stand."""

    __slots__ = ()
    __repr__ = printed


class cummin(_Found):
    """The smallest elements so far and where they stand."""

    __slots__ = ()
    __repr__ = printed


class aminmax(NamedTuple):
    """The smallest and the largest elements."""

    min: Any
    max: Any
    __repr__ = printed


class sort(_Found):
    """The elements along a dimension in order and where they stood."""

    __slots__ = ()
    __repr__ = printed


class topk(_Found):
    """The largest elements along a dimension and where they stood."""

    __slots__ = ()
    __repr__ = printed


class frexp(NamedTuple):
    """Mantissas and exponents."""

    mantissa: Any
    exponent: Any
    __repr__ = printed
