"""Floor 7: `Function`: operations whose forward and backward the user writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast
from weakref import ref

from wengert.graph.modes import is_grad_enabled, set_grad_mode
from wengert.graph.node import EMPTY, Node, OutputNode, Several, next_number
from wengert.graph.saved import raise_freed, raise_stale, version_of, written_at
from wengert.ops.xp import namespace_of
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import sum_to
from wengert.tensor.base import TensorBase, bump_version, edge_of, make, version_cell
from wengert.tensor.tools import RAW
from wengert.tensor.view import as_alias, check_writable, rebase


class FunctionCtx(Node):
    """What forward hands to backward: saved tensors, flags, and whatever attributes the user sets.

    As in torch it is the node of the call itself: `y.grad_fn` is the ctx that forward saw.
    """

    layout = 3

    edges: tuple[Node | None, ...]
    function: ClassVar[type[Function]]
    count: int
    outputs: list[tuple[tuple[int, ...], Any]]  # shape and space of each
    input_shapes: list[tuple[int, ...] | None]

    needs_input_grad: tuple[bool, ...] = ()
    materialize_grads: bool = True
    to_save: tuple[Any, ...] = ()
    dirty_tensors: tuple[Any, ...] = ()
    non_differentiable: tuple[Any, ...] = ()
    kept: list[tuple[Any, int, int | None]] | None = None  # tensor, version, which output it is
    freed: bool = False

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep `tensors` (inputs, outputs or others; None is allowed) for backward; a later write to one is noticed."""
        for position, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, TensorBase):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {position} is of type "
                    f"{type(tensor).__name__}. Keep other values as attributes of ctx."
                )
        self.to_save = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that `save_for_backward` kept, checked."""
        if self.freed:
            raise_freed(self)
        if self.kept is None:
            return self.to_save
        return tuple(self._unpacked(*entry) for entry in self.kept)

    def _unpacked(self, tensor: Any, version: int, output: int | None) -> Any:
        if tensor is None:
            return None
        if version_of(tensor) != version:
            raise_stale(self, "saved_tensors", tensor.shape, version_of(tensor), version, written_at(tensor.version))
        if output is None:
            return tensor
        again = make(tensor.space, tensor.array, self.output(output, tensor.space))
        again.version = tensor.version
        return again

    def mark_dirty(self, *tensors: Any) -> None:
        """Say which inputs forward wrote in place; each must be returned as an output."""
        self.dirty_tensors = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """Say which outputs carry no gradient."""
        self.non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward gets zeros (the default) or None for an output without a gradient."""
        self.materialize_grads = value

    def pull(self, g: Any, keep: bool) -> Any:
        return self.pull_with(g, RAW, keep, None)

    def output(self, index: int, space: Any) -> Node:
        """The node that a gradient of one output goes to."""
        if self.count == 1:
            return self
        node = OutputNode()
        node.e0, node.index, node.space, node.extra, node.seq = self, index, space, EMPTY, next_number()
        return node

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        values = g.values if isinstance(g, Several) else [g]
        cotangents = [self._cotangent(index, value, tools) for index, value in enumerate(values)]
        answer = self.function.backward(self, *cotangents)
        answers: list[Any] = list(cast(Sequence[Any], answer)) if isinstance(answer, tuple) else [answer]
        while len(answers) > len(self.edges) and answers[-1] is None:
            answers.pop()
        if len(answers) != len(self.edges):
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients "
                f"(expected {len(self.edges)}, got {len(answers)})"
            )
        result = [
            None if edge is None or value is None else self._checked(position, edge, value, tools)
            for position, (edge, value) in enumerate(zip(self.edges, answers, strict=True))
        ]
        if not keep:
            self.freed, self.kept, self.to_save = bool(self.kept), None, ()
        return result

    def _cotangent(self, index: int, value: Any, tools: Any) -> Any:
        shape, space = self.outputs[index]
        if value is not None:
            return tools.tensor(value, space)
        if not self.materialize_grads or space is None:
            return None
        return make(space, space.xp.asarray(space.xp.zeros(shape, dtype=space.native, device=space.native_device)))

    def _checked(self, position: int, edge: Node, value: Any, tools: Any) -> Any:
        if not isinstance(value, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(value).__name__}) from {self.name()}")
        shape = self.input_shapes[position]
        if value.space.dtype is not edge.space.dtype:
            value = cast(Any, value).to(edge.space.dtype)
        if shape is not None and value.shape != shape:
            if not _came_from(shape, value.shape):
                raise RuntimeError(
                    f"Function {self.name()} returned an invalid gradient at index {position} - got "
                    f"{list(value.shape)} but expected shape compatible with {list(shape)}"
                )
            value = sum_to(namespace_of(value.space.backend), value, shape)
        return tools.value(value)


def _came_from(shape: Shape, stretched: Shape) -> bool:
    """Whether an array of `shape` broadcasts to `stretched`."""
    lead = len(stretched) - len(shape)
    return lead >= 0 and all(n in (1, m) for n, m in zip(shape, stretched[lead:], strict=True))


