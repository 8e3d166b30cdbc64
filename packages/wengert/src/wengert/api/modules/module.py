"""Floor 7: the class Module: calling it with hooks, and its picture as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from wengert.api.modules.hooks import Border
from wengert.api.modules.state import State
from wengert.graph.hooks import RemovableHandle


class _ForwardHook(NamedTuple):
    """A hook on the call of a module, and how it wants to be called."""

    function: Callable[..., Any]
    with_kwargs: bool
    always_call: bool = False


class Module(State):
    """A function with parameters: what networks are made of. A subclass sets its parts in `__init__` and defines
    `forward`.

    Source: torch.nn.Module.

    >>> class Twice(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.scale = nn.Parameter(tensor(2.))
    ...
    ...     def forward(self, x):
    ...         return self.scale * x
    >>> twice = Twice()
    >>> twice(tensor(3.))
    tensor(6., grad_fn=<MulBackward0>)
    >>> [name for name, parameter in twice.named_parameters()]
    ['scale']
    """

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "_hooks", {})

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; for a subclass to define."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooks:
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        after: list[_ForwardHook] = list(self._hooks.get("forward", {}).values())
        try:
            args, kwargs = self._before_forward(args, kwargs)
            border = self._border()
            if border is not None:
                args = border.enter(args)
            result = self.forward(*args, **kwargs)
            while after:
                result = self._after_forward(after.pop(0), args, kwargs, result)
            return result if border is None else border.leave(result)
        except Exception:
            for hook in after:
                if hook.always_call:
                    self._after_forward(hook, args, kwargs, None)
            raise

    def _before_forward(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        hooks: list[_ForwardHook] = list(self._hooks.get("forward_pre", {}).values())
        for hook in hooks:
            answer = hook.function(self, args, kwargs) if hook.with_kwargs else hook.function(self, args)
            if answer is None:
                continue
            if not hook.with_kwargs:
                args = cast(tuple[Any, ...], answer) if isinstance(answer, tuple) else (answer,)
            elif isinstance(answer, tuple) and len(cast(tuple[Any, ...], answer)) == 2:
                args, kwargs = cast(tuple[tuple[Any, ...], dict[str, Any]], answer)
            else:
                raise RuntimeError(
                    f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {answer}."
                )
        return args, kwargs

    def _after_forward(self, hook: _ForwardHook, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> Any:
        given = (args, kwargs) if hook.with_kwargs else (args,)
        answer = hook.function(self, *given, result)
        return result if answer is None else answer

    def _border(self) -> Border | None:
        hooks, pre_hooks = self._hooks.get("backward", {}), self._hooks.get("backward_pre", {})
        return Border(self, list(hooks.values()), list(pre_hooks.values())) if hooks or pre_hooks else None

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before each call; what it returns takes the place of the arguments.

        With `with_kwargs` it is `hook(module, args, kwargs)`, and returns both. Source: torch.
        """
        return self._registered("forward_pre", cast(Any, _ForwardHook(hook, with_kwargs)), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after each call; what it returns takes the place of the output.

        With `with_kwargs` it is `hook(module, args, kwargs, output)`; with `always_call` it is called after an
        exception too. Source: torch.

        >>> layer = nn.ReLU()
        >>> with layer.register_forward_hook(lambda module, args, output: output + 1):
        ...     layer(tensor(-2.))
        tensor(1.)
        """
        return self._registered("forward", cast(Any, _ForwardHook(hook, with_kwargs, always_call)), prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` before the backward of this module; what it returns takes its place."""
        return self._registered("backward_pre", hook, prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of this module's inputs are there; what it
        returns takes the place of `grad_input`. Source: torch.
        """
        return self._registered("backward", hook, prepend)

    # text

    def extra_repr(self) -> str:
        """What stands in the parentheses of the printed module; for a subclass to define."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = [f"({name}): {_indented(repr(module))}" for name, module in self._modules.items()]
        extra_lines = extra.split("\n") if extra else []
        if not lines and len(extra_lines) < 2:
            return f"{self._get_name()}({extra})"
        return "\n  ".join([f"{self._get_name()}(", *extra_lines, *lines]) + "\n)"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
