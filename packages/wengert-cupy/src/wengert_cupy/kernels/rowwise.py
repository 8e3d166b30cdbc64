"""Softmax, standardizing and the loss of classes, forward and back, as one kernel each (`rows.py`).

What a kernel cannot take goes the composite way: no elements, numbers that are not real, more of them than an int
counts, few rows so long that one block of threads would be slow, axes in more than two stretches.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import prod
from typing import Any, NamedTuple

import cupy
from wengert.backends.standard import fused as composites
from wengert.backends.standard import reduction as reductions

from wengert_cupy.kernels.fused import FUSION
from wengert_cupy.kernels.rows import name_of, source

Shape = tuple[int, ...]
_NAMES = {"e": "float16", "f": "float32", "d": "float64"}
_MOST = 2**31 - 1  # elements
_FEW, _LONG = 64, 1 << 16  # rows; and elements of a row from which that few are slow
_AT_WORK, _WIDEST = 128, 1024  # threads of a block: where a row does not take more, and at most
_SHARE = 4  # elements that a thread works on, where the row has no more than its threads can take


@cache
def _kernel(program: str, dtype: str) -> Any:
    return cupy.RawKernel(source(program, dtype), name_of(program, dtype))


class Plan(NamedTuple):
    """A kernel, its blocks and threads, and where the elements of a row lie, as `rows.source` asks."""

    kernel: Any
    blocks: tuple[int]
    threads: tuple[int, int]
    layout: tuple[int, ...]


@lru_cache(4096)
def _plan(program: str, dtype: str, shape: Shape, axis: int | Shape) -> Plan | None:
    """How a program runs on rows along `axis` of a dense array; None where no kernel takes them."""
    kept, reduced = _stretches(shape, _axes(axis, len(shape)))
    rows, width = prod(n for n, _ in kept), prod(n for n, _ in reduced)
    if dtype not in _NAMES or len(kept) > 2 or len(reduced) > 2 or not 0 < prod(shape) <= _MOST:
        return None
    if rows < _FEW and width >= _LONG:
        return None
    (_, up), (step, down) = [(1, 0)] * (2 - len(kept)) + kept
    (_, far), (inner, near) = [(1, 0)] * (2 - len(reduced)) + reduced
    most = _WIDEST
    if near != 1 and down == 1 and rows >= _AT_WORK:  # neighbours in memory belong to other rows
        most = 1 if rows >= _FEW * _AT_WORK else 32
    along = min(most, 1 << (-(-width // _SHARE) - 1).bit_length())
    across = max(1, _AT_WORK // along)
    layout = (rows, width, step, up, down, inner, far, near)
    return Plan(_kernel(program, _NAMES[dtype]), (-(-rows // across),), (along, across), layout)


def _axes(axis: int | Shape, ndim: int) -> Shape:
    return tuple([d % ndim for d in ((axis,) if isinstance(axis, int) else axis)])


def _stretches(shape: Shape, axes: Shape) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Sizes and strides of what is kept and of what is reduced, with neighbouring axes of one kind as one."""
    found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    stride, previous = 1, None
    for axis in reversed(range(len(shape))):
        n, kind = shape[axis], axis in axes
        if n == 1:
            continue
        if kind is previous:
            size, least = found[kind][0]
            found[kind][0] = (size * n, least)
        else:
            found[kind].insert(0, (n, stride))
        stride, previous = stride * n, kind
    return found


def _run(plan: Plan, *arguments: Any) -> None:
    plan.kernel(plan.blocks, plan.threads, (*arguments, *plan.layout))


def _dense(x: Any) -> Any:
    return x if x.flags.c_contiguous else cupy.ascontiguousarray(x)


def _like(x: Any) -> Any:
    return cupy.empty(x.shape, x.dtype)


def softmax(x: Any, /, *, axis: int) -> Any:
    """`exp(x) / sum(exp(x))` along `axis`."""
    plan = _plan("softmax", x.dtype.char, x.shape, axis)
    if plan is None:
        return reductions.softmax(FUSION.xp, x, axis=axis)
    _run(plan, _dense(x), out := _like(x))
    return out


