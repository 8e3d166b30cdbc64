"""Floor 6: what each fused operation is made of, from elementary functions; tests compare the two.

`xp` is any namespace of the protocol: a backend's own with raw arrays, or the namespace of Tensors.
"""

from __future__ import annotations

import math
from typing import Any

from wengert.protocol.shapes import Shape


def softmax(xp: Any, x: Any, axis: int) -> Any:
    """exp(x) over its sum."""
    weights = xp.exp(xp.subtract(x, xp.max(x, axis=axis, keepdims=True)))
    return xp.divide(weights, xp.sum(weights, axis=axis, keepdims=True))


def log_softmax(xp: Any, x: Any, axis: int) -> Any:
    """x less the logarithm of the sum of exp(x)."""
    shifted = xp.subtract(x, xp.max(x, axis=axis, keepdims=True))
    return xp.subtract(shifted, xp.log(xp.sum(xp.exp(shifted), axis=axis, keepdims=True)))


def standardized(xp: Any, x: Any, weight: Any, bias: Any, axis: Shape, eps: float) -> Any:
    """(x - mean) / sqrt(variance + eps) over `axis`, times weight, plus bias, which broadcast."""
    count = 1
    for d in axis:
        count *= x.shape[d]
    centred = xp.subtract(x, xp.sum(x, axis=axis, keepdims=True) / count)
    variance = xp.sum(xp.multiply(centred, centred), axis=axis, keepdims=True) / count
    out = xp.divide(centred, xp.sqrt(variance + eps))
    out = out if weight is None else xp.multiply(out, weight)
    return out if bias is None else xp.add(out, bias)


def attention(xp: Any, query: Any, key: Any, value: Any, bias: Any, scale: float) -> Any:
    """softmax(query key^T scale + bias) value; zeros for a query whose row of the bias is -inf throughout."""
    scores = xp.matmul(xp.multiply(query, scale), xp.matrix_transpose(key))
    axis = len(scores.shape) - 1
    if bias is None:
        return xp.matmul(softmax(xp, scores, axis), value)
    sees = xp.any(bias > -math.inf, axis=(len(bias.shape) - 1,), keepdims=True)
    scores = xp.add(scores, bias)
    weights = softmax(xp, xp.where(sees, scores, xp.zeros_like(scores)), axis)
    return xp.matmul(xp.where(sees, weights, xp.zeros_like(weights)), value)


def gelu(xp: Any, x: Any) -> Any:
    """x times the normal distribution up to x."""
    return xp.multiply(x, xp.add(xp.erf(x / math.sqrt(2)), 1.0)) / 2


def gelu_tanh(xp: Any, x: Any) -> Any:
    """The approximation of `gelu` by a hyperbolic tangent."""
    cube = xp.multiply(x, xp.multiply(x, x))
    return xp.multiply(x, xp.add(xp.tanh(math.sqrt(2 / math.pi) * xp.add(x, cube * 0.044715)), 1.0)) / 2


def silu(xp: Any, x: Any) -> Any:
    """x over 1 + exp(-x)."""
    return xp.divide(x, xp.add(xp.exp(xp.negative(x)), 1.0))


def embedding(xp: Any, indices: Any, weight: Any) -> Any:
    """The rows of `weight` at `indices`, as a product with zeros and ones."""
    rows = xp.arange(weight.shape[0], dtype=indices.dtype)
    return xp.matmul(xp.astype(xp.equal(xp.expand_dims(indices, axis=-1), rows), weight.dtype), weight)


def pooled(xp: Any, x: Any, size: Shape, step: Shape, how: str) -> Any:
    """The largest ("max") or the mean of each window over the axes after the first two, without padding."""
    for axis, (k, s) in enumerate(zip(size, step, strict=True)):
        x = xp.windows(x, axis=2 + axis, size=k, step=s)
    last = tuple(range(len(x.shape) - len(size), len(x.shape)))
    if how == "max":
        return xp.max(x, axis=last)
    return xp.sum(x, axis=last) / math.prod(size)


def cross_entropy(xp: Any, x: Any, target: Any) -> Any:
    """The mean of -log_softmax(x)[target] for x of shape (n, classes)."""
    picked = xp.take_along_axis(log_softmax(xp, x, 1), xp.reshape(target, (*target.shape, 1)), axis=1)
    return xp.negative(xp.sum(picked, axis=None)) / target.shape[0]


def mse_loss(xp: Any, x: Any, y: Any) -> Any:
    """The mean of (x - y) squared."""
    count = 1
    for n in x.shape:
        count *= n
    difference = xp.subtract(x, y)
    return xp.sum(xp.multiply(difference, difference), axis=None) / count


def convolve(xp: Any, x: Any, w: Any, step: Shape) -> Any:
    """A convolution as a sum over the offsets in a window, without padding, dilation or groups."""
    places = tuple((n - k) // s + 1 for n, k, s in zip(x.shape[2:], w.shape[2:], step, strict=True))
    offsets: list[Shape] = [()]
    for k in w.shape[2:]:
        offsets = [(*offset, i) for offset in offsets for i in range(k)]
    ones = (1,) * len(step)
    total = None
    for offset in offsets:
        spans = [slice(i, i + (count - 1) * s + 1, s) for i, count, s in zip(offset, places, step, strict=True)]
        part = xp.getitem(x, (slice(None), slice(None), *spans))
        part = xp.reshape(part, (x.shape[0], 1, x.shape[1], *places))
        slope = xp.reshape(xp.getitem(w, (slice(None), slice(None), *offset)), (1, *w.shape[:2], *ones))
        term = xp.sum(xp.multiply(part, slope), axis=(2,))
        total = term if total is None else xp.add(total, term)
    return total
