"""Floor 6: in-place operations.

`f_(self, ...)` is `f(self, ...)` written into the memory of self. All refusals come before the write. The write bumps
the version that self shares with its views; the history of self continues at the new node. What the new node keeps of
self is an alias with the history from before, so that no node holds the tensor it made."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, cast
from weakref import ref

from wengert.graph.modes import is_grad_enabled
from wengert.ops import activation, arithmetic, comparison, exponential, indexing, trigonometric
from wengert.ops.arguments import spoken
from wengert.ops.indexing.writing import assigned, write_item
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape, broadcast_shapes
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import bump_version, make, moved_result, version_cell
from wengert.tensor.view import check_writable, rebase, user_line

Function = Callable[..., Any]
#: The in-place operators as functions; the stubs of Python leave them without types.
_OPERATOR = cast(Any, operator)


def inplace(function: Function, into_memory: Function | None = None) -> Function:
    """The in-place form of `function(self, ...)`; `into_memory` does it on raw arrays where nothing needs recording."""

    def method(self: Any, *args: Any, **keywords: Any) -> Any:
        check_writable(self)
        if into_memory is not None and _plain(self, args, keywords):
            other = args[0].array if isinstance(args[0], Tensor) else args[0]
            self.array = self.space.xp.asarray(into_memory(self.array, other))
            bump_version(self, user_line())
            return self
        old = before(self)
        result = function(old, *[before(self) if arg is self else arg for arg in args], **keywords)
        earlier = ref(old)
        del old
        keep_apart(earlier(), result)
        return write(self, result, function.__name__)

    method.__name__ = method.__qualname__ = f"{function.__name__}_"
    method.__doc__ = f"`{function.__name__}`, written into self; returns self."
    return method


def _plain(self: Tensor, args: tuple[Any, ...], keywords: dict[str, Any]) -> bool:
    """Whether the operation is one raw kernel: nothing to record, one operand that fits without conversion."""
    if keywords or len(args) != 1 or self.space.__class__ is not Space or not self.shape:
        return False
    other = args[0]
    if isinstance(other, Tensor):
        fits = other.space is self.space and other.shape == self.shape
        return fits and ((self.node is None and other.node is None) or not is_grad_enabled())
    plain_number = other.__class__ is float or other.__class__ is int
    return plain_number and self.space.is_plain_floating and (self.node is None or not is_grad_enabled())


def before(tensor: Tensor) -> Any:
    """An alias of `tensor` with its memory, version, history and tangent as they are now."""
    alias = make(tensor.space, tensor.array, None if tensor.node.__class__ is ref else tensor.node)
    alias.version = version_cell(tensor)
    if tensor.space is not tensor.space.plain:
        alias._tangent = tensor._tangent  # pyright: ignore[reportPrivateUsage]  # a slot that all floors of tensors share
        _give_own_memory(alias)
    return alias


def keep_apart(old: Tensor | None, result: Tensor) -> None:
    """Give the value from before the write, if `result` still needs it (`old` is alive), a memory of its own."""
    if old is not None and result.node is not None:
        _give_own_memory(old)


def _give_own_memory(alias: Tensor) -> None:
    if alias.space.backend.capabilities.mutable:
        alias.array = alias.space.xp.copy(alias.array)
    alias.version = None if alias.version is None else [alias.version[0]]


def write(self: Any, result: Any, name: str) -> Any:
    """Write `result` into the memory of `self` and let its history go on there."""
    check_castable(result.space.dtype, self.space.dtype)
    _check_unstretched(self, result.shape, name)
    if result.space is not self.space:
        result = result.to(self.space.dtype)
    xp = self.space.xp
    in_memory = self.shape or _writable_scalar(self)
    self.array = xp.setitem(self.array, (Ellipsis,), result.array) if in_memory else result.array
    bump_version(self, user_line())
    moved_result(result.node, self)
    rebase(self, result)
    if result.space is not result.space.plain:
        result.space.written(self, result)  # a transform's space
    return self


def _check_unstretched(self: Tensor, shape: Shape, name: str) -> None:
    if shape != self.shape:
        raise RuntimeError(
            f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(shape)}: {name}_ cannot "
            "change the shape of the tensor that it writes. Use the form without underscore."
        )


def _writable_scalar(tensor: Tensor) -> bool:
    return tensor.space.backend.capabilities.mutable


def check_castable(source: DType, target: DType) -> None:
    """RuntimeError in torch's words if a result of dtype `source` may not be written into `target`."""
    if source.category > target.category:
        raise RuntimeError(
            f"result type {spoken(source)} can't be cast to the desired output type {spoken(target)}. "
            f"Convert the tensor first: t = t.to({source!r})."
        )


