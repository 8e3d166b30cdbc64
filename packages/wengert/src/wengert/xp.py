"""The array API standard over Tensors of the default backend.

A tensor's own namespace, bound to its backend, is `t.__array_namespace__()`.

>>> import wengert.xp as xp
>>> xp.permute_dims(xp.asarray([[1., 2.], [3., 4.]]), (1, 0))
tensor([[1., 3.],
        [2., 4.]])
"""

from __future__ import annotations

from typing import Any

from wengert.backends.registry import default_backend
from wengert.ops.xp.namespace import array_namespace


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name not in ("__array_namespace_info__", "__array_api_version__"):
        raise AttributeError(name)
    return getattr(array_namespace(default_backend()), name)


def __dir__() -> list[str]:
    return dir(array_namespace(default_backend()))
