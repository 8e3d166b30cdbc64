"""The call that a sample of an entry means, on any library, and its other forms."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch.testing._internal.opinfo.core import OpInfo

from wengert_conformance.cases import resolve
from wengert_conformance.database import entry_name, target_of
from wengert_conformance.operators import ARGUMENT_ORDER
from wengert_conformance.values import tensors


def _copied(name: str) -> Callable[..., Any]:
    return lambda library, x, *rest, **options: getattr(x.clone(), name)(*rest, **options)


def _swapped(name: str) -> Callable[..., Any]:
    return lambda library, x, n, **options: resolve(library, name)(n, x, **options)


def _low_rank(library: ModuleType, a: Any, b: Any, q: int, M: Any) -> Any:
    """What is taken away makes the rank a full one, of which fewer vectors would be a matter of chance."""
    return library.svd_lowrank(a @ b.mT, q if M is None else min(a.shape[-2], b.shape[-2]), M=M)


#: How an entry is called where the database's own call is not that of a public function with the sample's arguments.
CALLS: dict[str, Callable[..., Any]] = {
    **{name: _copied(f"{name}_") for name in ("cauchy", "exponential", "geometric", "log_normal", "uniform")},
    **{name: _copied(name) for name in ("resize_", "resize_as_", "zero_")},
    "special.polygamma": _swapped("special.polygamma"),
    "normal.in_place": lambda library, x, mean, std: x.clone().normal_(mean, std),
    "svd_lowrank": _low_rank,
    "pca_lowrank": lambda library, a, b, **options: library.pca_lowrank(a @ b.mT, **options),
    "slice": lambda library, x, dim=0, start=None, end=None, step=1: x[
        (slice(None),) * (dim % x.ndim) + (slice(start, end, step),)
    ],
    "linalg.lstsq.grad_oriented": lambda library, a, b, driver: library.linalg.lstsq(a, b, driver=driver)[:2],
    "linalg.pinv.singular": lambda library, a, b: library.linalg.pinv(a @ b.mT),
    "nn.functional.multi_head_attention_forward": lambda library, *given, **options: (  # without dropout
        library.nn.functional.multi_head_attention_forward(*given[:10], 0.0, *given[11:], **options)
    ),
}


def call_of(entry: OpInfo) -> Callable[..., Any]:
    """The call that a sample of the entry means, on any library."""
    call = CALLS.get(entry_name(entry)) or CALLS.get(entry.name)
    if call is not None:
        return call
    target = target_of(entry)
    if not callable(resolve(torch, target)):  # a property
        return lambda library, x: getattr(x, entry.name)
    return lambda library, *arguments, **options: resolve(library, target)(*arguments, **options)


def method_of(entry: OpInfo, ending: str = "") -> Callable[..., Any]:
    """The call of a method, on a copy of its tensor where the method writes it."""
    name = f"{entry.name}{ending}"
    swapped = entry.name in ARGUMENT_ORDER  # the function's first argument is not the tensor

    def function(library: ModuleType, x: Any, *rest: Any, **options: Any) -> Any:
        if swapped:
            x, rest = rest[0], (x, *rest[1:])
        return resolve(library, f"Tensor.{name}")(x.clone() if ending else x, *rest, **options)

    return function


def inplace_of(entry: OpInfo) -> Callable[..., Any]:
    """The call with `inplace=True`, on a copy of its tensor, which must be what it returns."""

    def function(library: ModuleType, x: Any, *rest: Any, **options: Any) -> Any:
        place = x.clone()
        found = resolve(library, entry.name)(place, *rest, **options, inplace=True)
        if found is not place:
            raise AssertionError("what comes back is not what was written")
        return found

    return function


def operator(variant: Callable[..., Any]) -> Callable[..., Any]:
    """The call by an operator of Python's."""
    return lambda library, *arguments, **options: variant(*arguments, **options)


def with_out(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call into tensors given as `out=`, which must be what it returns and hold what the call gives without them.
    torch leaves some unwritten, so that what it gives is its usual result."""

    def function(library: ModuleType, *arguments: Any, **options: Any) -> Any:
        usual = call(library, *arguments, **options)
        several = isinstance(usual, (tuple, list))
        places = [library.empty_like(part) for part in tensors(usual, library)]
        found = call(library, *arguments, **options, out=tuple(places) if several else places[0])
        if any(one is not other for one, other in zip(tensors(found, library), places, strict=True)):
            raise AssertionError("what comes back is not what was given as out=")
        return usual if library is torch else found

    return function


def _triangular(call: Callable[..., Any], x: Any, *rest: Any, upper: bool = False, **options: Any) -> Any:
    """A call on one triangle of a matrix, with ones on its diagonal."""
    with_ones = x - x.tril().triu() + x.detach().new_ones(x.shape).tril().triu()
    return call(with_ones.triu() if upper else with_ones.tril(), *rest, upper, **options)


#: What takes the place of a wrapper of the database that calls functions of torch.
WRAPPERS: dict[str, Callable[..., Any]] = {"gradcheck_wrapper_triangular_input_real_positive_diagonal": _triangular}


def wrapper_of(entry: OpInfo) -> Any:
    """What the database puts around the call so that its inputs are symmetric; those of masked ones need torch."""
    return None if entry.name.startswith("masked.") else entry.gradcheck_wrapper


def processed(call: Callable[..., Any], process: Callable[[Any], Any], wrapper: Any) -> Callable[..., Any]:
    """The call with what the database does around it: symmetric inputs, and results without their free phase."""
    wrapper = WRAPPERS.get(getattr(wrapper, "__name__", ""), wrapper)

    def function(library: ModuleType, *arguments: Any, **options: Any) -> Any:
        def inner(*arguments: Any, **options: Any) -> Any:
            return call(library, *arguments, **options)

        return process(inner(*arguments, **options) if wrapper is None else wrapper(inner, *arguments, **options))

    return function
