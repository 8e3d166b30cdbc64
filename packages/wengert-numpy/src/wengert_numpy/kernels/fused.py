"""Softmax and its kin in few passes over memory, block by block where an array is larger than the cache."""

from __future__ import annotations

from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet

Axes = int | tuple[int, ...]
_FLOAT16, _FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)
_add, _maximum = np.add.reduce, np.maximum.reduce
_BLOCK = 1 << 17  # bytes that a block of rows may take


def softmax(x: Any, /, *, axis: int) -> Any:
    """`exp(x) / sum(exp(x))` along `axis`."""
    return quiet.call(_by_rows, _softmax, x, axis)


def log_softmax(x: Any, /, *, axis: int) -> Any:
    """The logarithm of `softmax`, without forming it."""
    return quiet.call(_by_rows, _log_softmax, x, axis)


def logsumexp(x: Any, /, *, axis: Axes, keepdims: bool) -> Any:
    """`log(sum(exp(x)))` over `axis`; -inf over nothing."""
    return quiet.call(_logsumexp, x, axis, keepdims)


def errstate() -> Any:
    """A context in which NumPy gives no floating-point warnings."""
    return np.errstate(all="ignore")


def _by_rows(kernel: Any, x: Any, axis: int) -> Any:
    """`kernel(x, axis, out)`, in single precision for half, in blocks of rows where the rows are long in number."""
    if x.dtype is _FLOAT16:
        return _by_rows(kernel, x.astype(_FLOAT32), axis).astype(_FLOAT16)
    out = np.empty(x.shape, x.dtype)
    if not x.size:
        return out
    if x.nbytes <= 2 * _BLOCK or axis not in (-1, x.ndim - 1) or not x.flags.c_contiguous:
        return kernel(x, axis, out)
    width = x.shape[-1]
    rows, out_rows = x.reshape(-1, width), out.reshape(-1, width)
    step = _BLOCK // (width * x.itemsize) or 1
    for start in range(0, len(rows), step):
        kernel(rows[start : start + step], -1, out_rows[start : start + step])
    return out


def _softmax(x: Any, axis: int, out: Any) -> Any:
    np.subtract(x, _maximum(x, axis, None, None, True), out)
    np.exp(out, out)
    return np.divide(out, _add(out, axis, None, None, True), out)


def _log_softmax(x: Any, axis: int, out: Any) -> Any:
    np.subtract(x, _maximum(x, axis, None, None, True), out)
    return np.subtract(out, np.log(_add(np.exp(out), axis, None, None, True)), out)


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
    "softmax": softmax,
}
