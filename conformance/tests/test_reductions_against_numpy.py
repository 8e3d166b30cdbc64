"""Every default that reduces, orders, makes or indexes against NumPy and SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special
from wengert.protocol import dtypes
from wengert_conformance.defaults import INF, MAKERS, NAN, check, into, values

KINDS = ("float64", "float32", "int64", "bool")


@pytest.fixture(params=MAKERS)
def xp(request: pytest.FixtureRequest) -> Any:
    return MAKERS[request.param]()


@pytest.fixture(autouse=True)
def quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


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
