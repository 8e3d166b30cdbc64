"""The cases of the kernels behind layers and losses."""

from __future__ import annotations

import math
from typing import Any

from wengert.protocol.namespace import Namespace
from wengert.testing.kernels import Bench, KernelCase

_HALVES = [[0.5, 0.5], [0.5, 0.5]]
_IMAGE = [[[[1.0, 2.0, 0.0], [3.0, 1.0, 4.0]]]]
_WEIGHT = [[[[1.0, -1.0]]], [[[2.0, 0.5]]]]
_PLAIN: dict[str, Any] = {"step": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
_WIDE: dict[str, Any] = {"step": (1, 2), "padding": (0, 1), "dilation": (1, 2), "groups": 1}
_WINDOWS: dict[str, Any] = {"size": (2, 2), "step": (1, 2), "padding": (0, 1)}


def _of(kernel: str, *values: Any, **keywords: Any) -> Any:
    """A call with floating arrays, and integer ones where the values are integers."""

    def run(xp: Namespace, b: Bench) -> Any:
        arrays = [v if v is None else (b.integers if _is_whole(v) else b.floating)(v) for v in values]
        return getattr(xp, kernel)(*arrays, **keywords)

    return run


def _is_whole(values: Any) -> bool:
    return _is_whole(values[0]) if isinstance(values, list) else isinstance(values, int)


def _case(kernel: str, expected: Any, *values: Any, **keywords: Any) -> KernelCase:
    return KernelCase(kernel, _of(kernel, *values, **keywords), expected)


def _max_pool(part: int, result: str, expected: Any, values: Any, **keywords: Any) -> KernelCase:
    run = _of("max_pool", values, dilation=(1, 1), **keywords)
    return KernelCase("max_pool", lambda xp, b: run(xp, b)[part], expected, result)


#: Queries and keys whose scores, with a scale of 0.5, are 0 but for one of log 3; the second row of the bias hides all.
_LOG = math.log(3)
_QUERY, _KEY, _VALUE = [[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [2 * _LOG, 0.0]], [[4.0], [8.0]]
_BIAS = [[_LOG, 0.0], [-math.inf, -math.inf]]


def _scaled_product(xp: Namespace, x: Any, y: Any, share: float) -> Any:
    return xp.multiply(x, y) + share


def _sum(xp: Namespace, x: Any, y: Any) -> tuple[Any]:
    return (xp.add(x, y),)


def _fused(xp: Namespace, b: Bench) -> Any:
    """A formula of two arrays that broadcast and of a number."""
    return xp.fused(_scaled_product, (b.floating([[1.0, -2.0], [4.0, 0.0]]), b.floating([2.0, 3.0])), {"share": 0.5})


def _fused_into(xp: Namespace, b: Bench) -> Any:
    """A formula that writes its first array."""
    arrays = (b.floating([1.0, -2.0]), b.floating([2.0, 3.0]))
    (x,) = xp.fused(_sum, arrays, {}, into=1)
    return (arrays[0] if b.backend.capabilities.mutable else x, arrays[1])


def _attention_pullback(bias: Any, wanted: tuple[bool, ...]) -> Any:
    """The cotangents that are wanted."""

    def run(xp: Namespace, b: Bench) -> Any:
        arrays = [None if x is None else b.floating(x) for x in ([[1.0], [-2.0]], _QUERY, _KEY, _VALUE, bias)]
        return tuple([x for x in xp.attention_pullback(*arrays, scale=0.5, wanted=wanted) if x is not None])

    return run


LAYERS: tuple[KernelCase, ...] = (
    KernelCase("fused", _fused, [[2.5, -5.5], [8.5, 0.5]]),
    KernelCase("fused", _fused_into, ([3.0, 1.0], [2.0, 3.0]), in_half=False),
    _case("softmax_pullback", [[0.25, -0.25], [0.0, 0.0]], [[2.0, 1.0], [3.0, 3.0]], _HALVES, axis=1),
    _case("softmax_pullback", [[-0.25, -0.5], [0.25, 0.5]], [[2.0, 1.0], [3.0, 3.0]], _HALVES, axis=0),
    _case(
        "log_softmax_pullback", [[0.5, -0.5], [2.5, -2.5]], [[2.0, 1.0], [3.0, -2.0]], [[math.log(0.5)] * 2] * 2, axis=1
    ),
    _case("attention", [[7.0], [6.0]], _QUERY, _KEY, _VALUE, None, scale=0.5),
    _case("attention", [[6.0], [0.0]], _QUERY, _KEY, _VALUE, _BIAS, scale=0.5),
    KernelCase(
        "attention_pullback",
        _attention_pullback(None, (True, True, True, False)),
        ([[0.75 * _LOG, 0.0], [-2 * _LOG, 0.0]], [[-0.375, 1.0], [0.375, -1.0]], [[-0.75], [-0.25]]),
    ),
    KernelCase(
        "attention_pullback",
        _attention_pullback(_BIAS, (True, False, True, True)),
        ([[_LOG, 0.0], [0.0, 0.0]], [[0.5], [0.5]], [[-1.0, 1.0], [0.0, 0.0]]),
    ),
    _case("class_loss", [math.log(2), math.log(4)], [[0.0, 0.0], [math.log(3), 0.0]], [0, 1]),
    _case("class_loss_pullback", [[-1.0, 1.0], [2.25, -2.25]], [2.0, 3.0], [[0.0, 0.0], [math.log(3), 0.0]], [0, 1]),
    _case("standardize", ([[-1.0, 1.0]], [[4.0]], [[0.5]]), [[2.0, 6.0]], axis=(1,), eps=0.0),
    _case("standardize", ([[-0.5], [0.5]], [[3.0]], [[0.5]]), [[2.0], [4.0]], axis=(0,), eps=3.0),
    _case("standardize_pullback", [[0.0, 0.0]], [[1.0, 3.0]], [[2.0, 6.0]], [[4.0]], [[0.5]], axis=(1,)),
    _case(
        "standardize_pullback",
        [[0.5], [-1.0], [0.5]],
        [[1.0], [-0.5], [1.0]],
        [[-1.0], [0.0], [1.0]],
        [[0.0]],
        [[1.0]],
        axis=(0,),
    ),
    _case("pad", [[7.0, 1.0, 2.0], [7.0, 7.0, 7.0]], [[1.0, 2.0]], widths=((0, 1), (1, 0)), value=7.0),
    _case("pad", [[2.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]], widths=((0, -1), (-1, 1)), value=0.0),
    _case("convolve", [[[[-1.0, 2.0], [2.0, -3.0]], [[3.0, 4.0], [6.5, 4.0]]]], _IMAGE, _WEIGHT, **_PLAIN),
    _case("convolve", [[[[-2.0, 2.0], [-1.0, 1.0]], [[1.0, 4.0], [0.5, 2.0]]]], _IMAGE, _WEIGHT, **_WIDE),
    _case(
        "convolve_input",
        [[[[3.0, -2.5, -0.5], [0.0, 0.0, 0.0]]]],
        [[[[1.0, 0.0], [0.0, 0.0]], [[1.0, -1.0], [0.0, 0.0]]]],
        _WEIGHT,
        shape=(1, 1, 2, 3),
        **_PLAIN,
    ),
    _case(
        "convolve_input",
        [[[[0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]]],
        [[[[-1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]],
        _WEIGHT,
        shape=(1, 1, 2, 3),
        **_WIDE,
    ),
    _case(
        "convolve_weight",
        [[[[1.0, 2.0]]], [[[-2.0, 1.0]]]],
        [[[[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [-1.0, 0.0]]]],
        _IMAGE,
        shape=(2, 1, 1, 2),
        **_PLAIN,
    ),
    _max_pool(0, "same", [[[[3.0, 4.0]]]], _IMAGE, output=(1, 2), **_WINDOWS),
    _max_pool(1, "int64", [[[[3, 5]]]], _IMAGE, output=(1, 2), **_WINDOWS),
    _max_pool(
        1, "int64", [[[[0]]]], [[[[2.0, 2.0], [1.0, 2.0]]]], size=(2, 2), step=(1, 1), padding=(0, 0), output=(1, 1)
    ),
    _case("plane_gather", [[[[3.0, 4.0]]]], _IMAGE, [[[[3, 5]]]]),
    _case("plane_scatter", [[[[0.0, 3.0], [0.0, 5.0]]]], [[[[1.0, 2.0, 5.0]]]], [[[[1, 1, 3]]]], shape=(1, 1, 2, 2)),
    _case("pool_sum", [[[[4.0, 7.0]]]], _IMAGE, output=(1, 2), **_WINDOWS),
    _case("pool_spread", [[[[1.0, 2.0, 2.0], [1.0, 2.0, 2.0]]]], [[[[1.0, 2.0]]]], shape=(1, 1, 2, 3), **_WINDOWS),
)
