"""Floor 6: what each fused operation is made of, from elementary functions; tests compare the two.

`xp` is any namespace of the protocol: a backend's own with raw arrays, or the namespace of Tensors.
"""

from __future__ import annotations

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
