"""Floor 6: the largest and the smallest elements and where they stand."""

from __future__ import annotations

from typing import Any

from wengert.ops import return_types
from wengert.ops.arguments import Dims, one_axis, reduction, renamed, spoken
from wengert.ops.arithmetic import maximum, minimum
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import bool_
from wengert.protocol.shapes import Shape
from wengert.rules import reduction as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.operands import raise_combination
from wengert.tensor.operation import kernel

_NAMES = {"x": "self", "index": "indices", "axis": "dim", "keepdims": "keepdim", "out": "result"}

_amax = kernel(rules.amax, "AmaxBackward0", **_NAMES)
_amin = kernel(rules.amin, "AminBackward0", **_NAMES)
_largest = kernel(rules.largest, "MaxBackward1", x="self", out="result")
_smallest = kernel(rules.smallest, "MinBackward1", x="self", out="result")
_lower = kernel(rules.amin, "AminmaxBackward0", **_NAMES)
_upper = kernel(rules.amax, "AminmaxBackward0", **_NAMES)
_max_along = kernel(rules.picked, "MaxBackward0", **_NAMES)
_min_along = kernel(rules.picked, "MinBackward0", **_NAMES)
_argmax = kernel(rules.argmax)
_argmin = kernel(rules.argmin)


def amax(input: Tensor, dim: Dims = None, keepdim: bool = False, **axis: Any) -> Tensor:
    """The largest elements of `input` over `dim`, an int or a tuple; over all if `dim` is None or empty. nan wins.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`. Dtype: that of `input`.
    Derivative: g shared evenly by the elements that equal the largest.
    Errors: IndexError if a dimension is out of range or empty; RuntimeError if all of an empty `input` is asked for.
    Source: torch.amax.

    >>> amax(tensor([[1., 2.], [3., 0.]]), 1)
    tensor([2., 3.])
    """
    axes, keepdim, space = reduction("amax", input, dim, keepdim, axis)
    _check_order("amax", space, input.shape, axes, dim)
    return _amax(input, axes, keepdim)


def amin(input: Tensor, dim: Dims = None, keepdim: bool = False, **axis: Any) -> Tensor:
    """The smallest elements of `input` over `dim`, an int or a tuple; over all if `dim` is None or empty. nan wins.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`. Dtype: that of `input`.
    Derivative: g shared evenly by the elements that equal the smallest.
    Errors: IndexError if a dimension is out of range or empty; RuntimeError if all of an empty `input` is asked for.
    Source: torch.amin.

    >>> amin(tensor([[1., 2.], [3., 0.]]), 1)
    tensor([1., 0.])
    """
    axes, keepdim, space = reduction("amin", input, dim, keepdim, axis)
    _check_order("amin", space, input.shape, axes, dim)
    return _amin(input, axes, keepdim)


def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False, **axis: Any) -> return_types.aminmax:
    """The smallest and the largest elements of `input` over one `dim`, or over all; a named tuple (min, max).

    Shapes: (..., n, ...) -> (..., ...) twice, or (..., 1, ...) with `keepdim`. Dtype: that of `input`.
    Derivative, errors: those of `amin` and `amax`.
    Source: torch.aminmax.

    >>> aminmax(tensor([3., 1., 2.])).max
    tensor(3.)
    """
    axes, keepdim, space = reduction("aminmax", input, dim, keepdim, axis)
    _check_order("aminmax", space, input.shape, axes, dim)
    return return_types.aminmax(_lower(input, axes, keepdim), _upper(input, axes, keepdim))


def max(input: Tensor, dim: int | Tensor | None = None, keepdim: bool = False, **axis: Any) -> Any:
    """The largest element of `input`; with `dim` a named tuple (values, indices); with a second tensor their maximum.

    Shapes: any -> (); with `dim` (..., n, ...) -> (..., ...) twice, or (..., 1, ...) with `keepdim`.
    Dtype: that of `input`, int64 for the indices.
    Derivative: without `dim` shared evenly by all largest; with `dim` the one at the index takes it all.
    Errors: RuntimeError if all of an empty `input` is asked for; IndexError if `dim` is out of range or empty.
    Source: torch.max.

    >>> max(tensor([[1., 2.], [3., 0.]]), 1).indices
    tensor([1, 0])
    """
    return _extreme("max", input, dim, keepdim, axis)


def min(input: Tensor, dim: int | Tensor | None = None, keepdim: bool = False, **axis: Any) -> Any:
    """The smallest element of `input`; with `dim` a named tuple (values, indices); with a second tensor their minimum.

    Shapes: any -> (); with `dim` (..., n, ...) -> (..., ...) twice, or (..., 1, ...) with `keepdim`.
    Dtype: that of `input`, int64 for the indices.
    Derivative: without `dim` shared evenly by all smallest; with `dim` the one at the index takes it all.
    Errors: RuntimeError if all of an empty `input` is asked for; IndexError if `dim` is out of range or empty.
    Source: torch.min.

    >>> min(tensor([[1., 2.], [3., 0.]]), 1).values
    tensor([1., 0.])
    """
    return _extreme("min", input, dim, keepdim, axis)


