"""Floor 5: views. What shares memory is tracked so that in-place writes find every history that they change.

All tensors on one memory share a version cell: `[count, line of the last write, weak references to the tensors, how
many of these before the dead are dropped]`. A view knows its base and the steps that lead to it (`chain.py`). How
histories go on after a write is in `rebasing.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast
from weakref import ref

from wengert.graph.modes import InferenceCell, current_mode, is_grad_enabled
from wengert.protocol.backend import Space
from wengert.tensor.base import SEVERED, SHARED, STALE, TensorBase, edge_of, is_leaf, mark_views, version_cell, was_leaf
from wengert.tensor.chain import (
    FREE,
    IN_FUNCTION,
    IN_INFERENCE,
    SEVERAL,
    WITHOUT_GRAD,
    Chain,
    Found,
    raise_restricted,
    replayed,
)
from wengert.tensor.rebasing import CopySlices
from wengert.tensor.retain import go_on_from

_PACKAGE = __name__.partition(".")[0]


class View:
    """How a tensor came from its base: what the slot `_view` says, which is a plain tuple (`chain.py`)."""

    __slots__ = ("base", "chain")

    def __init__(self, found: Found) -> None:
        self.base: Any = found[0]
        self.chain: Chain = found[1]

    def replay(self, base: Any) -> Any:
        """The same view of a tensor shaped like the base."""
        return replayed(self.chain, base)


def as_view(
    out: Any, source: TensorBase, record: Callable[..., Any], statics: tuple[Any, ...], made: int = FREE
) -> Any:
    """Say that `out` is the view `record(source, *statics)` of `source`; returns `out`.

    `made` says what restricts writing it. The written record functions of views do the same (`specialize.py`)."""
    if not _joined(out, source):
        return out
    above = getattr(source, "_view", None)
    base, before, inherited = (source, None, FREE) if above is None else above[:3]
    if not is_grad_enabled():
        made = unrecorded()
        if out.node is None and base.node is not None:
            out.node = SEVERED
    out._view = (base, (before, record, statics), made or inherited)
    if source.space.__class__ is not Space:
        cast(Any, source.space).viewed(out, source, record, statics)  # a transform's space
    return out


def untracked(out: Any) -> Any:
    """`out`, made of a tensor of inference mode, which has no history and no views."""
    out.node = out._view = None
    return out


def unrecorded() -> int:
    """What restricts writing a view that is made while nothing is recorded."""
    return IN_INFERENCE if current_mode().inference else WITHOUT_GRAD


def shared_cell(tensor: TensorBase) -> list[Any]:
    """The version cell of `tensor`, which knows all on its memory from now on."""
    cell = version_cell(tensor)
    if len(cell) <= SHARED:
        cell[1:] = [cell[1] if len(cell) > 1 else None, [ref(tensor)], 32]
    if not hasattr(tensor, "_view"):
        tensor._view = None  # pyright: ignore[reportPrivateUsage]  # the slot that all floors of tensors share
    return cell


def prune(cell: list[Any]) -> None:
    """Drop the dead references of a version cell; the next time comes when there are twice as many as now."""
    cell[2][:] = [reference for reference in cell[2] if reference() is not None]
    cell[3] = max(32, 2 * len(cell[2]))


def as_alias(out: Any, source: TensorBase) -> Any:
    """Say that `out` has the memory of `source` but no share in its history; returns `out`."""
    _joined(out, source)
    return out


def _joined(out: Any, source: TensorBase) -> bool:
    """Let `out` share the version cell of `source`; False for what inference mode made, which is not tracked."""
    out._view = None
    if source.version.__class__ is InferenceCell:
        out.version = source.version
        return False
    cell = out.version = shared_cell(source)
    cell[2].append(ref(out))
    if len(cell[2]) > cell[3]:
        prune(cell)
    return True


def sharing(tensor: TensorBase) -> Iterator[TensorBase]:
    """The live tensors on the same memory, `tensor` itself left out."""
    cell = tensor.version
    for reference in list(cell[2]) if cell is not None and len(cell) > 2 else ():
        other = reference()
        if other is not None and other is not tensor:
            yield other


def restrict(out: TensorBase, several: bool) -> None:
    """Say that `out`, if it is a view, was returned by a custom Function: one of several results, or the only one."""
    found = getattr(out, "_view", None)
    if found is not None:
        out._view = (*found[:2], SEVERAL if several else IN_FUNCTION)  # pyright: ignore[reportPrivateUsage]  # likewise


def require_grad_of_views(base: TensorBase) -> None:
    """After a leaf was told whether it requires grad: its views follow it, though no gradient goes to it from those
    that were made before."""
    for view in sharing(base):
        found = getattr(view, "_view", None)
        if found is None or found[0] is not base:
            continue
        if base.node is None:
            if view.node is SEVERED or (view.node is STALE and was_leaf(view)):
                view.node = None
        elif len(found) > 3 and (view.node is None or view.node.__class__ is ref):
            view.node = STALE  # one that was written since takes part from now on
        elif view.node is None:
            view.node = SEVERED


def view_of(tensor: TensorBase) -> View | None:
    """How `tensor` came from its base; None if it is no view."""
    found = getattr(tensor, "_view", None)
    return None if found is None else View(found)


# --- writing ----------------------------------------------------------------------------------------------------------


def check_writable(tensor: TensorBase, may_overlap: bool = False, others: Iterable[Any] = ()) -> None:
    """Refuse an in-place operation that may not be, in torch's words, before anything is written.

    `may_overlap` lets pass where several indices meet at one address, for functions that write the same value
    everywhere. `others` are the other operands: a gradient may come in by one of them."""
    if is_grad_enabled().__class__ is not bool or tensor.version.__class__ is InferenceCell:
        _check_mode(tensor)
    check_history(tensor, others)
    check_memory(tensor, may_overlap)


def check_history(tensor: TensorBase, others: Iterable[Any] = ()) -> None:
    """Refuse to write a leaf, a view of a leaf, or a view whose history could not go on, where the write is
    recorded."""
    if not is_grad_enabled():
        return
    requires_grad = tensor.node is not None
    if not requires_grad and not any(isinstance(other, TensorBase) and other.node is not None for other in others):
        return
    found = getattr(tensor, "_view", None)
    if found is not None:
        if found[2]:
            raise_restricted(tensor, found, "is being")
        if requires_grad and is_leaf(found[0]):
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place operation. "
                "Write under wengert.no_grad(), or to a clone."
            )
    if requires_grad and was_leaf(tensor):
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation. "
            "Write under wengert.no_grad(), or to a clone."
        )


def check_memory(tensor: TensorBase, may_overlap: bool = False) -> None:
    """Refuse to write where several elements lie at one place, or where views would not follow."""
    backend = tensor.space.backend
    if not may_overlap and tensor.space.xp.is_overlapping(tensor.array):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )
    claims = backend.capabilities
    if claims.mutable and claims.views:
        return
    if getattr(tensor, "_view", None) is not None or next(sharing(tensor), None) is not None:
        raise RuntimeError(
            "an in-place operation on a view, or on a tensor with views or aliases, cannot be on backend "
            f"{backend.name!r}: its arrays do not share memory or cannot be written. Write to a clone."
        )


def _check_mode(tensor: TensorBase) -> None:
    """What modes and inference tensors have to say to a write."""
    mode = current_mode()
    if tensor.version.__class__ is InferenceCell and not mode.inference:
        raise RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a "
            "normal tensor before doing inplace update."
        )
    for notice in mode.writing:
        notice(tensor)


def rebase(tensor: Any, result: TensorBase) -> None:
    """After `result` was written into `tensor`: let the histories of all on this memory go on from there."""
    if not is_grad_enabled() or result.node is None:
        return
    found = getattr(tensor, "_view", None)
    base = tensor if found is None else found[0]
    node = edge_of(result) if found is None else CopySlices.recorded(base, found[1], result)
    go_on_from(base, node, base.node)
    cell = tensor.version
    if cell is not None and len(cell) > SHARED:
        mark_views(cell)


def user_line() -> tuple[str, int]:
    """File and line of the innermost frame outside this package."""
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]  # there is no public way that costs less than a traceback
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno
