"""Floor 7: what a module owns: parameters, buffers and submodules, as attributes by name."""

from __future__ import annotations

from typing import Any, cast

from wengert.api.modules.parameter import Buffer, Parameter
from wengert.tensor.base import TensorBase, is_leaf

#: Where a module keeps what it owns, and what each is called in errors.
_KEPT = {"_parameters": "parameters", "_buffers": "buffers", "_modules": "module"}


class Attributes:
    """An object that files what is assigned to it: Parameters, Buffers and submodules each have a place of their own.

    `_parameters`, `_buffers` and `_modules` are dictionaries in the order of registration.
    """

    training: bool
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]

    def __init__(self) -> None:
        self.training = True
        for name in _KEPT:
            object.__setattr__(self, name, {})
        object.__setattr__(self, "_non_persistent_buffers_set", set())

    def register_parameter(self, name: str, param: Any) -> None:
        """Add a parameter, or None for one that the module could have.

        Errors: TypeError for what is no Parameter; KeyError for a name that is taken; ValueError for a tensor with a
        history.
        """
        self._check_name("parameter", name, "_parameters")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{_spoken(param)}' object to parameter '{name}' (nn.Parameter or None required)"
            )
        if param is not None and not is_leaf(param):
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To "
                f"express '{name}' as a function of another Tensor, compute the value in the forward() method."
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Add a tensor that is no parameter; it stands in the `state_dict` if it is `persistent`.

        Errors: TypeError for what is no tensor; KeyError for a name that is taken.
        """
        self._check_name("buffer", name, "_buffers")
        if tensor is not None and not isinstance(tensor, TensorBase):
            raise TypeError(f"cannot assign '{_spoken(tensor)}' object to buffer '{name}' (Tensor or None required)")
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def add_module(self, name: str, module: Any) -> None:
        """Add a submodule, or None for one that the module could have.

        Errors: TypeError for what is no module; KeyError for a name that is taken.
        """
        if module is not None and not isinstance(module, Attributes):
            raise TypeError(f"{_spoken(module)} is not a Module subclass")
        self._check_name("module", name, "_modules")
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, kind: str, name: Any, kept: str) -> None:
        if kept not in self.__dict__:
            raise AttributeError(f"cannot assign {_KEPT[kept]} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {_spoken(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."' + (f", got: {name}" if kind == "module" else ""))
        if not name:
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in self.__dict__[kept]:
            raise KeyError(f"attribute '{name}' already exists")

    def __setattr__(self, name: str, value: Any) -> None:
        kept = _place(value)
        if kept is not None:
            if kept not in self.__dict__:
                raise AttributeError(f"cannot assign {_KEPT[kept]} before Module.__init__() call")
            for other in (self.__dict__, *(self.__dict__[place] for place in _KEPT if place != kept)):
                other.pop(name, None)
            self._non_persistent_buffers_set.discard(name)
            if kept == "_parameters":
                self.register_parameter(name, value)
            elif kept == "_buffers":
                self.register_buffer(name, value, value.persistent)
            else:
                self.add_module(name, value)
            return
        for place in _KEPT:
            if name in self.__dict__.get(place, ()):
                self._check_replacement(place, name, value)
                self.__dict__[place][name] = value
                return
        object.__setattr__(self, name, value)

    def _check_replacement(self, kept: str, name: str, value: Any) -> None:
        if value is None or (kept == "_buffers" and isinstance(value, TensorBase)):
            return
        kind, expected = {
            "_parameters": ("parameter", "nn.Parameter"),
            "_buffers": ("buffer", "Tensor"),
            "_modules": ("child module", "nn.Module"),
        }[kept]
        raise TypeError(f"cannot assign '{_spoken(value)}' as {kind} '{name}' ({expected} or None expected)")

    def __getattr__(self, name: str) -> Any:
        for kept in _KEPT:
            found: dict[str, Any] = self.__dict__.get(kept, {})
            if name in found:
                return found[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)

    def __delattr__(self, name: str) -> None:
        for kept in _KEPT:
            if name in self.__dict__.get(kept, ()):
                del self.__dict__[kept][name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*super().__dir__(), *self._parameters, *self._buffers, *self._modules}
        return sorted(name for name in names if not name[:1].isdigit())


def _place(value: Any) -> str | None:
    """Where a value of this kind is kept; None for what a module does not own."""
    if isinstance(value, Parameter):
        return "_parameters"
    if isinstance(value, Attributes):
        return "_modules"
    return "_buffers" if isinstance(value, Buffer) else None


def _spoken(value: Any) -> str:
    """The type of a value in an error."""
    if isinstance(value, TensorBase):
        return str(cast(Any, value).type())
    return type(value).__name__
