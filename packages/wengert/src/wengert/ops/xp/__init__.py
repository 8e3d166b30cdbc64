"""Floor 6: the two namespaces over Tensors: `kernels.py`, what rules call, and `namespace.py`, the array API standard.

The second is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wengert.extras import deferred
from wengert.ops.xp.kernels import TensorNamespace, namespace_of
from wengert.protocol.backend import Backend

if TYPE_CHECKING:
    from wengert.ops.xp.namespace import ArrayNamespace

_load = deferred("wengert.ops.xp", {"array_namespace": "wengert.ops.xp.namespace:array_namespace"})


def array_namespace_of(backend: Backend) -> ArrayNamespace:
    """The array API's namespace over Tensors on `backend`, one object each."""
    return backend.standard or _load("array_namespace")(backend)


__all__ = ["TensorNamespace", "array_namespace_of", "namespace_of"]
