"""Floor 3: finds the plugins and asks each for its spec. Nothing is imported before the first question is asked.

The only module of the core that imports inside functions: pluggy and importlib.metadata cost more than all the rest of
`import wengert`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING, Any

from wengert.backends.states import NoSpecError, told
from wengert.protocol.backend import PROTOCOL_VERSION, BackendSpec
from wengert.protocol.errors import BackendError

if TYPE_CHECKING:
    from pluggy import PluginManager

GROUP = "wengert"


class Plugins:
    """The plugins of one process, found by their entry points or registered by hand, and their specs."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._found: PluginManager | None = None
        self._names: tuple[str, ...] = ()
        self._specs: dict[str, BackendSpec] = {}

    def _manager(self) -> PluginManager:
        if self._found is None:
            from importlib.metadata import entry_points

            from pluggy import PluginManager

            from wengert.backends import hookspecs

            manager = PluginManager(GROUP)
            manager.add_hookspecs(hookspecs)
            for name in os.environ.get("WENGERT_DISABLE_BACKENDS", "").replace(",", " ").split():
                manager.set_blocked(name)
            self._names = tuple(dict.fromkeys(point.name for point in entry_points(group=GROUP)))
            self._found = manager
        return self._found

    def _load_plugin(self, name: str) -> None:
        """Import the plugin of entry point `name` unless that is done; whatever it raises goes on."""
        manager = self._manager()
        if not manager.has_plugin(name) and not manager.is_blocked(name):
            manager.load_setuptools_entrypoints(GROUP, name)

    def _ask(self, plugin_name: str, hook: str, **arguments: Any) -> list[Any]:
        """What one plugin alone answers to a hook."""
        manager = self._manager()
        others = [plugin for name, plugin in manager.list_name_plugin() if name != plugin_name and plugin is not None]
        return manager.subset_hook_caller(hook, remove_plugins=others)(**arguments)

    def _backend_names(self) -> list[str]:
        """The names that a backend could have: entry points, and what was registered by hand."""
        manager = self._manager()
        registered = [name for name, plugin in manager.list_name_plugin() if plugin is not None]
        return [name for name in dict.fromkeys((*self._names, *registered)) if "." not in name]

    def _spec(self, name: str) -> BackendSpec:
        """The checked spec of one plugin; BackendError with the reason if there is none."""
        known = self._specs.get(name)
        if known is not None:
            return known
        if name not in self._backend_names() and not self._manager().is_blocked(name):
            usable = ", ".join(repr(n) for n in self._backend_names()) or "none"
            raise BackendError(f"unknown backend {name!r}; installed are: {usable}.")
        if self._manager().is_blocked(name):
            raise BackendError(f"backend {name!r} is blocked by WENGERT_DISABLE_BACKENDS; take it off that list.")
        try:
            self._load_plugin(name)
            specs = self._ask(name, "wengert_backend")
        except Exception as error:
            raise BackendError(f"backend {name!r} is broken: its plugin failed with {told(error)}") from error
        if not specs:
            raise NoSpecError(f"plugin {name!r} brings no backend.")
        spec = specs[0]
        protocol = getattr(spec, "protocol_version", None)
        if protocol != PROTOCOL_VERSION:
            raise BackendError(
                f"backend {name!r} follows version {protocol} of the backend protocol, this wengert version "
                f"{PROTOCOL_VERSION}; install versions of the two that agree."
            )
        if not isinstance(spec, BackendSpec):
            raise BackendError(
                f"backend {name!r} is broken: wengert_backend returned {spec!r}; expected a BackendSpec."
            )
        self._specs[name] = spec
        return spec

    def _usable_specs(self, wanted: Callable[[BackendSpec], bool]) -> tuple[list[tuple[str, BackendSpec]], list[str]]:
        """Names and specs that `wanted` accepts, highest priority first, and the reasons of those that gave none."""
        usable: list[tuple[str, BackendSpec]] = []
        reasons: list[str] = []
        for name in self._backend_names():
            try:
                spec = self._spec(name)
                if wanted(spec):
                    usable.append((name, spec))
            except NoSpecError:
                continue
            except Exception as error:
                reasons.append(str(error))
        return sorted(usable, key=lambda entry: -entry[1].priority), reasons

    def register(self, spec: BackendSpec) -> None:
        """Make a backend known without an entry point; a second spec of one name takes the first one's place."""
        from pluggy import HookimplMarker

        def wengert_backend() -> BackendSpec:
            return spec

        plugin = type("RegisteredPlugin", (), {"wengert_backend": staticmethod(HookimplMarker(GROUP)(wengert_backend))})
        with self._lock:
            manager = self._manager()
            if manager.has_plugin(spec.name):
                manager.unregister(name=spec.name)
            manager.register(plugin, spec.name)
            self._forget(spec.name)

    def unregister(self, name: str) -> None:
        """Undo `register`; an installed plugin of that name is found again."""
        with self._lock:
            if self._manager().has_plugin(name):
                self._manager().unregister(name=name)
            self._forget(name)

    def _forget(self, name: str) -> None:
        """Ask again for what was known of the plugin `name`."""
        self._specs.pop(name, None)
