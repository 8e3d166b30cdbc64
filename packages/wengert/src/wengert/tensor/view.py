"""Floor 5: views. What shares memory is tracked so that in-place writes find every history that they change.

All tensors on one memory share a version cell: `[count, line of the last write, weak references to the tensors]`. A
view keeps its base and `replay`, which makes the same view of any tensor shaped like the base. After a recorded write
through a view the base continues at a `CopySlices` node; after any recorded write the other live views get new nodes by
replaying.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any
from weakref import ref

from wengert.graph.modes import InferenceCell, current_mode, is_grad_enabled
from wengert.graph.node import Node, next_number
from wengert.tensor.base import TensorBase, edge_of, make, version_cell
from wengert.tensor.packing import note
from wengert.tensor.retain import go_on_from
from wengert.tensor.tools import RAW

_PACKAGE = __name__.partition(".")[0]
_ROUND_BACKWARD = (
    "This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to "
    "handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect "
    "gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function."
)


class View:
    """How a tensor came from its base: `replay(base)` makes it again; `made_by` is set where in-place is restricted.

    The slot `_view` holds the four as a plain tuple, which costs a tenth of a View.
    """

    __slots__ = ("base", "made_by", "recorded", "replay")

    def __init__(self, base: TensorBase, replay: Callable[[Any], Any], made_by: str | None, recorded: bool) -> None:
        self.base, self.replay, self.made_by, self.recorded = base, replay, made_by, recorded


def as_view(out: Any, source: TensorBase, replay: Callable[[Any], Any], made_by: str | None = None) -> Any:
    """Say that `out` is a view of `source` that `replay(source)` makes; returns `out`. `made_by` names a function with
    several outputs, whose views may not be written in place while they carry a history."""
    view = getattr(source, "_view", None)
    if view is None:
        out._view = (source, replay, made_by, is_grad_enabled())
    else:
        base, first, maker, _ = view
        out._view = (base, _chained(first, replay), made_by or maker, is_grad_enabled())
    cell = source.version
    if cell is None or len(cell) < 3 or len(cell[2]) >= 32:
        _share(out, source)
    else:
        cell[2].append(ref(out))
        out.version = cell
    return out


def _chained(first: Callable[[Any], Any], second: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda base: second(first(base))


class FromFunction(str):
    """The name of a view that a custom Function returned, as `made_by`: writing it would go round its backward."""

    __slots__ = ()


def restrict(out: Any, name: str, several: bool) -> None:
    """Bar recorded writes to the view `out`, which the output `name` of a custom Function is; `several` says whether
    there are others."""
    base, replay, _, recorded = out._view
    out._view = (base, replay, name if several else FromFunction(name), recorded)


def as_alias(out: Any, source: TensorBase) -> Any:
    """Say that `out` has the memory of `source` but no share in its history; returns `out`."""
    _share(out, source)
    return out


def _share(out: TensorBase, source: TensorBase) -> None:
    cell = version_cell(source)
    if len(cell) < 3:
        cell[1:] = [None, [ref(source)]]
    sharing = cell[2]
    if len(sharing) >= 32 and not len(sharing) & (len(sharing) - 1):  # at powers of two drop the dead
        sharing[:] = [r for r in sharing if r() is not None]
    sharing.append(ref(out))
    out.version = cell


def sharing(tensor: TensorBase) -> Iterator[TensorBase]:
    """The live tensors on the same memory, `tensor` itself left out."""
    cell = tensor.version
    for reference in list(cell[2]) if cell is not None and len(cell) > 2 else ():
        other = reference()
        if other is not None and other is not tensor:
            yield other


def view_of(tensor: TensorBase) -> View | None:
    """How `tensor` came from its base; None if it is no view."""
    found = getattr(tensor, "_view", None)
    return None if found is None else View(*found)


def check_writable(tensor: TensorBase, may_overlap: bool = False) -> None:
    """Refuse an in-place operation that may not be, in torch's words, before anything is written. `may_overlap` lets
    pass where several indices meet at one address, for functions that write the same value everywhere."""
    node, view, mode = tensor.node, view_of(tensor), is_grad_enabled()
    if mode.__class__ is not bool or tensor.version.__class__ is InferenceCell:
        _check_mode(tensor)
    if mode:
        if node.__class__ is ref:
            raise RuntimeError(
                "a leaf Variable that requires grad is being used in an in-place operation. "
                "Write under wengert.no_grad(), or to a clone."
            )
        if view is not None and view.base.node.__class__ is ref:
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place operation. "
                "Write under wengert.no_grad(), or to a clone."
            )
        if view is not None and node is not None and view.made_by.__class__ is FromFunction:
            raise RuntimeError(f"Output {view.made_by} is a view and is being modified inplace. {_ROUND_BACKWARD}")
        if view is not None and node is not None and view.made_by is not None:
            raise RuntimeError(
                f"Output {view.made_by} is a view and is being modified inplace. This view is the output of a "
                "function that returns multiple views. Such functions do not allow the output views to be modified "
                "inplace. You should replace the inplace operation by an out-of-place one."
            )
        if view is not None and not view.recorded and view.base.node is not None:
            raise RuntimeError(
                "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that "
                "this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving "
                "both the view and the inplace either both inside the no_grad block (if you don't want the inplace to "
                "be tracked) or both outside (if you want the inplace to be tracked)."
            )
    backend = tensor.space.backend
    if not may_overlap and backend.xp.is_overlapping(tensor.array):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )
    claims = backend.capabilities
    if not (claims.mutable and claims.views) and (view is not None or next(sharing(tensor), None) is not None):
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
    if not is_grad_enabled():
        return
    view = view_of(tensor)
    node = None if result.node is None else edge_of(result)
    if view is None:
        if node is None and tensor.node is None:
            return
        go_on_from(tensor, node)
        base = tensor
    else:
        base = view.base
        if node is None and base.node is None:
            return
        go_on_from(base, CopySlices.recorded(base, view, result))
    for other in [*sharing(base)]:
        theirs = view_of(other)
        if theirs is not None and theirs.base is base:
            go_on_from(other, theirs.replay(_now(base)).node)


def _now(base: TensorBase) -> Any:
    """The base as it is, without the tracking of views: replaying must not add to what it is replayed for."""
    alias = make(base.space, base.array, base.node)
    alias.version = [0]
    return alias


class CopySlices(Node):
    """The history of a base that was written through a view: what lies in the view comes from there, the rest from
    before."""

    __slots__ = ("e0", "e1", "replay")

    layout = 2
    fresh = True

    @classmethod
    def recorded(cls, base: TensorBase, view: View, result: TensorBase) -> Node:
        """The node for `base`, after `result` was written into `view` of it."""
        node = cls()
        node.e0, node.e1 = edge_of(base), edge_of(result)
        node.replay, node.space, node.extra, node.seq = view.replay, base.space.plain, None, next_number()
        note(node)
        return node

    def pull(self, g: Any, keep: bool) -> Any:
        return tuple(self.pull_with(g, RAW, keep, None))

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        rest = tools.tensor(g, self.space).clone()
        region = self.replay(rest)
        value = region.clone()
        region.zero_()
        return [tools.value(rest), tools.value(value)]


def user_line() -> str | None:
    """File and line of the innermost frame outside this package."""
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]  # there is no public way that costs less than a traceback
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def share_memory_of(out: Any, source: TensorBase) -> None:
    """Count the writes of `out` and `source` together."""
    as_alias(out, source)