class Function:
    """Subclass it with static methods `forward` and `backward` (and `setup_context`); call it by `apply`.

    Either `forward(ctx, *args)`, or `forward(*args)` with `setup_context(ctx, inputs, output)`. `backward(ctx, *grads)`
    gets one gradient for each output and returns one for each argument of forward, None where there is none.

    Source: torch.autograd.Function.

    >>> class Exp(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         y = x.exp()
    ...         ctx.save_for_backward(y)
    ...         return y
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (y,) = ctx.saved_tensors
    ...         return g * y
    >>> x = tensor([0., 1.], requires_grad=True)
    >>> Exp.apply(x).sum().backward()
    >>> x.grad
    tensor([1.0000, 2.7183])
    """

    _node_class: ClassVar[type[FunctionCtx]]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls._node_class = type(
            f"{cls.__name__}Backward", (FunctionCtx,), {"__module__": cls.__module__, "function": cls}
        )

    def __init__(self) -> None:
        raise RuntimeError(
            f"{type(self).__name__} should not be instantiated. Methods on autograd functions are all static, so you "
            "should invoke them on the class itself. Use apply()."
        )

    @staticmethod
    def forward(*args: Any, **keywords: Any) -> Any:
        """Compute the result."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Put what backward needs into ctx, where forward takes none."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Give the gradients of the arguments from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run forward, and record it if an argument requires grad."""
        ctx = cls._node_class()
        ctx.extra, ctx.seq = None, 0
        tensors = [arg if isinstance(arg, TensorBase) else None for arg in args]
        recording = is_grad_enabled() and any(t is not None and t.node is not None for t in tensors)
        ctx.needs_input_grad = tuple(t is not None and t.node is not None for t in tensors)
        before = [None if t is None else edge_of(t) for t in tensors]
        two_steps = cls.setup_context is not Function.setup_context
        previous = set_grad_mode(False)
        try:
            result = cls.forward(*args) if two_steps else cls.forward(ctx, *args)
            if two_steps:
                cls.setup_context(ctx, args, result)
        finally:
            set_grad_mode(previous)
        single = not isinstance(result, (tuple, list))
        outputs: list[Any] = [result] if single else list(cast(Sequence[Any], result))
        outputs = _finished(ctx, args, before, outputs, recording)
        return outputs[0] if single else tuple(outputs)


def _finished(
    node: FunctionCtx, args: Sequence[Any], before: Sequence[Node | None], outputs: list[Any], recording: bool
) -> list[Any]:
    """The outputs with the node of this call behind them."""
    dirty, apart = {id(t) for t in node.dirty_tensors}, {id(t) for t in node.non_differentiable}
    given = {id(arg) for arg in args if isinstance(arg, TensorBase)}
    for tensor in node.dirty_tensors:
        if recording and tensor.node.__class__ is ref:
            raise RuntimeError(
                f"a leaf Variable that requires grad has been used in an in-place operation, by {node.name()}. "
                "Call it under wengert.no_grad(), or on a clone."
            )
        check_writable(tensor)
        bump_version(tensor)
    results: list[Any] = []
    moving: list[int] = []
    for index, output in enumerate(outputs):
        if isinstance(output, TensorBase):
            if id(output) not in apart and output.space.dtype.is_inexact:
                moving.append(index)
            if id(output) in given and id(output) not in dirty:
                # An input given back is a new tensor.
                results.append(as_alias(make(output.space, output.array), output))
                continue
        results.append(output)
    if not recording or not moving:
        return results
    node.count, node.space = len(results), results[moving[0]].space
    node.edges = tuple(edge if needs else None for edge, needs in zip(before, node.needs_input_grad, strict=True))
    node.input_shapes = [arg.shape if isinstance(arg, TensorBase) else None for arg in args]
    node.outputs = [(t.shape, t.space) if isinstance(t, TensorBase) else ((), None) for t in results]
    node.seq = next_number()
    places = {id(outputs[index]): index for index in moving}
    kept: list[tuple[Any, int, int | None]] = []
    for tensor in node.to_save:
        place = None if tensor is None else places.get(id(tensor))
        held = tensor
        if tensor is not None and place is not None:
            # The output itself would be a cycle; a listed alias would bar writes where nothing is shared.
            held = make(tensor.space, tensor.array)
            held.version = version_cell(tensor)
        kept.append((held, 0 if tensor is None else version_of(tensor), place))
    node.kept, node.to_save, node.dirty_tensors, node.non_differentiable = kept, (), (), ()
    for index in moving:
        result, target = results[index], node.output(index, results[index].space)
        if id(result) in dirty:
            rebase(result, make(result.space, result.array, target))
        else:
            result.node = target
    return results


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a `backward` that must not be differentiated again: its results raise if that is tried."""

    def decorated(ctx: Any, *grads: Any) -> Any:
        recorded = is_grad_enabled() and any(isinstance(g, TensorBase) and g.node is not None for g in grads)
        previous = set_grad_mode(False)
        try:
            answer = backward(ctx, *grads)
        finally:
            set_grad_mode(previous)
        if not recorded:
            return answer
        several = isinstance(answer, tuple)
        values = cast(tuple[Any, ...], answer if several else (answer,))
        marked = tuple(
            _Error.apply(v, *[g for g in grads if isinstance(g, TensorBase)]) if v is not None else None for v in values
        )
        return marked if several else marked[0]

    return decorated


class _Error(Function):
    """An identity that raises when a gradient comes back through it."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        return args[0]

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


__all__ = ["Function", "FunctionCtx", "once_differentiable"]
