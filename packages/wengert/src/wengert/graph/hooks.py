"""Floor 4: hooks: what registering one returns, where a node keeps them, and running them in torch's order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, cast
from weakref import ref

Hook = Callable[..., Any]

_next_id = count().__next__


class Hooks(dict[int, Hook]):
    """Hooks by number, in the order in which they were registered; can be referred to weakly."""

    __slots__ = ("__weakref__",)


class RemovableHandle:
    """What registering a hook returns: `remove()` takes the hook away again, and so does leaving a `with` block.

    It does not keep the hook alive, nor what the hook belongs to.

    >>> x = tensor(1., requires_grad=True)
    >>> with x.register_hook(lambda g: 10 * g):
    ...     (x * 2).backward()
    >>> (x * 2).backward()
    >>> x.grad
    tensor(22.)
    """

    __slots__ = ("__weakref__", "hooks_dict_ref", "id")

    def __init__(self, hooks_dict: Hooks) -> None:
        self.hooks_dict_ref: Callable[[], Hooks | None] = ref(hooks_dict)
        self.id = _next_id()

    @classmethod
    def of(cls, hooks: Hooks, hook: Hook) -> RemovableHandle:
        """Put `hook` among `hooks`."""
        handle = cls(hooks)
        hooks[handle.id] = hook
        return handle

    def remove(self) -> None:
        """Take the hook away; a second time does nothing."""
        hooks = self.hooks_dict_ref()
        if hooks is not None:
            hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *details: object) -> None:
        self.remove()


class Extra:
    """What only few nodes have: hooks, retained gradients, packed values, metadata, a place."""

    __slots__ = ("metadata", "packed", "place", "posthooks", "prehooks", "retained", "shapes", "tensor_hooks")

    def __init__(self) -> None:
        self.tensor_hooks: dict[int, Hooks] = {}  # by output, in the order of their first hooks
        self.retained: dict[int, Hook] = {}  # by output: what keeps its gradient
        self.prehooks = Hooks()
        self.posthooks = Hooks()
        self.packed: dict[str, Any] = {}  # kept values that hooks have packed
        self.shapes: dict[int, tuple[int, ...]] = {}  # by output, where a `GradientEdge` was made
        self.metadata: dict[Any, Any] = {}
        self.place: Any = None  # the stream of its forward, where that was chosen


#: An `extra` with nothing in it, for nodes that the engine must treat with care all the same: shared, never written.
EMPTY = Extra()


def answered(hooks: dict[int, Hook], gradients: Sequence[Any], checked: Callable[..., Any], *more: Any) -> list[Any]:
    """The gradients that a node's hooks leave; each hook may return a tuple of others, as many as it was given.

    `checked(answer, gradient, hook)` refuses one that does not fit.
    """
    now = tuple(gradients)
    for hook in list(hooks.values()):
        answer = hook(now, *more)
        if answer is None:
            continue
        if not isinstance(answer, tuple):
            raise TypeError(f"expected tuple, but hook returned '{type(answer).__name__}'")
        new = cast(tuple[Any, ...], answer)
        if len(new) != len(now):
            raise RuntimeError(
                f"hook '{name_of(hook)}' has returned an incorrect number of values "
                f"(got {len(new)}, but expected {len(now)})"
            )
        now = tuple([None if n is None else checked(n, g, hook) for n, g in zip(new, now, strict=True)])
    return list(now)


def name_of(hook: Hook) -> str:
    """What error messages call a hook."""
    return getattr(hook, "__name__", type(hook).__name__)
