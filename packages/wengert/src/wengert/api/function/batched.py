"""Floor 7: a `Function` inside of vmap: the user's `vmap`, or a rule made of forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from wengert.api.function.definition import Function
from wengert.ops.movement import movedim
from wengert.tensor.base import TensorBase
from wengert.tensor.level import running
from wengert.transforms.batched import BatchLevel, lifted
from wengert.transforms.trees import flatten, spread, unflatten


class VmapInfo(NamedTuple):
    """What the `vmap` of a `Function` is told: the size of the batch, and what random operations may do."""

    batch_size: int
    randomness: str


def batch_of(args: Sequence[Any]) -> BatchLevel | None:
    """The innermost vmap that an argument carries a batch of."""
    levels = [level for level in running.get() if isinstance(level, BatchLevel)]
    return next((v for v in reversed(levels) if any(isinstance(a, TensorBase) and v.has_axis(a) for a in args)), None)


def in_level(level: BatchLevel, args: Sequence[Any]) -> tuple[Any, ...]:
    """The arguments with every tensor as one of `level`."""
    return tuple([lifted(level, arg) if isinstance(arg, TensorBase) else arg for arg in args])


def forward_of_batch(cls: type[Function], level: BatchLevel, args: Sequence[Any]) -> Any:
    """What `cls.apply` gives for arguments that carry a batch of `level`, from their whole batches."""
    has_rule = cls.vmap is not Function.vmap
    if has_rule and cls.generate_vmap_rule:
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overridden vmap "
            "staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to avoid "
            "ambiguity."
        )
    if not has_rule and not cls.generate_vmap_rule:
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and implement "
            "the vmap staticmethod or set generate_vmap_rule=True."
        )
    in_dims = tuple([0 if isinstance(a, TensorBase) and level.has_axis(a) else None for a in args])
    values = [level.shared(arg) if isinstance(arg, TensorBase) else arg for arg in args]
    outer = running.get()
    running.set(outer[: outer.index(level)])
    try:
        if has_rule:
            output, out_dims = _checked(cls.vmap(VmapInfo(level.size, level.randomness), in_dims, *values))
        else:
            output, out_dims = _generated(cls, level, in_dims).apply(*values), 0
        leaves, structure = flatten(output)
        dims = spread(out_dims, structure)
        if dims is None:
            raise RuntimeError(
                "The autograd.Function's vmap staticmethod returned an incompatible (output, out_dims) tuple. Expected "
                f"out_dims={out_dims} to be compatible with the structure of `output`. out_dims has structure "
                f"{flatten(out_dims)[1]} but output has structure {structure}."
            )
        whole = [t if dim in (None, 0) else movedim(t, dim, 0) for t, dim in zip(leaves, dims, strict=True)]
    finally:
        running.set(outer)
    tensors = [
        level.tensor(t, dim is not None) if isinstance(t, TensorBase) else t for t, dim in zip(whole, dims, strict=True)
    ]
    return unflatten(tensors, structure)


def _checked(answer: Any) -> tuple[Any, Any]:
    if not isinstance(answer, tuple) or len(cast(tuple[Any, ...], answer)) != 2:
        raise RuntimeError(
            "Expected the vmap staticmethod to have two returns, an output and out_dims with pytree structure "
            f"compatible with the output. Got a {type(cast(Any, answer))} instead"
        )
    return cast(tuple[Any, Any], answer)


@contextmanager
def _again(size: int, randomness: str) -> Any:
    """One more vmap of the same kind, in which forward, setup_context or backward sees one element."""
    level, outer = BatchLevel(size, randomness), running.get()
    running.set((*outer, level))
    try:
        yield level
    finally:
        level.end()
        running.set(outer)


class _Context:
    """The ctx of one element: what it keeps is kept as whole batches by the ctx of the batch."""

    def __init__(self, whole: Any, level: BatchLevel) -> None:
        self._whole, self._level, self._axes = whole, level, tuple[bool, ...]()

    def _values(self, tensors: Sequence[Any]) -> list[Any]:
        return [None if t is None else lifted(self._level, t).array.value for t in tensors]

    def save_for_backward(self, *tensors: Any) -> None:
        self._axes = tuple(t is not None and self._level.has_axis(t) for t in tensors)
        self._whole.save_for_backward(*self._values(tensors))

    def mark_non_differentiable(self, *tensors: Any) -> None:
        self._whole.mark_non_differentiable(*self._values(tensors))

    def set_materialize_grads(self, value: bool) -> None:
        self._whole.set_materialize_grads(value)

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        return self._whole.needs_input_grad

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        return tuple(
            [
                None if t is None else self._level.tensor(t, has_axis)
                for t, has_axis in zip(self._whole.saved_tensors, self._axes, strict=True)
            ]
        )


def _generated(cls: type[Function], level: BatchLevel, in_dims: tuple[int | None, ...]) -> type[Function]:
    """The `Function` of whole batches that does with them what `cls` does with elements."""
    size, randomness = level.size, level.randomness

    def elements(inner: BatchLevel, values: Sequence[Any]) -> list[Any]:
        return [
            inner.tensor(value, dim is not None) if isinstance(value, TensorBase) else value
            for value, dim in zip(values, in_dims, strict=True)
        ]

    def forward(*values: Any) -> Any:
        with _again(size, randomness) as inner:
            output = cls.forward(*elements(inner, values))
            several = isinstance(output, tuple)
            outputs = cast(tuple[Any, ...], output) if several else (output,)
            whole = tuple([inner.whole(t) if isinstance(t, TensorBase) else t for t in outputs])
        return whole if several else whole[0]

    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        with _again(size, randomness) as inner:
            several = isinstance(output, tuple)
            outputs = cast(tuple[Any, ...], output) if several else (output,)
            wrapped = tuple([inner.tensor(t, True) if isinstance(t, TensorBase) else t for t in outputs])
            ctx.of_element = _Context(ctx, inner)
            cls.setup_context(ctx.of_element, tuple(elements(inner, inputs)), wrapped if several else wrapped[0])

    def backward(ctx: Any, *cotangents: Any) -> Any:
        with _again(size, randomness) as inner:
            own = ctx.of_element
            own._level, own._whole = inner, ctx
            rule: Callable[..., Any] = cls.gradient_rule()
            answer = rule(own, *[None if g is None else inner.tensor(g, True) for g in cotangents])
            answers = cast(tuple[Any, ...], answer) if isinstance(answer, tuple) else (answer,)
            return tuple([_of_argument(inner, g, dim) for g, dim in zip(answers, in_dims, strict=True)])

    members: dict[str, Any] = {"forward": forward, "setup_context": setup_context, "backward": backward}
    meta: Any = type(cls)
    return meta(cls.__name__, (Function,), {name: staticmethod(member) for name, member in members.items()})


def _of_argument(level: BatchLevel, g: Any, dim: int | None) -> Any:
    """The gradient of an argument of the whole batch; of one that all elements share, their sum."""
    if g is None:
        return None
    if dim is not None:
        return level.whole(g)
    return level.whole(g).sum(0)


__all__ = ["VmapInfo", "batch_of", "forward_of_batch", "in_level"]
