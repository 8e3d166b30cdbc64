"""Floor 7: modules that hold modules, and modules that hold parameters, in order or by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import index as as_index
from typing import Any, Self, cast

from wengert.api.modules.module import Module
from wengert.api.modules.parameter import Parameter
from wengert.tensor.base import TensorBase


class _Ordered(Module):
    """Modules by number, with the interface of a list."""

    def _key(self, index: Any) -> str:
        number = as_index(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"index {number} is out of range")
        return list(self._modules)[number]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            chosen = list(self._modules.items())[index]
            return self._like(dict(chosen))
        return self._modules[self._key(index)]

    def _like(self, modules: dict[str, Any]) -> Any:
        return type(self)(*[modules.values()])

    def __setitem__(self, index: Any, module: Any) -> None:
        setattr(self, self._key(index), module)

    def __delitem__(self, index: Any) -> None:
        keys = list(self._modules)[index] if isinstance(index, slice) else [self._key(index)]
        for key in keys:
            delattr(self, key)
        self._renumber(list(self._modules.values()))

    def _renumber(self, modules: list[Any]) -> None:
        self._modules.clear()
        self._modules.update({str(number): module for number, module in enumerate(modules)})

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def append(self, module: Any) -> Self:
        """Add a module at the end; returns self."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Any) -> Self:
        """Add modules at the end; returns self."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"{type(self).__name__}.extend should be called with an iterable, but got {type(modules).__name__}"
            )
        for module in list(cast(Iterable[Any], modules)):
            self.append(module)
        return self

    def insert(self, index: int, module: Any) -> Any:
        """Put a module before the one at `index`."""
        if not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def pop(self, key: Any) -> Any:
        """Take a module out; returns it."""
        found = self[key]
        del self[key]
        return found


class Sequential(_Ordered):
    """Modules that are called one after the other, each with what the one before gave.

    Source: torch.nn.Sequential.

    >>> nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        is_named = len(args) == 1 and isinstance(args[0], dict)
        named = cast(dict[str, Any], args[0]) if is_named else {str(i): module for i, module in enumerate(args)}
        for name, module in named.items():
            self.add_module(name, module)

    def _like(self, modules: dict[str, Any]) -> Any:
        return type(self)(modules)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def __add__(self, other: Any) -> Sequential:
        if not isinstance(other, Sequential):
            raise ValueError(f"add operator supports only objects of Sequential class, but {type(other)} is given.")
        return Sequential(*self, *other)

    def __iadd__(self, other: Any) -> Self:
        return self.extend(other)

    def __mul__(self, other: int) -> Sequential:
        if not isinstance(other, int):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(other)}")
        if other <= 0:
            raise ValueError(f"Non-positive multiplication factor {other} for {type(self)}")
        return Sequential(*[module for _ in range(other) for module in self])

    __rmul__ = __mul__


