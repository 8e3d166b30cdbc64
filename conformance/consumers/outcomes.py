"""What a consumer of the array API makes of our tensors: an exact gradient, an exception, or (a fault) neither."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import wengert

Call = Callable[..., Any]

EXACT, RAISES, CONSTANT, UNDEFINED = "exact", "raises", "constant", "undefined"
STEP = 1e-6


def outcome(call: Call, *inputs: Any) -> str:
    """What comes of `call` on tensors that require grad: a word, with the reason where it is "severed" or "wrong"."""
    arrays = [np.asarray(x) if isinstance(x, (list, float)) else x for x in inputs]
    moving = [position for position, x in enumerate(arrays) if is_floating(x)]
    reference = flat(quietly(call, *[x.copy() if is_floating(x) else x for x in arrays]))
    slopes = {position: slope(call, arrays, position) for position in moving}
    tensors = [as_tensor(x) for x in arrays]
    try:
        found = list(leaves(quietly(call, *tensors)))
        weights = np.cos(np.arange(reference.size))
        total, start = None, 0
        for leaf in found:
            size = np.size(leaf) if not isinstance(leaf, wengert.Tensor) else leaf.numel()
            if isinstance(leaf, wengert.Tensor) and leaf.requires_grad:
                part = leaf.to(wengert.float64) if not leaf.is_complex() else leaf.real + leaf.imag
                term = (part.reshape(-1) * wengert.tensor(weights[start : start + size])).sum()
                total = term if total is None else total + term
            start += size
        if start != reference.size:
            return f"wrong: {start} numbers, {reference.size} expected"
        values = flat([leaf.detach() if isinstance(leaf, wengert.Tensor) else leaf for leaf in found])
        gradients = [None] * len(moving)
        if total is not None:
            gradients = list(wengert.autograd.grad(total, [tensors[p] for p in moving], allow_unused=True))
    except Exception as error:  # whatever the library refuses with
        return f"{RAISES}: {type(error).__name__}: {str(error)[:200]}"
    if not np.allclose(values, reference, rtol=1e-7, atol=1e-9, equal_nan=True):
        return "wrong: other values"
    for position, gradient in zip(moving, gradients, strict=True):
        expected = weights @ slopes[position]
        got = np.zeros_like(expected) if gradient is None else gradient.numpy().reshape(-1)
        if not np.allclose(got, expected, rtol=2e-5, atol=2e-6):
            if np.isnan(got).any():
                return f"{UNDEFINED}: input {position}: {got}"
            severed = gradient is None or total is None or not got.any()
            return f"{'severed' if severed else 'wrong'}: input {position}: {got} for {expected}"
    return EXACT if any(s.any() for s in slopes.values()) else CONSTANT


def is_floating(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == np.float64


def as_tensor(x: Any) -> Any:
    if is_floating(x):
        return wengert.tensor(x, requires_grad=True, backend="numpy")
    return wengert.tensor(x, backend="numpy") if isinstance(x, np.ndarray) else x


def quietly(call: Call, *inputs: Any) -> Any:
    """The call with the libraries' own warnings off; that a gradient is lost is an error."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", message="Converting a tensor with requires_grad=True")
        return call(*inputs)


def slope(call: Call, arrays: list[Any], position: int) -> Any:
    """The central differences of all numbers in the result by each element of one input."""
    columns: list[Any] = []
    for place in np.ndindex(arrays[position].shape):
        ends: list[Any] = []
        for step in (STEP, -STEP):
            moved = [x.copy() if is_floating(x) else x for x in arrays]
            moved[position][place] += step
            ends.append(flat(quietly(call, *moved)))
        with np.errstate(invalid="ignore"):  # infinities that do not move
            columns.append(np.nan_to_num((ends[0] - ends[1]) / (2 * STEP)))
    return np.stack(columns, axis=-1)


def flat(result: Any) -> Any:
    """All numbers in a result, as float64; of complex ones the sum of the parts."""
    parts: list[Any] = [np.zeros(0)]
    for leaf in leaves(result):
        array = np.asarray(leaf.numpy() if isinstance(leaf, wengert.Tensor) else leaf)
        parts.append((array.real + array.imag if array.dtype.kind == "c" else array).astype(np.float64).reshape(-1))
    return np.concatenate(parts)


def leaves(result: Any) -> Iterator[Any]:
    """The arrays and numbers in a result, however it is packed."""
    if isinstance(result, (wengert.Tensor, np.ndarray, np.generic, bool, int, float, complex)):
        yield result
    elif isinstance(result, (list, tuple)):
        for part in result:
            yield from leaves(part)
    elif isinstance(result, Mapping):
        for key in sorted(result):
            yield from leaves(result[key])
    elif hasattr(result, "__dict__"):
        yield from leaves({name: part for name, part in vars(result).items() if not name.startswith("_")})
