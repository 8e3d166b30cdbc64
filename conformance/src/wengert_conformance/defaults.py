"""Where the defaults of the core run: on lists, on NumPy cut down to the required functions, on array_api_strict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from wengert.backends.standard import complete, names_of
from wengert.protocol import dtypes
from wengert.protocol.namespace import Required
from wengert.testing.toy import toy_spec

from wengert_conformance import strict

Array = np.ndarray[Any, Any]


INF, NAN = np.inf, np.nan


def numpy_with_only_the_required_functions(mutable: bool) -> Any:
    """A namespace whose kernels are NumPy's required functions and whose everything else is a default."""

    def total(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda x, **options: function(x.astype(np.int64) if x.dtype.kind in "biu" else x, **options)

    def argsort(x: Array, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
        if not descending:
            return np.argsort(x, axis=axis, stable=True)
        return np.flip(x.shape[axis] - 1 - np.argsort(np.flip(x, axis), axis=axis, stable=True), axis)

    kernels: dict[str, Any] = {name: getattr(np, name) for name in names_of(Required) if hasattr(np, name)}
    kernels |= {
        "astype": lambda x, dtype: (x if dtype.kind in "cb" else x.real).astype(dtype),
        "tolist": lambda x: x.tolist(),
        "getitem": lambda x, key: x[key],
        "sum": total(np.sum),
        "prod": total(np.prod),
        "cumulative_sum": total(np.cumulative_sum),
        "argsort": argsort,
    }

    def array_valued(function: Callable[..., Any]) -> Callable[..., Any]:
        def kernel(*arguments: Any, **options: Any) -> Any:
            result = function(*arguments, **options)
            return np.asarray(result) if isinstance(result, np.generic) else result

        return kernel

    return complete(
        None,
        {name: array_valued(kernel) for name, kernel in kernels.items()},
        dtypes={dtype: np.dtype(dtype.name) for dtype in dtypes.ALL if hasattr(np, dtype.name)},
        array_type=np.ndarray,
        mutable=mutable,
        returns_scalars=True,
        device_of=lambda x: None,
    )


MAKERS: dict[str, Callable[[], Any]] = {
    "toy": lambda: toy_spec().load().xp,
    "toy-immutable": lambda: toy_spec(mutable=False).load().xp,
    "numpy-required": lambda: numpy_with_only_the_required_functions(mutable=True),
    "numpy-immutable": lambda: numpy_with_only_the_required_functions(mutable=False),
    "strict": lambda: strict.load().xp,
}


def into(xp: Any, x: Any) -> Any:
    """A NumPy array as an array of xp."""
    native = xp.facts.dtypes[dtypes.named(x.dtype.name)]
    return xp.asarray(x.tolist(), dtype=native) if x.size else xp.zeros(x.shape, dtype=native)


def check(xp: Any, result: Any, expected: Any, tolerance: float | None = None) -> None:
    expected = np.asarray(expected)
    assert tuple(result.shape) == expected.shape
    assert xp.facts.dtype(result).name == expected.dtype.name
    got = xp.asnumpy(result)
    if tolerance is None:
        tolerance = {"float32": 2e-6, "complex64": 2e-6, "float64": 4e-15, "complex128": 4e-15}.get(got.dtype.name, 0)
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=0)


def values(kind: str, shape: tuple[int, ...], seed: int = 0) -> Any:
    """Numbers with ties, zeros of both signs and both infinities among them."""
    generator = np.random.default_rng(seed)
    x = generator.integers(-3, 4, shape) + (0.25 if kind.startswith("float") and seed else 0)
    result = np.asarray(x).astype(kind)
    if kind.startswith("float") and result.size > 4:
        result.flat[0], result.flat[1] = -0.0, INF
    return result
