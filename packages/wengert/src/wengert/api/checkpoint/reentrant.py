"""Floor 7: a checkpointed call as one `Function`, whose backward runs the call again and then a backward within the
backward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast
from warnings import warn

from wengert.api.autograd import backward as run_backward
from wengert.api.function import Function
from wengert.graph.modes import set_grad_mode
from wengert.graph.task import current_task
from wengert.ops.random.generator import default_states, from_states
from wengert.tensor.base import TensorBase, gradient_of


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same values with leaves in the place of the tensors; those that required grad still do."""
    if not isinstance(inputs, tuple):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise RuntimeError(f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}")
    return tuple(_leaf(value) if isinstance(value, TensorBase) else value for value in inputs)


def _leaf(tensor: Any) -> Any:
    return tensor.detach().requires_grad_(tensor.requires_grad)


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Warn where no input requires grad: nothing will be recorded."""
    if not any(isinstance(value, TensorBase) and value.node is not None for value in inputs):
        warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)


class CheckpointFunction(Function):
    """`checkpoint` with `use_reentrant=True`."""

    @staticmethod
    def forward(ctx: Any, run_function: Any, preserve_rng_state: bool, *args: Any) -> Any:
        check_backward_validity(args)
        ctx.run_function = run_function
        ctx.states = default_states(args) if preserve_rng_state else None
        ctx.inputs = [None if isinstance(arg, TensorBase) else arg for arg in args]
        ctx.places = [place for place, arg in enumerate(args) if isinstance(arg, TensorBase)]
        ctx.save_for_backward(*[args[place] for place in ctx.places])
        return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        task = current_task()
        if task is not None and task.captures is not None:
            raise RuntimeError(
                "When use_reentrant=True, wengert.utils.checkpoint is incompatible with .grad() or passing an `inputs` "
                "parameter to .backward(). To resolve this error, you can either set use_reentrant=False, or call "
                ".backward() without passing the `inputs` argument."
            )
        inputs = list(ctx.inputs)
        for place, tensor in zip(ctx.places, ctx.saved_tensors, strict=True):
            inputs[place] = tensor
        leaves = detach_variable(tuple(inputs))
        previous = set_grad_mode(True)
        try:
            with from_states(ctx.states):
                outputs = ctx.run_function(*leaves)
        finally:
            set_grad_mode(previous)
        whole = cast(Sequence[Any], outputs if isinstance(outputs, tuple) else (outputs,))
        moving = [
            (output, g)
            for output, g in zip(whole, grad_outputs, strict=True)
            if isinstance(output, TensorBase) and output.node is not None
        ]
        if not moving:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        run_backward([output for output, _ in moving], [g for _, g in moving])
        return None, None, *[gradient_of(leaf) if isinstance(leaf, TensorBase) else None for leaf in leaves]
