"""Floor 3: loads the backends that plugins bring, and answers which one is meant. Nothing is loaded before the first
question is asked."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from wengert.backends.devices import parse_device, pick_device
from wengert.backends.plugins import Plugins
from wengert.backends.states import BackendState, NoSpecError, failure_state, reason_of, told
from wengert.protocol.backend import Backend
from wengert.protocol.errors import BackendError, NoBackendError

if TYPE_CHECKING:
    from wengert.protocol.accelerator import Accelerator

INSTALL = 'pip install "wengert[numpy]"'


class Registry(Plugins):
    """The backends of one process, and which of them owns which type of array."""

    def __init__(self) -> None:
        super().__init__()
        self._backends: dict[str, Backend] = {}
        self._default: Backend | None = None
        self._by_type: dict[type, Backend | None] = {}
        self._by_device: dict[tuple[str, str], tuple[Backend, str]] = {}
        self._modules: dict[str, Accelerator] = {}
        self._kernel_failures: list[str] = []

    # backends

    def get_backend(self, name: str) -> Backend:
        """The backend called `name`, loaded by the first call; BackendError with the reason where that cannot be."""
        found = self._backends.get(name)
        if found is not None:
            return found
        with self._lock:
            found = self._backends.get(name)
            if found is None:
                spec = self._spec(name)
                try:
                    found = spec.load()
                except Exception as error:
                    raise BackendError(
                        f"backend {name!r} is {failure_state(error)}: {reason_of(error, spec)}"
                    ) from error
                self._replace_kernels(name, found)
                self._backends[name] = found
        return found

    def _replace_kernels(self, name: str, backend: Backend) -> None:
        providers = [n for n in self._names if n.startswith(f"{name}.")]
        registered = [n for n, plugin in self._manager().list_name_plugin() if plugin is not None]
        for provider in dict.fromkeys((name, *providers, *registered)):
            try:
                self._load_plugin(provider)
                for kernels in self._ask(provider, "wengert_kernels", backend=backend):
                    for kernel_name, kernel in dict(kernels).items():
                        getattr(backend.xp, kernel_name)  # AttributeError for a name that the protocol does not have
                        setattr(backend.xp, kernel_name, kernel)
            except Exception as error:
                self._kernel_failures.append(f"kernels of {provider!r} for {name!r}: {told(error)}")

    def default_backend(self) -> Backend:
        """WENGERT_BACKEND's, else the CPU backend of highest priority that loads."""
        if self._default is None:
            with self._lock:
                if self._default is None:
                    named = os.environ.get("WENGERT_BACKEND")
                    self._default = self.get_backend(named) if named else self._first_on_cpu()
        return self._default

    def _first_on_cpu(self) -> Backend:
        specs, reasons = self._usable_specs(lambda spec: "cpu" in spec.device_types)
        for name, _ in specs:
            try:
                return self.get_backend(name)
            except BackendError as error:
                reasons.append(str(error))
        if reasons:
            raise NoBackendError(
                f"no CPU backend can be used: {' '.join(reasons)} The default one comes with: {INSTALL}"
            )
        raise NoBackendError(f"no array backend is installed; install the default one with: {INSTALL}")

    def resolve(self, device: str, current: Backend | None) -> tuple[Backend, str]:
        """The backend and the full name of `device`: of `current` if it has the device, else of the best that has."""
        key = "" if current is None else current.name, device
        found = self._by_device.get(key)
        if found is None:
            with self._lock:
                found = self._by_device[key] = self._resolve(device, current)
        backend, place = found
        if place == device or ":" in device:
            return found
        return backend, pick_device(device, None, backend.devices()) or place  # a type alone: where one is now

    def _resolve(self, device: str, current: Backend | None) -> tuple[Backend, str]:
        head = device.partition(":")[0]
        if current is not None and head in {name.partition(":")[0] for name in current.devices()}:
            present = pick_device(*parse_device(device, (head,)), current.devices())
            if present is not None:
                return current, present
        specs, reasons = self._usable_specs(lambda spec: True)
        kind, index = parse_device(device, (kind for _, spec in specs for kind in spec.device_types))
        for name, spec in specs:
            if kind in spec.device_types:
                try:
                    backend = self.get_backend(name)
                    present = pick_device(kind, index, backend.devices())
                except Exception as error:
                    reasons.append(str(error))
                    continue
                if present is not None:
                    return backend, present
                reasons.append(f"backend {name!r} has only {', '.join(backend.devices()) or 'no device'}")
        raise RuntimeError(
            " ".join([f"device {device!r} is absent.", *(f"{reason.rstrip('.')}." for reason in reasons)])
        )

    def backend_of(self, array: Any) -> Backend | None:
        """The backend whose raw array this is; None for anything else."""
        kind = cast(type[Any], type(array))
        try:
            return self._by_type[kind]
        except KeyError:
            pass
        if kind.__module__ == "builtins":
            return None
        with self._lock:
            owners, _ = self._usable_specs(lambda spec: spec.owns(kind))
            backend = self.get_backend(owners[0][0]) if owners else None
            self._by_type[kind] = backend
        return backend

    def device_module(self, kind: str) -> Accelerator:
        """The module through which devices of the type `kind` are managed; RuntimeError that says why there is none."""
        found = self._modules.get(kind)
        if found is None:
            with self._lock:
                found = self._modules[kind] = self._device_module(kind)
        return found

    def _device_module(self, kind: str) -> Accelerator:
        specs, reasons = self._usable_specs(lambda spec: kind in spec.device_types and spec.device_module is not None)
        for name, spec in specs:
            try:
                backend = self.get_backend(name)
            except BackendError as error:
                reasons.append(str(error))
                continue
            if spec.device_module is not None and pick_device(kind, None, backend.devices()) is not None:
                return cast(Any, import_module(spec.device_module))
            reasons.append(f"backend {name!r} has no {kind} device.")
        raise RuntimeError(" ".join(reasons) or f"no backend with devices of type {kind!r} is installed.")

    # telling

    def states(self) -> list[BackendState]:
        """Every backend that is installed, registered or blocked, with the reason where it cannot be used."""
        with self._lock:
            return [state for name in self._backend_names() if (state := self._state(name)) is not None]

    def _state(self, name: str) -> BackendState | None:
        if self._manager().is_blocked(name):
            return BackendState(name, "", None, (), "blocked", "WENGERT_DISABLE_BACKENDS")
        try:
            spec = self._spec(name)
        except NoSpecError:
            return None
        except BackendError as error:
            return BackendState(name, "", None, (), "broken", str(error))
        try:
            version = spec.version()
        except Exception:
            version = ""
        try:
            devices = tuple(self.get_backend(name).devices())
        except Exception as error:
            cause = error.__cause__ or error
            reason = reason_of(cause, spec)
            return BackendState(name, version, spec.protocol_version, (), failure_state(cause), reason)
        return BackendState(name, version, spec.protocol_version, devices, "available", "")

    def answers(self, hook: str) -> list[Any]:
        """What all plugins that load answer to a hook without arguments, one list."""
        collected: list[Any] = []
        with self._lock:
            for name in dict.fromkeys((*self._backend_names(), *self._names)):
                try:
                    self._load_plugin(name)
                    for answer in self._ask(name, hook):
                        collected.extend(answer)
                except Exception as error:
                    if hook == "wengert_doctor":
                        collected.append(f"{name}: {told(error)}")
            if hook == "wengert_doctor":
                collected.extend(self._kernel_failures)
        return collected

    def _forget(self, name: str) -> None:
        super()._forget(name)
        self._backends.pop(name, None)
        self._by_type.clear()
        self._by_device.clear()
        self._modules.clear()
        self._default = None


