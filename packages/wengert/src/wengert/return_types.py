"""The named tuples that functions with two results return, with torch's names."""

from wengert.ops.return_types import aminmax, max, median, min, sort, topk

__all__ = ["aminmax", "max", "median", "min", "sort", "topk"]
