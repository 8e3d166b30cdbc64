"""The tape, with torch's names."""

from wengert.graph.node import Node

__all__ = ["Node"]
