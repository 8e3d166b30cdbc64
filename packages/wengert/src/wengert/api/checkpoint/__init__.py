"""Floor 7: checkpointing: what a call would save for backward is computed again when backward needs it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any
from warnings import warn

from wengert.api.checkpoint.frame import CheckpointError, Frame, GraphExecGroup, Log
from wengert.api.checkpoint.reentrant import CheckpointFunction, check_backward_validity, detach_variable
from wengert.api.checkpoint.revolve import split
from wengert.api.checkpoint.selective import (
    CheckpointPolicy,
    SelectiveCheckpointContext,
    called,
    create_selective_checkpoint_contexts,
)
from wengert.api.saved import saved_tensors_hooks
from wengert.graph.modes import is_grad_enabled
from wengert.ops.random.generator import default_states, from_states

Contexts = tuple[AbstractContextManager[Any], AbstractContextManager[Any]]

_early_stop: ContextVar[bool | None] = ContextVar("wengert_checkpoint_early_stop", default=None)
_debug: ContextVar[bool | None] = ContextVar("wengert_checkpoint_debug", default=None)
_ADVICE = (
    "use_reentrant=False is recommended, but if you need to preserve the current default behavior, you can pass "
    "use_reentrant=True."
)


def noop_context_fn() -> Contexts:
    """The `context_fn` that does nothing."""
    return nullcontext(), nullcontext()


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], Contexts] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)`, of which only the inputs are kept; backward runs it again.

    With `use_reentrant=False` the call is recorded, and works with everything: `autograd.grad`, tensors inside lists,
    `kwargs`, second derivatives. With True it is one node, and only `backward` without `inputs` goes through it.
    `preserve_rng_state=True` (a keyword of kwargs) lets random numbers come out the same in both runs. `context_fn`
    gives two context managers, for the first run and for the second. `determinism_check="none"` compares nothing.
    `early_stop` ends the second run when all that is needed is there. `debug` adds the operations of both runs to
    errors.

    Errors: CheckpointError, in backward, where the second run saved other tensors than the first; ValueError for
    options that the variant lacks.
    Source: torch.utils.checkpoint.checkpoint.

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> y = wengert.utils.checkpoint.checkpoint(lambda x: x.sin().exp(), x, use_reentrant=False)
    >>> y.sum().backward()
    >>> x.grad
    tensor([ 1.2534, -1.0331])
    """
    if use_reentrant is None:
        warn(
            f"checkpoint: the use_reentrant parameter should be passed explicitly. {_ADVICE}",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, preserve, *args)
    logs = None
    chosen = _debug.get()
    if debug if chosen is None else chosen:
        if context_fn is not noop_context_fn:
            raise ValueError("debug=True is incompatible with non-default context_fn")
        logs = Log(), Log()
    if determinism_check not in _DESCRIPTIONS:
        raise ValueError(f"determinism_check should be one of {[*_DESCRIPTIONS]}, but got {determinism_check}")
    first, second = context_fn() if logs is None else logs[0].contexts(logs[1])
    states = default_states(args) if preserve else None
    if not is_grad_enabled():
        return function(*args, **kwargs)

    def again(*inputs: Any) -> None:
        with from_states(states), second:
            called(second, function, inputs, kwargs)

    chosen = _early_stop.get()
    frame = Frame(again, args, early_stop if chosen is None else chosen, _DESCRIPTIONS[determinism_check])
    frame.logs = logs
    with saved_tensors_hooks(frame.pack, frame.unpack), first:
        result = called(first, function, args, kwargs)
        frame.is_done = True
    if not frame.is_done:
        raise RuntimeError(
            "checkpoint: the forward context provided by context_fn suppressed an exception raised during the "
            "checkpointed forward. This is not supported because checkpoint cannot return a value for a failed forward."
        )
    return result


def _described(tensor: Any) -> dict[str, Any]:
    return {"shape": tensor.shape, "dtype": tensor.dtype, "device": tensor.device}


def _undescribed(tensor: Any) -> None:
    return None


_DESCRIPTIONS: dict[str, Callable[[Any], object]] = {"default": _described, "none": _undescribed}


