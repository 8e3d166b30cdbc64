"""What a scenario may need of a backend that not every backend has, by name."""

from __future__ import annotations

from typing import Any

#: Writes through a view show in its base and in the other views of it.
VIEWS = "views"
#: The library tells how an array lies in memory, and reads it in another way.
STRIDES = "strides"
NEEDS = (VIEWS, STRIDES)


def lacking(backend: Any, array: Any) -> frozenset[str]:
    """What a backend, which owns `array`, does not have by its own declaration."""
    claims = backend.capabilities
    has = {VIEWS: claims.mutable and claims.views, STRIDES: backend.xp.layout(array) is not None}
    return frozenset(need for need in NEEDS if not has[need])
