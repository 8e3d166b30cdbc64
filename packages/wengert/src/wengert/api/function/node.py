"""Floor 7: the node of a call of a `Function`: its ctx, on the tape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast

from wengert.api.function.context import FunctionCtx
from wengert.graph.node import CAREFUL, Node, Several
from wengert.graph.saved import raise_freed, raise_stale, version_of, written_at
from wengert.ops.xp import namespace_of
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import sum_to
from wengert.tensor.base import TensorBase, make, version_cell
from wengert.tensor.packing import Packed, Pair, check_hooks, innermost_hooks


class Kept:
    """A tensor that a node keeps. An output is kept without its history, which would be a cycle, and by its number."""

    __slots__ = ("output", "packed", "tensor", "version")

    tensor: Any
    packed: Packed | None

    def __init__(self, tensor: Any, output: int | None) -> None:
        self.output, pair = output, innermost_hooks()
        if tensor is not None and pair is not None:
            self.pack(tensor, pair)
            return
        self.packed = None
        if tensor is not None and output is not None:
            own = make(tensor.space, tensor.array)  # no listed alias: that would bar writes where nothing is shared
            own.version = version_cell(tensor)
            tensor = own
        self.tensor = tensor
        self.version = 0 if tensor is None else version_of(tensor)

    def pack(self, tensor: Any, pair: Pair) -> None:
        """Keep what the first of two hooks makes of `tensor` in its place."""
        is_output = self.output is not None
        shown = make(tensor.space.plain, tensor.array) if is_output else tensor
        self.packed, self.tensor, self.version = Packed(shown, pair, is_output=is_output), None, 0

    def unpacked(self, node: BackwardCFunction) -> Any:
        """The tensor, if it is as it was, with its history."""
        tensor, output = self.tensor, self.output
        if self.packed is not None:
            return self.packed.unpacked(None if output is None else node.output(output, node.outputs[output][1]))
        if tensor is None:
            return None
        if version_of(tensor) != self.version:
            found, line = version_of(tensor), written_at(tensor.version)
            raise_stale(node, "saved_tensors", tensor.shape, found, self.version, line)
        if output is None:
            return tensor
        again = make(tensor.space, tensor.array, node.output(output, tensor.space))
        again.version = tensor.version
        if tensor.space is not tensor.space.plain:
            again._tangent = tensor._tangent
        return again


class SavedTensor:
    """A tensor that a node keeps, as `grad_fn._raw_saved_tensors` shows it. Hooks of its own may pack it."""

    __slots__ = ("_kept", "_node")

    def __init__(self, node: BackwardCFunction, kept: Kept) -> None:
        self._node, self._kept = node, kept

    @property
    def data(self) -> Any:
        """What is kept: the tensor, or what the pack hook made of it."""
        return self.unpack() if self._kept.packed is None else self._kept.packed.value

    def unpack(self) -> Any:
        """The tensor, as `saved_tensors` gives it."""
        return self._kept.unpacked(self._node)

    def register_hooks(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        """Keep `pack_hook(tensor)` in the place of the tensor; `unpack_hook` of it gives the tensor when it is needed.

        Errors: RuntimeError if it has hooks already, or is None.
        """
        check_hooks(pack_hook, unpack_hook, "register_hooks")
        if self._kept.packed is not None:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of "
                "hooks is allowed at a time."
            )
        tensor = self.unpack()
        if tensor is None:
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        self._kept.pack(tensor, (pack_hook, unpack_hook))


class BackwardCFunction(Node):
    """The node of a call. The user's side of it is a `FunctionCtx`."""

    __slots__ = ("accessed", "attributes", "count", "edges", "freed", "in_jvp", "inputs", "kept", "outputs")

    layout = 3
    takes_undefined = True

    function: ClassVar[Any]  # the subclass of Function

    attributes: dict[str, Any]  # of ctx
    count: int
    outputs: list[tuple[Shape, Any]]  # shape and space of each, None for what is no tensor
    inputs: list[tuple[Shape, Any] | None]
    kept: tuple[Kept, ...]
    freed: bool
    accessed: bool
    in_jvp: bool

    def __init__(self) -> None:
        self.extra, self.seq, self.count, self.edges = None, 0, 0, ()
        self.attributes, self.inputs, self.outputs, self.kept = {}, [], [], ()
        self.freed = self.accessed = self.in_jvp = False

    def __getattr__(self, name: str) -> Any:
        try:
            return self.attributes[name]
        except KeyError:
            raise AttributeError(f"{self.name()!r} object has no attribute {name!r}") from None

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{self.name()} object at {id(self):#x}>"

    def shown_edges(self) -> list[tuple[int, Node | None]]:
        """The edges of the tensors among the arguments, as in torch."""
        return [entry for entry, arrived in zip(enumerate(self.edges), self.inputs, strict=True) if arrived is not None]

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that `save_for_backward` kept, checked; in `jvp`, those of `save_for_forward`."""
        if self.in_jvp:
            return self.attributes.get("saved_for_forward", ())
        if self.freed:
            raise_freed(self)
        if self.function.clear_saved_tensors_on_access:
            if self.accessed:
                raise RuntimeError(
                    "saved_tensors can only be accessed once when clear_saved_tensors_on_access=True is set on the "
                    "autograd.Function. Either access saved_tensors only once, or set "
                    "clear_saved_tensors_on_access=False."
                )
            self.accessed, kept, self.kept = True, self.kept, ()
            return tuple(entry.unpacked(self) for entry in kept)
        return tuple(entry.unpacked(self) for entry in self.kept)

    @property
    def _raw_saved_tensors(self) -> tuple[SavedTensor, ...]:
        if self.freed:
            raise_freed(self)
        return tuple(SavedTensor(self, kept) for kept in self.kept)

    def output(self, index: int, space: Any) -> Node:
        """The node that a gradient of one output goes to."""
        edge = self.output_edge(index)
        if edge is not self:
            edge.space = space
        return edge

    def apply(self, *grads: Any) -> Any:
        """Call backward, or vjp, as the user wrote it."""
        function, ctx = self.function, FunctionCtx.of(self)
        return function.gradient_rule()(ctx, *([list(grads)] if function.boxed_grads_call else grads))

    def step(self, g: Any, keep: bool, tools: Any, producer: Any = None) -> Any:
        return CAREFUL  # what runs is the user's, and may write arrays

    def pull_with(self, g: Any, tools: Any, keep: bool, wanted: Any) -> list[Any]:
        values = g.values if isinstance(g, Several) else [g]
        answer = self.apply(*[self._cotangent(index, value, tools) for index, value in enumerate(values)])
        result = self._checked(list(cast(Sequence[Any], answer)) if isinstance(answer, tuple) else [answer], tools)
        if not keep:
            self.freed, self.kept = True, ()
        return result

    def _cotangent(self, index: int, value: Any, tools: Any) -> Any:
        shape, space = self.outputs[index]
        if value is not None:
            return tools.tensor(value, space)
        materialize = self.attributes.get("materialize_grads", True)
        return zeros(shape, space) if materialize and space is not None else None

    def _checked(self, answers: list[Any], tools: Any) -> list[Any]:
        """What backward returned, as the engine wants it: one for each argument, None where no gradient goes."""
        while len(answers) > len(self.edges) and answers[-1] is None:
            answers.pop()
        if len(answers) != len(self.edges):
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients "
                f"(expected {len(self.edges)}, got {len(answers)})"
            )
        result: list[Any] = []
        for position, (edge, arrived, value) in enumerate(zip(self.edges, self.inputs, answers, strict=True)):
            if value is not None and not isinstance(value, TensorBase):
                raise RuntimeError(f"expected Variable or None (got {type(value).__name__})")
            if value is not None and arrived is None:
                raise RuntimeError(
                    f"function {self.name()} returned a gradient different than None at position {position + 1}, but "
                    "the corresponding forward input was not a Variable"
                )
            if edge is None or value is None or arrived is None:
                result.append(None)
            else:
                result.append(tools.value(self._fitted(position, value, *arrived)))
        return result

    def _fitted(self, position: int, value: Any, shape: Shape, space: Any) -> Any:
        """A gradient in the shape, dtype and place of the argument that it is for."""
        if value.shape != shape:
            lead = len(value.shape) - len(shape)
            if lead < 0 or any(n not in (1, m) for n, m in zip(shape, value.shape[lead:], strict=True)):
                raise RuntimeError(
                    f"Function {self.name()} returned an invalid gradient at index {position} - got "
                    f"{list(value.shape)} but expected shape compatible with {list(shape)}"
                )
            value = sum_to(namespace_of(value.space.backend), value, shape)
        if value.space.backend is not space.backend or value.space.device != space.device:
            raise RuntimeError(
                f"Function {self.name()} returned an invalid gradient at index {position} - expected device "
                f"{space.device} of backend {space.backend.name!r} but got {value.space.device} of backend "
                f"{value.space.backend.name!r}"
            )
        if value.space.dtype is not space.dtype:
            if value.space.dtype.is_complex and not space.dtype.is_complex:
                raise RuntimeError(
                    f"Function {self.name()} returned an invalid gradient at index {position} - Expected "
                    "isFloatingType(grad.scalar_type()) || (input_is_complex == grad_is_complex) to be true, but got "
                    f"false: {value.space.dtype!r} for an input of {space.dtype!r}. Return its real part."
                )
            value = value.to(space.dtype)
        return value


def zeros(shape: Shape, space: Any) -> Any:
    """A plain tensor of zeros."""
    plain = space.plain
    return make(plain, plain.xp.asarray(plain.xp.zeros(shape, dtype=plain.native, device=plain.native_device)))