_registry = Registry()
_chosen: ContextVar[Backend | None] = ContextVar("wengert_backend", default=None)

get_backend = _registry.get_backend
backend_of = _registry.backend_of
device_module = _registry.device_module
states = _registry.states
register = _registry.register
unregister = _registry.unregister


def default_backend() -> Backend:
    """The backend that creation uses: `use_backend`'s, WENGERT_BACKEND's, else the CPU backend of highest priority."""
    return _chosen.get() or _registry.default_backend()


@contextmanager
def use_backend(name: str) -> Generator[Backend]:
    """Create tensors with the backend `name` inside the block, in this thread or task."""
    backend, before = get_backend(name), _chosen.get()
    _chosen.set(backend)
    try:
        yield backend
    finally:
        _chosen.set(before)


def resolve(device: str | None = None, backend: str | None = None) -> tuple[Backend, str]:
    """The backend and the device that creation uses for what the caller asked; RuntimeError in torch's words if absent.

    A named backend must have the device itself. Without a name the default backend is asked first, then the others.
    """
    if backend is None:
        try:
            current = default_backend()
        except NoBackendError:  # a device of another type may be there without a library for the CPU
            if device is None or device.partition(":")[0] == "cpu":
                raise
            current = None
        if current is None or device is not None:
            return _registry.resolve(device or "", current)
        return current, current.devices()[0]
    named = get_backend(backend)
    if device is None:
        return named, named.devices()[0]
    found, present = _registry.resolve(device, named)
    if found is not named:
        raise RuntimeError(
            f"backend {backend!r} has no device {device!r}, only {', '.join(named.devices())}; leave out backend= to "
            f"get backend {found.name!r}."
        )
    return found, present


def scenarios() -> Sequence[Any]:
    """The conformance cases that plugins bring."""
    return _registry.answers("wengert_scenarios")


def doctor() -> Sequence[str]:
    """The lines that plugins add to `python -m wengert`, and the failures of kernel providers."""
    return _registry.answers("wengert_doctor")