def log_softmax(x: Any, /, *, axis: int) -> Any:
    """The logarithm of `softmax`, without forming it."""
    plan = _plan("log_softmax", x.dtype.char, x.shape, axis)
    if plan is None:
        return reductions.log_softmax(FUSION.xp, x, axis=axis)
    _run(plan, _dense(x), out := _like(x))
    return out


def logsumexp(x: Any, /, *, axis: int | Shape, keepdims: bool) -> Any:
    """`log(sum(exp(x)))` over `axis`."""
    plan = _plan("logsumexp", x.dtype.char, x.shape, axis)
    if plan is None:
        return reductions.logsumexp(FUSION.xp, x, axis=axis, keepdims=keepdims)
    gone = _axes(axis, x.ndim)
    shape = tuple([1 if d in gone else n for d, n in enumerate(x.shape) if keepdims or d not in gone])
    _run(plan, _dense(x), out := cupy.empty(shape, x.dtype))
    return out


def softmax_pullback(g: Any, out: Any, /, *, axis: int) -> Any:
    """`out * (g - sum(g * out))` along `axis`."""
    plan = _plan("softmax_pullback", out.dtype.char, out.shape, axis)
    if plan is None or g.shape != out.shape:
        return composites.softmax_pullback(FUSION.xp, g, out, axis=axis)
    _run(plan, _dense(g), _dense(out), result := _like(out))
    return result


def log_softmax_pullback(g: Any, out: Any, /, *, axis: int) -> Any:
    """`g - exp(out) * sum(g)` along `axis`."""
    plan = _plan("log_softmax_pullback", out.dtype.char, out.shape, axis)
    if plan is None or g.shape != out.shape:
        return composites.log_softmax_pullback(FUSION.xp, g, out, axis=axis)
    _run(plan, _dense(g), _dense(out), result := _like(out))
    return result


def class_loss(x: Any, target: Any, /) -> Any:
    """`-log_softmax(x)` of the class of each row."""
    plan = _plan("class_loss", x.dtype.char, x.shape, 1)
    if plan is None:
        return composites.class_loss(FUSION.xp, x, target)
    losses = cupy.empty(target.shape, x.dtype)
    _run(plan, _dense(x), _dense(target.astype(cupy.int64, copy=False)), losses)
    return losses


def class_loss_pullback(g: Any, x: Any, target: Any, /) -> Any:
    """`(softmax(x) - one_hot(target)) * g`, a row for each class."""
    plan = _plan("class_loss_pullback", x.dtype.char, x.shape, 1)
    if plan is None:
        return composites.class_loss_pullback(FUSION.xp, g, x, target)
    classes = _dense(target.astype(cupy.int64, copy=False))
    _run(plan, _dense(x), _dense(g), classes, result := _like(x))
    return result


def standardize(x: Any, /, *, axis: Shape, eps: float) -> tuple[Any, Any, Any]:
    """`(x - mean) * rstd` over `axis`, the mean, and the reciprocal of the deviation."""
    plan = _plan("standardize", x.dtype.char, x.shape, axis)
    if plan is None:
        return composites.standardize(FUSION.xp, x, axis=axis, eps=eps)
    kept = tuple([1 if d in axis else n for d, n in enumerate(x.shape)])
    out, mean, rstd = _like(x), cupy.empty(kept, x.dtype), cupy.empty(kept, x.dtype)
    _run(plan, _dense(x), out, mean, rstd, float(eps))
    return out, mean, rstd


def standardize_pullback(g: Any, x: Any, mean: Any, rstd: Any, /, *, axis: Shape) -> Any:
    """The cotangent of x from that of `(x - mean) * rstd`."""
    plan = _plan("standardize_pullback", x.dtype.char, x.shape, axis)
    if plan is None or g.shape != x.shape:
        return composites.standardize_pullback(FUSION.xp, g, x, mean, rstd, axis=axis)
    _run(plan, _dense(g), _dense(x), _dense(mean), _dense(rstd), result := _like(x))
    return result


kernels: dict[str, Any] = {
    "class_loss": class_loss,
    "class_loss_pullback": class_loss_pullback,
    "log_softmax": log_softmax,
    "log_softmax_pullback": log_softmax_pullback,
    "logsumexp": logsumexp,
    "softmax": softmax,
    "softmax_pullback": softmax_pullback,
    "standardize": standardize,
    "standardize_pullback": standardize_pullback,
}
