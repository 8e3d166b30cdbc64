"""Every default of the core against NumPy and SciPy.

The defaults run on lists, on NumPy cut down to the required functions, and on array_api_strict, which forbids whatever
the standard does not promise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special
from wengert_conformance.defaults import INF, MAKERS, NAN, check, into, values

KINDS = ("float64", "float32", "int64", "bool")


@pytest.fixture(params=MAKERS)
def xp(request: pytest.FixtureRequest) -> Any:
    return MAKERS[request.param]()


@pytest.fixture(autouse=True)
def quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


# --- elementwise ------------------------------------------------------------------------------------------------------

REAL = np.array(
    [-INF, -1e10, -3.5, -2.5, -1.0, -0.75, -1e-9, -0.0, 0.0, 1e-9, 0.3, 0.5, 1.0, 1.5, 2.5, 30.0, 1e10, INF, NAN]
)

UNARY: dict[str, Callable[[Any], Any]] = {
    "positive": np.positive,
    "reciprocal": np.reciprocal,
    "square": np.square,
    "sign": np.sign,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "round": np.round,
    "log2": np.log2,
    "log10": np.log10,
    "asin": np.asin,
    "acos": np.acos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "asinh": np.asinh,
    "acosh": np.acosh,
    "atanh": np.atanh,
    "isnan": np.isnan,
    "isinf": np.isinf,
    "isfinite": np.isfinite,
    "expit": scipy.special.expit,
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
    "erfinv": scipy.special.erfinv,
    "zeros_like": np.zeros_like,
    "ones_like": np.ones_like,
    "real": np.real,
    "imag": np.imag,
    "conj": np.conj,
    "copy": np.copy,
}


@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("name", UNARY)
def test_unary(xp: Any, name: str, kind: str) -> None:
    x = REAL.astype(kind)
    check(xp, getattr(xp, name)(into(xp, x)), UNARY[name](x))
    check(xp, getattr(xp, name)(into(xp, x[10])), UNARY[name](x[10]))
    check(xp, getattr(xp, name)(into(xp, x[:0].reshape(0, 2))), UNARY[name](x[:0].reshape(0, 2)))


def test_tan(xp: Any) -> None:
    x = np.linspace(-7, 7, 40)
    check(xp, xp.tan(into(xp, x)), np.tan(x))


@pytest.mark.parametrize("name", ["positive", "square", "sign", "ceil", "trunc", "round", "isnan", "isinf", "isfinite"])
def test_unary_of_integers(xp: Any, name: str) -> None:
    x = np.array([-3, 0, 4])
    check(xp, getattr(xp, name)(into(xp, x)), getattr(np, name)(x))


@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite", "bitwise_invert", "positive"])
def test_unary_of_booleans(xp: Any, name: str) -> None:
    x = np.array([True, False])
    check(xp, getattr(xp, name)(into(xp, x)), x if name == "positive" else getattr(np, name)(x))


def test_gamma_functions(xp: Any) -> None:
    x = np.concatenate([np.linspace(0.05, 12, 60), [1e-7, 30.0, 1e8, INF, NAN, -0.3, -4.6]])
    check(xp, xp.gammaln(into(xp, x)), scipy.special.gammaln(x), 2e-14)
    x = np.append(x, [0.0, -0.0, -3.0, -INF])
    check(xp, xp.digamma(into(xp, x)), scipy.special.digamma(x), 2e-13)


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "atan2": np.atan2,
    "hypot": np.hypot,
    "copysign": np.copysign,
    "logaddexp": np.logaddexp,
    "fmod": np.fmod,
    "floor_divide": np.floor_divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "not_equal": np.not_equal,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}


@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("name", BINARY)
def test_binary(xp: Any, name: str, kind: str) -> None:
    x, y = REAL.astype(kind)[:, None], REAL.astype(kind)
    if name in ("fmod", "floor_divide"):  # NumPy's own results at infinite operands differ between versions
        x, y = x[np.isfinite(x)][:, None], y[np.isfinite(y)]
    expected = BINARY[name](x, y)
    check(xp, getattr(xp, name)(into(xp, x), into(xp, y)), expected)
    check(xp, getattr(xp, name)(into(xp, x[:0]), into(xp, y)), expected[:0])


@pytest.mark.parametrize(
    "name", ["fmod", "floor_divide", "bitwise_or", "bitwise_xor", "maximum", "minimum", "less_equal"]
)
def test_binary_of_integers(xp: Any, name: str) -> None:
    x, y = np.array([-9, -3, 0, 5, 2**61 + 1])[:, None], np.array([-4, -1, 3, 7])
    check(xp, getattr(xp, name)(into(xp, x), into(xp, y)), getattr(np, name)(x, y))


@pytest.mark.parametrize(
    "name", ["add", "multiply", "logical_or", "logical_xor", "maximum", "minimum", "not_equal", "less", "less_equal"]
)
def test_binary_of_booleans(xp: Any, name: str) -> None:
    x, y = np.array([False, True])[:, None], np.array([False, True])
    check(xp, getattr(xp, name)(into(xp, x), into(xp, y)), getattr(np, name)(x, y))


def test_shifts(xp: Any) -> None:
    x, y = np.array([-9, 0, 5])[:, None], np.array([0, 1, 3])
    check(xp, xp.bitwise_left_shift(into(xp, x), into(xp, y)), np.left_shift(x, y))
    check(xp, xp.bitwise_right_shift(into(xp, x), into(xp, y)), np.right_shift(x, y))


@pytest.mark.parametrize("maker", ["numpy-required", "numpy-immutable", "strict"])
def test_complex_numbers(maker: str) -> None:
    xp = MAKERS[maker]()
    real, imag = np.array([1.0, -2.0, INF, 0.0, 3.0])[:, None], np.array([2.0, -INF, NAN, 0.5, INF])
    expected = np.empty((5, 5), np.complex128)
    expected.real, expected.imag = real, imag
    z = xp.complex(into(xp, real), into(xp, imag))
    check(xp, z, expected)
    check(xp, xp.isfinite(z), np.isfinite(expected))
    finite = expected[:, [0, 3]]
    for name, function in {"real": np.real, "imag": np.imag, "conj": np.conj, "sign": np.sign}.items():
        finite = np.where(np.isfinite(finite), finite, 0)
        check(xp, getattr(xp, name)(into(xp, finite)), function(finite))


# --- movement ---------------------------------------------------------------------------------------------------------

MOVEMENT: list[tuple[str, tuple[Any, ...], dict[str, Any], Callable[[Any], Any]]] = [
    ("expand_dims", (), {"axis": -2}, lambda x: np.expand_dims(x, -2)),
    ("flip", (), {"axis": -1}, lambda x: np.flip(x, -1)),
    ("flip", (), {"axis": (0, -1)}, lambda x: np.flip(x, (0, -1))),
    ("roll", (2,), {"axis": -1}, lambda x: np.roll(x, 2, -1)),
    ("roll", ((-1, 5),), {"axis": (0, 1)}, lambda x: np.roll(x, (-1, 5), (0, 1))),
    ("matrix_transpose", (), {}, np.matrix_transpose),
    ("tril", (), {"k": -1}, lambda x: np.tril(x, -1)),
    ("triu", (), {"k": 1}, lambda x: np.triu(x, 1)),
    ("diagonal", (), {"offset": 1, "axis1": 0, "axis2": -1}, lambda x: np.diagonal(x, 1, 0, -1)),
    ("diagonal", (), {"offset": -1, "axis1": 2, "axis2": 1}, lambda x: np.diagonal(x, -1, 2, 1)),
    ("diagonal", (), {"offset": 9, "axis1": 0, "axis2": 1}, lambda x: np.diagonal(x, 9, 0, 1)),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(2, 3, 4), (3, 0, 2)], ids=str)
@pytest.mark.parametrize(("name", "arguments", "options", "expected"), MOVEMENT)
def test_movement(xp: Any, kind: str, shape: Any, name: str, arguments: Any, options: Any, expected: Any) -> None:
    x = values(kind, shape)
    check(xp, getattr(xp, name)(into(xp, x), *arguments, **options), expected(x))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("axis", "size", "step"), [(0, 2, 1), (-1, 3, 2), (1, 1, 1), (1, 4, 3)])
def test_windows_and_their_transpose(xp: Any, kind: str, axis: int, size: int, step: int) -> None:
    x = values(kind, (3, 4, 7))
    view = np.lib.stride_tricks.sliding_window_view(x, size, axis)
    every = [slice(None)] * 4
    every[axis % 3] = slice(None, None, step)
    expected = view[tuple(every)]
    result = xp.windows(into(xp, x), axis=axis, size=size, step=step)
    check(xp, result, expected)
    added = np.zeros_like(x) if kind != "bool" else np.zeros(x.shape, bool)
    sums = np.moveaxis(added, axis, 0)
    for i, window in enumerate(np.moveaxis(expected, axis % 3, 0)):
        for j in range(size):
            sums[i * step + j] += window[..., j]
    check(xp, xp.overlap_add(result, axis=axis, step=step, length=x.shape[axis]), added)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_take_along_axis(xp: Any, axis: int) -> None:
    x = values("float64", (3, 4, 5))
    shape = [3, 4, 5]
    shape[axis] = 2
    indices = np.random.default_rng(0).integers(0, x.shape[axis], shape)
    check(xp, xp.take_along_axis(into(xp, x), into(xp, indices), axis=axis), np.take_along_axis(x, indices, axis))


# --- reductions -------------------------------------------------------------------------------------------------------


# --- creation ---------------------------------------------------------------------------------------------------------


# --- keys -------------------------------------------------------------------------------------------------------------
