"""Floor 3: what is told of a backend, and how its failures are told."""

from __future__ import annotations

from typing import Any

from wengert.protocol.backend import BackendSpec
from wengert.protocol.errors import BackendError


class NoSpecError(BackendError):
    """A plugin that is none of a backend: it brings kernels, scenarios or lines for the doctor."""


class BackendState:
    """What `python -m wengert` tells of a backend. `state` is available, unavailable, blocked or broken."""

    __slots__ = ("devices", "name", "protocol", "reason", "state", "version")

    def __init__(
        self,
        name: str,
        version: str,
        protocol: int | None,
        devices: tuple[str, ...],
        state: str,
        reason: str,
    ) -> None:
        self.name, self.version, self.protocol = name, version, protocol
        self.devices, self.state, self.reason = devices, state, reason

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, as JSON has them."""
        return {
            "name": self.name,
            "version": self.version,
            "protocol": self.protocol,
            "devices": self.devices,
            "state": self.state,
            "reason": self.reason,
        }

    def __repr__(self) -> str:
        return f"BackendState({', '.join(f'{name}={value!r}' for name, value in self.as_dict().items())})"


def told(error: BaseException) -> str:
    """An error as a traceback's last line has it."""
    return f"{type(error).__name__}: {error}"


def failure_state(error: BaseException) -> str:
    """Whether what `BackendSpec.load` raised is one of the two errors that it may raise, or a fault."""
    return "unavailable" if isinstance(error, ImportError | RuntimeError) else "broken"


def reason_of(error: BaseException, spec: BackendSpec) -> str:
    """Why a backend did not load, and the command that installs it where something was not found."""
    if isinstance(error, ModuleNotFoundError) and spec.install:
        return f"{told(error)}; install it with: {spec.install}"
    return told(error)