def zero_(self: Any) -> Any:
    """Fill self with zeros; returns self."""
    check_writable(self)
    space = self.space
    zeros = space.xp.zeros(self.shape, dtype=space.native, device=space.native_device)
    return write(self, arithmetic.zeroed(before(self), make(space.plain, zeros)), "zero")


def fill_(self: Any, value: Any) -> Any:
    """Fill self with one value, a number or a 0-d tensor; returns self.

    Derivative: zero to self, the sum to `value`.
    """
    check_writable(self)
    if isinstance(value, Tensor):
        if value.shape:
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {len(value.shape)} dimensions."
            )
        filled = cast(Any, value).expand(self.shape)
    else:
        space = self.space
        number = arithmetic.number_like(self, value)
        filled = make(space, space.xp.broadcast_to(number.array, self.shape))
    fill = arithmetic.filled_by_tensor if isinstance(value, Tensor) else arithmetic.filled
    return write(self, fill(before(self), filled), "fill")


def copy_(self: Any, src: Any, non_blocking: bool = False) -> Any:
    """Copy `src`, which broadcasts to self, into self, converting dtype and device; returns self.

    Derivative: zero to self, the (summed, converted) cotangent to `src`.
    """
    check_writable(self)
    source = src.to(dtype=self.space.dtype) if src.space.dtype is not self.space.dtype else src
    if source.space is not self.space:
        source = source.to(self.space.device, backend=self.space.backend.name)
    if source.shape != self.shape:
        _check_unstretched(self, broadcast_shapes(self.shape, source.shape), "copy")
        source = source.expand(self.shape)
    return write(self, arithmetic.replaced(before(self), source), "copy")


def setitem(self: Any, key: Any, value: Any) -> None:
    """`self[key] = value`, differentiable in both."""
    check_writable(self)
    if not isinstance(value, Tensor):
        value = arithmetic.number_like(self, value)
    elif value.space.dtype is not self.space.dtype:
        value = cast(Any, value).to(self.space.dtype)
    recorded = (self.node is not None or value.node is not None) and is_grad_enabled()
    if recorded or self.space is not self.space.plain or value.space is not value.space.plain:
        write(self, assigned(before(self), key, value), "index_put")
        return
    write_item(self, key, value)
    bump_version(self, user_line())


class InplaceMethods(Tensor):
    """The in-place methods and operators of a Tensor."""

    __slots__ = ()

    add_ = inplace(arithmetic.add, _OPERATOR.iadd)
    sub_ = inplace(arithmetic.sub, _OPERATOR.isub)
    mul_ = inplace(arithmetic.mul, _OPERATOR.imul)
    div_ = inplace(arithmetic.div, _OPERATOR.itruediv)
    pow_ = inplace(arithmetic.pow)
    neg_ = inplace(arithmetic.neg)
    abs_ = inplace(arithmetic.abs)
    square_ = inplace(arithmetic.square)
    reciprocal_ = inplace(arithmetic.reciprocal)
    sqrt_ = inplace(arithmetic.sqrt)
    rsqrt_ = inplace(arithmetic.rsqrt)
    remainder_ = inplace(arithmetic.remainder)
    lerp_ = inplace(arithmetic.lerp)
    addcmul_ = inplace(arithmetic.addcmul)
    addcdiv_ = inplace(arithmetic.addcdiv)
    clamp_ = inplace(arithmetic.clamp)
    floor_ = inplace(arithmetic.floor)
    ceil_ = inplace(arithmetic.ceil)
    round_ = inplace(arithmetic.round)
    exp_ = inplace(exponential.exp)
    log_ = inplace(exponential.log)
    sigmoid_ = inplace(exponential.sigmoid)
    tanh_ = inplace(trigonometric.tanh)
    sin_ = inplace(trigonometric.sin)
    cos_ = inplace(trigonometric.cos)
    relu_ = inplace(activation.relu)
    masked_fill_ = inplace(comparison.masked_fill)
    index_add_ = inplace(indexing.index_add)
    scatter_ = inplace(indexing.scatter)
    scatter_add_ = inplace(indexing.scatter_add)
    index_put_ = inplace(indexing.index_put)
    zero_ = zero_
    fill_ = fill_
    copy_ = copy_
    __setitem__ = setitem
    __iadd__ = add_
    __isub__ = sub_
    __imul__ = mul_
    __itruediv__ = div_
    __ipow__ = pow_
