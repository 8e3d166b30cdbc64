"""`complete`, and every default on the toy backend against plain Python."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from wengert.backends.standard import complete, names_of
from wengert.protocol import dtypes
from wengert.protocol.namespace import Namespace, Required
from wengert.testing.toy import forbid_reading, toy_spec

INF, NAN = math.inf, math.nan


@pytest.fixture(params=[(True, True), (False, True), (True, False), (False, False)], ids=str)
def xp(request: pytest.FixtureRequest) -> Any:
    mutable, readable = request.param
    return toy_spec(mutable=mutable, readable=readable).load().xp


def shown(x: Any) -> str:
    """Values as Python prints them, so that NaN equals NaN and 0.0 differs from -0.0."""
    return repr(x.kernels.tolist(x))


# --- complete ---------------------------------------------------------------------------------------------------------


class Minimal:
    """The toy's kernels as attributes of another object."""

    def __init__(self, *left_out: str, **more: Any) -> None:
        backend = toy_spec().load()
        for name in names_of(Required) - set(left_out):
            setattr(self, name, getattr(backend.array_type.kernels, name))
        vars(self).update(more)


def completed(kernels: Any, **options: Any) -> Any:
    backend = toy_spec().load()
    return complete(None, kernels, dtypes=backend.dtypes, array_type=backend.array_type, **options)


def test_every_name_of_the_protocol_is_there(xp: Any) -> None:
    for name in names_of(Namespace):
        assert callable(vars(xp)[name]), name


def test_names_of_reads_methods_and_annotations() -> None:
    assert {"add", "sum", "asarray"} <= names_of(Required) <= names_of(Namespace)
    assert {"setitem", "erf", "sort"} <= names_of(Namespace) - names_of(Required)


def test_a_missing_required_function_is_named() -> None:
    with pytest.raises(TypeError, match="lacks the required argsort, matmul"):
        completed(Minimal("matmul", "argsort"))


def test_an_unknown_kernel_is_refused() -> None:
    with pytest.raises(TypeError, match="no kernel sofmax"):
        completed({"sofmax": None})


def test_a_kernel_of_the_backend_is_used_as_it_is_and_inside_defaults() -> None:
    calls: list[str] = []

    def less_equal(x: Any, y: Any) -> Any:
        calls.append("less_equal")
        return x <= y

    xp = completed(Minimal(less_equal=less_equal))
    assert xp.less_equal is less_equal
    one = xp.asarray(1.0)
    xp.greater_equal(one, one)
    assert calls == ["less_equal"]


def test_results_that_are_no_arrays_are_made_ones_where_asked() -> None:
    class Scalar:
        dtype = "float64"

    class Library:
        @staticmethod
        def square(x: Any) -> Any:
            return Scalar()

    backend = toy_spec().load()
    kernels = Minimal(asarray=lambda value, **options: ("made an array", type(value)))
    options: dict[str, Any] = {"dtypes": backend.dtypes, "array_type": backend.array_type}
    assert complete(Library, kernels, returns_scalars=True, **options).square(1) == ("made an array", Scalar)
    assert isinstance(complete(Library, kernels, **options).square(1), Scalar)


def test_the_librarys_extensions_are_not_taken() -> None:
    class Library:
        erf = softmax = sort = staticmethod(lambda *arguments, **options: "the library's")

    backend = toy_spec().load()
    x = backend.xp.asarray([0.0, 1.0])
    options: dict[str, Any] = {"dtypes": backend.dtypes, "array_type": backend.array_type}
    xp: Any = complete(Library, Minimal(), **options)
    assert (xp.sort(x), shown(xp.erf(x)[:1])) == ("the library's", "[0.0]")
    assert shown(complete(Library, Minimal(), omit=("sort",), **options).sort(x)) == "[0.0, 1.0]"


# --- defaults: name, arguments (lists become arrays), options, result -------------------------------------------------

Case = tuple[str, list[Any], dict[str, Any], Any]

