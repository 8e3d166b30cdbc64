"""Floor 2: padding, convolution and pooling over the axes after the first two.

A convolution is linear in its input and in its weight; the transposes in either are again linear in two arrays, and the
three operations differentiate into each other, so that every order comes from them.
"""

from __future__ import annotations

from functools import partial

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule.kinds import bilinear, general, linear
from wengert.rule.primitive import Primitive
from wengert.rules.movement import zeros

Widths = tuple[Shape, ...]


@general
def pad(xp: Namespace, x: Array, *, widths: Widths, value: float) -> Array:
    return xp.pad(x, widths=widths, value=value)


@pad.vjp("x")
def pad_vjp(xp: Namespace, g: Array, widths: Widths) -> Array:
    return xp.pad(g, widths=tuple((-low, -high) for low, high in widths), value=0)


@pad.jvp
def pad_jvp(xp: Namespace, t: Array, widths: Widths) -> Array:
    return xp.pad(t, widths=widths, value=0)


pad.fresh = False


@linear
def pad_from_within(
    xp: Namespace, x: Array, last: Array, second: Array | None = None, third: Array | None = None
) -> Array:
    """x taken at positions along its last axis, along the one before it, and along the one before that."""
    for axis, positions in _from_the_end(x.shape, last, second, third):
        x = xp.take(x, positions, axis=axis)
    return x


pad_from_within.without_gradient("last", "second", "third")


@pad_from_within.transpose
def pad_from_within_transpose(
    xp: Namespace, g: Array, x_shape: Shape, last: Array, second: Array | None, third: Array | None
) -> Array:
    for axis, positions in _from_the_end(x_shape, last, second, third):
        shape = (*g.shape[:axis], x_shape[axis], *g.shape[axis + 1 :])
        g = xp.scatter_add(zeros(xp, g, shape), (*(slice(None),) * axis, positions), g)
    return g


def _from_the_end(shape: Shape, *positions: Array | None) -> list[tuple[int, Array]]:
    return [(len(shape) - 1 - count, array) for count, array in enumerate(positions) if array is not None]


# --- convolution ------------------------------------------------------------------------------------------------------


@bilinear
def convolve(xp: Namespace, x: Array, w: Array, *, step: Shape, padding: Shape, dilation: Shape, groups: int) -> Array:
    return xp.convolve(x, w, step=step, padding=padding, dilation=dilation, groups=groups)


