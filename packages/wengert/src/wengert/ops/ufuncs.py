"""Floor 6: what other libraries ask of a tensor: the array API's namespace, and NumPy's universal functions, as in
`np.exp(t)`, `array * t`, `array += t`.

A ufunc that we have a function for becomes that function, and is recorded. Any other one runs in NumPy where that
severs nothing: a tensor that requires grad refuses to become an array. Functions of NumPy that are no ufuncs get arrays
by `__array__`, with the same refusal; there is no `__array_function__`, as in torch.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from wengert.backends.registry import backend_of
from wengert.ops import arithmetic, comparison, complex, exponential, linalg, trigonometric
from wengert.ops.conversion.values import numpy
from wengert.ops.creation.data import as_tensor
from wengert.ops.xp import array_namespace_of
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import NUMBERS

if TYPE_CHECKING:
    from wengert.ops.xp.namespace import ArrayNamespace

_FAMILIES: tuple[ModuleType, ...] = (arithmetic, exponential, trigonometric, comparison, complex, linalg)
#: NumPy's names that are not torch's, too.
_TORCHS = {
    "conjugate": "conj",
    "degrees": "rad2deg",
    "equal": "eq",
    "fabs": "abs",
    "invert": "bitwise_not",
    "left_shift": "bitwise_left_shift",
    "power": "pow",
    "radians": "deg2rad",
    "right_shift": "bitwise_right_shift",
    "rint": "round",
}


def __array_ufunc__(self: Tensor, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """What NumPy calls for a ufunc with a tensor among its arguments.

    Arrays beside a tensor count as tensors in its place. The result is a Tensor, unless `out=` names an array.
    Errors: RuntimeError where NumPy would have to compute and an argument requires grad.

    >>> import numpy as np
    >>> np.exp(tensor([0., 1.], requires_grad=True))
    tensor([1.0000, 2.7183], grad_fn=<ExpBackward0>)
    """
    function = _function(ufunc.__name__) if method == "__call__" and not options else None
    if function is None:
        return _in_numpy(getattr(ufunc, method), inputs, options)
    kinds = function.__annotations__.values()
    operands = [_operand(self, value, kind) for value, kind in zip(inputs, kinds, strict=False)]
    return NotImplemented if any(value is NotImplemented for value in operands) else function(*operands)


def _function(name: str) -> Any:
    """Our function of a ufunc's name; None if there is none."""
    wanted = _TORCHS.get(name, name)
    return next((found for family in _FAMILIES if (found := getattr(family, wanted, None)) is not None), None)


def _operand(beside: Tensor, value: Any, kind: str) -> Any:
    """An argument of a ufunc as our functions take it; a NumPy scalar ranks as a Python number, which is a tensor where
    `kind`, the function's annotation, has none. NotImplemented for what has a protocol of its own."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, NUMBERS):
        here = beside.space
        return as_tensor(value, device=here.device, backend=here.backend.name) if kind == "Tensor" else value
    owner = backend_of(value)
    if owner is None:
        here = beside.space
        foreign = hasattr(value, "__array_ufunc__")
        return NotImplemented if foreign else as_tensor(value, device=here.device, backend=here.backend.name)
    if not isinstance(value, owner.array_type):
        return _operand(beside, value.item(), kind)
    on_host = owner.device_of(value) == "cpu"  # an array elsewhere is not moved: the function says where it is
    return as_tensor(value, backend=beside.space.backend.name if on_host else None)


def _in_numpy(function: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    arrays = [numpy(value) if isinstance(value, Tensor) else value for value in inputs]
    targets = options.pop("out", None)
    if targets is not None:
        options["out"] = tuple(numpy(value) if isinstance(value, Tensor) else value for value in targets)
    where = options.get("where")
    if isinstance(where, Tensor):
        options["where"] = numpy(where)
    result = function(*arrays, **options)
    if targets is None:
        return tuple(map(_wrapped, cast(Any, result))) if isinstance(result, tuple) else _wrapped(result)
    for target, written in zip(targets, options["out"], strict=True):
        if isinstance(target, Tensor):
            cast(Any, target).copy_(as_tensor(written))
    return targets if len(targets) > 1 else targets[0]


def _wrapped(result: Any) -> Any:
    return None if result is None else as_tensor(result)


def __array_wrap__(self: Tensor, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
    """What NumPy calls to give an array back as a tensor."""
    return as_tensor(array)


#: The versions of the array API standard whose names `__array_namespace__` gives.
_VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")


def __array_namespace__(self: Tensor, *, api_version: str | None = None) -> ArrayNamespace:
    """The array API's namespace for this tensor's backend.

    Errors: ValueError for a version of the standard that is later than 2024.12.
    Source: the array API standard.

    >>> xp = tensor([3., 1.]).__array_namespace__()
    >>> xp.sort(tensor([3., 1.]))
    tensor([1., 3.])
    """
    if api_version is not None and api_version not in _VERSIONS:
        raise ValueError(f"__array_namespace__: got api_version {api_version!r}; expected one of {_VERSIONS}.")
    return array_namespace_of(self.space.backend)


class UfuncMethods(Tensor):
    """The methods of a Tensor that NumPy calls."""

    __slots__ = ()

    __array_priority__ = 1000  # for array types that know no __array_ufunc__
    __array_ufunc__ = __array_ufunc__
    __array_namespace__ = __array_namespace__
    __array_wrap__ = __array_wrap__
