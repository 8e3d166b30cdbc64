"""Floor 7: the mechanism for modules that are a function and its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, dataclass_transform

from wengert.api.modules.module import Module


@dataclass_transform(eq_default=False)
class Thin(Module):
    """A module that calls `function` with its input and its options.

    A subclass names the function and annotates the options, in torch's order and with torch's defaults: from them come
    the constructor, the attributes, the call and the printed form. `silent` names the options that are not printed;
    `inplace` is printed where it is set.
    """

    function: ClassVar[Callable[..., Any]]
    silent: ClassVar[tuple[str, ...]] = ()
    _names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        dataclass(eq=False, repr=False)(cls)
        named = fields(cls)  # pyright: ignore[reportArgumentType]  # it is a dataclass now
        cls._names = tuple(field.name for field in named)
        for name in cls._names:
            if name in cls.__dict__:
                delattr(cls, name)  # a default would hide a buffer of that name

    def __post_init__(self) -> None:
        super().__init__()

    def options(self) -> dict[str, Any]:
        """What the function is called with beside the input."""
        return {name: getattr(self, name) for name in self._names}

    def forward(self, *args: Any) -> Any:
        return self.function(*args, **self.options())

    def extra_repr(self) -> str:
        shown = (name for name in self._names if name not in self.silent)
        values = ((name, getattr(self, name)) for name in shown)
        return ", ".join(f"{name}={value!r}" for name, value in values if name != "inplace" or value)
