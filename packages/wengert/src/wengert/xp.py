"""The array API's names over Tensors of the default backend.

A tensor's own namespace, bound to its backend, is `t.__array_namespace__()`.

>>> import wengert.xp as xp
>>> xp.permute_dims(xp.asarray([[1., 2.], [3., 4.]]), (1, 0))
tensor([[1., 3.],
        [2., 4.]])
"""

from __future__ import annotations

from typing import Any

from wengert.backends.registry import default_backend
from wengert.ops.xp import namespace_of


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(namespace_of(default_backend()), name)
