"""Floor 6: `out=`, for all functions that take it: the result is written into a tensor that the caller has.

The forms that the public modules give out (`forms.py`) come here; methods, operators and the functions among themselves
use the plain ones, which know nothing of `out`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import prod
from typing import Any, cast

from wengert.graph.modes import is_grad_enabled
from wengert.protocol.dtypes import DType, int64
from wengert.protocol.warned import warn_user
from wengert.rule.signature import names_of
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.inplace import check_castable, refuse_overlap, write
from wengert.tensor.operands import spoken_in_c
from wengert.tensor.view import check_writable, view_of

Function = Callable[..., Any]

#: The functions whose `out=` must have the dtype of the result; the others write into any that it can be cast to.
_EXACT = """
    abs addbmm addmm addmv amax amin aminmax argmax argmin avg_pool2d avg_pool3d baddbmm bitwise_not bmm bucketize
    ceil cholesky cholesky_ex complex conj_physical cross cross_of_tensor cummax cummin det diag diff dot eigh
    eigvalsh float_power floor frac frexp gather gelu hardshrink heaviside histc histogram ifft ihfft index_add
    index_copy index_reduce index_select inner inv inv_ex isin isneginf isposinf kthvalue ldl_factor ldl_factor_ex
    ldl_solve linear log_softmax logcumsumexp logsigmoid lu lu_factor lu_factor_ex lu_solve lu_solve_of_tensor
    masked_select matmul max min mm mode msort multi_dot multinomial mv nan_to_num nanquantile narrow_copy
    native_batch_norm neg nonzero ormqr polar qr quantile renorm round scatter scatter_add scatter_reduce
    searchsorted sgn sign signbit slogdet softmax softplus softshrink solve solve_ex solve_triangular sort svd
    svdvals take take_along_dim tensordot topk triangular_solve tril triu trunc vdot vecdot where
"""
#: What those of them say whose words differ; the dtypes are that of the result and that of `out`.
_EXACT_WORDS = {
    "amax": "Expected the dtype for input and out to match, but got {} for input's dtype and {} for out's dtype.",
    "amin": "Expected the dtype for input and out to match, but got {} for input's dtype and {} for out's dtype.",
    "complex": "Expected object of scalar type {} but got scalar type {} for argument 'out'",
    "multinomial": "multinomial expects {} tensor out, got: {}",
    "polar": "Expected object of scalar type {} but got scalar type {} for argument 'out'",
}


def computed_into(out: Any, plain: Function, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """What `plain` gives for the arguments, written into `out`, a tensor or a tuple of them; returns `out`.

    An `out` of another shape is resized, with torch's warning if there was something in it.
    """
    name = plain.__name__
    places = _places(name, out)
    if is_grad_enabled() and any(t.node is not None for t in _tensors((*places, *arguments, *keywords.values()))):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )
    if "dtype" in names_of(plain) and isinstance(out, Tensor) and name not in _exact():
        keywords = _in_dtype_of(out, arguments, keywords)
    if name == "multinomial":  # the dtype of its result is known, so that `out` is looked at first, as in torch
        _check_dtype(name, int64, places[0].space.dtype)
    result: Any = plain(*arguments, **keywords)
    several = not isinstance(result, Tensor)
    parts = cast("tuple[Tensor, ...]", result if several else (result,))
    if several is isinstance(out, Tensor):
        kind = "tuple of Tensors" if several else "Tensor"
        raise TypeError(f"{name}(): argument 'out' must be {kind}, not {type(out).__name__}")
    if len(parts) != len(places):
        raise TypeError(f"expected tuple of {len(parts)} elements but got {len(places)}")
    if name in _exact() and (several or name not in ("max", "min")):
        for place, part in zip(places, parts, strict=True):
            _check_dtype(name, part.space.dtype, place.space.dtype)
    for place, part in zip(places, parts, strict=True):
        _check(place, part, arguments)
    for place, part in zip(places, parts, strict=True):
        _resize(place, part)
        write(place, part)
    if not several:
        return out
    return _named(result, places)


def _named(result: Any, places: tuple[Tensor, ...]) -> Any:
    """The places as the kind of tuple that `result` is."""
    return type(result)(*places) if hasattr(result, "_fields") else places


def _places(name: str, out: Any) -> tuple[Tensor, ...]:
    several: list[Any] = [*out] if isinstance(out, (tuple, list)) else [out]
    for place in several:
        if not isinstance(place, Tensor):
            raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(place).__name__}")
    return tuple(several)


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _tensors(cast("Iterable[Any]", value))


def _in_dtype_of(out: Tensor, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    """The keywords of a function that is told its dtype: that of `out`."""
    dtype, target = keywords.get("dtype"), out.space.dtype
    sources = list(_tensors(arguments))
    if dtype is None:
        narrows = any(source.space.dtype.is_complex for source in sources) and not target.is_complex
        return keywords if narrows else {**keywords, "dtype": target}
    if dtype is target:
        return keywords
    if sources:
        raise RuntimeError(f"Expected out tensor to have dtype {dtype.name}, but got {target.name} instead")
    raise RuntimeError(f"dtype {dtype.spoken} does not match dtype of out parameter ({target.spoken})")


@cache
def _exact() -> frozenset[str]:
    return frozenset(_EXACT.split())


def _in_c(dtype: Any) -> str:
    """What torch calls a dtype here: the compiler's own name of its type in C++."""
    return "long int" if dtype.name == "int64" else spoken_in_c(dtype)


def _check_dtype(name: str, expected: DType, found: DType) -> None:
    """RuntimeError for an `out` of another dtype than the result, where it must have that."""
    if found is expected:
        return
    words = _EXACT_WORDS.get(name)
    if words is not None:
        raise RuntimeError(words.format(expected.spoken, found.spoken))
    raise RuntimeError(f"Expected out tensor to have dtype {_in_c(expected)}, but got {_in_c(found)} instead")


def _check(place: Tensor, part: Tensor, arguments: tuple[Any, ...]) -> None:
    """Torch's refusals, before anything is written."""
    check_castable(part.space.dtype, place.space.dtype)
    if (there := place.space.device) != (here := part.space.device):
        raise RuntimeError(f"Attempting to copy from device {here} to device {there}, but it is not allowed!")
    check_writable(place)
    if place.shape == part.shape:
        refuse_overlap(place, _tensors(arguments))
    elif view_of(place) is not None:
        raise RuntimeError(
            f"out= is a view of shape {list(place.shape)} and cannot be resized to {list(part.shape)}. "
            "Give a tensor of its own."
        )


def _resize(place: Any, part: Tensor) -> None:
    """Give `place` the shape of `part`, with torch's warning where it held something."""
    if place.shape == part.shape:
        return
    if prod(place.shape):
        warn_user(
            f"An output with one or more elements was resized since it had shape {list(place.shape)}, which does not "
            f"match the required output shape {list(part.shape)}. This behavior is deprecated, and outputs will not be "
            "resized unless they have zero elements. You can reuse an out tensor t by resizing it, inplace, to zero "
            "elements with t.resize_(0).",
        )
    space = place.space
    place.array = space.xp.zeros(part.shape, dtype=space.native, device=space.native_device)
    place.shape = part.shape


__all__ = ["computed_into"]
