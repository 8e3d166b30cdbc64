"""Floor 7: a backward that is not to be differentiated."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from wengert.api.function.definition import Function
from wengert.graph.modes import is_grad_enabled, set_grad_mode
from wengert.tensor.base import TensorBase


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a `backward` that must not be differentiated: it records nothing, and its results raise if that is
    tried.

    >>> class Scale(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 3
    ...
    ...     @staticmethod
    ...     @wengert.autograd.function.once_differentiable
    ...     def backward(ctx, g):
    ...         return g * 3
    >>> x = tensor(1., requires_grad=True)
    >>> wengert.autograd.grad(Scale.apply(x), x)
    (tensor(3.),)
    """

    @wraps(fn)
    def decorated(ctx: Any, *args: Any, **keywords: Any) -> Any:
        recorded = is_grad_enabled() and any(isinstance(g, TensorBase) and g.node is not None for g in args)
        previous = set_grad_mode(False)
        try:
            answer = fn(ctx, *args, **keywords)
        finally:
            set_grad_mode(previous)
        if not recorded:
            return answer
        values = cast(tuple[Any, ...], answer if isinstance(answer, tuple) else (answer,))
        tensors = [g for g in args if isinstance(g, TensorBase)]
        marked = tuple(None if v is None else _Undifferentiable.apply(v, *tensors) for v in values)
        return marked if isinstance(answer, tuple) else marked[0]

    return decorated


class _Undifferentiable(Function):
    """An identity that raises when a gradient comes back through it."""

    _node_name = "Error"
    generate_vmap_rule = True

    @staticmethod
    def forward(*args: Any) -> Any:
        return args[0]

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        return None

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")
