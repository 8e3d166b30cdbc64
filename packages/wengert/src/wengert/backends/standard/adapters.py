"""Floor 3: where the array API standard promises less than the protocol asks.

The standard leaves out arithmetic and order on booleans, fixes no width for the sum of integers, takes real() of
complex arrays only, and rejects keys that do not mention each axis. A backend's own kernels never come here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from wengert.backends.nested import nested
from wengert.backends.standard.facts import Kernels, constant, is_bool
from wengert.backends.standard.keys import entries_of, whole_key
from wengert.protocol import dtypes as ours

Function = Callable[..., Any]

_LOGICAL = {"add": "logical_or", "multiply": "logical_and", "maximum": "logical_or", "minimum": "logical_and"}
_ORDER = ("less", "less_equal", "greater", "greater_equal", "argmax", "argmin", "argsort", "searchsorted")
_KEPT_BOOL = ("max", "min", "sort", "positive", "sign", "abs")
_ASKED_OF_NUMBERS = ("isnan", "isinf", "isfinite")
_TOTALS = ("sum", "prod", "cumulative_sum", "cumulative_prod")


def adapted(xp: Kernels, name: str, function: Function) -> Function:
    """The standard's `function`, called `name`, with the protocol's meaning."""
    if name in _LOGICAL:
        return partial(_logical_for_bool, xp, function, _LOGICAL[name])
    if name in _ORDER or name in _ASKED_OF_NUMBERS:
        return partial(_integers_for_bool, xp, function, False)
    if name in _KEPT_BOOL:
        return partial(_integers_for_bool, xp, function, True)
    if name in _TOTALS:
        return partial(_total, xp, function, name.startswith("cumulative"))
    if name in ("real", "conj"):
        return partial(_part, xp, function, lambda x: x)
    if name == "imag":
        return partial(_part, xp, function, lambda x: xp.zeros_like(x))
    if name == "astype":
        return partial(_astype, xp, function)
    return function


def _logical_for_bool(xp: Kernels, function: Function, logical: str, x: Any, y: Any, /) -> Any:
    return getattr(xp, logical)(x, y) if is_bool(xp, x) else function(x, y)


def _integers_for_bool(xp: Kernels, function: Function, back: bool, /, *operands: Any, **options: Any) -> Any:
    if not is_bool(xp, operands[0]):
        return function(*operands, **options)
    number = xp.facts.dtypes[ours.uint8] if ours.uint8 in xp.facts.dtypes else xp.facts.dtypes[ours.int64]
    result = function(*(xp.astype(operand, number) for operand in operands), **options)
    return xp.astype(result, operands[0].dtype) if back else result


def _part(xp: Kernels, function: Function, of_real: Callable[[Any], Any], x: Any, /) -> Any:
    return function(x) if xp.facts.dtype(x).is_complex else of_real(x)


def _total(xp: Kernels, function: Function, running: bool, x: Any, /, **options: Any) -> Any:
    dtype = xp.facts.dtype(x)
    if not dtype.is_inexact and dtype is not ours.int64:
        x = xp.astype(x, xp.facts.dtypes[ours.int64])
    if running and not x.shape:
        return xp.reshape(function(xp.reshape(x, (1,)), axis=0), ())
    return function(x, **options)


def _astype(xp: Kernels, function: Function, x: Any, dtype: Any, /) -> Any:
    if xp.facts.dtype(x).is_complex and not xp.facts.dtype_by_native[dtype].is_complex:
        if xp.facts.dtype_by_native[dtype] is ours.bool_:
            return xp.not_equal(x, constant(xp, x, 0))
        x = xp.real(x)
    return function(x, dtype)


def getitem(xp: Kernels, x: Any, key: Any, /) -> Any:
    """`x[key]`; unless the library takes any key, with each axis named and each slice inside its axis."""
    whole = entries_of(key) if xp.facts.advanced_keys else whole_key(key, x.shape)
    if xp.facts.views and all(entry.__class__ is int for entry in whole):
        whole = (*whole, ...)  # of integers alone a library may make a number, on which writes would be lost
    return x[whole]


def tolist(xp: Kernels, x: Any, /) -> Any:
    """The library's own `tolist`, or one element after the other."""
    if hasattr(x, "tolist"):
        return x.tolist()
    python_type = (bool, int, float, complex)[xp.facts.dtype(x).category]
    if not x.shape:
        return python_type(x)
    flat = xp.reshape(x, (-1,))
    return nested([python_type(flat[i]) for i in range(flat.shape[0])], x.shape)


BEYOND_THE_STANDARD: dict[str, Function] = {"getitem": getitem, "tolist": tolist}