@convolve.vjp("x")
def convolve_vjp_x(
    xp: Namespace, g: Array, w: Array, x_shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    return xp.convolve_input(g, xp.conj(w), shape=x_shape, step=step, padding=padding, dilation=dilation, groups=groups)


@convolve.vjp("w")
def convolve_vjp_w(
    xp: Namespace, g: Array, x: Array, w_shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    return xp.convolve_weight(
        g, xp.conj(x), shape=w_shape, step=step, padding=padding, dilation=dilation, groups=groups
    )


@general
def convolve_biased(
    xp: Namespace, x: Array, w: Array, bias: Array, *, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    out = xp.convolve(x, w, step=step, padding=padding, dilation=dilation, groups=groups)
    return xp.add_into(out, xp.reshape(bias, (*bias.shape, *(1,) * len(step))))


convolve_biased.vjp("x")(convolve_vjp_x)
convolve_biased.vjp("w")(convolve_vjp_w)


@convolve_biased.vjp("bias")
def convolve_biased_vjp_bias(xp: Namespace, g: Array, bias_shape: Shape) -> Array:
    return xp.reshape(xp.sum(g, axis=(0, *range(2, len(g.shape)))), bias_shape)


@convolve_biased.jvp
def convolve_biased_jvp(
    xp: Namespace,
    t_x: Array | None,
    t_w: Array | None,
    t_bias: Array | None,
    x: Array,
    w: Array,
    out: Array,
    step: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    moved = xp.zeros_like(out)
    for one, other in ((t_x, w), (x, t_w)):
        if one is not None and other is not None:
            moved = moved + xp.convolve(one, other, step=step, padding=padding, dilation=dilation, groups=groups)
    return moved if t_bias is None else moved + xp.reshape(t_bias, (*t_bias.shape, *(1,) * len(step)))


@bilinear
def convolve_input(
    xp: Namespace, y: Array, w: Array, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    return xp.convolve_input(y, w, shape=shape, step=step, padding=padding, dilation=dilation, groups=groups)


@convolve_input.vjp("y")
def convolve_input_vjp_y(
    xp: Namespace, g: Array, w: Array, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    return xp.convolve(g, xp.conj(w), step=step, padding=padding, dilation=dilation, groups=groups)


@convolve_input.vjp("w")
def convolve_input_vjp_w(
    xp: Namespace, g: Array, y: Array, w_shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    return xp.convolve_weight(
        xp.conj(y), g, shape=w_shape, step=step, padding=padding, dilation=dilation, groups=groups
    )


@bilinear
def convolve_weight(
    xp: Namespace, y: Array, x: Array, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    return xp.convolve_weight(y, x, shape=shape, step=step, padding=padding, dilation=dilation, groups=groups)


@convolve_weight.vjp("y")
def convolve_weight_vjp_y(
    xp: Namespace, g: Array, x: Array, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    return xp.convolve(xp.conj(x), g, step=step, padding=padding, dilation=dilation, groups=groups)


@convolve_weight.vjp("x")
def convolve_weight_vjp_x(
    xp: Namespace, g: Array, y: Array, x_shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
) -> Array:
    return xp.convolve_input(xp.conj(y), g, shape=x_shape, step=step, padding=padding, dilation=dilation, groups=groups)


# --- pooling ----------------------------------------------------------------------------------------------------------


@partial(Primitive, outputs=("values", "positions"))
def max_pool(
    xp: Namespace, x: Array, *, size: Shape, step: Shape, padding: Shape, dilation: Shape, output: Shape
) -> tuple[Array, Array]:
    values, positions = xp.max_pool(
        planes(xp, x, size), size=size, step=step, padding=padding, dilation=dilation, output=output
    )
    whole = (*x.shape[: -len(size)], *output)
    return xp.reshape(values, whole), xp.reshape(positions, whole)


def planes(xp: Namespace, x: Array, size: Shape) -> Array:
    """x as (n, channels, ...), one sample where it has no axis for them."""
    return x if len(x.shape) == len(size) + 2 else xp.reshape(x, (1, *x.shape))


@max_pool.vjp("x")
def max_pool_vjp(
    xp: Namespace, g_values: Array, g_positions: Array | None, positions: Array, x_shape: Shape, size: Shape
) -> Array:
    g, positions = planes(xp, g_values, size), planes(xp, positions, size)
    shape = (1, *x_shape)[-len(size) - 2 :]
    return xp.reshape(xp.plane_scatter(g, positions, shape=shape), x_shape)


@max_pool.jvp
def max_pool_jvp(xp: Namespace, t: Array, positions: Array, size: Shape) -> tuple[Array, None]:
    moved = xp.plane_gather(planes(xp, t, size), planes(xp, positions, size))
    return xp.reshape(moved, positions.shape), None


@linear
def plane_gather(xp: Namespace, x: Array, positions: Array) -> Array:
    return xp.plane_gather(x, positions)


@plane_gather.transpose
def plane_gather_transpose(xp: Namespace, g: Array, positions: Array, x_shape: Shape) -> Array:
    return xp.plane_scatter(g, positions, shape=x_shape)


@linear
def plane_scatter(xp: Namespace, x: Array, positions: Array, *, shape: Shape) -> Array:
    return xp.plane_scatter(x, positions, shape=shape)


@plane_scatter.transpose
def plane_scatter_transpose(xp: Namespace, g: Array, positions: Array) -> Array:
    return xp.plane_gather(g, positions)


plane_gather.without_gradient("positions")
plane_scatter.without_gradient("positions")


@linear
def avg_pool(
    xp: Namespace,
    x: Array,
    counts: Array | None = None,
    *,
    size: Shape = (),
    step: Shape = (),
    padding: Shape = (),
    output: Shape = (),
    divisor: int = 1,
) -> Array:
    """The sum of each window over `divisor`, or over its own number in `counts` where they differ."""
    total = xp.pool_sum(planes(xp, x, size), size=size, step=step, padding=padding, output=output)
    total = xp.reshape(total, (*x.shape[: -len(size)], *output))
    return total / divisor if counts is None else xp.divide(total, counts)


@avg_pool.transpose
def avg_pool_transpose(
    xp: Namespace,
    g: Array,
    x_shape: Shape,
    counts: Array | None,
    size: Shape,
    step: Shape,
    padding: Shape,
    divisor: int,
) -> Array:
    share = g / divisor if counts is None else xp.divide(g, counts)
    shape = (1, *x_shape)[-len(size) - 2 :]
    return xp.reshape(
        xp.pool_spread(planes(xp, share, size), shape=shape, size=size, step=step, padding=padding), x_shape
    )


avg_pool.without_gradient("counts")


@linear
def pool_sum(xp: Namespace, x: Array, *, size: Shape, step: Shape, padding: Shape, output: Shape) -> Array:
    return xp.pool_sum(x, size=size, step=step, padding=padding, output=output)


@pool_sum.transpose
def pool_sum_transpose(xp: Namespace, g: Array, x_shape: Shape, size: Shape, step: Shape, padding: Shape) -> Array:
    return xp.pool_spread(g, shape=x_shape, size=size, step=step, padding=padding)


@linear
def pool_spread(xp: Namespace, x: Array, *, shape: Shape, size: Shape, step: Shape, padding: Shape) -> Array:
    return xp.pool_spread(x, shape=shape, size=size, step=step, padding=padding)


@pool_spread.transpose
def pool_spread_transpose(xp: Namespace, g: Array, x_shape: Shape, size: Shape, step: Shape, padding: Shape) -> Array:
    return xp.pool_sum(g, size=size, step=step, padding=padding, output=x_shape[2:])
