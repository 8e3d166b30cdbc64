"""Floor 5: what a node kept, to be read by hand: `node._saved_self`, `node._saved_dim`, under torch's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.tensor.base import make
from wengert.tensor.packing import Packed, check_hooks, packed_by
from wengert.tensor.tools import RecordingTools

_PREFIX, _RAW_PREFIX = "_saved_", "_raw_saved_"
#: Our names of kept values as torch's, where an operation does not say otherwise.
_TORCHS = {"out": "result", "axis": "dim", "keepdims": "keepdim", "x_shape": "self_sym_sizes"}
#: What our rules ask for and torch's nodes do not show: shapes other than the first input's, and these.
_OWN = frozenset(
    {
        *("shape", "axes", "key", "pattern", "second", "third", "fourth", "is_whole", "rows", "sizes", "widths"),
        *(
            "dtype",
            "counts",
            "divisor",
            "affine",
            "view",
            "is_scaled",
            "last",
            "phase",
            "size",
            "step",
            "output",
            "value",
        ),
    }
)
#: What turns a kept value into a Tensor. Nothing is computed, so no namespace is needed.
_TOOLS = RecordingTools(lambda backend: None)


def kept_names(node: Any) -> dict[str, str]:
    """Torch's names of the values that `node` can keep, and ours."""
    ours: dict[str, None] = dict.fromkeys([*node.kept_by, *node.primitive.statics])
    return {node.saved_names.get(name) or _TORCHS.get(name, name): name for name in ours}


def _shown_names(node: Any) -> dict[str, str]:
    """Those of `kept_names` that are attributes of `node`: what torch's nodes may have too."""
    names = kept_names(node).items()
    return {theirs: ours for theirs, ours in names if theirs not in _OWN and not theirs.endswith(("_shape", "_dtype"))}


def kept_value(node: Any, attribute: str) -> Any:
    """The value of an attribute that no slot has: a Tensor, an argument, or None for what this call had no need of.

    Errors: AttributeError for a name that this operation never keeps; RuntimeError for a Tensor that was freed or
    written."""
    raw = attribute.startswith(_RAW_PREFIX)
    stem = attribute.removeprefix("_raw") if raw else attribute
    name = _shown_names(node).get(stem.removeprefix(_PREFIX)) if stem.startswith(_PREFIX) else None
    if name is not None and raw and _is_tensor(node, name):
        return SavedTensor(node, name)
    if name is None or raw:
        raise AttributeError(f"{node.name()} has no attribute {attribute!r}")
    return tensor_kept(node, name)


def tensor_kept(node: Any, name: str) -> Any:
    """What `node` kept under our `name`."""
    if not node.keeps(name):
        return None
    if name in node.primitive.inputs:
        return node.input_kept(name)
    return node.kept(name, _TOOLS)


def attributes(node: Any) -> list[str]:
    """The names of all attributes of `node`, those of kept values too."""
    names = _shown_names(node)
    saved = [f"{_PREFIX}{name}" for name in names]
    raw = [f"{_RAW_PREFIX}{name}" for name, ours in names.items() if _is_tensor(node, ours)]
    return sorted({*object.__dir__(node), *saved, *raw})


def _is_tensor(node: Any, name: str) -> bool:
    """Whether what is kept under our `name` is a tensor, not an argument."""
    return name == "out" or name in node.primitive.inputs or name in node.primitive.outputs


class SavedTensor:
    """One kept value of a node: `node._raw_saved_self`. Hooks of its own may pack it."""

    __slots__ = ("_name", "_node")

    def __init__(self, node: Any, name: str) -> None:
        self._node, self._name = node, name

    @property
    def data(self) -> Any:
        """What is kept: the tensor, or what the pack hook made of it."""
        packed = self._packed()
        return self.unpack() if packed is None else packed.value

    @property
    def unpack_hook(self) -> Callable[[Any], Any] | None:
        """The hook that makes a tensor again, None if there is none."""
        packed = self._packed()
        return None if packed is None else packed.unpack

    def unpack(self) -> Any:
        """The tensor, as `node._saved_self` gives it."""
        return tensor_kept(self._node, self._name)

    def register_hooks(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        """Keep `pack_hook(tensor)` in the place of the tensor; `unpack_hook` of it gives the tensor when it is needed.

        Errors: RuntimeError if it has hooks already, was freed, or is written by `pack_hook`.
        """
        check_hooks(pack_hook, unpack_hook, "register_hooks")
        if self._packed() is not None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of "
                "hooks is allowed at a time."
            )
        if self._node.is_freed(self._name):
            raise RuntimeError(
                "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the "
                "graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need "
                "to backward through the graph a second time or if you need to access saved variables after calling "
                "backward."
            )
        tensor = self.unpack()
        if tensor is None:
            raise RuntimeError(f"{self._node.name()} kept no tensor here: there is nothing to pack.")
        is_output = self._name == "out" or self._name in self._node.primitive.outputs
        shown = make(tensor.space.plain, tensor.array)
        shown.version = tensor.version
        packed = Packed(tensor, (lambda _: packed_by(pack_hook, shown), unpack_hook), is_output=is_output)
        if is_output:
            packed.seq = self._node.output_kept(self._name).seq if self._node.primitive.outputs else 0
        self._node.free_one(self._name)
        self._node.extras().packed[self._name] = packed

    def _packed(self) -> Packed | None:
        extra = self._node.extra
        return None if extra is None else extra.packed.get(self._name)
