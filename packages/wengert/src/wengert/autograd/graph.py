"""The tape, with torch's names."""

from wengert.api.autograd import GradientEdge, get_gradient_edge
from wengert.graph.node import Node

__all__ = ["GradientEdge", "Node", "get_gradient_edge"]
