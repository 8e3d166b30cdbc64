"""Floor 5: kept values that hooks have packed.

`saved_tensors_hooks`, or `register_hooks` on one kept value, puts a `Packed` in the place of a tensor: what the pack
hook returned, and the hook that makes a tensor of it again. A node has them among its rare attributes, so that they
cost nothing where there are none; such a node runs its declared rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import ref

from wengert.graph.modes import Mode, is_grad_enabled, set_grad_mode
from wengert.graph.node import Node
from wengert.tensor.base import TensorBase, edge_of, make

Pair = tuple[Callable[[Any], Any], Callable[[Any], Any]]


class Packed:
    """What a pack hook made of a tensor, with the tensor's place on the tape: an edge, None for an output."""

    __slots__ = ("edge", "is_leaf", "seq", "unpack", "value")

    def __init__(self, tensor: TensorBase, pair: Pair, *, is_output: bool = False, seq: int = 0) -> None:
        self.edge: Node | None = None if is_output else edge_of(tensor)
        self.is_leaf = tensor.node.__class__ is ref
        self.value, self.unpack = packed_by(pair[0], tensor), pair[1]
        self.seq = seq  # of an output: the number of the edge that it stands behind

    def unpacked(self, node: Any = None) -> Any:
        """The tensor again; `node` is where the gradient of an output goes."""
        tensor = self.unpack(self.value)
        if not isinstance(tensor, TensorBase):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(tensor).__name__}"
            )
        edge = self.edge if node is None else node
        return make(tensor.space, tensor.array, ref(edge) if self.is_leaf and edge is not None else edge)


def packed_by(pack: Callable[[Any], Any], tensor: TensorBase) -> Any:
    """What `pack` returns for `tensor`; RuntimeError if it writes it."""
    before = _count(tensor)
    previous = set_grad_mode(False)
    try:
        value = pack(tensor)
    finally:
        set_grad_mode(previous)
    if _count(tensor) != before:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook "
            "cannot be modified by in-place operations as this can lead to unexpected side-effects. Let the hook write "
            "to a clone."
        )
    return value


def _count(tensor: TensorBase) -> int:
    return 0 if tensor.version is None else tensor.version[0]


def innermost_hooks() -> Pair | None:
    """The pair of hooks that a tensor saved now goes through, None where there is none."""
    mode = is_grad_enabled()
    return mode.packing[-1] if isinstance(mode, Mode) and mode.packing else None


def finish(node: Any) -> None:
    """What a mode asks for after `node`, of the general kind, was recorded: pack what it keeps, and take note of it."""
    pair = innermost_hooks()
    if pair is not None:
        for name, kept in list(node.kept_inputs.items()):
            if kept is not None and not _is_number(kept[0]):
                del node.kept_inputs[name]
                node.extras().packed[name] = Packed(kept[0], pair)
        for name, held in list(node.kept_outputs.items()):
            del node.kept_outputs[name]
            node.extras().packed[name] = Packed(make(held.space.plain, held.array), pair, is_output=True, seq=held.seq)
    note(node)


def note(node: Node) -> None:
    """Let the mode take note of `node`, which was just recorded."""
    mode = is_grad_enabled()
    if isinstance(mode, Mode):
        mode.note(node)


def _is_number(tensor: TensorBase) -> bool:
    """Whether `tensor` stands for a Python number."""
    return not tensor.shape and any(constant is tensor for constant in tensor.space.scalars.values())


def check_hooks(pack: Any, unpack: Any, function: str) -> None:
    """TypeError unless both hooks can be called."""
    if not callable(pack) or not callable(unpack):
        raise TypeError(
            f"{function}(): incompatible function arguments: got {type(pack).__name__} and {type(unpack).__name__}; "
            "expected two functions, pack_hook and unpack_hook."
        )
