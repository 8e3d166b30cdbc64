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
from wengert.backends.standard import complete, names_of
from wengert.protocol import dtypes
from wengert.protocol.namespace import Required
from wengert.testing.toy import toy_spec
from wengert_conformance import strict

Array = np.ndarray[Any, Any]
KINDS = ("float64", "float32", "int64", "bool")
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


@pytest.fixture(params=MAKERS)
def xp(request: pytest.FixtureRequest) -> Any:
    return MAKERS[request.param]()


@pytest.fixture(autouse=True)
def quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), ()], ids=str)
@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "any", "all"])
def test_reductions(xp: Any, kind: str, axis: Any, name: str) -> None:
    x = values(kind, (2, 3, 2), seed=1)
    expected = getattr(np, name)(x, axis=axis, keepdims=True)
    check(xp, getattr(xp, name)(into(xp, x), axis=axis, keepdims=True), expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["sum", "prod", "any", "all"])
def test_reductions_of_nothing(xp: Any, kind: str, name: str) -> None:
    x = values(kind, (2, 0))
    check(xp, getattr(xp, name)(into(xp, x), axis=1), getattr(np, name)(x, axis=1))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod", "argmax", "argmin", "sort", "argsort"])
def test_lines(xp: Any, kind: str, axis: int, name: str) -> None:
    x = values(kind, (3, 5), seed=1)
    options = {"stable": True} if "sort" in name else {}
    check(xp, getattr(xp, name)(into(xp, x), axis=axis), getattr(np, name)(x, axis=axis, **options))


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax", "sort", "argsort"])
def test_nan_in_order(xp: Any, name: str) -> None:
    x = np.array([[2.0, NAN, 1.0, NAN], [3.0, 1.0, INF, 2.0]])
    check(xp, getattr(xp, name)(into(xp, x), axis=1), getattr(np, name)(x, axis=1))


def test_descending_order_starts_with_nan(xp: Any) -> None:
    x = np.array([2.0, NAN, 1.0, NAN, 2.0])
    check(xp, xp.argsort(into(xp, x), axis=0, descending=True), np.array([1, 3, 0, 4, 2]))
    check(xp, xp.sort(into(xp, x), axis=0, descending=True), np.array([NAN, NAN, 2.0, 2.0, 1.0]))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("n", [0, 1, 7, 8])
def test_searchsorted(xp: Any, side: str, n: int) -> None:
    line, x = np.sort(values("float64", (n,), seed=1)), values("float64", (3, 4), seed=1)
    check(xp, xp.searchsorted(into(xp, line), into(xp, x), side=side), np.searchsorted(line, x, side=side))


@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_softmax_family(xp: Any, kind: str, axis: int, name: str) -> None:
    x = np.random.default_rng(0).normal(0, 50, (3, 4)).astype(kind)
    x[0, 0] = -INF
    options = {"keepdims": False} if name == "logsumexp" else {}
    expected = getattr(scipy.special, name)(x, axis=axis).astype(kind)
    tolerance = 1e-5 if kind == "float32" else 1e-13
    check(xp, getattr(xp, name)(into(xp, x), axis=axis, **options), expected, tolerance)
    empty = x[:0]
    if name != "logsumexp":
        check(xp, getattr(xp, name)(into(xp, empty), axis=axis), empty)


# --- creation ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["float64", "float32", "int64"])
def test_creation(xp: Any, name: str) -> None:
    options = {"dtype": xp.facts.dtypes[dtypes.named(name)], "device": None}
    kind = np.dtype(name)
    check(xp, xp.arange(2, 11, 3, **options), np.arange(2, 11, 3, kind))
    check(xp, xp.arange(5, -5, -2, **options), np.arange(5, -5, -2, kind))
    check(xp, xp.eye(3, 4, **options), np.eye(3, 4, dtype=kind))
    check(xp, xp.full((2, 0), 3, **options), np.full((2, 0), 3, kind))
    check(xp, xp.zeros((), **options), np.zeros((), kind))
    if name != "int64":
        check(xp, xp.linspace(-1.0, 2.0, 7, **options), np.linspace(-1.0, 2.0, 7, dtype=kind))
        check(xp, xp.arange(0.0, 1.0, 0.1, **options), np.arange(0.0, 1.0, 0.1).astype(kind))


# --- keys -------------------------------------------------------------------------------------------------------------

MASK = np.array([[True, False, True, False], [False, False, True, True], [True, True, False, False]])
KEYS: list[tuple[Any, ...]] = [
    (1,),
    (slice(0, 2), Ellipsis, 1),
    (None, slice(1, 3), None, Ellipsis),
    (np.array([2, 0, 2]),),
    (np.array([[2], [0]]), np.array([1, 3])),
    (slice(None), np.array([3, 3, 0])),
    (slice(0, 3, 2), np.array([3, 0]), slice(1, 2)),
    (np.array([0, 1]), slice(None), np.array([1, 0])),
    (Ellipsis, np.array([[1, 0], [1, 1]])),
    (np.array(1), slice(1, 4)),
    (np.array([], np.int64),),
    (MASK,),
    (slice(None), MASK[0]),
    (MASK[0, :3], slice(0, 2)),
    (Ellipsis, np.array([False, True])),
    (np.array([False, False, False]),),
    (MASK[0, :3], np.array([1, 3])),
]


def key_into(xp: Any, key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(into(xp, entry) if isinstance(entry, np.ndarray) else entry for entry in key)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", KEYS, ids=str)
def test_keys(xp: Any, kind: str, key: tuple[Any, ...]) -> None:
    x = values(kind, (3, 4, 2), seed=1)
    x[~np.isfinite(x)] = 2
    picked = x[key]
    check(xp, xp.getitem(into(xp, x), key_into(xp, key)), picked)
    for value in (values(kind, picked.shape, seed=2), values(kind, (), seed=2)):
        value = np.where(np.isfinite(value), value, 1).astype(kind)
        added = x.copy()
        np.add.at(added, key, value)
        before = into(xp, x)
        check(xp, xp.scatter_add(before, key_into(xp, key), into(xp, value)), added)
        check(xp, before, x)
        check(xp, xp.add_at(into(xp, x), key_into(xp, key), into(xp, value)), added)
        written = x.copy()
        written[key] = value
        check(xp, xp.setitem(into(xp, x), key_into(xp, key), into(xp, value)), written)


def test_scatter_add_of_many_repeats_is_exact_to_rounding() -> None:
    generator = np.random.default_rng(0)
    rows, index = generator.normal(size=(4000, 3)), generator.integers(0, 5, 4000)
    expected = np.zeros((5, 3))
    np.add.at(expected, index, rows)
    for maker in ("numpy-required", "numpy-immutable", "strict"):
        xp = MAKERS[maker]()
        check(xp, xp.scatter_add(into(xp, np.zeros((5, 3))), (into(xp, index),), into(xp, rows)), expected, 1e-11)


def test_asnumpy(xp: Any) -> None:
    for kind in KINDS:
        for shape in ((), (2, 3), (0, 2)):
            x = values(kind, shape)
            result = xp.asnumpy(into(xp, x))
            assert type(result) is np.ndarray
            assert (result.dtype, result.shape) == (x.dtype, shape)
            assert result.tolist() == x.tolist()
