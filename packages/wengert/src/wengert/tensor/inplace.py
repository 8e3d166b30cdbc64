"""Floor 5: writing in place.

`f_(self, ...)` is `f(self, ...)` written into the memory of self. All refusals come before the write. The write bumps
the version that self shares with its views; the history of self continues at the new node. What the new node keeps of
self is an alias with the history from before, so that no node holds the tensor it made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn
from weakref import ref

from wengert.graph.modes import InferenceCell, is_grad_enabled
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase, bump_version, make, moved_result, version_cell
from wengert.tensor.general import GeneralNode
from wengert.tensor.level import depth_of
from wengert.tensor.rebasing import value_before
from wengert.tensor.view import check_writable, rebase, user_line

Function = Callable[..., Any]


def in_place(*functions: Function, apart: bool = False) -> Any:
    """The in-place forms of `functions`: one, or a tuple of them. `apart` refuses operands that are self, too."""
    forms = [in_place_by(function, function, apart) for function in functions]
    return tuple(forms) if len(forms) > 1 else forms[0]


def in_place_by(
    function: Function,
    compute: Function,
    apart: bool = False,
    into_memory: Function | None = None,
    takes: Callable[[Any], bool] | None = None,
) -> Any:
    """The in-place form of `function`, whose values and node come from `compute`; `into_memory` does it on raw arrays
    where nothing needs recording. The method behind an operator gives NotImplemented for an operand that it
    does not take."""
    name = f"{function.__name__}_"

    def method(self: Any, *args: Any, **keywords: Any) -> Any:
        if into_memory is not None and len(args) == 1 and not keywords:
            other = _raw_operand(self, args[0])
            if other is not None:
                self.array = into_memory(self.array, other)
                bump_version(self, user_line())
                return self
        if takes is not None and not takes(args[0]):
            return NotImplemented
        check_writable(self, others=(*args, *keywords.values()))
        old = before(self)
        given = [before(self) if arg is self else arg for arg in args]
        named = {key: before(self) if arg is self else arg for key, arg in keywords.items()} if keywords else keywords
        result = compute(old, *given, **named)
        check_result(self, result, name)
        if self.version is not None:
            refuse_overlap(self, (*args, *keywords.values()), apart)
        earlier = ref(old)
        del old
        keep_apart(earlier(), result)
        return write(self, result)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{function.__name__}`, written into self; returns self."
    return method


def _raw_operand(self: TensorBase, other: Any) -> Any:
    """The operand as a kernel takes it, where a write is one raw kernel that nobody refuses: nothing to record, one
    operand that fits without conversion, memory that is written as it lies. None elsewhere."""
    space, version = self.space, self.version
    recording = is_grad_enabled()
    # Booleans and integers are refused some results; an array of no axes may be a number of the library.
    if not space.writes_raw or not self.shape or version.__class__ is InferenceCell:
        return None
    if recording is not False and (recording is not True or self.node is not None):
        return None
    if isinstance(other, TensorBase):
        if other.space is not space or other.shape != self.shape or (version is not None and other.version is version):
            return None
        if recording and other.node is not None:
            return None
        other = other.array
    elif not (space.is_plain_floating and (other.__class__ is float or other.__class__ is int)):
        return None
    return None if space.xp.is_overlapping(self.array) else other


def before(tensor: TensorBase) -> Any:
    """An alias of `tensor` with its memory, version, history and tangent as they are now."""
    alias = make(tensor.space, tensor.array, value_before(tensor))
    alias.version = version_cell(tensor)
    if tensor.space is not tensor.space.plain:
        alias._tangent = tensor._tangent  # pyright: ignore[reportPrivateUsage]  # a slot that all floors of tensors share
        _give_own_memory(alias)
    elif tensor.space.__class__ is not Space and is_grad_enabled():
        _give_own_memory(alias)  # what is recorded outside of the transform may keep it
    return alias


def keep_apart(old: TensorBase | None, result: TensorBase) -> None:
    """Give the value from before the write, if `result` still needs it (`old` is alive), a memory of its own."""
    if old is not None and result.node is not None:
        _give_own_memory(old)


def _give_own_memory(alias: TensorBase) -> None:
    if alias.space.backend.capabilities.mutable or alias.space.plain.__class__ is not Space:
        # what a batch holds is a tensor, whose writes count on every backend
        alias.array = alias.space.xp.copy(alias.array)
    alias.version = None if alias.version is None else [alias.version[0]]


def check_result(self: TensorBase, result: TensorBase, name: str) -> None:
    """RuntimeError in torch's words if `result` has a dtype or shape that may not be written into `self`."""
    check_castable(result.space.dtype, self.space.dtype)
    check_unstretched(self, result.shape, name)


def check_castable(source: DType, target: DType) -> None:
    """RuntimeError in torch's words if a result of dtype `source` may not be written into `target`."""
    if source.category > target.category:
        raise RuntimeError(
            f"result type {source.spoken} can't be cast to the desired output type {target.spoken}. "
            f"Convert the tensor first: t = t.to({source!r})."
        )


def check_unstretched(self: TensorBase, shape: Shape, name: str) -> None:
    """RuntimeError in torch's words if a result of `shape` does not fit into `self`."""
    if shape != self.shape:
        raise RuntimeError(
            f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(shape)}: {name} cannot "
            "change the shape of the tensor that it writes. Use the form without underscore."
        )


def refuse_overlap(self: TensorBase, operands: Iterable[Any], apart: bool = False) -> None:
    """RuntimeError in torch's words if an operand lies partly in the memory of `self`; with `apart` if it lies there at
    all."""
    cell = self.version
    for operand in operands:
        if not isinstance(operand, TensorBase) or operand.version is not cell or cell is None:
            continue
        found = self.space.xp.overlap(self.array, operand.array)
        if found == 2 or (apart and found == 1):
            raise_overlap()


def raise_overlap() -> NoReturn:
    """The error for an operand that lies in the memory that is written."""
    raise RuntimeError(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
        "location. Please clone() the tensor before performing the operation."
    )


def write(self: Any, result: Any) -> Any:
    """Write `result`, which fits, into the memory of `self` and let its history go on there."""
    if result.space.dtype is not self.space.dtype:
        result = _converted(result, self.space)
    _store(self, result)
    bump_version(self, user_line())
    moved_result(result.node, self)
    rebase(self, result)
    if result.space is not result.space.plain:
        result.space.written(self, result)  # a transform's space
    return self


def _store(self: Any, result: Any) -> None:
    """Write the values of `result` into the memory of `self`."""
    space, other = self.space.plain, result.space.plain
    inmost = other if depth_of(other) > depth_of(space) else space
    if inmost.__class__ is not Space:
        inmost.write(self, result)  # a transform's space
        return
    in_memory = self.shape or _is_mutable(self)
    self.array = space.xp.setitem(self.array, (Ellipsis,), result.array) if in_memory else result.array


def _converted(result: Any, space: Space) -> Any:
    """`result` in the dtype of `space`, by the node that made it: as torch does, which computes in the wider dtype and
    stores into the narrower."""
    node = result.node
    if result.space.__class__ is not Space or not (node is None or isinstance(node, GeneralNode)):
        return result.to(space.dtype)
    if node is not None:
        node.computed, node.space = result.space, space
    return make(space, space.xp.astype(result.array, space.native), node)


def _is_mutable(tensor: TensorBase) -> bool:
    return tensor.space.backend.capabilities.mutable
