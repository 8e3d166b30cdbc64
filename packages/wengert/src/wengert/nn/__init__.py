"""Public: neural-network functions, under torch's names."""

from wengert.nn import functional

__all__ = ["functional"]
