"""Softmax and its kin in few passes over memory, block by block where an array is larger than the cache."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet

Axes = int | tuple[int, ...]
_FLOAT16, _FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)
_add, _maximum = np.add.reduce, np.maximum.reduce
_BLOCK = 1 << 17  # bytes that a block of rows may take
_LONG = 4096  # elements from which blocks of rows pay


def softmax(x: Any, /, *, axis: int) -> Any:
    """`exp(x) / sum(exp(x))` along `axis`."""
    return quiet.call(_by_rows, _softmax, _softmax_of_rows, x, axis)


def log_softmax(x: Any, /, *, axis: int) -> Any:
    """The logarithm of `softmax`, without forming it."""
    return quiet.call(_by_rows, _log_softmax, _log_softmax_of_rows, x, axis)


def logsumexp(x: Any, /, *, axis: Axes, keepdims: bool) -> Any:
    """`log(sum(exp(x)))` over `axis`; -inf over nothing."""
    return quiet.call(_logsumexp, x, axis, keepdims)


def require(condition: Any, message: str, /) -> None:
    """RuntimeError unless all of `condition` holds."""
    if not condition.all():
        raise RuntimeError(message)


def errstate() -> Any:
    """A context in which NumPy gives no floating-point warnings."""
    return quiet.Silence()


def _by_rows(kernel: Any, kernel_of_rows: Any, x: Any, axis: int) -> Any:
    """`kernel(x, axis, out)`, in single precision for half; in blocks of rows where there are many."""
    if x.dtype is _FLOAT16:
        return _by_rows(kernel, kernel_of_rows, x.astype(_FLOAT32), axis).astype(_FLOAT16)
    out = np.empty(x.shape, x.dtype)
    if not x.size:
        return out
    if x.size < _LONG or axis not in (-1, x.ndim - 1) or not x.flags.c_contiguous:
        return kernel(x, axis, out)
    width = x.shape[-1]
    rows, out_rows, ones = x.reshape(-1, width), out.reshape(-1, width), np.ones((width, 1), x.dtype)
    step = _BLOCK // (width * x.itemsize) or 1
    for start in range(0, len(rows), step):
        kernel_of_rows(rows[start : start + step], out_rows[start : start + step], ones)
    return out


def _softmax(x: Any, axis: int, out: Any) -> Any:
    np.subtract(x, _maximum(x, axis, None, None, True), out)
    np.exp(out, out)
    return np.divide(out, _add(out, axis, None, None, True), out)


def _softmax_of_rows(x: Any, out: Any, ones: Any) -> None:
    """The softmax of each row. Where no sum comes near the ends of the range, the largest need not be taken off."""
    np.exp(x, out)
    sums = out.dot(ones)  # a product with ones is five times faster than a sum over short rows
    if sums.min() > 1e-20 and sums.max() < 1e20:
        np.divide(out, sums, out)
    else:
        _softmax(x, -1, out)


def _log_softmax(x: Any, axis: int, out: Any) -> Any:
    np.subtract(x, _maximum(x, axis, None, None, True), out)
    return np.subtract(out, np.log(_add(np.exp(out), axis, None, None, True)), out)


def _log_softmax_of_rows(x: Any, out: Any, ones: Any) -> None:
    np.subtract(x, _maximum(x, -1, None, None, True), out)
    np.subtract(out, np.log(np.exp(out).dot(ones)), out)


def _logsumexp(x: Any, axis: Axes, keepdims: bool) -> Any:
    if x.dtype is _FLOAT16:
        return np.asarray(_logsumexp(x.astype(_FLOAT32), axis, keepdims)).astype(_FLOAT16)
    if x.dtype.kind == "c":
        largest = np.asarray(_maximum(x.real, axis, None, None, True, -np.inf))
    else:
        largest = np.asarray(_maximum(x, axis, None, None, True, -np.inf))
    largest[~np.isfinite(largest)] = 0
    shifted = np.asarray(np.subtract(x, largest))
    np.exp(shifted, shifted)
    out = np.log(_add(shifted, axis, None, None, True)) + largest
    return out if keepdims else np.squeeze(out, axis)


kernels: dict[str, Any] = {
    "errstate": errstate,
    "log_softmax": log_softmax,
    "logsumexp": logsumexp,
    "require": require,
    "softmax": softmax,
}
