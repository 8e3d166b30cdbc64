"""Floor 7: a module's tensors as a dictionary, and back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from wengert.api.modes import no_grad
from wengert.api.modules.parameter import Parameter, can_share
from wengert.api.modules.traversal import Traversal
from wengert.graph.hooks import Hooks, RemovableHandle
from wengert.tensor.base import TensorBase

_EXTRA = "_extra_state"


class IncompatibleKeys(NamedTuple):
    """The names in which a dictionary and a module differed."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class State(Traversal):
    """What of a module is worth keeping: its parameters and persistent buffers, by name."""

    #: Raised by a layer whose entries changed; saved beside them.
    _version = 1
    _hooks: dict[str, Any]

    def state_dict(
        self, *, destination: dict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """The parameters and persistent buffers by name, detached but in the same memory.

        Source: torch.nn.Module.state_dict, whose names these are.

        >>> list(nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1)).state_dict())[:3]
        ['0.weight', '0.bias', '1.weight']
        """
        found: Any = destination
        if found is None:
            found = OrderedDict[str, Any]()
            found._metadata = OrderedDict[str, Any]()
        if hasattr(found, "_metadata"):
            found._metadata[prefix[:-1]] = {"version": self._version}
        self._run("state_dict_pre", self, prefix, keep_vars)
        self._save_to_state_dict(found, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=found, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        self._run("state_dict_post", self, found, prefix, getattr(found, "_metadata", {}).get(prefix[:-1], {}))
        return found

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        for name, tensor in self._saved().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach() if can_share(tensor) else tensor.data
        if type(self).get_extra_state is not State.get_extra_state:
            destination[prefix + _EXTRA] = self.get_extra_state()

    def _saved(self) -> dict[str, Any]:
        """The tensors of this module alone that its state has."""
        kept = {name: buffer for name, buffer in self._buffers.items() if name not in self._non_persistent_buffers_set}
        return {name: tensor for name, tensor in {**self._parameters, **kept}.items() if tensor is not None}

    def get_extra_state(self) -> Any:
        """For a subclass to define, with `set_extra_state`: what else belongs into its `state_dict`."""
        raise RuntimeError(f"{type(self).__name__} defines no get_extra_state; a module with extra state defines both.")

    def set_extra_state(self, state: Any) -> None:
        """For a subclass to define: take back what `get_extra_state` gave."""
        raise RuntimeError(f"{type(self).__name__} defines no set_extra_state; a module with extra state defines both.")

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy the tensors of `state_dict` into this module's; with `assign`, take them in their place.

        Errors: RuntimeError that lists every size that does not fit and, if `strict`, every name that is missing or
        unexpected; what fits has been copied by then, as in torch. TypeError for what is no dictionary.
        Source: torch.nn.Module.load_state_dict.

        >>> one, other = nn.Linear(2, 1), nn.Linear(2, 1)
        >>> one.load_state_dict(other.state_dict())
        <All keys matched successfully>
        >>> wengert.equal(one.weight, other.weight)
        True
        """
        if not isinstance(state_dict, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata: Any = getattr(state_dict, "_metadata", None)
        given = OrderedDict(state_dict)
        missing, unexpected, errors = list[str](), list[str](), list[str]()

        def load(module: State, entries: dict[str, Any], prefix: str) -> None:
            local: dict[str, Any] = {} if metadata is None else metadata.get(prefix[:-1], {})
            if assign:
                local["assign_to_params_buffers"] = assign
            module._load_from_state_dict(entries, prefix, local, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    inside = f"{prefix}{name}."
                    load(child, {key: value for key, value in entries.items() if key.startswith(inside)}, inside)
            module._run("load_state_dict_post", module, IncompatibleKeys(missing, unexpected))

        load(self, given, "")
        if strict:
            listed = {"Unexpected": unexpected, "Missing": missing}
            for kind, names in listed.items():
                if names:
                    quoted = ", ".join(f'"{name}"' for name in names)
                    errors.insert(0, f"{kind} key(s) in state_dict: {quoted}. ")
        if errors:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(errors))
        return IncompatibleKeys(missing, unexpected)

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Load this module alone, without those below it."""
        self._run(
            "load_state_dict_pre",
            self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs,
        )  # fmt: skip
        own = self._saved()
        for name, tensor in own.items():
            if prefix + name in state_dict:
                assign = local_metadata.get("assign_to_params_buffers", False)
                self._load_entry(prefix + name, name, tensor, state_dict[prefix + name], assign, error_msgs)
            elif strict:
                missing_keys.append(prefix + name)
        extra = prefix + _EXTRA
        has_extra = type(self).set_extra_state is not State.set_extra_state
        if has_extra and extra in state_dict:
            self.set_extra_state(state_dict[extra])
        elif has_extra and strict:
            missing_keys.append(extra)
        if strict:
            known = {*own, *((_EXTRA,) if has_extra else ())}
            for key in state_dict:
                if key.startswith(prefix):
                    name, *inside = key[len(prefix) :].split(".", 1)
                    if name not in (self._modules if inside else known):
                        unexpected_keys.append(key)

    def _load_entry(self, key: str, name: str, own: Any, value: Any, assign: bool, errors: list[str]) -> None:
        if not isinstance(value, TensorBase):
            errors.append(
                f'While copying the parameter named "{key}", expected wengert.Tensor or Tensor-like object from '
                f"checkpoint but received {type(value)}"
            )
        elif value.shape != own.shape and not (own.shape == () and value.shape == (1,)):
            errors.append(
                f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in "
                f"current model is {own.shape}."
            )
        elif assign:
            is_bare = isinstance(own, Parameter) and not isinstance(value, Parameter)
            setattr(self, name, Parameter(value, own.requires_grad) if is_bare else value)
        else:
            with no_grad():
                own.copy_(cast(Any, value).to(own).reshape(own.shape))

    # hooks

    def register_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before `state_dict` is made."""
        return self._registered("state_dict_pre", hook)

    def register_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)` after `state_dict` was made."""
        return self._registered("state_dict_post", hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)`
        before a `state_dict` is loaded."""
        return self._registered("load_state_dict_pre", hook)

    def register_load_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` after a `state_dict` was loaded."""
        return self._registered("load_state_dict_post", hook)

    def _registered(self, kind: str, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Put `hook` among those of one kind, at the end or the front."""
        hooks = self._hooks.setdefault(kind, Hooks())
        earlier = dict(hooks)
        if prepend:
            hooks.clear()
        handle = RemovableHandle.of(hooks, hook)
        if prepend:
            hooks.update(earlier)
        return handle

    def _run(self, kind: str, *arguments: Any) -> None:
        for hook in list(self._hooks.get(kind, Hooks()).values()):
            hook(*arguments)
