"""A profile of backward."""

from wengert.api.profiler import NodeCost, profile

__all__ = ["NodeCost", "profile"]
