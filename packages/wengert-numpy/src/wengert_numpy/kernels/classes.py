"""What softmax, standardizing and losses of classes need, in few passes and block by block over many rows."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from wengert_numpy.kernels import quiet
from wengert_numpy.kernels.fused import log_softmax, softmax

Shape = tuple[int, ...]
_FLOAT16, _FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)
_add, _maximum = np.add.reduce, np.maximum.reduce
_BLOCK = 1 << 17  # bytes that a block of rows may take
_LONG = 4096  # numbers up to which no blocks are made
_FEW = 32  # classes up to which the work is done on columns: reductions over short rows are slow


def softmax_pullback(g: Any, out: Any, /, *, axis: int) -> Any:
    """`out * (g - sum(g * out))` along `axis`."""
    return _by_rows(_softmax_pullback, (g, out), axis)


def log_softmax_pullback(g: Any, out: Any, /, *, axis: int) -> Any:
    """`g - exp(out) * sum(g)` along `axis`."""
    return _by_rows(_log_softmax_pullback, (g, out), axis)


def _by_rows(kernel: Callable[..., Any], arrays: tuple[Any, Any], axis: int) -> Any:
    """`kernel(*arrays, axis, result)`, in blocks of rows where the arrays are large."""
    x = arrays[1]
    result = np.empty(x.shape, x.dtype)
    last = axis in (-1, x.ndim - 1) and all(a.flags.c_contiguous and a.shape == x.shape for a in arrays)
    if x.nbytes <= 2 * _BLOCK or not last:
        return quiet.call(kernel, *arrays, axis, result)
    width = x.shape[-1]
    first, second, rows = (a.reshape(-1, width) for a in (*arrays, result))
    step = _BLOCK // (width * x.itemsize) or 1
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        quiet.call(kernel, first[part], second[part], -1, rows[part])
    return result


def _softmax_pullback(g: Any, out: Any, axis: int, result: Any) -> Any:
    np.multiply(g, out, result)
    level = _add(result, axis, None, None, True)
    return np.subtract(result, np.multiply(out, level), result)


def _log_softmax_pullback(g: Any, out: Any, axis: int, result: Any) -> Any:
    np.exp(out, result)
    np.multiply(result, _add(g, axis, None, None, True), result)
    return np.subtract(g, result, result)


def class_loss(x: Any, target: Any, /) -> Any:
    """`-log_softmax(x)` of the class of each row."""
    if 0 < x.shape[1] <= _FEW and x.dtype is not _FLOAT16:
        return quiet.call(_class_loss, x, target)
    return -log_softmax(x, axis=1)[np.arange(len(x)), target]


def _class_loss(x: Any, target: Any) -> Any:
    columns = np.array(x.T, order="C")
    np.subtract(columns, _maximum(columns, 0), columns)
    own = columns[target, np.arange(len(x))]
    return np.log(_add(np.exp(columns, columns), 0)) - own


def class_loss_pullback(g: Any, x: Any, target: Any, /) -> Any:
    """`(softmax(x) - one_hot(target)) * g`, a row for each class."""
    if 0 < x.shape[1] <= _FEW and x.dtype is not _FLOAT16:
        return quiet.call(_class_loss_pullback, g, x, target)
    result = softmax(x, axis=1)
    result[np.arange(len(x)), target] -= 1
    return np.multiply(result, g.reshape(-1, 1), result)


def _class_loss_pullback(g: Any, x: Any, target: Any) -> Any:
    columns = np.array(x.T, order="C")
    np.subtract(columns, _maximum(columns, 0), columns)
    np.exp(columns, columns)
    np.multiply(columns, g / _add(columns, 0), columns)
    columns[target, np.arange(len(x))] -= g
    return np.array(columns.T, order="C")


def standardize(x: Any, /, *, axis: Shape, eps: float) -> tuple[Any, Any, Any]:
    """`(x - mean) * rstd` over `axis`, the mean, and the reciprocal of the deviation."""
    if x.dtype is _FLOAT16:
        return tuple(a.astype(_FLOAT16) for a in standardize(x.astype(_FLOAT32), axis=axis, eps=eps))  # pyright: ignore[reportReturnType]  # three
    layout = _as_rows(x, axis) if x.size > _LONG else None
    result = np.empty(x.shape, x.dtype)
    if layout is None:
        mean, rstd = quiet.call(_standardize, x, axis, eps, result)
        return result, mean, rstd
    rows, out = x.reshape(layout), result.reshape(layout)
    means, scales = np.empty((layout[0], 1), x.dtype), np.empty((layout[0], 1), x.dtype)
    step = _BLOCK // (layout[1] * x.itemsize) or 1
    for start in range(0, layout[0], step):
        part = slice(start, start + step)
        means[part], scales[part] = _standardize_rows(rows[part], eps, out[part])
    kept = tuple(1 if d in axis else n for d, n in enumerate(x.shape))
    return result, means.reshape(kept), scales.reshape(kept)


def _as_rows(x: Any, axis: Shape) -> tuple[int, int] | None:
    """The shape in which `axis` is the one last axis, if it can be had without a copy."""
    ndim = x.ndim
    if not x.flags.c_contiguous or sorted(axis) != list(range(ndim - len(axis), ndim)):
        return None
    return prod(x.shape[: ndim - len(axis)]), prod(x.shape[ndim - len(axis) :])


def _standardize(x: Any, axis: Shape, eps: float, out: Any) -> tuple[Any, Any]:
    count = prod(x.shape[d] for d in axis)
    mean = _add(x, axis, None, None, True) / count
    np.subtract(x, mean, out)
    rstd = 1 / np.sqrt(_add(np.square(out), axis, None, None, True) / count + eps)
    np.multiply(out, rstd, out)
    return mean, rstd


def _standardize_rows(x: Any, eps: float, out: Any) -> tuple[Any, Any]:
    width = x.shape[1]
    mean = _add(x, 1, None, None, True) / width
    np.subtract(x, mean, out)
    rstd = 1 / np.sqrt(np.einsum("ij,ij->i", out, out)[:, None] / width + eps)
    np.multiply(out, rstd, out)
    return mean, rstd


def standardize_pullback(g: Any, x: Any, mean: Any, rstd: Any, /, *, axis: Shape) -> Any:
    """The cotangent of x from that of `(x - mean) * rstd`."""
    layout = _as_rows(x, axis) if x.size > _LONG and g.flags.c_contiguous and g.shape == x.shape else None
    result = np.empty(x.shape, x.dtype)
    if layout is None or x.dtype is _FLOAT16:
        return quiet.call(_standardize_pullback, g, x, mean, rstd, axis, result)
    arrays = [g.reshape(layout), x.reshape(layout), mean.reshape(-1, 1), rstd.reshape(-1, 1), result.reshape(layout)]
    step = _BLOCK // (layout[1] * x.itemsize) or 1
    for start in range(0, layout[0], step):
        _standardize_rows_pullback(*[a[start : start + step] for a in arrays])
    return result


def _standardize_rows_pullback(g: Any, x: Any, mean: Any, rstd: Any, out: Any) -> None:
    """rstd (g - (sum(g) + unit sum(g unit)) / width) with unit = (x - mean) rstd."""
    width = x.shape[1]
    np.subtract(x, mean, out)
    tilt = np.einsum("ij,ij->i", g, out)[:, None] * (rstd * rstd / width)
    np.multiply(out, tilt, out)
    np.subtract(g, out, out)
    np.subtract(out, _add(g, 1, None, None, True) / width, out)
    np.multiply(out, rstd, out)


def _standardize_pullback(g: Any, x: Any, mean: Any, rstd: Any, axis: Shape, out: Any) -> Any:
    count = prod(x.shape[d] for d in axis)
    np.subtract(x, mean, out)
    tilt = _add(np.multiply(g, out), axis, None, None, True) * (rstd * rstd / count)
    np.multiply(out, tilt, out)
    np.subtract(g, out, out)
    np.subtract(out, _add(g, axis, None, None, True) / count, out)
    return np.multiply(out, rstd, out)


kernels: dict[str, Any] = {
    "class_loss": class_loss,
    "class_loss_pullback": class_loss_pullback,
    "log_softmax_pullback": log_softmax_pullback,
    "softmax_pullback": softmax_pullback,
    "standardize": standardize,
    "standardize_pullback": standardize_pullback,
}
