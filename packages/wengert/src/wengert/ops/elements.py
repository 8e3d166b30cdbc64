"""Floor 6: functions that read values: inside of a vmap they run once for each element of the batch, with a warning.

They carry no gradient, so that nothing is lost on the way from one level to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ops.movement import stack
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.level import inner_space, warn_of_loop


def for_each_element(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """What `function`, which gives this call back where a tensor lies inside of a transform, returns for each element
    of the batch; `is_inside` says whether one does."""
    args, keywords = _mapped(args, _without_tangent), _mapped(keywords, _without_tangent)
    found = _tensors((args, keywords))
    space: Any = inner_space(*[tensor.space for tensor in found])
    level: Any = space.level
    if not any(map(level.has_axis, found)):
        return function(*_mapped(args, level.shared), **_mapped(keywords, level.shared))
    warn_of_loop(function.__name__, level.size)
    results: list[Any] = []
    for position in range(level.size):

        def element(tensor: Any, position: int = position) -> Any:
            return level.whole(tensor)[position] if level.has_axis(tensor) else level.shared(tensor)

        results.append(function(*_mapped(args, element), **_mapped(keywords, element)))
    return _stacked(level, results)


def _without_tangent(tensor: Tensor) -> Any:
    return tensor if tensor.space.plain is tensor.space else make(tensor.space.plain, tensor.array)


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # a user's sequence or keywords
    return [t for part in value for t in _tensors(part)] if isinstance(value, (tuple, list)) else []  # pyright: ignore[reportUnknownVariableType]  # a user's sequence or keywords


def _mapped(value: Any, function: Callable[[Any], Any]) -> Any:
    if isinstance(value, Tensor):
        return function(value)
    if isinstance(value, dict):
        return {key: _mapped(part, function) for key, part in value.items()}  # pyright: ignore[reportUnknownVariableType]  # a user's sequence or keywords
    if type(value) in (tuple, list):
        return type(value)([_mapped(part, function) for part in value])
    return value


def _stacked(level: Any, results: list[Any]) -> Any:
    first = results[0]
    if isinstance(first, Tensor):
        if any(result.shape != first.shape for result in results):
            raise RuntimeError(
                "vmap: We do not support batching operators that can output dynamic shape: the results differ in "
                "shape from one element of the batch to the next."
            )
        return level.tensor(stack(results), True)
    parts = [_stacked(level, list(column)) for column in zip(*results, strict=True)]
    return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)


__all__ = ["for_each_element"]