@contextmanager
def set_checkpoint_early_stop(enable: bool) -> Generator[None]:
    """Whether calls checkpointed inside end their second run early, whatever they say themselves.

    Source: torch.utils.checkpoint.set_checkpoint_early_stop.
    """
    previous = _early_stop.get()
    _early_stop.set(enable)
    try:
        yield
    finally:
        _early_stop.set(previous)


@contextmanager
def set_checkpoint_debug_enabled(enabled: bool | None) -> Generator[None]:
    """Whether calls checkpointed inside note their operations for errors, whatever they say themselves.

    Source: torch.utils.checkpoint.set_checkpoint_debug_enabled.
    """
    previous = _debug.get()
    _debug.set(enabled)
    try:
        yield
    finally:
        _debug.set(previous)


def checkpoint_sequential(
    functions: Any,
    segments: int,
    input: Any,
    use_reentrant: bool | None = None,
    *,
    schedule: str | None = None,
    budget: int | None = None,
    **kwargs: Any,
) -> Any:
    """`functions` in a row, each on the result of the one before, in `segments` checkpointed parts.

    All parts but the last are checkpointed by themselves, so all the states between them are kept. With
    `schedule="revolve"` at most `budget` states are kept at a time, the input among them, and what is computed again is
    the proven least: the binomial schedule.

    Errors: ValueError for unknown keywords, and for a schedule without a budget.
    Source: torch.utils.checkpoint.checkpoint_sequential; the schedule is that of Griewank and Walther, Algorithm 799
    (2000).

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> steps = [lambda x: x.sin()] * 10
    >>> y = wengert.utils.checkpoint.checkpoint_sequential(steps, 10, x, schedule="revolve", budget=3)
    >>> y.sum().backward()
    >>> x.grad
    tensor([ 0.0793, -0.0495])
    """
    if schedule is None and use_reentrant is None:
        warn(
            f"checkpoint_sequential: the use_reentrant parameter should be passed explicitly. {_ADVICE}",
            stacklevel=2,
        )
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    chain: list[Callable[[Any], Any]] = list(functions.children() if hasattr(functions, "children") else functions)
    size = len(chain) // segments
    starts = [*range(0, size * (segments - 1), size), size * (segments - 1)]
    parts = [_in_a_row(chain[start:end]) for start, end in zip(starts, [*starts[1:], len(chain)], strict=True)]
    options: dict[str, Any] = {"use_reentrant": bool(use_reentrant), "preserve_rng_state": preserve}
    if schedule is not None:
        _check_schedule(schedule, budget, use_reentrant)
        return _revolve(parts, input, budget or 1, options)
    for part in parts[:-1]:
        input = checkpoint(part, input, **options)
    return parts[-1](input)


def _in_a_row(functions: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        for function in functions:
            value = function(value)
        return value

    return run


def _check_schedule(schedule: str, budget: int | None, use_reentrant: bool | None) -> None:
    if schedule != "revolve":
        raise ValueError(f'checkpoint_sequential: got schedule={schedule!r}; expected None or "revolve".')
    if budget is None or budget < 1:
        raise ValueError(
            f"checkpoint_sequential: got budget={budget} for a schedule; expected the number of states that may be "
            "kept, at least 1."
        )
    if use_reentrant:
        raise ValueError("checkpoint_sequential: a schedule needs use_reentrant=False.")


def _revolve(parts: Sequence[Callable[[Any], Any]], value: Any, budget: int, options: dict[str, Any]) -> Any:
    """Keep `value` and, after the first stretch, a state; what is in the stretch is gone back over when the rest is
    done, with the whole budget again."""
    while len(parts) > 1:
        first, parts = parts[: split(len(parts), budget)], parts[split(len(parts), budget) :]
        value = checkpoint(_stretch(first, budget, options), value, **options)
        budget -= 1
    return parts[0](value)


def _stretch(parts: Sequence[Callable[[Any], Any]], budget: int, options: dict[str, Any]) -> Callable[[Any], Any]:
    return lambda value: _revolve(parts, value, budget, options)


__all__ = [
    "CheckpointError",
    "CheckpointFunction",
    "CheckpointPolicy",
    "GraphExecGroup",
    "SelectiveCheckpointContext",
    "check_backward_validity",
    "checkpoint",
    "checkpoint_sequential",
    "create_selective_checkpoint_contexts",
    "detach_variable",
    "noop_context_fn",
    "set_checkpoint_debug_enabled",
    "set_checkpoint_early_stop",
]
