"""Floor 2: products of vectors and matrices. Each gradient is one matrix product, on two axes where possible."""

from __future__ import annotations

from math import prod

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import Shape
from wengert.rule import kinds
from wengert.rule.kinds import bilinear, general, sum_to


@bilinear
def matmul(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.matmul(x, y)


@matmul.vjp("x")
def matmul_vjp_x(xp: Namespace, g: Array, y: Array, x_shape: Shape) -> Array:
    return product_vjp_first(xp, g, y, x_shape)


@matmul.vjp("y")
def matmul_vjp_y(xp: Namespace, g: Array, x: Array, y_shape: Shape) -> Array:
    return product_vjp_second(xp, g, x, y_shape)


@bilinear
def gemm(xp: Namespace, x: Array, y: Array, *, transpose_x: bool = False, transpose_y: bool = False) -> Array:
    """The product of two matrices, of which each is taken as it is or transposed: what gradients of products are made
    of. Their own gradients lie in memory as the matrices do."""
    return xp.gemm(x, y, transpose_x=transpose_x, transpose_y=transpose_y)


@gemm.vjp("x")
def gemm_vjp_x(xp: Namespace, g: Array, y: Array, x_shape: Shape, transpose_x: bool, transpose_y: bool) -> Array:
    y = xp.conj(y)
    if transpose_x:
        return sum_to(xp, xp.gemm(y, g, transpose_x=transpose_y, transpose_y=True), x_shape)
    return sum_to(xp, xp.gemm(g, y, transpose_y=not transpose_y), x_shape)


@gemm.vjp("y")
def gemm_vjp_y(xp: Namespace, g: Array, x: Array, y_shape: Shape, transpose_x: bool, transpose_y: bool) -> Array:
    x = xp.conj(x)
    if transpose_y:
        return sum_to(xp, xp.gemm(g, x, transpose_x=True, transpose_y=transpose_x), y_shape)
    return sum_to(xp, xp.gemm(x, g, transpose_x=not transpose_x), y_shape)


def product_vjp_first(xp: Namespace, g: Array, y: Array, x_shape: Shape) -> Array:
    """The cotangent of x in `matmul(x, y)`."""
    y_ndim, x_ndim = len(y.shape), len(x_shape)
    if y_ndim == 1:
        return xp.multiply(xp.reshape(g, (*g.shape, 1)), xp.conj(y))  # an outer product; dot and a stack of vectors too
    if x_ndim == 2 == y_ndim:
        return xp.gemm(g, xp.conj(y), transpose_y=True)
    adjoint = xp.matrix_transpose(xp.conj(y))
    if x_ndim == 1:
        g = xp.reshape(g, (*g.shape[:-1], 1, g.shape[-1]))
        return xp.reshape(sum_to(xp, xp.matmul(g, adjoint), (1, *x_shape)), x_shape)
    if x_ndim == 2 and prod(y.shape[:-2]):  # one x for a whole batch of y
        g2 = _side_by_side(xp, g)
        return xp.matmul(g2, xp.matrix_transpose(_side_by_side(xp, xp.conj(y))))
    return sum_to(xp, xp.matmul(g, adjoint), x_shape)


def product_vjp_second(xp: Namespace, g: Array, x: Array, y_shape: Shape) -> Array:
    """The cotangent of y in `matmul(x, y)`."""
    x_ndim, y_ndim = len(x.shape), len(y_shape)
    if x_ndim == 2 == y_ndim:
        return xp.gemm(xp.conj(x), g, transpose_x=True)
    if x_ndim == 1:
        if y_ndim == 1:
            return xp.multiply(g, xp.conj(x))
        column = xp.reshape(xp.conj(x), (*x.shape, 1))
        return xp.multiply(column, xp.reshape(g, (*g.shape[:-1], 1, g.shape[-1])))
    if y_ndim <= 2:  # one y for all rows of x: a single product, however many axes x has
        rows = rows_of(xp, x)
        if y_ndim == 1:
            return xp.matmul(xp.matrix_transpose(xp.conj(rows)), xp.reshape(g, (rows.shape[0],)))
        return xp.gemm(xp.conj(rows), xp.reshape(g, (rows.shape[0], y_shape[1])), transpose_x=True)
    return sum_to(xp, xp.matmul(xp.matrix_transpose(xp.conj(x)), g), y_shape)


def rows_of(xp: Namespace, x: Array) -> Array:
    """`x` with all axes but the last one folded into one."""
    shape: Shape = x.shape
    return x if len(shape) == 2 else xp.reshape(x, (prod(shape[:-1]), shape[-1]))


def _side_by_side(xp: Namespace, x: Array) -> Array:
    """The matrices (rows, columns) of a batch in one matrix (rows, batch x columns)."""
    ndim = len(x.shape)
    moved = xp.permute_dims(x, (ndim - 2, *range(ndim - 2), ndim - 1))
    return xp.reshape(moved, (x.shape[-2], prod(x.shape[:-2]) * x.shape[-1]))


@general
def linear(xp: Namespace, x: Array, weight: Array, bias: Array | None = None) -> Array:
    """`x @ weight.T + bias`, for x (..., inputs) and weight (outputs, inputs)."""
    product = xp.matmul(x, xp.matrix_transpose(weight))
    return product if bias is None else xp.add_into(product, bias)


@linear.vjp("x")
def linear_vjp_x(xp: Namespace, g: Array, weight: Array) -> Array:
    return xp.matmul(g, xp.conj(weight))


@linear.vjp("weight")
def linear_vjp_weight(xp: Namespace, g: Array, x: Array) -> Array:
    return xp.gemm(rows_of(xp, g), xp.conj(rows_of(xp, x)), transpose_x=True)


@linear.vjp("bias")
def linear_vjp_bias(xp: Namespace, g: Array, bias_shape: Shape) -> Array:
    if g.shape == bias_shape:
        return xp.copy(g)
    if len(bias_shape) == 1 and bias_shape[0] == g.shape[-1]:
        return xp.sum(rows_of(xp, g), axis=(0,))
    return sum_to(xp, g, bias_shape)


@linear.jvp
def linear_jvp(
    xp: Namespace,
    t_x: Array | None,
    t_weight: Array | None,
    t_bias: Array | None,
    x: Array,
    weight: Array,
    out: Array,
) -> Array:
    terms = [] if t_x is None else [xp.matmul(t_x, xp.matrix_transpose(weight))]
    if t_weight is not None:
        terms.append(xp.matmul(x, xp.matrix_transpose(t_weight)))
    if t_bias is not None:
        terms.append(t_bias if terms else xp.broadcast_to(t_bias, out.shape))
    return kinds.total(xp, terms)


@general
def add_product(xp: Namespace, x: Array, y: Array, z: Array, *, beta: float = 1, alpha: float = 1) -> Array:
    """`beta * x + alpha * (y @ z)`, where x broadcasts to the product; with a beta of 0 x does not matter."""
    product = _scaled(xp, xp.matmul(y, z), alpha)
    return product if beta == 0 else xp.add(_scaled(xp, x, beta), product)


@add_product.vjp("x")
def add_product_vjp_x(xp: Namespace, g: Array, x_shape: Shape, beta: float) -> Array:
    return sum_to(xp, _scaled(xp, g, _conjugate(beta)), x_shape)


@add_product.vjp("y")
def add_product_vjp_y(xp: Namespace, g: Array, z: Array, y_shape: Shape, alpha: float) -> Array:
    return _scaled(xp, product_vjp_first(xp, g, z, y_shape), _conjugate(alpha))


@add_product.vjp("z")
def add_product_vjp_z(xp: Namespace, g: Array, y: Array, z_shape: Shape, alpha: float) -> Array:
    return _scaled(xp, product_vjp_second(xp, g, y, z_shape), _conjugate(alpha))


@add_product.jvp
def add_product_jvp(
    xp: Namespace,
    t_x: Array | None,
    t_y: Array | None,
    t_z: Array | None,
    y: Array,
    z: Array,
    out: Array,
    beta: float,
    alpha: float,
) -> Array:
    terms = [] if t_y is None else [_scaled(xp, xp.matmul(t_y, z), alpha)]
    if t_z is not None:
        terms.append(_scaled(xp, xp.matmul(y, t_z), alpha))
    if t_x is not None:
        moved = _scaled(xp, t_x, beta)
        terms.append(moved if terms else xp.broadcast_to(moved, out.shape))
    return kinds.total(xp, terms)


add_product.fresh = False


def _scaled(xp: Namespace, x: Array, factor: float) -> Array:
    return x if factor == 1 else x * factor


def _conjugate(factor: float) -> float:
    return factor.conjugate()


@kinds.linear
def trace(xp: Namespace, x: Array) -> Array:
    return xp.sum(xp.diagonal(x, offset=0, axis1=0, axis2=1))


@trace.transpose
def trace_transpose(xp: Namespace, g: Array, x_shape: Shape) -> Array:
    """`g` on the diagonal: rows one longer than they are, folded again."""
    n, m = x_shape
    count = min(n, m)
    if count == 0:
        return xp.broadcast_to(g, x_shape)
    column = xp.broadcast_to(g, (count, 1))
    blank = xp.zeros_like(xp.broadcast_to(g, (count, m)))
    flat = xp.reshape(xp.concat([column, blank], axis=1), (count * (m + 1),))
    if n > m:
        missing = xp.zeros_like(xp.broadcast_to(g, (n * m - count * (m + 1),))) if n > m + 1 else None
        flat = flat if missing is None else xp.concat([flat, missing], axis=0)
    return xp.reshape(xp.getitem(flat, (slice(0, n * m),)), x_shape)


trace.fresh = False
