"""What is imported late: optional libraries, each named with the extra that installs it, and our own rarer modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from sys import modules
from typing import Any


def optional(module: str, extra: str) -> Any:
    """The imported `module`; ImportError with the command that installs it where it is absent.

    >>> optional("math", "numpy").sqrt(4.0)
    2.0
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise ImportError(f"{module} is not installed. Run: python -m pip install 'wengert[{extra}]'") from error


def deferred(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a `package` some of whose public names are imported when they are first asked for.

    `places` says where each name is: a module, or "module:name" for what a module defines.

    >>> deferred("wengert.extras", {"root": "math:sqrt"})("root")(4.0)
    2.0
    """

    def load(name: str) -> Any:
        place = places.get(name)
        if place is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, inside = place.partition(":")
        found: Any = import_module(module)
        if inside:
            found = getattr(found, inside)
        setattr(modules[package], name, found)
        return found

    return load