#: For "max" and "min": over all, along a dimension, positions, of two tensors, the named tuple.
_FORMS: dict[str, tuple[Any, ...]] = {
    "max": (_largest, _max_along, _argmax, maximum, return_types.max),
    "min": (_smallest, _min_along, _argmin, minimum, return_types.min),
}


def _extreme(name: str, input: Tensor, dim: Any, keepdim: bool, keywords: dict[str, Any]) -> Any:
    over_all, along, positions, of_two, returned = _FORMS[name]
    if "other" in keywords:
        dim = keywords.pop("other")
    dim, keepdim = renamed(name, keywords, dim, keepdim)
    if (isinstance(dim, Tensor) or dim is None) and keepdim is not False:
        raise_combination(name, dim, keepdim)
    if isinstance(dim, Tensor):
        return of_two(input, dim)
    if dim is not None and (isinstance(dim, bool) or not hasattr(dim, "__index__")):
        raise_combination(name, dim)
    axes, keepdim, space = reduction(name, input, dim, keepdim, {})
    if dim is None:
        _check_order(name, space, input.shape, None, None)
        return over_all(input)
    one = one_axis(name, dim, len(input.shape))
    _check_order(name, space, input.shape, axes, dim)
    if not input.shape:
        index = make(space.index, space.xp.asarray(0, dtype=space.index.native, device=space.native_device))
        return returned(along(input, index, one, keepdim), index)
    index = positions(input, one, True)
    values = along(input, index, one, keepdim)
    return returned(values, index if keepdim else make(index.space, space.xp.reshape(index.array, values.shape)))


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False, **axis: Any) -> Tensor:
    """Where the largest element of `input` stands along `dim`, or in the flattened `input`: the first one; nan wins.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`; without `dim` any -> (). Dtype: int64.
    Derivative: none.
    Errors: IndexError if `dim` is out of range or empty; RuntimeError for bool and complex.
    Source: torch.argmax.

    >>> argmax(tensor([1., 3., 2.]))
    tensor(1)
    """
    return _position("argmax", _argmax, input, dim, keepdim, axis)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False, **axis: Any) -> Tensor:
    """Where the smallest element of `input` stands along `dim`, or in the flattened `input`: the first one; nan wins.

    Shapes: (..., n, ...) -> (..., ...), or (..., 1, ...) with `keepdim`; without `dim` any -> (). Dtype: int64.
    Derivative: none.
    Errors: IndexError if `dim` is out of range or empty; RuntimeError for bool and complex.
    Source: torch.argmin.

    >>> argmin(tensor([[1., 3.], [2., 0.]]), 1)
    tensor([0, 1])
    """
    return _position("argmin", _argmin, input, dim, keepdim, axis)


def _position(name: str, function: Any, input: Tensor, dim: Any, keepdim: bool, keywords: dict[str, Any]) -> Tensor:
    dim, keepdim = renamed(name, keywords, dim, keepdim)
    axes, keepdim, space = reduction(
        name, input, None if dim is None else one_axis(name, dim, _ndim(input)), keepdim, {}
    )
    if space.dtype is bool_ or space.dtype.is_complex:
        raise RuntimeError(f"{name}(): does not support {'complex' if space.dtype.is_complex else 'bool'} input")
    if axes is None:
        if 0 in input.shape:
            raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
        return function(input, None, keepdim)
    _check_order(name, space, input.shape, axes, dim)
    return function(input, axes[0], keepdim)


def _ndim(input: Any) -> int:
    return len(input.shape) if isinstance(input, Tensor) else 1


def _check_order(name: str, space: Space, shape: Shape, axes: Shape | None, dim: Any) -> None:
    """Torch's refusals: complex numbers have no order, and nothing has no extreme."""
    if space.dtype.is_complex:
        if name in ("max", "min") and dim is not None:
            raise RuntimeError(f"{name}(): does not support complex input")
        what = (
            f"{name}_all" if name in ("max", "min") else f"{name[1:4]}_values_cpu" if name != "aminmax" else "aminmax"
        )
        raise NotImplementedError(f"\"{what}\" not implemented for '{spoken(space.dtype)}'")
    if 0 not in shape:
        return
    if axes is None and name == "aminmax":
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        )
    if axes is None:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
            "Specify the reduction dim with the 'dim' argument."
        )
    for d in axes:
        if shape[d] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


__all__ = ["amax", "amin", "aminmax", "argmax", "argmin", "max", "min"]
