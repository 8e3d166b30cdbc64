"""Floor 6: a backward pass inside of transforms: on raw arrays where that will do, else on Tensors, so that batches and
tangents go through it too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wengert.graph.engine import run
from wengert.graph.modes import is_grad_enabled
from wengert.graph.node import Node
from wengert.ops.xp import namespace_of
from wengert.protocol.backend import Space
from wengert.tensor.base import TensorBase, make
from wengert.tensor.level import running
from wengert.tensor.tools import RAW, RecordingTools
from wengert.transforms.dual import DualLevel, current_level

if TYPE_CHECKING:
    from wengert.transforms.batched import BatchLevel


class OnTensors(RecordingTools):
    """Rules run on Tensors in the grad mode that is given, which need not be on."""

    def __init__(self, mode: bool) -> None:
        super().__init__(namespace_of)
        self.mode = mode


def interpreted(tensors: Sequence[Any]) -> bool:
    """Whether a pass that begins with these cotangents must run on Tensors, though nothing is to be recorded."""
    if current_level.get() is not None:
        return True
    for level in running.get():
        if isinstance(level, DualLevel):
            return True
    for tensor in tensors:  # noqa: SIM110  # a generator takes three times as long
        if isinstance(tensor, TensorBase) and tensor.space.__class__ is not Space:
            return True
    return False


def passing(
    roots: Sequence[tuple[Node, int, Any]], targets: Sequence[Node], batch: BatchLevel | None, needed: bool
) -> list[Any]:
    """The cotangents at `targets` of a pass from `roots`, whose cotangents are Tensors, over the tape of `batch` (None:
    outside of vmap). `needed` says whether they are to be differentiated again on that tape. The graph stays."""
    if not roots:
        return [None] * len(targets)
    places = [(node, 0) for node in targets]
    cotangents = [g for _, _, g in roots]
    if batch is None and not needed and not any(_has_history(g) for g in cotangents):
        if not interpreted(cotangents):
            raw = [(node, index, g.array) for node, index, g in roots]
            found = run(raw, RAW, keep=True, targets=places)
            return [
                None if g is None else make(node.space, node.space.xp.asarray(g))
                for node, g in zip(targets, found, strict=True)
            ]
        return run(roots, OnTensors(False), keep=True, targets=places)
    if batch is None:
        return run(roots, OnTensors(bool(is_grad_enabled())), keep=True, targets=places)
    before, batch.records = batch.records, needed
    try:
        return run(roots, OnTensors(bool(is_grad_enabled())), keep=True, targets=places)
    finally:
        batch.records = before


def _has_history(tensor: Any) -> bool:
    """Whether `tensor`, or the batch that it stands for, needs a gradient."""
    while isinstance(tensor, TensorBase):
        if tensor.node is not None:
            return True
        tensor = getattr(tensor.array, "value", None)
    return False
