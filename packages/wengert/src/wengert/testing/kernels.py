"""A case for every kernel of the protocol, with its expected values in plain Python; for the tests of a backend.

    for case in CASES:
        for dtype in case.dtypes_on(backend):
            case.check(backend, dtype)

Each case runs in every floating dtype of the backend, most in every complex one too, and checks values and dtype.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from wengert.protocol import dtypes
from wengert.protocol.backend import Backend
from wengert.protocol.dtypes import DType
from wengert.protocol.namespace import Namespace

_TOLERANCE = {
    dtypes.bfloat16: 3e-2,
    dtypes.float16: 4e-3,
    dtypes.float32: 1e-5,
    dtypes.float64: 1e-12,
    dtypes.complex64: 1e-5,
    dtypes.complex128: 1e-12,
}


class Bench:
    """What a case works with: a namespace, and arrays of the dtype under test, of integers and of booleans."""

    def __init__(self, backend: Backend, dtype: DType) -> None:
        self.backend, self.dtype, self.xp = backend, dtype, backend.namespaces.get(dtype, backend.xp)
        self.native, self.device = backend.dtypes[dtype], backend.native_device(backend.devices()[0])

    def floating(self, values: Any) -> Any:
        """An array of the dtype under test."""
        return self.xp.asarray(values, dtype=self.native, device=self.device)

    def integers(self, values: Any) -> Any:
        """An int64 array."""
        return self.xp.asarray(values, dtype=self.backend.dtypes[dtypes.int64], device=self.device)

    def booleans(self, values: Any) -> Any:
        """A bool array."""
        return self.xp.asarray(values, dtype=self.backend.dtypes[dtypes.bool_], device=self.device)


@dataclass(frozen=True, slots=True)
class KernelCase:
    """One call of one kernel. `result` is the dtype of the result: "same", "real" (its real part's) or a dtype's name.

    It runs in the floating dtypes if `is_floating`, those of half precision too if `in_half`, in the complex ones if
    `is_complex`.
    """

    kernel: str
    run: Callable[[Namespace, Bench], Any]
    expected: Any
    result: str = "same"
    is_complex: bool = False
    is_floating: bool = True
    in_half: bool = True

    def dtypes_on(self, backend: Backend) -> list[DType]:
        """The dtypes of `backend` that the case runs in; half complex numbers libraries store, but hardly compute."""
        is_complex = self.is_complex and backend.capabilities.complex
        return [
            dtype
            for dtype in backend.dtypes
            if (self.in_half or dtype.to_real().itemsize > 2)
            and (
                (dtype.is_floating_point and self.is_floating)
                or (dtype.is_complex and is_complex and dtype is not dtypes.complex32)
            )
        ]

    def check(self, backend: Backend, dtype: DType) -> None:
        """Run the case; AssertionError where values or dtype are not as expected."""
        bench = Bench(backend, dtype)
        found = self.run(bench.xp, bench)
        outs = cast(tuple[Any, ...], found) if isinstance(found, tuple) else (found,)
        expected = self.expected if isinstance(found, tuple) else (self.expected,)
        wanted = {"same": dtype, "real": dtype.to_real()}.get(self.result) or dtypes.named(self.result)
        assert len(outs) == len(expected), f"{self.kernel}: {len(outs)} results; expected {len(expected)}"
        for out, values in zip(outs, expected, strict=True):
            array = backend.xp.asarray(out)  # a kernel may return the library's scalars
            got = backend.space_of(array).dtype
            assert got is wanted, f"{self.kernel} of {dtype}: a result of {got}; expected {wanted}"
            tolerance = _TOLERANCE.get(dtype, 0.0)
            listed = backend.xp.tolist(array)
            assert _is_close(listed, values, tolerance), f"{self.kernel} of {dtype}: {listed}; expected {values}"


def _is_close(found: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, list):
        rows = cast(list[Any], expected)
        return (
            isinstance(found, list)
            and len(cast(list[Any], found)) == len(rows)
            and all(_is_close(f, e, tolerance) for f, e in zip(cast(list[Any], found), rows, strict=True))
        )
    if isinstance(expected, bool):
        return found is expected
    if cmath.isnan(expected) or cmath.isnan(found):
        return cmath.isnan(expected) and cmath.isnan(found)
    return found == expected or abs(found - expected) <= tolerance * max(1.0, abs(expected))


def _unary(name: str, function: Callable[[float], Any], values: Sequence[float], result: str = "same") -> KernelCase:
    return KernelCase(
        name,
        lambda xp, bench: getattr(xp, name)(bench.floating(list(values))),
        [function(value) for value in values],
        result,
        name in _COMPLEX,
    )


def _binary(
    name: str, function: Callable[[float, float], Any], pairs: Sequence[tuple[float, float]], result: str = "same"
) -> KernelCase:
    return KernelCase(
        name,
        lambda xp, bench: getattr(xp, name)(
            bench.floating([p[0] for p in pairs]), bench.floating([p[1] for p in pairs])
        ),
        [function(*pair) for pair in pairs],
        result,
        name in _COMPLEX,
    )


def _ints(name: str, expected: list[int], *operands: list[int]) -> KernelCase:
    return KernelCase(
        name, lambda xp, bench: getattr(xp, name)(*(bench.integers(values) for values in operands)), expected, "int64"
    )


_COMPLEX = frozenset(
    [
        "abs",
        "add",
        "subtract",
        "multiply",
        "divide",
        "negative",
        "positive",
        "reciprocal",
        "square",
        "sqrt",
        "exp",
        "log",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "atan",
        "equal",
        "not_equal",
        "isnan",
        "isinf",
        "isfinite",
        "real",
        "imag",
        "conj",
    ]
)
_INF, _NAN = math.inf, math.nan
_PLAIN = (-2.0, -0.5, 0.25, 1.0, 3.0)
_POSITIVE = (0.25, 1.0, 2.5, 9.0)
_UNIT = (-0.75, -0.25, 0.0, 0.5)
_PAIRS = ((1.0, 2.0), (-3.0, 2.0), (5.5, -2.0), (-5.5, -2.5), (0.5, 0.25))
_TIES = ((1.0, 2.0), (2.0, 2.0), (-3.0, -4.0), (0.0, 0.0))


def _digamma(value: float) -> float:
    total = 0.0
    while value < 20.0:
        total, value = total - 1.0 / value, value + 1.0
    square = 1.0 / (value * value)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return total + math.log(value) - 0.5 / value - series


def _below(v: float) -> float:
    """How likely a standard normal variable is below `v`."""
    return (1 + math.erf(v / math.sqrt(2))) / 2


def _erfinv(value: float) -> float:
    low, high = -6.0, 6.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < value else (low, middle)
    return (low + high) / 2


ELEMENTWISE: tuple[KernelCase, ...] = (
    _unary("abs", abs, _PLAIN, "real"),
    _unary("acos", math.acos, _UNIT),
    _unary("acosh", math.acosh, (1.0, 2.0, 5.0)),
    _unary("asin", math.asin, _UNIT),
    _unary("asinh", math.asinh, _PLAIN),
    _unary("atan", math.atan, _PLAIN),
    _unary("atanh", math.atanh, _UNIT),
    _unary("ceil", math.ceil, (-1.5, -0.5, 0.5, 2.0)),
    _unary("conj", lambda v: v, _PLAIN),
    _unary("cos", math.cos, _PLAIN),
    _unary("cosh", math.cosh, _PLAIN),
    _unary("digamma", _digamma, (0.5, 1.0, 2.5, 7.0)),
    _unary("erf", math.erf, _PLAIN),
    _unary("erfc", math.erfc, _PLAIN),
    _unary("erfinv", _erfinv, _UNIT),
    _unary("exp", math.exp, _PLAIN),
    _unary("expit", lambda v: 1 / (1 + math.exp(-v)), (-9.0, *_PLAIN)),
    _unary("expm1", math.expm1, _PLAIN),
    _unary("floor", math.floor, (-1.5, -0.5, 0.5, 2.0)),
    _unary("gelu", lambda v: v * _below(v), _PLAIN),
    _unary("gelu_slope", lambda v: _below(v) + v * math.exp(-v * v / 2) / math.sqrt(2 * math.pi), _PLAIN),
    _unary("gammaln", math.lgamma, (0.5, 1.0, 2.5, 7.0)),
    _unary("imag", lambda v: v * 0.0, _PLAIN, "real"),
    _unary("isfinite", math.isfinite, (1.0, _INF, -_INF, _NAN), "bool"),
    _unary("isinf", math.isinf, (1.0, _INF, -_INF, _NAN), "bool"),
    _unary("isnan", math.isnan, (1.0, _INF, -_INF, _NAN), "bool"),
    _unary("log", lambda v: math.log(v) if v else -_INF, (0.0, *_POSITIVE)),
    _unary("log10", math.log10, _POSITIVE),
    _unary("log1p", math.log1p, _POSITIVE),
    _unary("log2", math.log2, _POSITIVE),
    _unary("negative", lambda v: -v, _PLAIN),
    _unary("positive", lambda v: v, _PLAIN),
    _unary("real", lambda v: v, _PLAIN, "real"),
    _unary("reciprocal", lambda v: 1 / v, _PLAIN),
    _unary("round", round, (-2.5, -1.5, 0.5, 1.5, 2.75)),
    _unary("sign", lambda v: (v > 0) - (v < 0), (-2.0, 0.0, 3.0)),
    _unary("signbit", lambda v: math.copysign(1, v) < 0, (-2.0, -0.0, 0.0, 3.0), "bool"),
    _unary("sin", math.sin, _PLAIN),
    _unary("sinh", math.sinh, _PLAIN),
    _unary("sqrt", math.sqrt, _POSITIVE),
    _unary("square", lambda v: v * v, _PLAIN),
    _unary("tan", math.tan, _PLAIN),
    _unary("tanh", math.tanh, _PLAIN),
    _unary("trunc", math.trunc, (-1.5, -0.5, 0.5, 2.0)),
    _binary("add", lambda v, w: v + w, _PAIRS),
    _binary("add_into", lambda v, w: v + w, _PAIRS),
    _binary("atan2", math.atan2, _PAIRS),
    _binary("copysign", math.copysign, _PAIRS),
    _binary("divide", lambda v, w: v / w, _PAIRS),
    KernelCase(
        "divide", lambda xp, bench: xp.divide(bench.floating([1.0, -1.0]), bench.floating([0.0, 0.0])), [_INF, -_INF]
    ),
    _binary("equal", lambda v, w: v == w, _TIES, "bool"),
    _binary("floor_divide", lambda v, w: v // w, _PAIRS),
    _binary("fmod", math.fmod, _PAIRS),
    _binary("greater", lambda v, w: v > w, _TIES, "bool"),
    _binary("greater_equal", lambda v, w: v >= w, _TIES, "bool"),
    _binary("hypot", math.hypot, _PAIRS),
    _binary("less", lambda v, w: v < w, _TIES, "bool"),
    _binary("less_equal", lambda v, w: v <= w, _TIES, "bool"),
    _binary("logaddexp", lambda v, w: math.log(math.exp(v) + math.exp(w)), _PAIRS),
    KernelCase(
        "nextafter",
        lambda xp, b: xp.less(
            xp.nextafter(b.floating([1.0, -0.5, 0.0]), b.floating([2.0, -9.0, 1.0])), b.floating([1.0, -0.5, 0.0])
        ),
        [False, True, False],
        "bool",
    ),
    _binary("maximum", max, _PAIRS),
    _binary("maximum", lambda v, w: _NAN, ((1.0, _NAN), (_NAN, 1.0))),
    _binary("minimum", min, _PAIRS),
    _binary("minimum", lambda v, w: _NAN, ((1.0, _NAN), (_NAN, 1.0))),
    _binary("multiply", lambda v, w: v * w, _PAIRS),
    _binary("not_equal", lambda v, w: v != w, _TIES, "bool"),
    _binary("pow", lambda v, w: v**w, ((2.0, 3.0), (-2.0, 3.0), (4.0, 0.5), (9.0, -1.0), (2.0, -2.0))),
    _binary("remainder", lambda v, w: v % w, _PAIRS),
    _binary("subtract", lambda v, w: v - w, _PAIRS),
    *(
        KernelCase("pow", lambda xp, bench, y=y: xp.pow(bench.floating([4.0, 0.25]), y), [4.0**y, 0.25**y])
        for y in (-2.0, -1.0, 0.5, 1.5, 2.0, 3.0)
    ),
    _ints("abs", [3, 4], [-3, 4]),
    _ints("bitwise_and", [2, 4, 4], [6, 5, -4], [3, 4, 6]),
    _ints("bitwise_invert", [-1, -6, 3], [0, 5, -4]),
    _ints("bitwise_left_shift", [16, 12], [1, 3], [4, 2]),
    _ints("bitwise_or", [7, 5, -2], [6, 5, -4], [3, 4, 6]),
    _ints("bitwise_right_shift", [4, -5], [16, -9], [2, 1]),
    _ints("bitwise_xor", [5, 1, -6], [6, 5, -4], [3, 4, 6]),
    _ints("floor_divide", [3, -4, -4], [7, -7, 7], [2, 2, -2]),
    _ints("remainder", [1, 1, -1], [7, -7, 7], [2, 2, -2]),
    _ints("round", [7, -7], [7, -7]),
    _ints("floor", [7, -7], [7, -7]),
    *(
        KernelCase(
            name,
            lambda xp, bench, name=name: getattr(xp, name)(
                bench.booleans([True, True, False, False]), bench.booleans([True, False, True, False])
            ),
            expected,
            "bool",
        )
        for name, expected in (
            ("bitwise_and", [True, False, False, False]),
            ("bitwise_or", [True, True, True, False]),
            ("bitwise_xor", [False, True, True, False]),
            ("logical_and", [True, False, False, False]),
            ("logical_or", [True, True, True, False]),
            ("logical_xor", [False, True, True, False]),
        )
    ),
    KernelCase("logical_not", lambda xp, bench: xp.logical_not(bench.booleans([True, False])), [False, True], "bool"),
    KernelCase(
        "masked",
        lambda xp, bench: xp.masked(
            bench.floating([[1.0, -2.0], [math.inf, 4.0]]), bench.booleans([[True, False], [False, True]])
        ),
        [[1.0, 0.0], [0.0, 4.0]],
    ),
    KernelCase(
        "where",
        lambda xp, bench: xp.where(
            bench.booleans([[True], [False]]), bench.floating([1.0, 2.0]), bench.floating([3.0, 4.0])
        ),
        [[1.0, 2.0], [3.0, 4.0]],
        is_complex=True,
    ),
)
