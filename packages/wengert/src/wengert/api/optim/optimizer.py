"""Floor 7: what all optimisers share: groups of parameters, their state, saving both, hooks around a step."""

from __future__ import annotations

import copy
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ClassVar, cast

from wengert.api.modes import enable_grad, set_grad_enabled
from wengert.api.modules.traversal import clear_gradient
from wengert.api.optim.capturing import check_capture
from wengert.graph.hooks import Hooks, RemovableHandle
from wengert.tensor.base import TensorBase, gradient_of, is_leaf

Closure = Callable[[], Any]


def _with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(step)
    def hooked(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.has_stepped = True
        hooks = self._hooks
        for hook in list(hooks.get("pre", Hooks()).values()):
            answer = hook(self, args, kwargs)
            if answer is None:
                continue
            if not isinstance(answer, tuple) or len(cast(tuple[Any, ...], answer)) != 2:
                raise RuntimeError(f"{step} must return None or a tuple of (new_args, new_kwargs), but got {answer}.")
            args, kwargs = cast(tuple[tuple[Any, ...], dict[str, Any]], answer)
        result = step(self, *args, **kwargs)
        for hook in list(hooks.get("post", Hooks()).values()):
            hook(self, args, kwargs)
        return result

    return hooked


class Optimizer:
    """Moves parameters against their gradients. A subclass gives the defaults of its options and defines `update`, for
    one parameter, or `step`.

    `param_groups` holds the parameters with their options, `state` what is remembered of each parameter.
    Errors: TypeError for what is no tensor; ValueError for one with a history, or one that is in two groups.
    Source: torch.optim.Optimizer.
    """

    #: The state at which a parameter begins is asked of `begin` at once, not at its first step.
    begins_early: ClassVar[bool] = False

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if isinstance(params, TensorBase):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"{cast(Any, params).type()}"
            )
        self.defaults = defaults
        self.state: defaultdict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._hooks: dict[str, Hooks] = {}
        self.has_stepped = self._has_warned = False
        given = list(params)
        if not given:
            raise ValueError("optimizer got an empty parameter list")
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(cast(dict[str, Any], group))

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "step" in cls.__dict__:
            cls.step = _with_hooks(cls.step)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Learn more parameters, with options of their own; what is left out is as the defaults say."""
        if not isinstance(param_group, dict):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params: Any = param_group["params"]
        if isinstance(params, (set, frozenset)):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        listed: list[Any] = [params] if isinstance(params, TensorBase) else list(params)
        named = [isinstance(entry, tuple) for entry in listed]
        if any(named) and not all(named):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        group: dict[str, Any] = {**param_group, "params": [entry[1] for entry in listed] if any(named) else listed}
        if any(named):
            group["param_names"] = [entry[0] for entry in listed]
        for parameter in group["params"]:
            if not isinstance(parameter, TensorBase):
                kind = type(parameter).__name__
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {kind}")
            if not self.defaults.get("differentiable") and not is_leaf(parameter):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, value in self.defaults.items():
            group.setdefault(name, value)
        own = group["params"]
        if len(own) != len(set(own)):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error",
                UserWarning,
                stacklevel=3,
            )
        if not set(own).isdisjoint(parameter for earlier in self.param_groups for parameter in earlier["params"]):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(group)
        if self.begins_early:
            for parameter in own:
                self.state[parameter] = self.begin(group, parameter)

    def begin(self, group: dict[str, Any], parameter: Any) -> dict[str, Any]:
        """The state of a parameter before its first step."""
        return {}

    def update(self, group: dict[str, Any], parameter: Any, gradient: Any, state: dict[str, Any]) -> None:
        """Move one parameter, in place."""
        raise NotImplementedError(f"{type(self).__name__} defines neither update nor step")

    @_with_hooks
    def step(self, closure: Closure | None = None) -> Any:
        """Move all parameters that have a gradient. `closure` computes the loss anew, with gradients; its result is
        returned."""
        if "capturable" in self.defaults:
            name, may_warn = type(self).__name__, not self._has_warned
            self._has_warned = check_capture(self.param_groups, name, may_warn) or self._has_warned
        loss = None if closure is None else enable_grad()(closure)()
        with set_grad_enabled(bool(self.defaults.get("differentiable", False))):
            for group in self.param_groups:
                for parameter in group["params"]:
                    gradient: Any = gradient_of(parameter)
                    if gradient is None:
                        continue
                    state: dict[str, Any] = self.state[parameter]
                    if not state:
                        state.update(self.begin(group, parameter))
                    self.update(group, parameter, -gradient if group.get("maximize") else gradient, state)
                    if not state:
                        del self.state[parameter]
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters."""
        for group in self.param_groups:
            for parameter in group["params"]:
                clear_gradient(parameter, set_to_none)

    # saving

    def state_dict(self) -> dict[str, Any]:
        """Options and state, with numbers in the place of the parameters, in torch's form."""
        numbers: dict[Any, int] = {}
        groups: list[dict[str, Any]] = []
        for group in self.param_groups:
            options = {name: value for name, value in group.items() if name != "params"}
            places = [numbers.setdefault(parameter, len(numbers)) for parameter in group["params"]]
            groups.append({**options, "params": places})
        return {"state": {numbers.get(key, key): value for key, value in self.state.items()}, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the options and the state that `state_dict` has; tensors of state go to the dtype and device of
        their parameter.

        Errors: ValueError if the groups are not as large as here.
        """
        saved = [dict(group) for group in state_dict["param_groups"]]
        if len(saved) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        for group, other in zip(self.param_groups, saved, strict=True):
            if len(group["params"]) != len(other["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
                )
        by_number = {
            number: parameter
            for group, other in zip(self.param_groups, saved, strict=True)
            for number, parameter in zip(other["params"], group["params"], strict=True)
        }
        self.state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            parameter = by_number.get(key)
            self.state[key if parameter is None else parameter] = _fitted(value, parameter)
        self.param_groups = [
            {**other, "params": group["params"]} for group, other in zip(self.param_groups, saved, strict=True)
        ]

    # hooks

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step; it may return new arguments."""
        return RemovableHandle.of(self._hooks.setdefault("pre", Hooks()), hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return RemovableHandle.of(self._hooks.setdefault("post", Hooks()), hook)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for number, group in enumerate(self.param_groups):
            lines += [*([""] if number else []), f"Parameter Group {number}"]
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join(lines) + "\n)"


def _fitted(value: Any, parameter: Any) -> Any:
    """A copy of loaded state; its tensors where the parameter is, and but for counts of steps in its dtype."""
    if isinstance(value, dict):
        entries = cast(dict[str, Any], value).items()
        return {name: copy.deepcopy(one) if name == "step" else _fitted(one, parameter) for name, one in entries}
    if isinstance(value, TensorBase):
        tensor: Any = value
        if parameter is None or not parameter.is_floating_point():
            return copy.deepcopy(tensor)
        return copy.deepcopy(tensor).to(parameter)
    if isinstance(value, (list, tuple)):
        parts = [_fitted(one, parameter) for one in cast(Iterable[Any], value)]
        return tuple(parts) if isinstance(value, tuple) else parts
    return copy.deepcopy(value)


def check(name: str, value: Any, valid: bool) -> None:
    """ValueError in torch's words unless an option is valid."""
    if not valid:
        raise ValueError(f"Invalid {name}: {value}")
