"""Floor 6: what `__array_namespace_info__` tells of a backend."""

from __future__ import annotations

from typing import Any

from wengert.ops.placement import Device, device, device_of
from wengert.ops.xp.dtypes import isdtype
from wengert.protocol.backend import Backend
from wengert.protocol.dtypes import DType, get_default_dtype, int64


class NamespaceInfo:
    """The answers of the array API's inspection functions for one backend."""

    __slots__ = ("_backend",)

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def capabilities(self) -> dict[str, Any]:
        """Boolean keys and shapes that depend on values are there; no bound on the number of axes is known."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": None}

    def default_device(self) -> device:
        """Where arrays are made unless a device is given."""
        return self.devices()[0]

    def devices(self) -> list[device]:
        """All devices of the backend."""
        return [device_of(self._backend.space(name, int64)) for name in self._backend.devices()]

    def default_dtypes(self, *, device: Device = None) -> dict[str, DType]:
        """What arrays of each kind get unless a dtype is given."""
        real = get_default_dtype()
        return {"real floating": real, "complex floating": real.to_complex(), "integral": int64, "indexing": int64}

    def dtypes(self, *, device: Device = None, kind: Any = None) -> dict[str, DType]:
        """The dtypes that the backend has, by name; those of one `kind` or of several."""
        return {dtype.name: dtype for dtype in self._backend.dtypes if kind is None or isdtype(dtype, kind)}
