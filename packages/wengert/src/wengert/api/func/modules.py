"""Floor 7: calling a module with other parameters, and the parameters of several modules as one batch.

A module is whatever has torch's `named_parameters` and `named_buffers`, and its submodules as attributes.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from wengert.ops.movement import stack
from wengert.tensor.base import TensorBase

Tensors = Mapping[str, Any]


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Tensors | Sequence[Tensors],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """`module(*args, **kwargs)` with the tensors of the dictionaries in the place of its own of the same names.

    What has no name in a dictionary stays. With `tie_weights` a parameter that the module has under several names is
    replaced under all. With `strict` the names must be exactly those of the module.

    Errors: ValueError for a name in several dictionaries, or for different tensors under tied names; RuntimeError, with
    `strict`, for names that are missing or unexpected.
    Source: torch.func.functional_call.
    """
    given = _merged(parameter_and_buffer_dicts)
    arguments = () if args is None else cast(tuple[Any, ...], args) if isinstance(args, tuple) else (args,)
    with _replaced(module, given, tie_weights, strict):
        return module(*arguments, **(kwargs or {}))


def _merged(dictionaries: Any) -> dict[str, Any]:
    if isinstance(dictionaries, Mapping):
        return dict(cast(Tensors, dictionaries))
    several: Sequence[Any] = cast(Sequence[Any], dictionaries) if isinstance(dictionaries, Sequence) else [None]
    if not all(isinstance(dictionary, Mapping) for dictionary in several):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    given: dict[str, Any] = {}
    twice: list[str] = []
    for dictionary in several:
        twice += [name for name in dictionary if name in given]
        given.update(dictionary)
    if twice:
        raise ValueError(f"{twice} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return given


def _own(module: Any) -> dict[str, Any]:
    """The tensors of a module under all their names."""
    return {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }


@contextmanager
def _replaced(module: Any, given: dict[str, Any], tie_weights: bool, strict: bool) -> Generator[None]:
    own = _own(module)
    for value in given.values():
        if not isinstance(value, TensorBase):
            raise TypeError(f"{value} is not an instance of wengert.Tensor")
    if tie_weights:
        given = _with_ties(own, given)
    if strict:
        _check_names(module, own, given)
    previous: list[tuple[Any, str, Any]] = []
    try:
        for path, value in given.items():
            holder, name = _holder(module, path)
            previous.append((holder, name, _exchange(holder, name, value)))
        yield
    finally:
        for holder, name, value in reversed(previous):
            _exchange(holder, name, value)


def _with_ties(own: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """`given` under all names of the tensors that it replaces."""
    names: dict[int, list[str]] = {}
    for name, tensor in own.items():
        names.setdefault(id(tensor), []).append(name)
    result = dict(given)
    for tied in names.values():
        values = [given[name] for name in tied if name in given]
        if not values or len(tied) == 1:
            continue
        if any(value is not values[0] for value in values):
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(name for name in tied if name in given)}, which "
                "are tied. Consider using tie_weights=False"
            )
        result.update(dict.fromkeys(tied, values[0]))
    return result


def _check_names(module: Any, own: dict[str, Any], given: dict[str, Any]) -> None:
    unexpected, missing = [name for name in given if name not in own], [name for name in own if name not in given]
    lines: list[str] = []
    if unexpected:
        lines.append(f"Unexpected key(s): {', '.join(map(repr, unexpected))}.")
    if missing:
        lines.append(f"Missing key(s): {', '.join(map(repr, missing))}.")
    if lines:
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(lines))


def _holder(module: Any, path: str) -> tuple[Any, str]:
    """The submodule that has the tensor at `path`, and its name there."""
    *parents, name = path.split(".")
    for parent in parents:
        if not hasattr(module, parent):
            raise AttributeError(f"{type(module).__name__} has no attribute `{parent}`")
        module = getattr(module, parent)
    return module, name


_ABSENT: Any = object()


def _exchange(holder: Any, name: str, value: Any) -> Any:
    """Put `value` at `name`, where the module keeps such a tensor, and return what was there."""
    for kept in ("_parameters", "_buffers"):
        tensors: Any = getattr(holder, kept, None)
        if isinstance(tensors, dict) and name in tensors:
            before: Any = cast(dict[str, Any], tensors)[name]
            tensors[name] = value
            return before
    attributes: dict[str, Any] = holder.__dict__
    before = attributes.get(name, _ABSENT)
    if value is _ABSENT:
        del attributes[name]
    else:
        attributes[name] = value
    return before


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters of several modules of one class stacked along a new first axis, and their buffers likewise: what
    `vmap` runs an ensemble on.

    Errors: RuntimeError if there is no model, if classes, modes or what requires grad differ.
    Source: torch.func.stack_module_state.
    """
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if not (all(model.training for model in models) or not any(model.training for model in models)):
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if any(type(model) is not type(models[0]) for model in models):
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    parameters = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return _stacked(parameters), _stacked(buffers)


def _stacked(states: Sequence[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, first in states[0].items():
        tensors = [state[name] for state in states]
        if any(tensor.requires_grad is not first.requires_grad for tensor in tensors):
            raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
        whole: Any = stack([tensor.detach() for tensor in tensors], 0)
        found[name] = whole.requires_grad_(first.requires_grad)
    return found
