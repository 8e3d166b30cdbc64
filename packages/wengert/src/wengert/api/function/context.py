"""Floor 7: what a `Function` can say to its `ctx` in forward."""

from __future__ import annotations

from typing import Any

from wengert.tensor.base import TensorBase

_OF_THE_NODE = frozenset(
    ("metadata", "name", "next_functions", "register_hook", "register_prehook", "saved_tensors", "_raw_saved_tensors")
)


class FunctionCtx:
    """What forward hands to backward and jvp: tensors, flags, and whatever attributes the user sets.

    It is the user's side of the node of the call: its attributes are kept by the node, and found there too
    (`y.grad_fn.scale`), but none is in the way of the engine's own.
    """

    __slots__ = ("__dict__", "_node")

    needs_input_grad: tuple[bool, ...] = ()
    materialize_grads: bool = True
    to_save: tuple[Any, ...] = ()
    saved_for_forward: tuple[Any, ...] = ()
    dirty_tensors: tuple[Any, ...] = ()
    non_differentiable: tuple[Any, ...] = ()

    @classmethod
    def of(cls, node: Any) -> FunctionCtx:
        """The user's side of `node`."""
        ctx = cls()
        ctx._node, ctx.__dict__ = node, node.attributes
        return ctx

    def __getattr__(self, name: str) -> Any:
        node = None if name == "_node" else getattr(self, "_node", None)
        if name in _OF_THE_NODE and node is not None:
            return getattr(node, name)
        raise AttributeError(f"{type(self if node is None else node).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        return repr(getattr(self, "_node", type(self)))

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep `tensors` (inputs, outputs or others; None is allowed) for backward, which finds them in
        `ctx.saved_tensors`; a later write to one is noticed.

        Errors: TypeError for anything else, which belongs on ctx as an attribute.
        """
        for position, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {position} is of type "
                    f"{type(tensor).__name__}. Keep other values as attributes of ctx."
                )
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep `tensors` for `jvp`, which finds them in `ctx.saved_tensors`."""
        for tensor in tensors:
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save non-tensors as attributes "
                    f"on ctx. Got {type(tensor).__name__}."
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Any) -> None:
        """Say which inputs forward wrote in place; each must be returned as an output."""
        for position, arg in enumerate(args):
            if not isinstance(arg, TensorBase):
                raise RuntimeError(
                    f"mark_dirty can only accept variables, but argument {position} is of type {type(arg).__name__}"
                )
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Any) -> None:
        """Say which outputs carry no gradient; backward gets zeros for them."""
        for arg in args:
            if not isinstance(arg, TensorBase):
                raise RuntimeError(
                    f"mark_non_differentiable only accepts variable arguments, but got {type(arg).__name__}"
                )
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward and jvp get zeros (the default) or None where there is no gradient."""
        self.materialize_grads = value

    def forget(self) -> None:
        """When the call is over: what was said in forward has been heeded."""
        for name in ("to_save", "saved_for_forward", "dirty_tensors", "non_differentiable"):
            self.__dict__.pop(name, None)
