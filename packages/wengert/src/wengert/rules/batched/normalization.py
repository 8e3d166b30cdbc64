"""Floor 2: softmax of one number, and standardizing, of a batch."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.shapes import Shape
from wengert.rule.batching import stretched
from wengert.rules.normalization.softmax import log_softmax_of_one, softmax_of_one
from wengert.rules.normalization.standardizing import restandardized, standardized

Again = Callable[..., Any]


@softmax_of_one.batch
def softmax_of_one_batch(xp: Any, x: Array) -> Array:
    return xp.reshape(xp.softmax(xp.reshape(x, (*x.shape, 1)), axis=1), x.shape)


@log_softmax_of_one.batch
def log_softmax_of_one_batch(xp: Any, x: Array) -> Array:
    return xp.reshape(xp.log_softmax(xp.reshape(x, (*x.shape, 1)), axis=1), x.shape)


@standardized.batch
def standardized_batch(
    xp: Any,
    again: Again,
    batch_size: int,
    shared: Container[str],
    x: Array,
    weight: Array | None,
    bias: Array | None,
    view: Shape,
    affine: Shape,
    axis: Shape,
    eps: float,
) -> Any:
    x = stretched(xp, x, batch_size) if "x" in shared else x
    statics: dict[str, Any] = {"view": (batch_size, *view), "axis": tuple(d + 1 for d in axis), "eps": eps}
    if "weight" in shared and "bias" in shared:
        return again(x, weight, bias, affine=(1, *affine), **statics)
    values, mean, rstd = again(x, None, None, affine=(), **statics)
    seen, own = xp.reshape(values, (batch_size, *view)), (batch_size, *(1,) * (len(view) - len(affine)), *affine)
    if weight is not None:
        seen = xp.multiply(seen, xp.reshape(weight, affine if "weight" in shared else own))
    if bias is not None:
        seen = xp.add(seen, xp.reshape(bias, affine if "bias" in shared else own))
    return xp.reshape(seen, values.shape), mean, rstd


@restandardized.batch
def restandardized_batch(
    xp: Any,
    batch_size: int,
    shared: Container[str],
    x: Array,
    mean: Array,
    rstd: Array,
    weight: Array | None,
    bias: Array | None,
    affine: Shape,
) -> Array:
    def fit(name: str, array: Array) -> Array:
        return xp.reshape(array, affine if name in shared else (batch_size, *affine))

    x = stretched(xp, x, batch_size) if "x" in shared else x
    values = xp.multiply(xp.subtract(x, fit("mean", mean)), fit("rstd", rstd))
    values = values if weight is None else xp.multiply(values, fit("weight", weight))
    return values if bias is None else xp.add(values, fit("bias", bias))
