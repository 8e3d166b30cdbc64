"""Floor 5: what a node kept, to be read by hand: `node._saved_self`, `node._saved_dim`, under torch's names."""

from __future__ import annotations

from typing import Any

from wengert.tensor.tools import RecordingTools

_PREFIX = "_saved_"
#: Our names of kept values as torch's, where an operation does not say otherwise.
_TORCHS = {"out": "result", "axis": "dim", "keepdims": "keepdim", "x_shape": "self_sym_sizes"}
#: What turns a kept value into a Tensor. Nothing is computed, so no namespace is needed.
_TOOLS = RecordingTools(lambda backend: None)


def kept_names(node: Any) -> dict[str, str]:
    """Torch's names of the values that `node` can keep, and ours."""
    ours: dict[str, None] = dict.fromkeys([*node.kept_by, *node.primitive.statics])
    return {node.saved_names.get(name) or _TORCHS.get(name, name): name for name in ours}


def kept_value(node: Any, attribute: str) -> Any:
    """The value of an attribute that no slot has: a Tensor, an argument, or None for what this call had no need of.

    Errors: AttributeError for a name that this operation never keeps; RuntimeError for a Tensor that was freed or
    written."""
    name = kept_names(node).get(attribute.removeprefix(_PREFIX)) if attribute.startswith(_PREFIX) else None
    if name is None:
        raise AttributeError(f"{node.name()} has no attribute {attribute!r}")
    if not node.keeps(name):
        return None
    if name in node.primitive.inputs:
        return node.input_kept(name)
    return node.kept(name, _TOOLS)


def attributes(node: Any) -> list[str]:
    """The names of all attributes of `node`, those of kept values too."""
    return sorted({*object.__dir__(node), *(f"{_PREFIX}{name}" for name in kept_names(node))})
