"""Floor 0: the namespace of one device among several, whose functions run while it is the current one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Makes of a function one that runs on a device.
Guard = Callable[[Callable[..., Any]], Callable[..., Any]]


class GuardedNamespace:
    """The functions of `namespace`, each under `guard`."""

    def __init__(self, namespace: Any, guard: Guard) -> None:
        self._namespace, self._guard = namespace, guard

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._namespace, name)
        if callable(found) and not isinstance(found, type):
            found = self._guard(found)
        setattr(self, name, found)
        return found
