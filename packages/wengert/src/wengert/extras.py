"""What is imported late: optional libraries, each named with the extra that installs it, and our own rarer modules,
functions and methods."""

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


def deferred(
    package: str, places: Mapping[str, str], form: Callable[[str, Any], Any] | None = None
) -> Callable[[str], Any]:
    """The `__getattr__` of a `package` some of whose public names are imported when they are first asked for.

    `places` says where each name is: a module, or "module:name" for what a module defines. `form` makes of a name and
    what is found there what is given out.

    >>> deferred("wengert.extras", {"root": "math:sqrt"})("root")(4.0)
    2.0
    """

    def load(name: str) -> Any:
        place = places.get(name)
        if place is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = _found(place)
        if form is not None:
            found = form(name, found)
        setattr(modules[package], name, found)
        return found

    return load


def _found(place: str) -> Any:
    module, _, inside = place.partition(":")
    found: Any = import_module(module)
    return getattr(found, inside) if inside else found


class Late:
    """A method that is imported when it is first looked up, and is from then on what stands in the class.

    >>> class Root:
    ...     of = Late("math:sqrt")
    >>> Root.of(4.0)
    2.0
    """

    __slots__ = ("_name", "_owner", "_place")

    def __init__(self, place: str) -> None:
        self._place = place

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner, self._name = owner, name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        found = _found(self._place)
        setattr(self._owner, self._name, found)
        bind = getattr(found, "__get__", None)
        return found if bind is None else bind(instance, owner)
