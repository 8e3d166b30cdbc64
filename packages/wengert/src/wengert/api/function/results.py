"""Floor 7: what becomes of the tensors that the forward of a `Function` returns.

An input that is returned, written or not, and a view of an input are torch's special cases: `results` tells them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from warnings import warn

from wengert.api.function.context import FunctionCtx
from wengert.api.function.node import BackwardCFunction, Kept
from wengert.graph.modes import is_grad_enabled
from wengert.graph.node import next_number
from wengert.ops.indexing.reading import alias
from wengert.tensor.base import TensorBase, bump_version, edge_of, is_leaf, make
from wengert.tensor.packing import note
from wengert.tensor.view import as_alias, as_view, check_writable, rebase, restrict, view_of


class Call:
    """One call of `apply`, while it lasts."""

    __slots__ = ("before", "ctx", "node", "recording", "tensors", "two_steps")

    def __init__(self, node: BackwardCFunction, args: Sequence[Any], two_steps: bool) -> None:
        self.node, self.ctx, self.two_steps = node, FunctionCtx.of(node), two_steps
        self.tensors = [arg if isinstance(arg, TensorBase) else None for arg in args]
        self.ctx.needs_input_grad = tuple([t is not None and t.node is not None for t in self.tensors])
        self.recording = any(self.ctx.needs_input_grad) and is_grad_enabled()
        #: the edges of the arguments before forward may write them
        self.before = tuple([None if t is None else edge_of(t) for t in self.tensors])

    def differentiable(self, output: Any) -> bool:
        """Whether an output of forward can carry a gradient or a tangent."""
        if not isinstance(output, TensorBase) or not output.space.dtype.is_inexact:
            return False
        return not any(output is apart for apart in self.ctx.non_differentiable)

    def argument(self, output: Any) -> int | None:
        """Which argument forward gave back as `output`, if it is one."""
        return next((n for n, t in enumerate(self.tensors) if t is output and t is not None), None)

    def wrote(self, output: Any) -> bool:
        """Whether forward said that it wrote this output in place."""
        return any(output is dirty for dirty in self.ctx.dirty_tensors)


def results(call: Call, outputs: Sequence[Any]) -> list[Any]:
    """The outputs of forward as the caller gets them; if the call is recorded, with its node behind them."""
    node = call.node
    _check_dirty(call, outputs)
    moving = [index for index, output in enumerate(outputs) if call.recording and call.differentiable(output)]
    if moving:
        _record(call, outputs)
    places: dict[int, int] = {}
    finished: list[Any] = []
    for index, output in enumerate(outputs):
        if not isinstance(output, TensorBase):
            finished.append(output)
            continue
        is_input, is_dirty = call.argument(output) is not None, call.wrote(output)
        if index in moving:
            if is_input and not is_dirty:
                _check_not_kept(call, output)
            result = _with_gradient(node, index, output, is_input, is_dirty)
            places[id(result)] = index
        else:
            result = _without_gradient(output, is_input, is_dirty)
        if view_of(result) is not None and not (is_input and is_dirty):
            restrict(result, several=len(moving) > 1)
        finished.append(result)
    if moving:
        node.kept = tuple([Kept(t, None if t is None else places.get(id(t))) for t in call.ctx.to_save])
    return finished


def _check_dirty(call: Call, outputs: Sequence[Any]) -> None:
    """Refuse marks that do not hold, then count the writes."""
    returned = {id(output) for output in outputs}
    for tensor in call.ctx.dirty_tensors:
        if id(tensor) not in returned:
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )
        if call.argument(tensor) is None:
            warn(
                "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that have been mutated "
                "should be passed to ctx.mark_dirty().",
                UserWarning,
                stacklevel=4,
            )
        if not call.recording or not call.differentiable(tensor):
            continue
        if tensor.node is not None and is_leaf(tensor):
            raise RuntimeError(
                f"a leaf Variable that requires grad has been used in an in-place operation, by {call.node.name()}. "
                "Call it under wengert.no_grad(), or on a clone."
            )
        if view_of(tensor) is not None and len(outputs) > 1:
            raise RuntimeError(
                "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot "
                "return more than one Tensor. Make sure that the input is no view (by .clone()), or let one Function "
                "write and another do the rest."
            )
        check_writable(tensor)
    for tensor in call.ctx.dirty_tensors:
        bump_version(tensor)


def _check_not_kept(call: Call, output: TensorBase) -> None:
    if call.two_steps and any(kept is output for kept in call.ctx.to_save):
        raise RuntimeError(
            "An input that has been returned as-is as output is being saved for backward. This is not supported if you "
            "override setup_context. You should return and save a view of the input instead, e.g. with x.view_as(x) or "
            "setup ctx inside the forward function itself."
        )


def _record(call: Call, outputs: Sequence[Any]) -> None:
    node, tensors = call.node, [output if isinstance(output, TensorBase) else None for output in outputs]
    node.count, node.edges = len(outputs), call.before
    node.space = next(t.space.plain for t in tensors if t is not None and t.space.dtype.is_inexact)
    node.inputs = [None if t is None else (t.shape, t.space.plain) for t in call.tensors]
    node.outputs = [((), None) if t is None else (t.shape, t.space.plain) for t in tensors]
    node.seq = next_number()
    note(node)


def _without_gradient(tensor: Any, is_input: bool, is_dirty: bool) -> Any:
    if tensor.node is None:
        return _as_it_is(tensor) if is_input and not is_dirty else tensor
    if is_input:  # its own history stays
        return as_alias(make(tensor.space, tensor.array), tensor)
    if view_of(tensor) is None:
        tensor.node = None
    return tensor


def _with_gradient(node: BackwardCFunction, index: int, tensor: Any, is_input: bool, is_dirty: bool) -> Any:
    target = node.output(index, tensor.space.plain)
    if is_dirty:
        rebase(tensor, make(tensor.space, tensor.array, target))
        return tensor
    result = _as_it_is(tensor) if is_input else tensor
    result.node = target
    return result


def _as_it_is(tensor: Any) -> Any:
    """An input that forward gave back: another tensor, a view of it."""
    return as_view(make(tensor.space.plain, tensor.array), tensor, alias, ((...,),))
