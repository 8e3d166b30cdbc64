"""Floor 5: what a node kept, to be read by hand: `node._saved_self`, `node._saved_dim`, under torch's names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from wengert.rule.primitive import Primitive
from wengert.tensor.base import make
from wengert.tensor.packing import Packed, check_hooks, packed_by
from wengert.tensor.tools import RecordingTools

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
            "per_head",
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


def kept_values(primitive: Primitive, kept_by: Iterable[str], saved_names: Mapping[str, str]) -> dict[str, property]:
    """The attributes of a class of nodes that show what its nodes can keep: a Tensor, an argument, or None for what a
    call had no need of.

    They are properties, each of its own: with one `__getattr__` for all of them, Python would look up every attribute
    of a node by name, in the engine too.
    Errors: RuntimeError for a Tensor that was freed or written.
    """
    members: dict[str, property] = {}
    for ours in dict.fromkeys([*kept_by, *primitive.statics]):
        theirs = saved_names.get(ours) or _TORCHS.get(ours, ours)
        if (theirs in _OWN and ours not in saved_names) or theirs.endswith(("_shape", "_dtype")):
            continue
        members[f"_saved_{theirs}"] = property(partial(_kept, ours))
        if ours == "out" or ours in primitive.inputs or ours in primitive.outputs:
            members[f"_raw_saved_{theirs}"] = property(partial(_raw, ours))
    return members


def _kept(name: str, node: Any) -> Any:
    return tensor_kept(node, name)


def _raw(name: str, node: Any) -> SavedTensor:
    return SavedTensor(node, name)


def tensor_kept(node: Any, name: str) -> Any:
    """What `node` kept under our `name`."""
    if not node.keeps(name):
        return None
    if name in node.primitive.inputs:
        return node.input_kept(name)
    return node.kept(name, _TOOLS)


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
