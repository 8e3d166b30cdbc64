"""The tape, with torch's names."""

from typing import TYPE_CHECKING

from wengert.api.autograd import get_gradient_edge
from wengert.api.roots import GradientEdge
from wengert.extras import deferred
from wengert.graph.node import Node

if TYPE_CHECKING:
    from wengert.api.drawing import to_dot, to_mermaid, to_svg, tree
    from wengert.api.multi_grad import register_multi_grad_hook
    from wengert.api.saved import (
        allow_mutation_on_saved_tensors,
        disable_saved_tensors_hooks,
        increment_version,
        save_on_cpu,
        saved_tensors_hooks,
    )

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
    "to_dot",
    "to_mermaid",
    "to_svg",
    "tree",
]

_SAVED = (
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "increment_version",
    "save_on_cpu",
    "saved_tensors_hooks",
)

__getattr__ = deferred(
    __name__,
    {name: f"wengert.api.saved:{name}" for name in _SAVED}
    | {name: f"wengert.api.drawing:{name}" for name in ("to_dot", "to_mermaid", "to_svg", "tree")}
    | {"register_multi_grad_hook": "wengert.api.multi_grad:register_multi_grad_hook"},
)
