"""Kernels behind layers and losses: torch's own convolution and losses, windows as views for the rest."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch.nn import functional

Shape = tuple[int, ...]


def softmax_pullback(g: Any, out: Any, /, *, axis: int) -> Any:
    """`out * (g - sum(g * out))` along `axis`."""
    weighted = g * out
    return weighted - out * weighted.sum(axis, keepdim=True)


def log_softmax_pullback(g: Any, out: Any, /, *, axis: int) -> Any:
    """`g - exp(out) * sum(g)` along `axis`."""
    return g - out.exp() * g.sum(axis, keepdim=True)


def attention(query: Any, key: Any, value: Any, bias: Any, /, *, scale: float) -> Any:
    """`softmax(query key^T scale + bias) value`; zeros for a row whose bias is -inf throughout."""
    return functional.scaled_dot_product_attention(query, key, value, bias, scale=scale)


def attention_pullback(
    g: Any, query: Any, key: Any, value: Any, bias: Any, /, *, scale: float, wanted: tuple[bool, ...]
) -> tuple[Any, Any, Any, Any]:
    """The cotangents of query, key, value and bias, those that are wanted."""
    by_query, by_key, by_value, by_bias = wanted
    scores = (query * scale) @ key.mT
    weights = torch.softmax(scores, -1) if bias is None else torch._safe_softmax(scores + bias, -1)
    of_value = weights.mT @ g if by_value else None
    slope = (g @ value.mT).mul_(weights)
    slope = torch.addcmul(slope, weights, slope.sum(-1, keepdim=True), value=-1)
    return (
        slope @ key * scale if by_query else None,
        slope.mT @ query * scale if by_key else None,
        of_value,
        slope if by_bias else None,
    )


def class_loss(x: Any, target: Any, /) -> Any:
    """`-log_softmax(x)` of the class of each row."""
    return functional.cross_entropy(x, target, reduction="none")


def class_loss_pullback(g: Any, x: Any, target: Any, /) -> Any:
    """`(softmax(x) - one_hot(target)) * g`, a row for each class."""
    spread = torch.softmax(x, 1) * g[:, None]
    return spread.scatter_add_(1, target[:, None], -g[:, None])


def standardize(x: Any, /, *, axis: Shape, eps: float) -> tuple[Any, Any, Any]:
    """`(x - mean) * rstd` over `axis`, the mean, and the reciprocal of the deviation."""
    variance, mean = torch.var_mean(x, axis, correction=0, keepdim=True)
    rstd = torch.rsqrt(variance + eps)
    return (x - mean) * rstd, mean, rstd


def standardize_pullback(g: Any, x: Any, mean: Any, rstd: Any, /, *, axis: Shape) -> Any:
    """The cotangent of x from that of `(x - mean) * rstd`."""
    unit = (x - mean) * rstd
    return rstd * (g - g.mean(axis, keepdim=True) - unit * (g * unit).mean(axis, keepdim=True))


def pad(x: Any, /, *, widths: tuple[Shape, ...], value: float) -> Any:
    """`x` with `value` before and after along each axis; a negative width cuts."""
    return torch.constant_pad_nd(x, [n for pair in reversed(widths) for n in pair], value)


# --- convolution ------------------------------------------------------------------------------------------------------


#: By the number of axes of a window. These take whole and complex numbers too, which `torch.convolution` refuses.
_CONVOLVE = (None, torch.conv1d, torch.conv2d, torch.conv3d)
_CONVOLVE_TRANSPOSED = (None, torch.conv_transpose1d, torch.conv_transpose2d, torch.conv_transpose3d)


def convolve(x: Any, w: Any, /, *, step: Shape, padding: Shape, dilation: Shape, groups: int) -> Any:
    """The sum over each window of `x` times `w`."""
    if not x.is_floating_point():
        return _CONVOLVE[len(step)](x, w, None, step, padding, dilation, groups)
    return torch.convolution(x, w, None, step, padding, dilation, False, (0,) * len(step), groups)


def convolve_input(
    g: Any, w: Any, /, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Any:
    """The transpose of `convolve` in `x`."""
    if not g.is_floating_point():
        sizes = zip(shape[2:], g.shape[2:], w.shape[2:], step, padding, dilation, strict=True)
        rest = [n - ((m - 1) * s - 2 * p + d * (k - 1) + 1) for n, m, k, s, p, d in sizes]
        return _CONVOLVE_TRANSPOSED[len(step)](g, w, None, step, padding, rest, groups, dilation)
    return _transposed(g, g.new_zeros(shape), w, (step, padding, dilation, groups), 0)


def convolve_weight(
    g: Any, x: Any, /, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Any:
    """The transpose of `convolve` in `w`."""
    options = (step, padding, dilation, groups)
    if not g.is_complex():
        return _transposed(g, x, g.new_zeros(shape), options, 1)
    zeros = g.real.new_zeros(shape)
    parts = [[_transposed(one, other, zeros, options, 1) for other in (x.real, x.imag)] for one in (g.real, g.imag)]
    return torch.complex(parts[0][0] - parts[1][1], parts[0][1] + parts[1][0])


def _transposed(g: Any, x: Any, w: Any, options: tuple[Any, ...], position: int) -> Any:
    step, padding, dilation, groups = options
    mask = [position == 0, position == 1, False]
    backward = torch.ops.aten.convolution_backward
    return backward(g, x, w, None, step, padding, dilation, False, (0,) * len(step), groups, mask)[position]


# --- pooling ----------------------------------------------------------------------------------------------------------


def _reach(x: Any, extent: Shape, step: Shape, padding: Shape, output: Shape, value: float) -> Any:
    """`x` with the padding that gives exactly `output` windows."""
    sides = [
        (p, (count - 1) * s + k - p - n)
        for n, k, s, p, count in zip(x.shape[2:], extent, step, padding, output, strict=True)
    ]
    return pad(x, widths=((0, 0), (0, 0), *sides), value=value)


def max_pool(x: Any, /, *, size: Shape, step: Shape, padding: Shape, dilation: Shape, output: Shape) -> tuple[Any, Any]:
    """The largest of each window, and its flat position among the axes after the first two; the first where several."""
    lowest = -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min
    extent = tuple((k - 1) * d + 1 for k, d in zip(size, dilation, strict=True))
    plane = torch.arange(prod(x.shape[2:]), device=x.device).reshape(1, 1, *x.shape[2:])
    x = _reach(x, extent, step, padding, output, lowest)
    plane = _reach(plane, extent, step, padding, output, 0)
    for axis, (e, s, d) in enumerate(zip(extent, step, dilation, strict=True)):
        x = x.unfold(2 + axis, e, s)[..., ::d]
        plane = plane.unfold(2 + axis, e, s)[..., ::d]
    x = x.reshape(*x.shape[:2], *output, prod(size))
    plane = plane.reshape(1, 1, *output, prod(size)).expand(x.shape)
    index = x.argmax(-1, keepdim=True)
    return x.gather(-1, index).squeeze(-1), plane.gather(-1, index).squeeze(-1)


def plane_gather(x: Any, positions: Any, /) -> Any:
    """The elements of each plane at flat positions in it."""
    return x.flatten(2).gather(2, positions.flatten(2)).reshape(positions.shape)


def plane_scatter(g: Any, positions: Any, /, *, shape: Shape) -> Any:
    """Zeros of `shape` with `g` added at flat positions in each plane."""
    planes = g.new_zeros((*shape[:2], prod(shape[2:])))
    return planes.scatter_add_(2, positions.flatten(2), g.flatten(2)).reshape(shape)


def pool_sum(x: Any, /, *, size: Shape, step: Shape, padding: Shape, output: Shape) -> Any:
    """The sum of each window."""
    x = _reach(x, size, step, padding, output, 0)
    for axis, (k, s) in enumerate(zip(size, step, strict=True)):
        x = x.unfold(2 + axis, k, s).sum(-1, dtype=x.dtype)
    return x


def pool_spread(g: Any, /, *, shape: Shape, size: Shape, step: Shape, padding: Shape) -> Any:
    """The transpose of `pool_sum`: each window's number added to all its elements."""
    for axis, (k, s, p) in enumerate(zip(size, step, padding, strict=True)):
        axis += 2
        count, n = g.shape[axis], shape[axis]
        whole = g.new_zeros((*g.shape[:axis], max(n + 2 * p, (count - 1) * s + k), *g.shape[axis + 1 :]))
        for first in range(k if count else 0):
            whole.narrow(axis, first, (count - 1) * s + 1)[(slice(None),) * axis + (slice(None, None, s),)] += g
        g = whole.narrow(axis, p, n)
    return g


kernels: dict[str, Any] = {
    "attention": attention,
    "attention_pullback": attention_pullback,
    "class_loss": class_loss,
    "class_loss_pullback": class_loss_pullback,
    "convolve": convolve,
    "convolve_input": convolve_input,
    "convolve_weight": convolve_weight,
    "log_softmax_pullback": log_softmax_pullback,
    "max_pool": max_pool,
    "pad": pad,
    "plane_gather": plane_gather,
    "plane_scatter": plane_scatter,
    "pool_spread": pool_spread,
    "pool_sum": pool_sum,
    "softmax_pullback": softmax_pullback,
    "standardize": standardize,
    "standardize_pullback": standardize_pullback,
}