CASES: list[Case] = [
    ("full_like", [[1.0, 2.0], 7], {}, [7.0, 7.0]),
    ("zeros_like", [[[1, 2]]], {}, [[0, 0]]),
    ("ones_like", [[]], {}, []),
    ("tril", [[[1, 2], [3, 4]]], {"k": 0}, [[1, 0], [3, 4]]),
    ("triu", [[[1, 2], [3, 4]]], {"k": 1}, [[0, 2], [0, 0]]),
    ("positive", [[1.0]], {}, [1.0]),
    ("reciprocal", [[4.0, 0.0, -0.0]], {}, [0.25, INF, -INF]),
    ("square", [[-3]], {}, [9]),
    ("sign", [[-2.0, -0.0, 3.0, NAN]], {}, [-1.0, 0.0, 1.0, NAN]),
    ("sign", [[-2, 0, 3]], {}, [-1, 0, 1]),
    ("ceil", [[-0.5, 1.2, INF]], {}, [-0.0, 2.0, INF]),
    ("trunc", [[-1.7, 1.7, -0.2]], {}, [-1.0, 1.0, -0.0]),
    ("round", [[0.5, 1.5, 2.5, -0.5, -1.5, -INF]], {}, [0.0, 2.0, 2.0, -0.0, -2.0, -INF]),
    ("round", [[3]], {}, [3]),
    ("log2", [[8.0, 2.0**29, 0.0]], {}, [3.0, 29.0, -INF]),
    ("log10", [[1000.0, 1e-5]], {}, [3.0, -5.0]),
    ("atan2", [[0.0, -0.0, 0.0, -0.0, INF], [1.0, 1.0, -1.0, -1.0, INF]], {},
     [0.0, -0.0, math.pi, -math.pi, math.pi / 4]),
    ("hypot", [[3.0, INF, 1e200, 0.0], [4.0, NAN, 0.0, 0.0]], {}, [5.0, INF, 1e200, 0.0]),
    ("copysign", [[1.0, -2.0, 3.0], [-0.0, 0.0, -1.0]], {}, [-1.0, 2.0, -3.0]),
    ("signbit", [[-0.0, 0.0, -1.0, NAN]], {}, [True, False, True, False]),
    ("floor_divide", [[1.0, -7.0, 7.0, -0.5], [0.1, 2.0, -2.0, 1.0]], {}, [9.0, -4.0, -4.0, -1.0]),
    ("floor_divide", [[1.0, 0.0, 5.0], [0.0, 0.0, INF]], {}, [INF, NAN, 0.0]),
    ("floor_divide", [[7, -7, 2**62 + 1, 5], [2, 2, 1, 0]], {}, [3, -4, 2**62 + 1, 5]),
    ("fmod", [[-7.0, 7.0, -0.0], [3.0, -3.0, 2.0]], {}, [-1.0, 1.0, -0.0]),
    ("fmod", [[-7, 7], [3, -3]], {}, [-1, 1]),
    ("maximum", [[1.0, NAN, 3.0], [2.0, 2.0, NAN]], {}, [2.0, NAN, NAN]),
    ("minimum", [[1.0, NAN, 3.0], [2.0, 2.0, NAN]], {}, [1.0, NAN, NAN]),
    ("maximum", [[True, False], [False, False]], {}, [True, False]),
    ("isnan", [[1.0, NAN, INF]], {}, [False, True, False]),
    ("isinf", [[1.0, NAN, -INF]], {}, [False, False, True]),
    ("isfinite", [[1.0, NAN, -INF]], {}, [True, False, False]),
    ("isfinite", [[1]], {}, [True]),
    ("isinf", [[True]], {}, [False]),
    ("not_equal", [[1, 2], [1, 3]], {}, [False, True]),
    ("less_equal", [[1.0, 2.0, NAN], [1.0, 1.0, NAN]], {}, [True, False, False]),
    ("greater", [[1, 2], [1, 1]], {}, [False, True]),
    ("greater_equal", [[1.0, 0.0], [1.0, 1.0]], {}, [True, False]),
    ("logical_or", [[True, False], [False, False]], {}, [True, False]),
    ("logical_xor", [[True, True], [False, True]], {}, [True, False]),
    ("bitwise_or", [[12], [10]], {}, [14]),
    ("bitwise_invert", [[5]], {}, [-6]),
    ("bitwise_invert", [[True, False]], {}, [False, True]),
    ("bitwise_left_shift", [[3], [4]], {}, [48]),
    ("bitwise_right_shift", [[-5, 5], [1, 1]], {}, [-3, 2]),
    ("real", [[1.0]], {}, [1.0]),
    ("imag", [[1.0]], {}, [0.0]),
    ("conj", [[1.0]], {}, [1.0]),
    ("copy", [[1.0]], {}, [1.0]),
    ("contiguous", [[1.0]], {}, [1.0]),
    ("expand_dims", [[1, 2]], {"axis": -1}, [[1], [2]]),
    ("squeeze", [[[1, 2]], 0], {}, [1, 2]),
    ("flip", [[[1, 2], [3, 4]]], {"axis": (0, 1)}, [[4, 3], [2, 1]]),
    ("roll", [[1, 2, 3], 1], {"axis": 0}, [3, 1, 2]),
    ("roll", [[[1, 2], [3, 4]], (1, -1)], {"axis": (0, 1)}, [[4, 3], [2, 1]]),
    ("roll", [[], 3], {"axis": 0}, []),
    ("matrix_transpose", [[[1, 2, 3]]], {}, [[1], [2], [3]]),
    ("take_along_axis", [[[1, 2], [3, 4]], [[1, 0, 1]]], {"axis": 1}, [[2, 1, 2], [4, 3, 4]]),
    ("diagonal", [[[1, 2, 3], [4, 5, 6]]], {"offset": 1, "axis1": 0, "axis2": 1}, [2, 6]),
    ("diagonal", [[[1, 2, 3], [4, 5, 6]]], {"offset": -1, "axis1": -2, "axis2": -1}, [4]),
    ("windows", [[1, 2, 3, 4, 5]], {"axis": 0, "size": 3, "step": 2}, [[1, 2, 3], [3, 4, 5]]),
    ("overlap_add", [[[1, 2, 3], [3, 4, 5]]], {"axis": 0, "step": 2, "length": 6}, [1, 2, 6, 4, 5, 0]),
    ("overlap_add", [[[1, 2, 3], [3, 4, 5]]], {"axis": 0, "step": 2, "length": 3}, [1, 2, 6]),
    ("min", [[[3, 1], [2, 5]]], {"axis": 0}, [2, 1]),
    ("min", [[1.0, NAN]], {}, NAN),
    ("min", [[-(2**63), 1]], {"keepdims": True}, [-(2**63)]),
    ("argmin", [[3, 1, 1]], {"axis": 0}, 1),
    ("any", [[[0.0, NAN], [0.0, 0.0]]], {"axis": 1}, [True, False]),
    ("any", [[]], {}, False),
    ("all", [[[1, 2], [0, 1]]], {"axis": 1}, [True, False]),
    ("all", [[]], {}, True),
    ("cumulative_prod", [[[1, 2, 3, 4, 5]]], {"axis": 1}, [[1, 2, 6, 24, 120]]),
    ("cumulative_prod", [[True, False, True]], {"axis": 0}, [1, 0, 0]),
    ("sort", [[3.0, NAN, 1.0]], {"axis": 0}, [1.0, 3.0, NAN]),
    ("sort", [[[3, 1, 2]]], {"descending": True}, [[3, 2, 1]]),
    ("searchsorted", [[1.0, 2.0, 2.0, NAN], [0.0, 2.0, 3.0, NAN]], {}, [0, 1, 3, 3]),
    ("searchsorted", [[1, 2, 2], [[0, 2, 3]]], {"side": "right"}, [[0, 3, 3]]),
    ("searchsorted", [[], [1.0]], {}, [0]),
    ("softmax", [[0.0, -INF]], {"axis": 0}, [1.0, 0.0]),
    ("log_softmax", [[1000.0, -INF]], {"axis": 0}, [0.0, -INF]),
    ("logsumexp", [[[-INF, -INF], [1000.0, -INF]]], {"axis": 1, "keepdims": False}, [-INF, 1000.0]),
    ("logsumexp", [[]], {"axis": 0, "keepdims": True}, [-INF]),
    ("logaddexp", [[-INF, INF, 0.0], [-INF, INF, -INF]], {}, [-INF, INF, 0.0]),
    ("expit", [[0.0, -INF, INF, 1000.0]], {}, [0.5, 0.0, 1.0, 1.0]),
    ("erf", [[0.0, -0.0, INF, -INF, NAN]], {}, [0.0, -0.0, 1.0, -1.0, NAN]),
    ("erfinv", [[0.0, 1.0, -1.0, 1.5]], {}, [0.0, INF, -INF, NAN]),
    ("gammaln", [[1.0, 2.0, 0.0, -3.0, INF]], {}, [0.0, 0.0, INF, INF, INF]),
    ("digamma", [[0.0, -0.0, -2.0, INF]], {}, [-INF, INF, NAN, INF]),
    ("can_view", [[1.0], (1, 1)], {}, True),
    ("is_overlapping", [[1.0]], {}, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "options", "expected"), CASES)
