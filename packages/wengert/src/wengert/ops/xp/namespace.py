"""Floor 6: the array API standard over Tensors, 2024.12: what `Tensor.__array_namespace__()` returns.

Names and signatures are the standard's; what a function does is torch's function, with the standard's promotion. All
that is differentiable is recorded. A namespace is bound to a backend, so that what it makes lands beside the tensor
that it came from.
"""

from __future__ import annotations

from math import e, inf, nan, pi
from typing import Any

from wengert.ops.xp import dtypes, elementwise, fft, linalg, manipulation, special, statistical
from wengert.ops.xp.creation import CreationFunctions
from wengert.ops.xp.info import NamespaceInfo
from wengert.protocol.backend import Backend

_FUNCTIONS = elementwise.FUNCTIONS | dtypes.FUNCTIONS | manipulation.FUNCTIONS | statistical.FUNCTIONS
_CONSTANTS = {"e": e, "inf": inf, "nan": nan, "newaxis": None, "pi": pi}


class Names:
    """A part of the namespace: names and what they mean."""

    def __init__(self, name: str, functions: dict[str, Any]) -> None:
        self.__name__ = name
        vars(self).update(functions)

    def __repr__(self) -> str:
        return f"<{self.__name__}>"


class ArrayNamespace(CreationFunctions):
    """The array API standard over the Tensors of one backend."""

    __array_api_version__ = "2024.12"

    def __init__(self, backend: Backend) -> None:
        self.__name__ = "wengert.xp"
        self._backend = backend
        vars(self).update(_FUNCTIONS, **_CONSTANTS, **{dtype.name: dtype for dtype in backend.dtypes})
        self.linalg = Names("wengert.xp.linalg", linalg.FUNCTIONS)
        self.fft = fft.FourierNamespace(backend)
        self.special = Names("wengert.xp.special", special.FUNCTIONS)

    def __array_namespace_info__(self) -> NamespaceInfo:
        """What the backend can, has and takes where nothing is said."""
        return NamespaceInfo(self._backend)

    def __dir__(self) -> list[str]:
        return sorted(name for name in (*vars(self), *vars(CreationFunctions)) if not name.startswith("_"))

    def __repr__(self) -> str:
        return f"<wengert.xp on backend {self._backend.name!r}>"


def array_namespace(backend: Backend) -> ArrayNamespace:
    """The array API's namespace over Tensors on `backend`, one object each."""
    if backend.standard is None:
        backend.standard = ArrayNamespace(backend)
    return backend.standard
