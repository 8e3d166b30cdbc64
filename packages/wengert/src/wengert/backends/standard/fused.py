"""Floor 3: the composites of the fused kernels for softmax, classes, standardizing and GELU."""

from __future__ import annotations

import math
from typing import Any

from wengert.backends.standard.facts import Kernels
from wengert.protocol.shapes import Shape
from wengert.rules import attention as rules

_SQRT_HALF, _GAUSS = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)


def fused(
    xp: Kernels,
    formula: Any,
    arrays: tuple[Any, ...],
    numbers: dict[str, Any],
    /,
    *,
    into: int = 0,
    spare: bool = False,
) -> Any:
    results = formula(xp, *arrays, **numbers)
    return tuple([xp.setitem(x, (...,), y) for x, y in zip(arrays, results, strict=False)]) if into else results


def softmax_pullback(xp: Kernels, g: Any, out: Any, /, *, axis: int) -> Any:
    weighted = xp.multiply(g, out)
    return xp.subtract(weighted, xp.multiply(out, xp.sum(weighted, axis=axis, keepdims=True)))


def log_softmax_pullback(xp: Kernels, g: Any, out: Any, /, *, axis: int) -> Any:
    return xp.subtract(g, xp.multiply(xp.exp(out), xp.sum(g, axis=axis, keepdims=True)))


def attention(xp: Kernels, query: Any, key: Any, value: Any, bias: Any | None, /, *, scale: float) -> Any:
    return xp.matmul(rules.attention_weights(xp, query, key, bias, scale), value)


def attention_pullback(
    xp: Kernels,
    g: Any,
    query: Any,
    key: Any,
    value: Any,
    bias: Any | None,
    /,
    *,
    scale: float,
    wanted: tuple[bool, ...],
) -> tuple[Any, Any, Any, Any]:
    return rules.composed_pullback(xp, g, query, key, value, bias, scale, wanted)


def class_loss(xp: Kernels, x: Any, target: Any, /) -> Any:
    column = xp.reshape(target, (*target.shape, 1))
    return xp.reshape(xp.negative(xp.take_along_axis(xp.log_softmax(x, axis=1), column, axis=1)), target.shape)


def class_loss_pullback(xp: Kernels, g: Any, x: Any, target: Any, /) -> Any:
    rows = xp.cumulative_sum(xp.ones_like(target), axis=0) - 1
    spread = xp.multiply(xp.softmax(x, axis=1), xp.reshape(g, (*g.shape, 1)))
    return xp.add_at(spread, (rows, target), xp.negative(g))


def standardize(xp: Kernels, x: Any, /, *, axis: Shape, eps: float) -> tuple[Any, Any, Any]:
    count = 1
    for d in axis:
        count *= x.shape[d]
    mean = xp.sum(x, axis=axis, keepdims=True) / count
    centred = xp.subtract(x, mean)
    variance = xp.sum(xp.multiply(centred, centred), axis=axis, keepdims=True) / count
    rstd = xp.reciprocal(xp.sqrt(variance + eps))
    return xp.multiply(centred, rstd), mean, rstd


def standardize_pullback(xp: Kernels, g: Any, x: Any, mean: Any, rstd: Any, /, *, axis: Shape) -> Any:
    count = 1
    for d in axis:
        count *= x.shape[d]
    unit = xp.multiply(xp.subtract(x, mean), rstd)
    level = xp.sum(g, axis=axis, keepdims=True) / count
    tilt = xp.sum(xp.multiply(g, unit), axis=axis, keepdims=True) / count
    return xp.multiply(rstd, xp.subtract(xp.subtract(g, level), xp.multiply(unit, tilt)))


def gelu(xp: Kernels, x: Any, /) -> Any:
    return xp.multiply(xp.erf(x * _SQRT_HALF) + 1, x * 0.5)


def gelu_slope(xp: Kernels, x: Any, /) -> Any:
    share = (xp.erf(x * _SQRT_HALF) + 1) * 0.5
    return xp.add(share, xp.multiply(x * _GAUSS, xp.exp(xp.multiply(x, x) * -0.5)))