def test_default(xp: Any, name: str, arguments: list[Any], options: dict[str, Any], expected: Any) -> None:
    arrays = [xp.asarray(argument) if isinstance(argument, list) else argument for argument in arguments]
    with forbid_reading():
        result = getattr(xp, name)(*arrays, **options)
    assert (shown(result) if hasattr(result, "shape") else repr(result)) == repr(expected)


SMOOTH: dict[str, tuple[Callable[[float], float], list[float]]] = {
    "tan": (math.tan, [-1.0, 1e-8, 1.5]),
    "asin": (math.asin, [-1.0, -0.3, 1e-8, 1.0]),
    "acos": (math.acos, [-1.0, -0.3, 0.999, 1.0]),
    "sinh": (math.sinh, [-710.0, 1e-8, 0.7, 3.0]),
    "cosh": (math.cosh, [-710.0, 0.0, 3.0]),
    "asinh": (math.asinh, [-1e300, -1e-8, 0.5, 3.0]),
    "acosh": (math.acosh, [1.0, 1.0 + 1e-8, 3.0, 1e300]),
    "atanh": (math.atanh, [-0.9, 1e-8, 0.5]),
    "erf": (math.erf, [-3.0, -0.2, 1e-9, 0.99, 1.01, 5.0]),
    "erfc": (math.erfc, [-3.0, 0.2, 1.0, 4.0, 26.0]),
    "gammaln": (math.lgamma, [1e-9, 0.49, 0.51, 1.5, 7.9, 8.1, 1e300]),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_default(xp: Any, name: str) -> None:
    function, points = SMOOTH[name]
    x = xp.asarray(points)
    with forbid_reading():
        result = getattr(xp, name)(x)
    assert xp.tolist(result) == pytest.approx([function(point) for point in points], rel=2e-15, abs=0)


def test_gammaln_near_its_zeros_and_below_zero(xp: Any) -> None:
    step = 2.0**-30
    x = xp.asarray([1 + step, 2 + step, -2.5])
    slope = -0.5772156649015329  # of log gamma at 1; one more at 2
    curve = math.pi**2 / 12  # half the second derivative at 1
    expected = [slope * step + curve * step**2, (1 + slope) * step + (curve - 0.5) * step**2, math.lgamma(-2.5)]
    assert xp.tolist(xp.gammaln(x)) == pytest.approx(expected, rel=1e-14)


def test_digamma_is_the_slope_of_gammaln(xp: Any) -> None:
    points = [0.1, 1.4616321449683622, 5.0, 40.0, -1.3]
    step = 1e-5
    slopes = [(math.lgamma(p + step) - math.lgamma(p - step)) / (2 * step) for p in points]
    assert xp.tolist(xp.digamma(xp.asarray(points))) == pytest.approx(slopes, rel=1e-7, abs=1e-9)


def test_erfinv_undoes_erf(xp: Any) -> None:
    points = [-2.0, -1e-9, 0.3, 1.0, 4.0]
    assert xp.tolist(xp.erfinv(xp.asarray([math.erf(p) for p in points]))) == pytest.approx(points, rel=1e-7)


def test_single_precision_is_computed_in_double(xp: Any) -> None:
    result = xp.gammaln(xp.asarray([1.0000001, 30.5], dtype="float32"))
    assert result.dtype == "float32"
    exact = xp.asarray([math.lgamma(v) for v in xp.tolist(xp.asarray([1.0000001, 30.5], dtype="float32"))])
    assert shown(result) == shown(xp.astype(exact, "float32"))


# --- creation ---------------------------------------------------------------------------------------------------------


def test_creation(xp: Any) -> None:
    options = {"dtype": "float64", "device": None}
    assert shown(xp.zeros((2, 1), **options)) == "[[0.0], [0.0]]"
    assert shown(xp.ones((), **options)) == "1.0"
    assert shown(xp.full((2,), 2.5, **options)) == "[2.5, 2.5]"
    assert xp.empty((0, 3), **options).shape == (0, 3)
    assert shown(xp.arange(1, 7, 2, dtype="int64", device=None)) == "[1, 3, 5]"
    assert shown(xp.arange(1.0, 0.0, -0.5, **options)) == "[1.0, 0.5]"
    assert shown(xp.arange(3, 3, 1, dtype="int64", device=None)) == "[]"
    assert shown(xp.linspace(0.0, 1.0, 5, **options)) == "[0.0, 0.25, 0.5, 0.75, 1.0]"
    assert shown(xp.linspace(2.0, 3.0, 1, **options)) == "[2.0]"
    assert shown(xp.eye(2, 3, dtype="int64", device=None)) == "[[1, 0, 0], [0, 1, 0]]"
    assert shown(xp.stack([xp.asarray([1, 2]), xp.asarray([3, 4])], axis=-1)) == "[[1, 3], [2, 4]]"


def test_squeeze_refuses_an_axis_that_is_not_one(xp: Any) -> None:
    with pytest.raises(ValueError, match="expected axes of size 1"):
        xp.squeeze(xp.asarray([1, 2]), 0)


# --- keys -------------------------------------------------------------------------------------------------------------


def matrix(xp: Any) -> Any:
    return xp.asarray([[0, 1, 2], [3, 4, 5]])


def test_getitem(xp: Any) -> None:
    x, i, j = matrix(xp), xp.asarray([1, 0, 1]), xp.asarray([2, 2, 0])
    assert shown(xp.getitem(x, (0,))) == "[0, 1, 2]"
    assert shown(xp.getitem(x, (i,))) == "[[3, 4, 5], [0, 1, 2], [3, 4, 5]]"
    assert shown(xp.getitem(x, (i, j))) == "[5, 2, 3]"
    assert shown(xp.getitem(x, (Ellipsis, j))) == "[[2, 2, 0], [5, 5, 3]]"
    assert shown(xp.getitem(x, (slice(0, 1), j))) == "[[2, 2, 0]]"
    assert shown(xp.getitem(x, (1, j))) == "[5, 5, 3]"
    assert shown(xp.getitem(x, (xp.asarray([[1], [0]]), xp.asarray([0, 2])))) == "[[3, 5], [0, 2]]"
    assert shown(xp.getitem(x, (xp.asarray([True, False]),))) == "[[0, 1, 2]]"
    assert shown(xp.getitem(x, (x > 2,))) == "[3, 4, 5]"
    assert shown(xp.getitem(x, (None, xp.asarray(1)))) == "[[3, 4, 5]]"
    assert xp.getitem(x, (xp.asarray([], dtype="int64"),)).shape == (0, 3)
    assert shown(xp.getitem(xp.asarray(7), (xp.asarray(True),))) == "[7]"
    with pytest.raises(IndexError, match="too many indices"):
        xp.getitem(x, (0, 0, i))


def test_integers_are_applied_before_arrays_and_separated_arrays_come_first(xp: Any) -> None:
    x = xp.reshape(xp.arange(0, 24, 1, dtype="int64", device=None), (2, 3, 4))
    i = xp.asarray([0, 1])
    assert xp.getitem(x, (0, slice(None), i)).shape == (3, 2)
    assert xp.getitem(x, (i, slice(None), i)).shape == (2, 3)
    assert shown(xp.getitem(x, (i, slice(0, 1), xp.asarray([3, 0])))) == "[[3], [12]]"


KEYS: list[tuple[Callable[[Any], tuple[Any, ...]], Any, str, str]] = [
    (lambda xp: (0,), 9, "[[9, 9, 9], [3, 4, 5]]", "[[9, 10, 11], [3, 4, 5]]"),
    (lambda xp: (slice(None), 1), [7, 8], "[[0, 7, 2], [3, 8, 5]]", "[[0, 8, 2], [3, 12, 5]]"),
    (lambda xp: (Ellipsis, slice(0, 3, 2)), [[7, 8]], "[[7, 1, 8], [7, 4, 8]]", "[[7, 1, 10], [10, 4, 13]]"),
    (lambda xp: (1, None, slice(1, 3)), [[7, 8]], "[[0, 1, 2], [3, 7, 8]]", "[[0, 1, 2], [3, 11, 13]]"),
    (lambda xp: (slice(2, 2),), 9, "[[0, 1, 2], [3, 4, 5]]", "[[0, 1, 2], [3, 4, 5]]"),
    (lambda xp: (), 9, "[[9, 9, 9], [9, 9, 9]]", "[[9, 10, 11], [12, 13, 14]]"),
    (lambda xp: (-1, -1), 9, "[[0, 1, 2], [3, 4, 9]]", "[[0, 1, 2], [3, 4, 14]]"),
    (lambda xp: (xp.asarray([1, 1]),), [[7], [8]], "[[0, 1, 2], [8, 8, 8]]", "[[0, 1, 2], [18, 19, 20]]"),
    (lambda xp: (xp.asarray([1, 0, 1]), xp.asarray([2, 0, 2])), [7, 8, 9], "[[8, 1, 2], [3, 4, 9]]",
     "[[8, 1, 2], [3, 4, 21]]"),
    (lambda xp: (slice(None), xp.asarray([2, 0])), 9, "[[9, 1, 9], [9, 4, 9]]", "[[9, 1, 11], [12, 4, 14]]"),
    (lambda xp: (1, xp.asarray([2, 2, 2])), 1, "[[0, 1, 2], [3, 4, 1]]", "[[0, 1, 2], [3, 4, 8]]"),
    (lambda xp: (xp.asarray([], dtype="int64"),), 9, "[[0, 1, 2], [3, 4, 5]]", "[[0, 1, 2], [3, 4, 5]]"),
    (lambda xp: (xp.asarray([[True, False, True], [False, True, False]]),), 9, "[[9, 1, 9], [3, 9, 5]]",
     "[[9, 1, 11], [3, 13, 5]]"),
    (lambda xp: (xp.asarray([[True, False, True], [False, True, False]]),), [7, 8, 9], "[[7, 1, 8], [3, 9, 5]]",
     "[[7, 1, 10], [3, 13, 5]]"),
    (lambda xp: (slice(None), xp.asarray([True, False, True])), [[7, 8], [9, 6]], "[[7, 1, 8], [9, 4, 6]]",
     "[[7, 1, 10], [12, 4, 11]]"),
    (lambda xp: (xp.asarray([False, True]), slice(0, 2)), [7, 8], "[[0, 1, 2], [7, 8, 5]]",
     "[[0, 1, 2], [10, 12, 5]]"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "written", "added"), KEYS)
def test_setitem_scatter_add_and_add_at(
    xp: Any, key: Callable[[Any], tuple[Any, ...]], value: Any, written: str, added: str
) -> None:
    x, k, v = matrix(xp), key(xp), xp.asarray(value)
    before = shown(x)
    with forbid_reading():
        scattered = xp.scatter_add(x, k, v)
    assert (shown(scattered), shown(x)) == (added, before)
    assert scattered is not x or not xp.facts.mutable
    for function, expected in ((xp.setitem, written), (xp.add_at, added)):
        x = matrix(xp)
        with forbid_reading():
            result = function(x, k, v)
        assert shown(result) == expected
        assert (result is x) or not xp.facts.mutable
        assert xp.facts.mutable or shown(x) == before


def test_setitem_takes_a_number(xp: Any) -> None:
    assert shown(xp.setitem(xp.asarray([1.0, 2.0]), (xp.asarray([0]),), 5)) == "[5.0, 2.0]"


def test_scatter_add_of_infinities_stays_in_its_place(xp: Any) -> None:
    x = xp.asarray([0.0, 0.0, 0.0])
    assert shown(xp.scatter_add(x, (xp.asarray([1, 2, 2]),), xp.asarray([INF, 1.0, 1.0]))) == "[0.0, inf, 2.0]"


def test_setitem_out_of_range(xp: Any) -> None:
    with pytest.raises(IndexError):
        xp.setitem(xp.asarray([1.0]), (1,), xp.asarray(0.0))


def test_add_into(xp: Any) -> None:
    assert shown(xp.add_into(xp.asarray([1.0]), xp.asarray([2.0]))) == "[3.0]"


# --- memory, random numbers -------------------------------------------------------------------------------------------


def test_copies_and_memory(xp: Any) -> None:
    x = xp.asarray([1.0])
    assert xp.copy(x) is not x
    assert xp.shares_memory(x, x)
    assert not xp.shares_memory(x, xp.copy(x))
    with xp.errstate():
        pass


def test_shares_memory_is_careful_where_there_are_views() -> None:
    xp = completed(Minimal(), mutable=True, views=True)
    assert xp.shares_memory(xp.asarray(1.0), xp.asarray(2.0))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_random_numbers(xp: Any, dtype: str) -> None:
    def draw(seed: int) -> list[Any]:
        generator = xp.generator(seed, device=None)
        options = {"dtype": dtype, "device": None}
        return [
            xp.tolist(xp.uniform(generator, (200,), **options)),
            xp.tolist(xp.normal(generator, (20, 10), **options)),
            xp.tolist(xp.integers(generator, -2, 3, (200,), dtype="int64", device=None)),
            xp.tolist(xp.permutation(generator, 7, dtype="int64", device=None)),
        ]

    uniform, normal, integers, permutation = draw(1)
    assert draw(1) == [uniform, normal, integers, permutation]
    assert draw(2)[0] != uniform
    assert all(0 <= u < 1 for u in uniform)
    assert abs(sum(uniform) / 200 - 0.5) < 0.1
    assert abs(sum(map(sum, normal)) / 200) < 0.3
    assert set(integers) == {-2, -1, 0, 1, 2}
    assert sorted(permutation) == list(range(7))


def test_random_numbers_of_no_and_of_one_element(xp: Any) -> None:
    generator, options = xp.generator(None), {"dtype": "float32", "device": None}
    assert xp.uniform(generator, (0, 2), **options).shape == (0, 2)
    assert xp.normal(generator, (), **options).shape == ()


def test_dtypes_of_results(xp: Any) -> None:
    x = xp.asarray([1.0, 2.0], dtype="float32")
    for name in ("erf", "square", "tan", "log2", "round", "sign", "sinh", "expit", "positive"):
        assert getattr(xp, name)(x).dtype == "float32", name
    assert xp.searchsorted(x, x).dtype == xp.argmin(x, axis=0).dtype == "int64"
    assert xp.facts.dtype(xp.cumulative_prod(xp.asarray([3], dtype="uint8"), axis=0)) is dtypes.int64