class ModuleList(_Ordered):
    """A list of modules whose parameters belong to the module that holds it. Source: torch.nn.ModuleList.

    >>> len(nn.ModuleList([nn.ReLU(), nn.Tanh()]))
    2
    """

    def __init__(self, modules: Iterable[Any] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def insert(self, index: int, module: Any) -> None:
        """Put a module before the one at `index`."""
        super().insert(index, module)

    def __add__(self, other: Iterable[Any]) -> ModuleList:
        return ModuleList([*self, *other])

    def __iadd__(self, other: Iterable[Any]) -> Self:
        return self.extend(other)

    def __repr__(self) -> str:
        """As any module's, with equal neighbours counted."""
        lines: list[str] = []
        first = 0
        for text, run in groupby(repr(module) for module in self):
            count = len(list(run))
            shown = text.replace("\n", "\n  ")
            last = first + count - 1
            lines.append(f"({first}): {shown}" if count == 1 else f"({first}-{last}): {count} x {shown}")
            first += count
        name = self._get_name()
        return f"{name}(\n  " + "\n  ".join(lines) + "\n)" if lines else f"{name}()"


class _Named(Module):
    """What dictionaries have beside reading and writing an entry."""

    def __getitem__(self, key: str) -> Any:
        raise NotImplementedError

    def __setitem__(self, key: str, value: Any) -> None:
        raise NotImplementedError

    def __delitem__(self, key: str) -> None:
        raise NotImplementedError

    def keys(self) -> Iterable[str]:
        """The names."""
        raise NotImplementedError

    def __len__(self) -> int:
        return len(list(self.keys()))

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, key: object) -> bool:
        return key in list(self.keys())

    def items(self) -> Iterable[tuple[str, Any]]:
        """The names and what they stand for."""
        return [(key, self[key]) for key in self.keys()]

    def values(self) -> Iterable[Any]:
        """What the names stand for."""
        return [self[key] for key in self.keys()]

    def clear(self) -> None:
        """Take everything out."""
        for key in list(self.keys()):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take an entry out; returns it."""
        found = self[key]
        del self[key]
        return found

    def update(self, entries: Any) -> None:
        """Add entries, from a dictionary or from pairs."""
        if not isinstance(entries, Iterable):
            raise TypeError(
                f"{type(self).__name__}.update should be called with an iterable of key/value pairs, but got "
                f"{type(entries).__name__}"
            )
        pairs = cast(Any, entries).items() if isinstance(entries, (Mapping, _Named)) else cast(Any, entries)
        for key, value in pairs:
            self[key] = value


class ModuleDict(_Named):
    """Modules by name. Source: torch.nn.ModuleDict.

    >>> nn.ModuleDict({"act": nn.ReLU()})["act"]
    ReLU()
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.add_module(key, value)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def keys(self) -> Iterable[str]:
        return self._modules.keys()


def _owned(value: Any) -> Any:
    """A tensor as a Parameter; anything else as it is."""
    return Parameter(value) if isinstance(value, TensorBase) and not isinstance(value, Parameter) else value


def _described(value: Any, number_type: Callable[[Any], str]) -> str:
    if not isinstance(value, TensorBase):
        return f"Object of type: {type(value).__name__}"
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    size = "x".join(map(str, value.shape))
    return f"{kind} containing: [{number_type(value)} of size {size}]"


class ParameterList(Module):
    """Parameters by number; a tensor that is put in becomes one. Source: torch.nn.ParameterList.

    >>> nn.ParameterList([ones(2)])
    ParameterList(  (0): Parameter containing: [wengert.float32 of size 2])
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _key(self, index: Any) -> str:
        number = as_index(index)
        if not -self._size <= number < self._size:
            raise IndexError(f"index {number} is out of range")
        return str(number % self._size)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)([self[number] for number in range(*index.indices(self._size))])
        return getattr(self, self._key(index))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._key(index), _owned(value))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(self._size))

    def append(self, value: Any) -> Self:
        """Add a parameter at the end; returns self."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Any) -> Self:
        """Add parameters at the end; returns self."""
        if not isinstance(values, Iterable) or isinstance(values, TensorBase):
            raise TypeError(f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}")
        for value in cast(Iterable[Any], values):
            self.append(value)
        return self

    def __iadd__(self, values: Any) -> Self:
        return self.extend(values)

    def extra_repr(self) -> str:
        """One line for each entry."""
        return "\n".join(f"  ({n}): {_described(v, lambda t: repr(t.dtype))}" for n, v in enumerate(self))


class ParameterDict(_Named):
    """Parameters by name; a tensor that is put in becomes one. Source: torch.nn.ParameterDict.

    >>> nn.ParameterDict({"a": ones(2)})["a"].requires_grad
    True
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise KeyError(key)
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        self._keys[key] = None
        setattr(self, key, _owned(value))

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def keys(self) -> Iterable[str]:
        return self._keys.keys()

    def get(self, key: str, default: Any = None) -> Any:
        """The parameter of that name, else `default`."""
        return self[key] if key in self._keys else default

    def extra_repr(self) -> str:
        """One line for each entry."""
        return "\n".join(f"  ({key}): {_described(value, lambda t: t.type())}" for key, value in self.items())
