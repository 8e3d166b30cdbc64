"""Floor 6: what torch's functions accept as `dim`, and how its messages call dtypes."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any, TypeAlias, cast

from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape, normalize_axes, normalize_axis
from wengert.tensor.operands import raise_combination, raise_not_tensor

Dims = int | Sequence[int] | None
#: A Tensor with the methods that class Tensor has. Those are defined above, so it is anything to a type checker.
AnyTensor: TypeAlias = Any


def spoken(dtype: DType) -> str:
    """What torch's messages call a dtype: "Long" for int64."""
    return dtype.spoken


def reduced_axes(name: str, dim: Any, ndim: int) -> Shape | None:
    """The axes that `dim` names, counted from the front; None for all of them: where `dim` is None or empty."""
    if dim is None:
        return None
    if dim.__class__ is int:
        return (normalize_axis(dim, ndim),) if ndim else normalize_axes(dim, 0) or None
    if not isinstance(dim, (list, tuple)):
        if isinstance(dim, bool) or not hasattr(dim, "__index__"):
            raise_combination(name, dim)
        return reduced_axes(name, index(dim), ndim)
    try:
        axes = [index(axis) for axis in cast(Sequence[Any], dim)]
    except TypeError:
        raise_combination(name, dim)
    normalized = normalize_axes(axes, ndim)
    return normalized if axes and ndim else None


def one_axis(name: str, dim: Any, ndim: int) -> int:
    """`dim` as one axis counted from the front."""
    if dim.__class__ is not int:
        if isinstance(dim, bool) or not hasattr(dim, "__index__"):
            raise TypeError(f"{name}(): argument 'dim' must be int, not {type(dim).__name__}.")
        dim = index(dim)
    return normalize_axis(dim, ndim)


def renamed(name: str, keywords: dict[str, Any], dim: Any, keepdim: Any = False) -> tuple[Any, Any]:
    """`dim` and `keepdim` where they were given by NumPy's words, `axis` and `keepdims`, which torch takes too."""
    for keyword, value in keywords.items():
        if keyword == "axis" and dim is None:
            dim = value
        elif keyword == "keepdims":
            keepdim = value
        elif keyword != "out" or value is not None:  # numpy.sum(tensor) calls tensor.sum(axis=None, out=None)
            raise TypeError(f"{name}() got an unexpected keyword argument {keyword!r}")
    return dim, keepdim


def reduction(
    name: str, input: Any, dim: Any, keepdim: Any, keywords: dict[str, Any]
) -> tuple[Shape | None, bool, Space]:
    """The checked arguments of a reduction: its axes (None: all), whether they are kept, and where `input` lives."""
    if keywords:
        dim, keepdim = renamed(name, keywords, dim, keepdim)
    try:
        space, ndim = input.space, len(input.shape)
    except AttributeError:
        raise_not_tensor(name, "input", input)
    if keepdim is not False and keepdim is not True:
        raise TypeError(f"{name}(): argument 'keepdim' must be bool, not {type(keepdim).__name__}.")
    return None if dim is None else reduced_axes(name, dim, ndim), keepdim, space
