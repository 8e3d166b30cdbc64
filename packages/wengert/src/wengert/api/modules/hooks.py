"""Floor 7: hooks on the backward pass through a module: its inputs and outputs pass through nodes that carry them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from wengert.api.function import Function
from wengert.api.modes import is_grad_enabled
from wengert.tensor.base import TensorBase

Hook = Callable[..., Any]


class BackwardHookFunction(Function):
    """The identity, at the border of a module."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        ctx.mark_non_differentiable(*[arg for arg in args if not arg.requires_grad])
        return args

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        return grad_outputs


class Border:
    """One call of a module with full backward hooks: what its inputs and outputs pass through.

    `pre_hooks` see the gradients of the outputs, `hooks` those of the inputs and the outputs; what they return takes
    the place of what they saw.
    """

    def __init__(self, module: Any, hooks: Sequence[Hook], pre_hooks: Sequence[Hook]) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_outputs: Any = None
        self.input_places: list[int] | None = None
        self.output_places: list[int] = []
        self.inputs = self.outputs = 0

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs behind the border."""
        passed, places, node = _through(args)
        self.inputs = len(args)
        if node is not None:
            self.input_places = places
            node.register_hook(self._at_inputs)
        return passed

    def leave(self, result: Any) -> Any:
        """The outputs before the border."""
        several = isinstance(result, tuple)
        outputs = cast(tuple[Any, ...], result) if several else (result,)
        passed, places, node = _through(outputs)
        self.outputs = len(outputs)
        if node is not None:
            self.output_places = places
            node.register_hook(self._at_outputs)
        return passed if several else passed[0]

    def _at_outputs(self, _: Any, gradients: Any) -> Any:
        whole = _spread(gradients, self.output_places, self.outputs)
        for hook in self.pre_hooks:
            answer = hook(self.module, whole)
            if answer is not None:
                whole = _answer(answer, self.outputs, "Backward pre hook", "grad_output")
        self.grad_outputs = whole
        if self.input_places is None:  # no input requires grad: there is no other node to call them from
            for hook in self.hooks:
                answer = hook(self.module, (None,) * self.inputs, whole)
                if answer is not None and any(part is not None for part in answer):
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always return None or None "
                        "for all gradients."
                    )
            self.grad_outputs = None
        return tuple(whole[place] for place in self.output_places)

    def _at_inputs(self, gradients: Any, _: Any) -> Any:
        if self.grad_outputs is None or self.input_places is None:  # the outputs had no part in this pass
            return None
        whole = _spread(gradients, self.input_places, self.inputs)
        for hook in self.hooks:
            answer = hook(self.module, whole, self.grad_outputs)
            if answer is not None:
                whole = _answer(answer, self.inputs, "Backward hook", "grad_input")
        self.grad_outputs = None
        return tuple(whole[place] for place in self.input_places)


def _through(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[int], Any]:
    """The tensors among `values` passed through a node: all values, the places of the tensors, and the node if any."""
    places = [place for place, value in enumerate(values) if isinstance(value, TensorBase)]
    if not is_grad_enabled() or not any(values[place].requires_grad for place in places):
        return values, places, None
    passed: Any = BackwardHookFunction.apply(*(values[place] for place in places))
    found = list(values)
    for place, value in zip(places, passed, strict=True):
        found[place] = value
    return tuple(found), places, next(value.grad_fn for value in passed if value.grad_fn is not None)


def _spread(gradients: Any, places: list[int], count: int) -> tuple[Any, ...]:
    """The gradients at the places of their tensors, None at the others."""
    by_place = dict(zip(places, gradients, strict=True))
    return tuple(by_place.get(place) for place in range(count))


def _answer(answer: Any, count: int, hook: str, what: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] = cast(tuple[Any, ...], answer) if isinstance(answer, tuple) else (answer,)
    if len(found) != count:
        raise RuntimeError(f"{hook} returned an invalid number of {what}, got {len(found)}, but expected {count}")
    return found
