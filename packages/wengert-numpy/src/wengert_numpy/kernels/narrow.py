"""Kernels for bfloat16, which NumPy has from ml_dtypes alone: computed in single precision and rounded, as torch does.

NumPy's own rules would turn `x * 2.0` into single precision for good.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_FLOAT32 = np.dtype(np.float32)
#: What moves elements or writes them, and so neither computes nor may leave the memory.
_AS_THEY_ARE = frozenset(
    {
        *("add_into", "as_strided", "asarray", "asnumpy", "astype", "broadcast_to", "can_view", "concat", "conj"),
        *(
            "contiguous",
            "copy",
            "diagonal",
            "empty",
            "errstate",
            "expand_dims",
            "flip",
            "full",
            "full_like",
            "generator",
        ),
        *(
            "getitem",
            "is_overlapping",
            "layout",
            "matrix_transpose",
            "nextafter",
            "ones",
            "ones_like",
            "overlap",
            "permute_dims",
            "positive",
        ),
        *("real", "reshape", "roll", "setitem", "shares_memory", "squeeze", "stack", "take", "take_along_axis"),
        *("tolist", "windows", "zeros", "zeros_like"),
    }
)


class NarrowNamespace:
    """The kernels of `wide`, for arrays of the dtype `native`."""

    def __init__(self, wide: Any, native: Any) -> None:
        self.facts = wide.facts
        for name, kernel in vars(wide).items():
            if callable(kernel) and not name.startswith("__"):
                setattr(self, name, kernel if name in _AS_THEY_ARE else _rounding(kernel, native))
        self.uniform = _uniform_beside(wide.uniform, native)


def _uniform_beside(wide: Callable[..., Any], native: Any) -> Callable[..., Any]:
    def uniform(generator: np.random.Generator, shape: tuple[int, ...], /, *, dtype: Any, device: Any) -> Any:
        """Numbers in [0, 1); those of bfloat16 have its eight digits, as rounding would give 1."""
        if dtype != native:
            return wide(generator, shape, dtype=dtype, device=device)
        return np.asarray(generator.integers(0, 256, shape) / 256, dtype)

    return uniform


def _rounding(kernel: Callable[..., Any], native: Any) -> Callable[..., Any]:
    def widened(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return value.astype(_FLOAT32) if value.dtype == native else value
        if isinstance(value, list | tuple):
            return type(value)(map(widened, value))
        return _FLOAT32 if isinstance(value, np.dtype) and value == native else value

    def rounded(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(rounded, value))
        return np.asarray(value, native) if getattr(value, "dtype", None) == _FLOAT32 else value

    def narrow(*args: Any, **keywords: Any) -> Any:
        return rounded(kernel(*map(widened, args), **{name: widened(value) for name, value in keywords.items()}))

    return narrow
